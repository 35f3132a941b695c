#!/bin/bash
# tlswalk beside reading the file and beside other programs, on generated captures, as a table in Markdown.
#
#   benches/compare.sh                     100 MB of each mix, best of 7 runs
#   SIZE=1G RUNS=3 benches/compare.sh mixed scan
#
# `real` is traffic of others: the public captures of ../shared/corpus joined (join.py), left out where they are missing.
# Needs python3, and /usr/bin/time for peak memory. Peers that are not installed are left out, and that is said. Wall time of a shared machine is for reading,
# never a gate: benches/gate.sh counts instructions.
set -euo pipefail
cd "$(dirname "$0")/.."
size=${SIZE:-100M} runs=${RUNS:-7}
mixes=("$@")
[ $# -gt 0 ] || mixes=(real mixed controller small scan handshakes licensing)

cargo build --release --locked --quiet --bin tlswalk
cargo build --release --locked --quiet --example generate
target=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for peer in tcpdump capinfos tshark ndpiReader gzip zstd; do
    command -v "$peer" >/dev/null || echo "left out, not installed: $peer"
done
tlswalk="$target/tlswalk -q"

# add NAME COMMAND: measured if the command's program is there
add() {
    command -v "${2%% *}" >/dev/null && commands+=("$1" "$2") || true
}
for mix in "${mixes[@]}"; do
    file=$work/$mix.pcap
    if [ "$mix" = real ]; then
        python3 benches/join.py "$size" "$file" 2>"$work/truth" || { cat "$work/truth"; continue; }
    else
        "$target/examples/generate" "$mix" "$size" "$file" --truth "$work/truth"
    fi
    commands=()
    add "cat" "cat $file"
    add "tlswalk" "$tlswalk $file"
    if [ "$mix" = real ]; then
        add "tlswalk --all" "$tlswalk --all --profile default $file"
    fi
    if [ "$mix" = mixed ]; then
        "$target/examples/generate" "$mix" "$size" "${file}ng" --truth /dev/null
        add "tlswalk, pcapng" "$tlswalk ${file}ng"
        add "tlswalk, two files" "$tlswalk $file ${file}ng"
        if command -v gzip >/dev/null; then
            gzip -1 -k "$file"
            add "gzip -dc" "gzip -dc $file.gz"
            add "tlswalk, gzip" "$tlswalk $file.gz"
        fi
        if command -v zstd >/dev/null; then
            zstd -q -k "$file"
            add "zstd -dc" "zstd -q -dc $file.zst"
            add "tlswalk, zstd" "$tlswalk $file.zst"
        fi
    fi
    add "tcpdump -r -w 'host x'" "tcpdump -r $file -w $work/out.pcap host 10.200.0.1"
    add "capinfos" "capinfos $file"
    add "tshark -Y tls.handshake" "tshark -r $file -Y tls.handshake"
    add "ndpiReader" "ndpiReader -i $file -q"
    cat "$file" "$file"ng* >/dev/null 2>&1 || true
    printf '\n**%s**, %s: %s\n\n' "$mix" "$size" "$(tail -n1 "$work/truth")"
    printf '| program | wall ms | × cat | user+system ms | × cat | peak MB |\n| --- | --: | --: | --: | --: | --: |\n'
    python3 benches/measure.py "$runs" "${commands[@]}" | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
cat = rows[0]
for row in rows:
    name = row["name"] if row["exit"] <= 1 or row["name"].startswith("tlswalk") else row["name"] + " (failed)"
    print("| {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {} |".format(
        name, row["wall"] * 1e3, row["wall"] / cat["wall"],
        row["cpu"] * 1e3, row["cpu"] / max(cat["cpu"], 1e-4),
        "-" if row["rss"] is None else "{:.1f}".format(row["rss"])))
'
    rm -f "$work"/*
done
