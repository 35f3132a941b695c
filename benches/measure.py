#!/usr/bin/env python3
"""Runs commands in turns, each some times, and prints the best of each as JSON lines.

measure.py RUNS NAME COMMAND [NAME COMMAND …]: wall, cpu (user and system) in seconds and rss in MB of the whole process. A
command is for the shell, which replaces itself with it, so that no shell is measured. The peak size is that of one more
run under /usr/bin/time: a child of Python would begin with Python's.
"""

import json
import os
import subprocess
import sys
import time


def run(command):
    began = time.perf_counter()
    child = subprocess.Popen(["sh", "-c", "exec " + command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = 0
    return wall, usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status)


def peak(command):
    try:
        done = subprocess.run(
            ["/usr/bin/time", "-q", "-f", "%M", "sh", "-c", "exec " + command],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        )
        return int(done.stderr.split()[-1]) / 1024
    except (FileNotFoundError, ValueError, IndexError):
        return None


def main():
    runs, rest = int(sys.argv[1]), sys.argv[2:]
    best = {}
    # In turns, so that a busy moment of the machine does not fall on one command only.
    for turn in range(runs):
        for name, command in zip(rest[::2], rest[1::2]):
            so_far = best.get(name)
            if so_far and so_far["wall"] > 2 and turn >= 2:
                continue  # what takes seconds is measured twice
            wall, cpu, code = run(command)
            if so_far is None:
                best[name] = {"name": name, "wall": wall, "cpu": cpu, "exit": code, "command": command}
            else:
                so_far["wall"] = min(so_far["wall"], wall)
                so_far["cpu"] = min(so_far["cpu"], cpu)
    for row in best.values():
        row["rss"] = peak(row.pop("command"))
        print(json.dumps(row))


main()
