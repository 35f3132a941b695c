#!/bin/bash
# wheels.sh DIST [TARGET [PROFILE]]: the Python package → a wheel for every CPython from 3.10 on (abi3) and, for the first target, the source
# distribution. With zig as linker the wheel asks for glibc 2.17 alone (manylinux2014), whatever this machine has.
# PROFILE is dist; dev gives the same package sooner, slower and larger, to try it. Tools from PyPI: maturin (1.16), ziglang.
# As in release.sh, no folder of this machine stands in the module or in its bill of materials.
set -Eeuo pipefail
trap 'echo "wheels.sh: line $LINENO: exit code $? from: $BASH_COMMAND" >&2' ERR
root=$(dirname "$(dirname "$(realpath "$0")")") dist=$(realpath -m "$1") target=${2:-x86_64-unknown-linux-gnu} profile=${3:-dist}
cd "$root"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH CARGO_TERM_COLOR=never
# The texts of all that is in the module, and what it is made of.
materials=$root/target/tlswalk-python.cdx.json
mkdir -p target
python3 packaging/materials.py --package tlswalk-python --target "$target" --commit "$(git rev-parse HEAD)" \
    --licences python/licences/LICENCES.txt --sbom "$materials"
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sysroot=$(rustc --print sysroot)
export RUSTFLAGS="--remap-path-prefix=$root=/tlswalk --remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$sysroot=/rust"
export CFLAGS="-ffile-prefix-map=$cargo_home=/cargo -ffile-prefix-map=$root=/tlswalk"
maturin build --profile "$profile" --locked --zig --compatibility manylinux2014 --target "$target" --manifest-path python/Cargo.toml \
    --sbom-include "$materials" --out "$dist"
case $target in x86_64-*-linux-*) maturin sdist --manifest-path python/Cargo.toml --out "$dist" ;; esac
find "$dist" -maxdepth 1 -name 'tlswalk-*' \( -name '*.whl' -o -name '*.tar.gz' \) -printf '%s bytes  %f\n'
