#!/usr/bin/env python3
"""Captures per second: the command line, one process of Python, Ray and Spark with one and two workers.

python benches/engines.py [ROUNDS [ENGINE…]]      in the virtual environment of .ci/engines, after cargo build --release

Two sets, made by the generator: many small captures (0.1 MB: what an engine costs) and fewer of 10 MB (what is judged). Each
engine is started once for each number of workers and warmed up; rounds go in turns, the best counts. Output goes to new folders.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(os.environ.get("TLSWALK_BIN", ROOT / "target/release"))
SETS = {"0.1 MB": (300, "100K"), "10 MB": (20, "10M")}


def make(folder):
    for name, (count, size) in SETS.items():
        place = folder / name.replace(" ", "")
        place.mkdir()
        for seed in range(count):
            arguments = [BIN / "examples/generate", "mixed", size, place / f"{seed:04}.pcap", "--seed", str(seed)]
            subprocess.run(arguments, check=True, stderr=subprocess.DEVNULL)


def runs(engine, workers):
    """A function that judges a set of captures into a folder. The engine is up when this returns."""
    if engine == "cli":
        cores = ["taskset", "-c", "0" if workers == 1 else "0-1"]

        def run(place, output):
            names = sorted(os.listdir(place))
            subprocess.run([*cores, BIN / "tlswalk", "--hash", "-f", "csv", "-o", f"{output}.csv", *names], cwd=place)

        return run
    if engine == "scan":
        import tlswalk

        return lambda place, output: tlswalk.scan(sorted(place.iterdir()), threads=workers)

    def opener(place):
        place = str(place)
        return lambda key: open(f"{place}/{key}", "rb")

    if engine == "ray":
        import ray
        from tlswalk.ray import scan

        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, object_store_memory=200 * 1024 * 1024)
        return lambda place, output: scan(sorted(os.listdir(place)), opener(place), output)
    from pyspark.sql import SparkSession
    from tlswalk.spark import scan

    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = SparkSession.builder.master(f"local[{workers},4]").config("spark.ui.enabled", "false")
    session = session.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    session = session.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    return lambda place, output: scan(session, sorted(os.listdir(place)), opener(place), output)


def one(engine, workers, folder):
    """Started as a process of its own: seconds of each set, once for every line on standard input."""
    began = time.perf_counter()
    run = runs(engine, workers)
    at = 0

    def timed(name):
        nonlocal at
        at += 1
        output = folder / f"out-{engine}-{workers}-{at}"
        began = time.perf_counter()
        run(folder / name.replace(" ", ""), output)
        took = time.perf_counter() - began
        shutil.rmtree(output, ignore_errors=True)
        return took

    timed("10 MB")
    print(json.dumps({"start": time.perf_counter() - began}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({name: timed(name) for name in SETS}), flush=True)
    print(json.dumps({"peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


def main(rounds, engines):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        make(folder)
        # The page cache is warm.
        for path in folder.rglob("*.pcap"):
            path.read_bytes()
        print("| | start s | " + " | ".join(f"{name}: captures/s | MB/s" for name in SETS) + " |")
        print("| --- | --: |" + " --: |" * 2 * len(SETS))
        for engine in engines:
            for workers in (1, 2):
                command = [sys.executable, __file__, "--one", engine, str(workers), str(folder)]
                quiet = subprocess.DEVNULL
                child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, text=True)
                for _ in range(rounds):
                    child.stdin.write("\n")
                child.stdin.close()
                told = [json.loads(line) for line in child.stdout if line.startswith("{")]
                child.wait()
                best = {name: min(it[name] for it in told if name in it) for name in SETS}
                cells = [f"{told[0]['start']:.1f}"]
                for name, (count, _) in SETS.items():
                    size = sum(it.stat().st_size for it in (folder / name.replace(" ", "")).iterdir()) / 1e6
                    cells += [f"{count / best[name]:.0f}", f"{size / best[name]:.0f}"]
                print(f"| {engine}, {workers} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2:] or ["cli", "scan", "ray", "spark"])
