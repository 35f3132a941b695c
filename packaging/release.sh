#!/bin/bash
# release.sh [--out DIR] [TARGET…]: a commit → archives for each system, their bills of materials and SHA256SUMS.
#
# Made so that the same commit gives the same bytes: sources come from `git archive HEAD` (a change that is not committed is not built), paths are
# remapped, times are the commit's, versions are those of Cargo.lock. What may change the bytes is the compiler; `BUILD.txt` names it.
#
# Each target is cross-compiled by zig (PyPI: cargo-zigbuild, ziglang), which brings the C library of every system with it, so one
# Linux machine builds all of them. Targets of Rust: `rustup target add TARGET`.
#
# A target that cannot be built does not stop the others: its last messages are printed at the end, and the exit code is 1.
#
#   release.sh                     every target of TARGETS
#   release.sh --out DIR TARGET    one target, into DIR
#   release.sh --tools             what is missing on this machine, and what of it is optional
set -Eeuo pipefail
# No command ends the script silently. A subshell passes its failure on, so the line of the caller is printed too.
trap 'echo "release.sh: line $LINENO: exit code $? from: $BASH_COMMAND" >&2' ERR
here=$(dirname "$(realpath "$0")")
root=$(dirname "$here")

# Static on Linux: no C library is needed, whatever its age.
TARGETS=(
    x86_64-unknown-linux-musl
    aarch64-unknown-linux-musl
    x86_64-pc-windows-gnu
    x86_64-apple-darwin
    aarch64-apple-darwin
)

out=$root/target/release-files
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --out)
        out=$(realpath -m "$2")
        shift
        ;;
    --tools)
        for tool in git python3 cargo cargo-zigbuild; do
            command -v "$tool" >/dev/null && echo "there      $tool" || echo "MISSING    $tool"
        done
        have=$(rustup target list --installed 2>/dev/null || true)
        for target in "${TARGETS[@]}"; do
            grep -qx "$target" <<<"$have" && echo "there      $target" || echo "MISSING    $target (rustup target add $target)"
        done
        exit 0
        ;;
    -*)
        echo "release.sh: $1 is no option" >&2
        exit 2
        ;;
    *) targets+=("$1") ;;
    esac
    shift
done
[ ${#targets[@]} -gt 0 ] || targets=("${TARGETS[@]}")
command -v cargo-zigbuild >/dev/null || {
    echo "release.sh: cargo-zigbuild is not there; pip install cargo-zigbuild ziglang" >&2
    exit 2
}

cd "$root"
commit=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct "$commit")
version=$(python3 "$here/about.py" version)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
umask 022

# Sources of the commit alone, and a place for what is built of them that is kept: another release builds faster.
build=${TLSWALK_RELEASE_BUILD:-$root/target/release-build}
mkdir -p "$build" "$out"
if [ -f "$out/BUILD.txt" ] && ! grep -q "commit $commit\$" "$out/BUILD.txt"; then
    echo "release.sh: $out holds the release of another commit; remove it, or name another folder with --out" >&2
    exit 2
fi
rm -rf "$build/source" "$build/stage"
mkdir "$build/source" "$build/stage"
git archive "$commit" | tar -x -C "$build/source"
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sysroot=$(rustc --print sysroot)
export CARGO_TARGET_DIR=$build/target
export RUSTFLAGS="--remap-path-prefix=$build/source=/tlswalk --remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$sysroot=/rust --remap-path-prefix=$build/target=/target"
# zig links for its newest macOS unless it is told the oldest.
export MACOSX_DEPLOYMENT_TARGET=11.0
export CFLAGS="-ffile-prefix-map=$cargo_home=/cargo -ffile-prefix-map=$build=/build"

cd "$build/source"
# Manual page and completions come from the program itself, in a build for this machine.
host=$(rustc -vV | sed -n 's/^host: //p')
case $host in x86_64-*-linux-*) own=x86_64-unknown-linux-musl ;; aarch64-*-linux-*) own=aarch64-unknown-linux-musl ;;
*)
    echo "release.sh: runs on Linux, x86_64 or aarch64" >&2
    exit 2
    ;;
