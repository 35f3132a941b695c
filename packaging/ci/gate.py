#!/usr/bin/env python3
"""gate.py: captures → SARIF, JUnit, a summary in Markdown, and an exit code: what every CI kit runs.

It fails on new findings only. A finding is a failed attempt (severity error), known by its capture, its server and its verdict. Those
that are accepted stand in the baseline, a JSON file with a reason for each:

    {"accepted": [{"capture": "captures/a.pcap", "name": "ssm.example.net", "verdict": "tcp-refused", "reason": "server retired"}]}

`*` and `?` in `capture` stand for anything. `--write-baseline` writes what was found, for a person to give the reasons.

Exit codes: 0 nothing new; 1 something new; 2 tlswalk could not do its work; 3 nothing failed, and nothing could be concluded.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import shlex
import subprocess
import sys


def arguments():
    parser = argparse.ArgumentParser(description="Judge captures and fail on new findings only.")
    parser.add_argument("captures", nargs="+", help="captures, and folders of them")
    parser.add_argument("--tlswalk", default=os.environ.get("TLSWALK", "tlswalk"), help="the program")
    parser.add_argument("--options", default="", help="options of tlswalk, as a shell takes them")
    parser.add_argument("--baseline", type=pathlib.Path, help="accepted findings")
    parser.add_argument("--write-baseline", action="store_true", help="accept what is found")
    parser.add_argument("--out", type=pathlib.Path, help="folder for tlswalk.sarif, tlswalk.xml and summary.md")
    return parser.parse_args()


def run(asked, *more):
    """Runs tlswalk; its exit code and output."""
    command = [asked.tlswalk, *more]
    # Settings of whoever owns the machine are not those of the repository.
    done = subprocess.run([*command, "--no-config", *shlex.split(asked.options), "--", *files(asked.captures)], stdout=subprocess.PIPE)
    return done.returncode, done.stdout.decode()


def files(paths):
    """Every file: folders are read with all that is in them, except what begins with a dot."""
    found = []
    for path in map(pathlib.Path, paths):
        if not path.is_dir():
            found.append(str(path))
            continue
        inside = (it for it in sorted(path.rglob("*")) if it.is_file())
        found += [str(it) for it in inside if not any(part.startswith(".") for part in it.relative_to(path).parts)]
    return found


def accepted(baseline, row):
    for entry in baseline:
        if fnmatch.fnmatchcase(row["capture"], entry["capture"]) and entry["verdict"] == row["verdict"]:
            if entry.get("name", row["name"]) == row["name"]:
                return entry.get("reason") or "no reason given"
    return None


def load(path):
    if path is None or not path.exists():
        return []
    try:
        entries = json.loads(path.read_text("utf-8"))["accepted"]
        for entry in entries:
            entry["capture"], entry["verdict"]
        return entries
    except (ValueError, KeyError, TypeError) as error:
        print(f"{path}: is no baseline: {error!r}", file=sys.stderr)
        sys.exit(2)


def cell(text):
    """Text of a capture in a table of Markdown: nothing in it is markup."""
    plain = " ".join(str(text or "").split())
    return "".join("\\" + c if c in "\\`*_{}[]()<>#+!|~&" else c for c in plain)


def summary(rows, new, old, unused):
    failed = [(row, None) for row in new] + old
    lines = [f"## tlswalk: {len(new)} new, {len(old)} accepted, {len(rows)} attempts", ""]
    if failed:
        lines += ["| | capture | verdict | what happened | frames |", "| --- | --- | --- | --- | --- |"]
    for row, reason in failed:
        mark = "✗ new" if reason is None else f"accepted: {cell(reason)}"
        frames = ", ".join(map(str, row["evidence_frames"] or []))
        lines.append(f"| {mark} | {cell(row['capture'])} | {row['verdict']} | {cell(row['summary'])} | {frames} |")
    if unused:
        lines += ["", "Accepted and no longer found (take them out of the baseline):", ""]
        lines += [f"* {cell(entry['capture'])}: {entry['verdict']}" for entry in unused]
    return "\n".join(lines) + "\n"


def main():
    asked = arguments()
    baseline = load(asked.baseline)
    code, text = run(asked, "triage", "-q", "-f", "ndjson")
    if code not in (0, 1, 3):
        print("tlswalk could not do its work; see above", file=sys.stderr)
        return 2
    rows = [json.loads(line) for line in text.splitlines()]
    failed = [row for row in rows if row["severity"] == "error"]
    judged = [(row, accepted(baseline, row)) for row in failed]
    new = [row for row, reason in judged if reason is None]
    old = [(row, reason) for row, reason in judged if reason is not None]
    unused = [entry for entry in baseline if not any(accepted([entry], row) for row in failed)]
    if asked.write_baseline and asked.baseline:
        kept = [entry for entry in baseline if entry not in unused]
        kept += [{"capture": row["capture"], "name": row["name"], "verdict": row["verdict"], "reason": ""} for row in new]
        asked.baseline.write_text(json.dumps({"accepted": kept}, indent=2, ensure_ascii=False) + "\n", "utf-8")
    page = summary(rows, new, old, unused)
    print(page, end="")
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "summary.md").write_text(page, "utf-8")
        for format, name in (("sarif", "tlswalk.sarif"), ("junit", "tlswalk.xml")):
            (asked.out / name).write_text(run(asked, "-f", format)[1], "utf-8")
    if new:
        return 1
    return 3 if code == 3 and not old else 0


sys.exit(main())
