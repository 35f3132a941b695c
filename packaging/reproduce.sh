#!/bin/bash
# reproduce.sh [TARGET…]: the commit → two releases, in folders and with a cargo home of different names, and whether their bytes are
# equal. Takes twice the time of packaging/release.sh.
set -Eeuo pipefail
trap 'echo "reproduce.sh: line $LINENO: exit code $? from: $BASH_COMMAND" >&2' ERR
root=$(dirname "$(dirname "$(realpath "$0")")")
[ $# -gt 0 ] || set -- x86_64-unknown-linux-musl
work=$(mktemp -d)
# Both builds are of one commit, even if another is made meanwhile.
commit=$(git -C "$root" rev-parse HEAD)
trap 'rm -rf "$work"' EXIT
for build in one another/place; do
    mkdir -p "$work/$build/cargo"
    git clone --quiet --no-local "$root" "$work/$build/source"
    git -C "$work/$build/source" checkout --quiet --detach "$commit"
    # Its crates alone: what is fetched already is not fetched again.
    cp -r "${CARGO_HOME:-$HOME/.cargo}/registry" "$work/$build/cargo/"
    CARGO_HOME=$work/$build/cargo "$work/$build/source/packaging/release.sh" --out "$work/$build/dist" "$@" >/dev/null
done
diff -r "$work/one/dist" "$work/another/place/dist"
echo "equal:"
cat "$work/one/dist/SHA256SUMS"
