#!/bin/bash
# Triage of many small captures: what a second core is worth, and whether memory stays flat.
#   benches/triage.sh [CAPTURES] [SIZE] [RUNS]      defaults: 1000 captures, 300K each, best of 7
# Captures are made once, in a folder that TLSWALK_BENCH names (default: a temporary one that is removed).
set -euo pipefail
cd "$(dirname "$0")/.."
captures=${1:-1000} size=${2:-300K} runs=${3:-7}
command -v taskset >/dev/null || { echo "SKIPPED: taskset is not installed"; exit 0; }
cargo build --release --locked --quiet --bin tlswalk
cargo build --release --locked --quiet --example generate
if [ -n "${TLSWALK_BENCH:-}" ]; then
    folder=$TLSWALK_BENCH
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder/captures"
mixes=(licensing mixed handshakes small)
for ((n = $(find "$folder/captures" -type f | wc -l); n < captures; n++)); do
    target/release/examples/generate "${mixes[n % 4]}" "$size" "$folder/captures/$(printf '%04d' "$n").pcap" \
        --seed "$n" --truth /dev/null
done
python3 - "$folder" "$captures" "$runs" <<'PYTHON'
import os, subprocess, sys, time

folder, captures, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
program = "target/release/tlswalk"

def run(cores, *arguments, of=captures):
    """Wall-clock seconds, CPU seconds and peak memory in MB of one run."""
    names = sorted(os.listdir(f"{folder}/captures"))[:of]
    paths = [f"{folder}/captures"] if of == captures else [f"{folder}/captures/{name}" for name in names]
    command = ["taskset", "-c", cores, program, "triage", "-q", "-f", "ndjson", *arguments, *paths]
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

def best(cores, *arguments, of=captures):
    results = [run(cores, *arguments, of=of) for _ in range(runs)]
    return tuple(min(column) for column in zip(*results))

size = sum(entry.stat().st_size for entry in os.scandir(f"{folder}/captures"))
print(f"{captures} captures, {size / 1e6:.0f} MB, best of {runs}")
print(f"{'':24} {'one core':>10} {'two cores':>10} {'ratio':>6} {'CPU s':>7} {'MB':>6}")
for title, arguments in [("", []), ("with --hash", ["--hash"])]:
    # By turns, so that what else the machine does meets both alike.
    one, two = [], []
    for _ in range(runs):
        one.append(run("0", *arguments))
        two.append(run("0,1", *arguments))
    a, b = min(it[0] for it in one), min(it[0] for it in two)
    print(f"{title or 'plain':24} {a:9.3f}s {b:9.3f}s {a / b:6.2f} {min(it[1] for it in one):7.3f} {max(it[2] for it in two):6.1f}")
print("peak memory of a tenth, of half and of all, two cores: "
      + ", ".join(f"{best('0,1', of=of)[2]:.1f} MB" for of in (captures // 10, captures // 2, captures)))
PYTHON
