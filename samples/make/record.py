#!/usr/bin/env python3
"""Record the sample captures again: record.py [--work DIR] [--jobs N] [--list] [NAME…]

Needs root, Linux with network namespaces, and the programs named in ../README.md. Without names everything is
recorded. The work directory keeps the lab's authorities and the programs' logs; it holds private keys and is never
part of the repository.
"""

import argparse
import concurrent.futures
import itertools
import os
import re
import sys
import tempfile
import traceback

import attempt_scenarios  # noqa: F401, it registers its scenarios
import between_scenarios  # noqa: F401
import field_scenarios  # noqa: F401
import judge_scenarios  # noqa: F401
import more_scenarios  # noqa: F401
import plain_scenarios  # noqa: F401
import scenarios
from lab import Lab, run
from pki import Pki

SAMPLES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
README = os.path.join(SAMPLES, "README.md")
HEAD = "| file | verdict | by | at | options | what happened | recorded with |"

VERSIONS = {
    "OpenSSL": (["openssl", "version"], r"OpenSSL (\S+)"),
    "GnuTLS": (["gnutls-cli", "--version"], r"(\d\S+)"),
    "Java": (["java", "-version"], r'version "([^"]+)"'),
    "NSS": (["dpkg-query", "-Wf", "${Version}", "libnss3-tools"], r"\d+:([\d.]+)"),
    "nginx": (["nginx", "-v"], r"nginx/(\S+)"),
    "squid": (["squid", "-v"], r"Version (\S+)"),
    "tinyproxy": (["tinyproxy", "-v"], r"tinyproxy (\S+)"),
    "dnsmasq": (["dnsmasq", "-v"], r"version (\S+)"),
    "unbound": (["unbound", "-V"], r"Version (\S+)"),
    "mitmproxy": ([scenarios.MITMDUMP, "--version"], r"Mitmproxy: (\S+)"),
    "nftables": (["nft", "--version"], r"v(\S+)"),
    "iptables": (["iptables", "--version"], r"v(\S+)"),
    "curl": (["curl", "--version"], r"curl (\S+)"),
    "faketime": (["dpkg-query", "-Wf", "${Version}", "faketime"], r"([\d.]+)"),
    "dumpcap": (["dumpcap", "-v"], r"(\d+\.\d+\.\d+)"),
    "tcpdump": (["tcpdump", "--version"], r"version (\S+)"),
    "rustls": (["cargo", "tree", "-q", "--manifest-path", os.path.join(SAMPLES, "make", "rustls_peer", "Cargo.toml"), "-i",
                "rustls", "--depth", "0"], r"rustls v(\S+)"),
    "haproxy": (["haproxy", "-v"], r"version (\S+?)-"),
    "curl": (["curl", "--version"], r"curl (\S+)"),
    "Python": ([sys.executable, "-V"], r"Python (\S+)"),
}


def versions(programs):
    found = []
    for name in programs:
        command, pattern = VERSIONS[name]
        match = re.search(pattern, run(command, check=False))
        found.append(f"{name} {match.group(1)}" if match else name)
    return ", ".join(found)


def table(rows):
    """Put new rows into the table of README.md; rows of files that were not recorded now stay as they are."""
    with open(README, encoding="utf-8") as file:
        before, _, rest = file.read().partition(HEAD)
    lines = rest.split("\n")[2:]
    old = list(itertools.takewhile(lambda line: line.startswith("|"), lines))
    after = "\n".join(lines[len(old):])  # other tables may follow
    known = {line.split("|")[1].strip(): line for line in old}
    known.update(rows)
    order = [line for _, line in sorted(known.items()) if os.path.exists(os.path.join(SAMPLES, line.split("|")[1].strip()))]
    new = README + ".new"
    with open(new, "w", encoding="utf-8") as file:
        file.write(before + HEAD + "\n" + "| --- " * 7 + "|\n" + "\n".join(order) + "\n" +
                   ("\n" + after.lstrip("\n") if after.strip() else ""))
    os.replace(new, README)


def record(scenario, work, pki):
    """Three tries: a machine under load can be too slow for what a scenario wants to show."""
    for left in (2, 1, 0):
        try:
            out = os.path.join(SAMPLES, scenario.into)
            os.makedirs(out, exist_ok=True)
            with Lab(scenario.name, work, pki, out, **scenario.lab) as lab:
                scenario.run(lab)
                return lab.finish()
        except Exception:
            if not left:
                raise


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "tlswalk-samples"))
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    if args.list:
        for scenario in scenarios.ALL.values():
            print(f"{scenario.name:42}{scenario.verdict}")
        return 0
    unknown = [name for name in args.names if name not in scenarios.ALL]
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}")
    if os.geteuid():
        parser.error("network namespaces need root")
    os.makedirs(args.work, mode=0o711, exist_ok=True)
    pki = Pki(args.work, os.path.join(SAMPLES, "roots"))
    pki.publish()
    wanted = [scenarios.ALL[name] for name in args.names or scenarios.ALL]
    # What is made from other samples comes after them.
    stages = [[one for one in wanted if not one.after], [one for one in wanted if one.after]]
    failed = 0
    for stage in stages:
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            running = {pool.submit(record, one, args.work, pki): one for one in stage}
            for done in concurrent.futures.as_completed(running):
                one = running[done]
                try:
                    file, size = done.result()
                except Exception as error:
                    failed += 1
                    print(f"FAILED {one.name}: {error}")
                    if not str(error):
                        traceback.print_exception(error)
                    continue
                if not one.into:  # the table speaks of the samples in the folder itself
                    table({file: f"| {file} | {one.verdict} | {one.by} | {one.at} | {pki.options(one.options)} | {one.what} | "
                                 f"{versions(one.programs)} |"})
                print(f"{size:7} {file}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
