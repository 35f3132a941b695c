#!/bin/bash
# The regression gate: counts the instructions of whole runs and compares them with benches/baseline.tsv.
#
#   benches/gate.sh             fails when a scenario needs more than 3 % more instructions than its baseline
#   benches/gate.sh --accept    writes the counts of now as the new baselines, to be committed with the reason
#   benches/gate.sh --repeat 5  only shows how far the counts of equal runs lie apart
#
# Instructions repeat where time does not. Without valgrind the gate is skipped; with TLSWALK_CI=1 that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
baseline=$PWD/benches/baseline.tsv
limit=3 # per cent; equal runs differ by less than a tenth of that, see benches/README.md
mode=check repeat=1
case ${1:-} in
    --accept) mode=accept ;;
    --repeat) mode=repeat repeat=${2:-5} ;;
    '') ;;
    *) echo "usage: benches/gate.sh [--accept | --repeat N]" >&2; exit 2 ;;
esac

if ! command -v valgrind >/dev/null; then
    echo "SKIPPED: valgrind is not installed, no instructions were counted"
    [ -z "${TLSWALK_CI:-}" ] || { echo "in CI that is a failure"; exit 1; }
    exit 0
fi

# For any processor of the architecture, whatever this machine's configuration prefers.
unset CARGO_ENCODED_RUSTFLAGS
export RUSTFLAGS=""
cargo build --release --locked --quiet --bin tlswalk
# Nobody counts what the generator takes, and the tests have built it.
cargo build --locked --quiet --example generate
target=$(realpath "${CARGO_TARGET_DIR:-target}")
bin=$target/release generate=$target/debug/examples/generate
repository=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# NAME, how its input comes about (MIX SIZE FORMAT, a sample, or nothing), arguments before the input
scenarios=(
    "mixed|mixed 8M pcap|"
    "mixed-pcapng|mixed 8M pcapng|"
    "controller|controller 8M pcap|"
    "real|real 60M pcap|"
    "real-all|real 60M pcap|--all"
    "small|small 5M pcap|"
    "scan|scan 5M pcap|"
    "handshakes|handshakes 5M pcap|"
    "handshakes-all|handshakes 5M pcap|--all"
    "licensing|licensing 1M pcap|"
    "licensing-json|licensing 1M pcap|--format json"
    "sample|client-certificate-self-signed-expired.pcap|"
    "sample-busy|busy.pcapng|-v"
    "version||--version"
)

# count ARGUMENTS…: instructions of one run, in an environment that is always the same
count() {
    # glibc's choice of memcpy and its likes would follow from the processor.
    env -i PATH=/usr/bin:/bin HOME=/ COLUMNS=80 \
        GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-ERMS,-FSRM \
        valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bin/tlswalk" "$@" 2>"$work/log" >/dev/null || true
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$work/log"
}
known() { # NAME COLUMN
    awk -F'\t' -v name="$1" -v column="$2" '$1 == name { print $column }' "$baseline" 2>/dev/null || true
}

{
    printf '# Instructions of whole runs, written by benches/gate.sh --accept. Columns: scenario, instructions, checksum of the input.\n'
    printf '# %s; %s; %s\n' "$(rustc --version)" "$(valgrind --version)" "$(uname -m)"
} >"$work/new.tsv"
now=$(sed -n 2p "$work/new.tsv") then=$(sed -n 2p "$baseline" 2>/dev/null || true)
[ "$mode" != check ] || [ "$now" = "$then" ] || printf 'other tools than those of the baseline:\n  %s\n  %s\n' "$then" "$now"

failed=0 better=0
cd "$work"
printf '%-16s %15s %15s %9s\n' scenario baseline now change
for scenario in "${scenarios[@]}"; do
    IFS='|' read -r name input arguments <<<"$scenario"
    read -ra arguments <<<"$arguments"
    checksum=-
    case $input in
        '') ;;
        *' '*)
            read -r mix size format <<<"$input"
            if [ "$mix" = real ]; then
                # Traffic of others is not in the repository: where it is missing, that is said and nothing is counted.
                [ -f "$mix.$format" ] || python3 "$repository/benches/join.py" "$size" "$mix.$format" 2>log || {
                    printf '%-16s %s\n' "$name" "$(cat log)"
                    grep "^$name	" "$baseline" >>new.tsv || true
                    continue
                }
            else
                [ -f "$mix.$format" ] || "$generate" "$mix" "$size" "$mix.$format" --truth truth
            fi
            arguments+=("$mix.$format")
            ;;
        *)
            cp "$repository/samples/$input" .
            arguments+=("$input")
            ;;
    esac
    [ -z "$input" ] || checksum=$(cksum <"${arguments[-1]}" | cut -d' ' -f1)
    if [ "$mode" = repeat ]; then
        counts=$(for ((turn = 0; turn < repeat; turn++)); do count "${arguments[@]}"; done | sort -n)
        least=$(head -n1 <<<"$counts") most=$(tail -n1 <<<"$counts")
        awk -v n="$name" -v a="$least" -v b="$most" 'BEGIN { printf "%-16s %15d %15d %+8.3f %%\n", n, a, b, (b - a) * 100 / a }'
        continue
    fi
    count=$(count "${arguments[@]}")
    if [ -z "$count" ]; then
        printf '%-16s no count:\n' "$name"
        tail -n3 log
        failed=1
        continue
    fi
    printf '%s\t%s\t%s\n' "$name" "$count" "$checksum" >>new.tsv
    before=$(known "$name" 2)
    if [ -z "$before" ]; then
        printf '%-16s %15s %15d\n' "$name" none "$count"
        [ "$mode" = accept ] || failed=1
        continue
    fi
    change=$(awk -v a="$before" -v b="$count" 'BEGIN { printf "%+.2f", (b - a) * 100 / a }')
    note=""
    [ "$checksum" = "$(known "$name" 3)" ] || note=" (its input has changed)"
    if awk -v c="$change" -v l="$limit" 'BEGIN { exit !(c > l) }'; then
        note="  TOO MUCH$note"
        failed=1
    elif awk -v c="$change" -v l="$limit" 'BEGIN { exit !(c < -l) }'; then
        note="  better$note"
        better=1
    fi
    printf '%-16s %15d %15d %8s %%%s\n' "$name" "$before" "$count" "$change" "$note"
done
# Twice as much takes twice as long, and not four times.
[ "$mode" != check ] || python3 "$repository/benches/growth.py" "$bin/tlswalk" || failed=1
case $mode in
    repeat) exit 0 ;;
    accept)
        cp new.tsv "$baseline"
        echo "written: benches/baseline.tsv"
        exit 0
        ;;
esac
if [ "$failed" -ne 0 ]; then
    echo "FAILED: more than $limit % more instructions, or no baseline. Find out why (valgrind --tool=callgrind, then"
    echo "callgrind_annotate); if the cost is meant, run benches/gate.sh --accept and commit it with the reason."
    exit 1
fi
[ "$better" -eq 0 ] || echo "Some need fewer: run benches/gate.sh --accept, so that the gain is kept."
echo "passed: nothing needs more than $limit % more instructions"
