#!/bin/bash
# semver.sh [REVISION]: the library at REVISION, the last release before this commit if none is given → what of it a program that uses
# it would not find again (cargo-semver-checks), and whether the version number says so. Exit code 100 if it does not.
# Each of both is compiled once: three and a half minutes on one core. Tool: cargo install cargo-semver-checks --locked.
set -Eeuo pipefail
trap 'echo "semver.sh: line $LINENO: exit code $? from: $BASH_COMMAND" >&2' ERR
cd "$(dirname "$(dirname "$(realpath "$0")")")"
command -v cargo-semver-checks >/dev/null || {
    echo "semver.sh: cargo-semver-checks is not there; cargo install cargo-semver-checks --locked" >&2
    exit 2
}
base=${1:-}
if [ -z "$base" ]; then
    [ "$(git rev-parse --is-shallow-repository)" = false ] || {
        echo "semver.sh: this clone has no history, so no release can be found in it (git fetch --unshallow --tags)" >&2
        exit 2
    }
    # The tag of this commit is not what it is compared with.
    base=$(git describe --tags --abbrev=0 --match 'v[0-9]*' HEAD^ 2>/dev/null || true)
    [ -n "$base" ] || {
        echo "no release before this one: nothing was promised yet"
        exit 0
    }
fi
echo "compared with $base"
# Its summary, not the line of this script, is what a failure says.
trap - ERR
cargo semver-checks --package tlswalk --baseline-rev "$base"