esac

# compile TARGET: the program; what cargo and the linker print goes to standard error and to a file, from which a failure is quoted.
compile() {
    local log=$build/stage/$1.log
    cargo zigbuild --profile dist --locked --bin tlswalk --target "$1" 2>&1 | tee "$log" >&2 || {
        # cargo-zigbuild turns a signal into exit code 1 and prints nothing.
        grep -q '^error' "$log" || echo "cargo ended without an error message, so by a signal (out of memory, or killed)" | tee -a "$log" >&2
        return 1
    }
}

compile "$own"
program=$build/target/$own/dist/tlswalk
shared=$build/stage/shared
mkdir -p "$shared/man" "$shared/completions" "$shared/wireshark"
"$program" man >"$shared/man/tlswalk.1"
"$program" completions bash >"$shared/completions/tlswalk.bash"
"$program" completions zsh >"$shared/completions/_tlswalk"
"$program" completions fish >"$shared/completions/tlswalk.fish"
"$program" completions powershell >"$shared/completions/tlswalk.ps1"
cp packaging/wireshark/tlswalk.lua "$shared/wireshark/"
cp README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$shared/"
# One sample, so that the first verdict needs no capture of one's own.
cp samples/client-certificate-self-signed-expired.pcap "$shared/sample.pcap"

{
    echo "tlswalk $version, commit $commit"
    rustc -vV
    cargo-zigbuild --version
    echo "zig $(python3 -m ziglang version 2>/dev/null || zig version 2>/dev/null || echo unknown)"
} >"$out/BUILD.txt"

# pack TARGET: its archive and bill of materials in $out.
pack() {
    local target=$1 name=tlswalk-$version-$1 kind=tar.gz program=tlswalk
    local stage=$build/stage/$name
    case $target in *windows*) kind=zip program=tlswalk.exe ;; esac
    cp -r "$shared" "$stage"
    cp "$build/target/$target/dist/$program" "$stage/"
    case $target in *apple*)
        local oldest
        oldest=$(python3 packaging/oldest_macos.py "$stage/$program")
        [ "$oldest" = "$MACOSX_DEPLOYMENT_TARGET" ] || {
            echo "release.sh: $target needs macOS $oldest, not $MACOSX_DEPLOYMENT_TARGET" >&2
            exit 1
        }
        ;;
    esac
    python3 packaging/materials.py --target "$target" --commit "$commit" --licences "$stage/LICENCES.txt" --sbom "$stage/sbom.cdx.json"
    cp "$stage/sbom.cdx.json" "$out/$name.cdx.json"
    python3 packaging/archive.py "$stage" "$out/$name.$kind"
}

failed=()
for target in "${targets[@]}"; do
    # An archive of an earlier run must not pass for one of this run.
    rm -f "$out/tlswalk-$version-$target".*
    # Only the compiler's failure is expected here. `if` switches off `set -e` in what it calls, so packing stands outside.
    if [ "$target" = "$own" ] || compile "$target"; then
        built=yes
    else
        built=no
        failed+=("$target")
    fi
    [ "$built" = no ] || pack "$target"
done
cd "$out"
# Whatever lies there of this version, so that targets may be built one after the other.
find . -maxdepth 1 -type f -name 'tlswalk-*' -printf '%f\n' | sort | xargs --no-run-if-empty sha256sum >SHA256SUMS
cat SHA256SUMS
for target in ${failed[@]+"${failed[@]}"}; do
    echo "release.sh: $target was not built; the last messages:" >&2
    # The command line of a linker is thousands of characters long.
    tail -n 20 "$build/stage/$target.log" | cut -c1-400 | sed 's/^/    /' >&2
done
[ ${#failed[@]} -eq 0 ] || {
    echo "release.sh: not built: ${failed[*]}" >&2
    exit 1
}
