#!/bin/bash
# Builds the Debian package into target/debian. Needs cargo-deb (`cargo install cargo-deb --locked`).
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
files=target/package-files program=target/release/tlswalk
mkdir -p "$files"
"$program" man >"$files/tlswalk.1"
"$program" completions bash >"$files/tlswalk.bash"
"$program" completions zsh >"$files/_tlswalk"
"$program" completions fish >"$files/tlswalk.fish"
# The line tables of the release profile are for those who build it; with them the program is five times as large.
cargo deb --no-build --strip "$@"
