#!/usr/bin/env python3
"""Instructions of whole runs at n, 2n and 4n: what takes twice as much of everything takes twice as long.

    benches/growth.py TLSWALK [--large] [SHAPE...]    fails where an exponent is above 1.15, counted by valgrind --tool=callgrind

Each shape (benches/shapes.py) is of a kind that once took four times as long when it was twice as large, or might. benches/gate.sh runs
this; with --large, 4n is 100,000 look-ups, tries, connections and names, which takes half an hour.
"""
import concurrent.futures
import math
import os
import re
import subprocess
import sys
import tempfile

import shapes

MOST = 1.15


def count(arguments, stream=None):
    """Instructions of a run; with a stream, that is its standard input."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/", "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-ERMS,-FSRM"}
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run = subprocess.run(tool + arguments, env=environment, input=stream, capture_output=True, check=False)
    found = re.search(rb"Collected : (\d+)", run.stderr)
    if not found:
        sys.exit(f"no count of {arguments}:\n{run.stderr.decode(errors='replace')[-2000:]}")
    return int(found[1])


def counts_of(program, size, make, options):
    """Instructions for a shape of this size, and of two and four times the size."""
    return [with_input(program, make(size * times), options) for times in (1, 2, 4)]


def with_input(program, made, options):
    """Instructions for what a shape made: a stream, a capture, a log with its capture, or a folder of captures."""
    if options == "stream":
        return count([program, "-q", "-f", "ndjson", "-"], made)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "capture")
        if isinstance(made, list):
            os.mkdir(path)
            for number, capture in enumerate(made):
                write(os.path.join(path, f"c{number:06}x.pcap"), capture)
            return count([program, "triage", "-f", "ndjson", "--state", os.path.join(folder, "state"), path])
        if isinstance(made, tuple):
            log, made = made
            options = ["--log", os.path.join(folder, "log")]
            write(options[1], log)
        write(path, made)
        return count([program, *options, path])


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def same_files(number):
    """Captures of which no two differ."""
    return [shapes.Frames().bytes] * number


def main():
    program = os.path.abspath(sys.argv[1])
    only = [it for it in sys.argv[2:] if it != "--large"]
    many = 25000 if "--large" in sys.argv else 5000
    json, all_of_it = ["-f", "json"], ["--all"]
    tries = shapes.tries(200, 10_000)
    kinds = [
        # What is held until something missing comes.
        ("lost-hello", 2500, shapes.lost_hello, all_of_it),
        ("behind-one-hole", 2500, shapes.all_behind_one_hole, all_of_it),
        ("hole-of-100", 4000, lambda n: shapes.behind_a_hole(n, 100), all_of_it),
        ("hole-of-6", 10000, lambda n: shapes.behind_a_hole(n, 6), all_of_it),
        ("overlaps", 4000, shapes.overlaps, all_of_it),
        ("backwards", 4000, shapes.backwards, all_of_it),
        # The smallest pieces.
        ("one-byte-segments", 10000, shapes.one_byte_segments, all_of_it),
        ("one-byte-records", 1000, shapes.one_byte_records, all_of_it),
        # Many of one kind.
        ("tries", 500, lambda n: shapes.tries(n, 10_000), json),
        ("tries-close", 500, lambda n: shapes.tries(n, 50), json),
        ("tries-of-one", many, shapes.attempts, json),
        ("look-ups", many, lambda n: shapes.lookups(n, shapes.SERVICE), json),
        ("failing-look-ups", 500, lambda n: shapes.lookups(n, shapes.SERVICE, None), json),
        ("names", many, shapes.lookups, all_of_it),
        ("connections", many, shapes.connections, all_of_it + json),
        ("named-by-dns", 1000, shapes.named_by_dns, all_of_it),
        ("two-families", 1000, lambda n: shapes.named_by_dns(n, 2), all_of_it),
        ("server-names", 5000, lambda n: shapes.connections(n, names=n), all_of_it),
        ("half-open", many, shapes.half_open, []),
        ("sweep", many, shapes.sweep, []),
        # Beyond the bound of connections that are kept, which would be reached between n and 2n.
        ("interfaces", 5000, shapes.interfaces, []),
        ("long-chains", 50, shapes.chain, all_of_it),
        ("left-open", 250, shapes.left_open, all_of_it),
        ("logs", 5000, lambda n: (shapes.log(n), tries), None),
        ("logs-of-joins", 500, lambda n: (shapes.joins_log(n), shapes.joins(n)), None),
        # As they come: what was told is not looked at again and again.
        ("stream-of-tries", 500, lambda n: shapes.tries(n, 10_000), "stream"),
        ("stream-of-close", 500, lambda n: shapes.tries(n, 50), "stream"),
        ("stream-of-many", 500, lambda n: shapes.tries(n, 10_000, 50), "stream"),
    ]
    kinds = [kind for kind in kinds + [("same-files", 250, same_files, None)] if not only or kind[0] in only]
    failed = False
    base = count([program, "--version"])
    # An instruction count does not depend on what else runs.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, counts in pool.map(lambda kind: (kind[0], counts_of(program, *kind[1:])), kinds):
            own = [max(it - base, 1) for it in counts]
            exponents = [math.log2(b / a) for a, b in zip(own, own[1:])]
            wrong = max(exponents) > MOST
            failed |= wrong
            shown = " ".join(f"{it:14}" for it in own)
            print(f"{name:18} {shown}  {' '.join(f'{it:.2f}' for it in exponents)}{'  TOO MUCH' if wrong else ''}", flush=True)
    sys.exit("FAILED: what is twice as large takes more than 2.2 times as many instructions" if failed else 0)


if __name__ == "__main__":
    main()
