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
    """One run: wall-clock seconds, the same without waiting for a core that somebody else had, CPU seconds, peak MB."""
    names = sorted(os.listdir(f"{folder}/captures"))[:of]
    paths = [f"{folder}/captures"] if of == captures else [f"{folder}/captures/{name}" for name in names]
    command = ["taskset", "-c", cores, program, "triage", "-q", "-f", "ndjson", *arguments, *paths]
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    threads = {}
    while os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        try:
            for task in os.listdir(f"/proc/{child.pid}/task"):
                # Nanoseconds on a core, and waiting for one.
                ran, waited, _ = open(f"/proc/{child.pid}/task/{task}/schedstat").read().split()
                threads[task] = (int(ran) / 1e9, int(waited) / 1e9)
        except OSError:
            pass  # a thread, or all of them, ended meanwhile
        time.sleep(0.02)
    wall = time.monotonic() - begin
    _, _, usage = os.wait4(child.pid, 0)
    # Those that do the work: as many as there are cores.
    workers = sorted(threads.values(), reverse=True)[: len(cores.split(","))]
    waited = sum(it[1] for it in workers) / max(1, len(workers))
    return wall, wall - waited, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

def best(cores, *arguments, of=captures):
    results = [run(cores, *arguments, of=of) for _ in range(runs)]
    return tuple(min(column) for column in zip(*results))

size = sum(entry.stat().st_size for entry in os.scandir(f"{folder}/captures"))
print(f"{captures} captures, {size / 1e6:.0f} MB, best of {runs}")
print(f"{'':12} {'one core':>9} {'two':>9} {'ratio':>6}   {'own one':>9} {'own two':>9} {'ratio':>6} {'CPU s':>7} {'MB':>6}")
for title, arguments in [("plain", []), ("with --hash", ["--hash"])]:
    # By turns, so that what else the machine does meets both alike.
    one, two = [], []
    for _ in range(runs):
        one.append(run("0", *arguments))
        two.append(run("0,1", *arguments))
    a, b = (tuple(min(column) for column in zip(*results)) for results in (one, two))
    print(f"{title:12} {a[0]:8.3f}s {b[0]:8.3f}s {a[0] / b[0]:6.2f}   {a[1]:8.3f}s {b[1]:8.3f}s {a[1] / b[1]:6.2f} {b[2]:7.3f} {max(it[3] for it in two):6.1f}")
print("peak memory of a tenth, of half and of all, two cores: "
      + ", ".join(f"{best('0,1', of=of)[3]:.1f} MB" for of in (captures // 10, captures // 2, captures)))
PYTHON
