#!/bin/bash
# install.sh VERSION DOWNLOADS FOLDER: an archive of packaging/release.sh → tlswalk in FOLDER, if its checksum is right.
# DOWNLOADS is the address of the releases, or a folder that holds the archives and SHA256SUMS.
set -Eeuo pipefail
trap 'echo "install.sh: line $LINENO: exit code $? from: $BASH_COMMAND" >&2' ERR
version=$1 downloads=$2
mkdir -p "$3"
folder=$(cd "$3" && pwd)
case $(uname -s)-$(uname -m) in
Linux-x86_64) target=x86_64-unknown-linux-musl kind=tar.gz ;;
Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl kind=tar.gz ;;
Darwin-x86_64) target=x86_64-apple-darwin kind=tar.gz ;;
Darwin-arm64) target=aarch64-apple-darwin kind=tar.gz ;;
MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-gnu kind=zip ;;
*)
    echo "install.sh: there is no archive for $(uname -s) on $(uname -m)" >&2
    exit 2
    ;;
esac
archive=tlswalk-$version-$target.$kind
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in "$archive" SHA256SUMS; do
    if [ -d "$downloads" ]; then
        cp "$downloads/$file" "$work/"
    else
        curl --fail --silent --show-error --location --proto '=https' -o "$work/$file" "$downloads/v$version/$file"
    fi
done
cd "$work"
grep "  $archive\$" SHA256SUMS >wanted || {
    echo "install.sh: SHA256SUMS does not list $archive" >&2
    exit 1
}
if command -v sha256sum >/dev/null; then sha256sum --quiet -c wanted; else shasum -a 256 --quiet -c wanted; fi
mkdir unpacked
if [ "$kind" = zip ]; then unzip -q "$archive" -d unpacked; else tar -xzf "$archive" -C unpacked; fi
cp unpacked/*/tlswalk* "$folder/"
"$folder"/tlswalk --version
