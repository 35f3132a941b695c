#!/usr/bin/env python3
"""Records handshakes together with their key logs, and compares what tlswalk says with and without the keys.

keys.py FOLDER TLSWALK      as root; each scenario leaves NAME.pcap and NAME.keys in FOLDER, and a line on standard output

With the keys the truth is read; without them it is inferred from the sizes of records. A line says both verdicts, and in how many
steps of the encrypted handshake they differ.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
SUITES_12 = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"]


def run(*words, **more):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, **more)


class Lab:
    """A network namespace of its own with nothing but its loopback interface, and certificates made for the occasion."""

    def __init__(self, folder):
        self.folder, self.name = folder, f"keys-{os.getpid()}"
        run("ip", "netns", "add", self.name)
        self("ip", "link", "set", "lo", "up")
        for who, days in [("server", 30), ("client", 30)]:
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={who}.example", "-days", str(days),
                "-addext", f"subjectAltName=DNS:{who}.example", "-keyout", folder / f"{who}.key", "-out", folder / f"{who}.pem")

    def __call__(self, *words, **more):
        return run("ip", "netns", "exec", self.name, *words, **more)

    def start(self, *words, **more):
        return subprocess.Popen(["ip", "netns", "exec", self.name, *words], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, **more)

    def close(self):
        run("ip", "netns", "del", self.name)
        for secret in self.folder.glob("*.key"):
            secret.unlink()

    def record(self, name, server, client, request):
        capture, keys = self.folder / f"{name}.pcap", self.folder / f"{name}.keys"
        keys.unlink(missing_ok=True)
        base = ["openssl", "s_server", "-accept", "4433", "-cert", self.folder / "server.pem", "-key", self.folder / "server.key",
                "-keylogfile", keys, "-quiet"]
        serving = self.start(*base, *server, stdin=subprocess.PIPE)
        watching = self.start("tcpdump", "-i", "lo", "-U", "-s", "0", "-w", capture, "tcp port 4433")
        time.sleep(0.5)
        talking = self.start("openssl", "s_client", "-connect", "127.0.0.1:4433", "-servername", "server.example", *client,
                             stdin=subprocess.PIPE)
        time.sleep(0.4)
        try:
            talking.stdin.write(request)
            talking.stdin.flush()
            time.sleep(0.2)
            talking.stdin.close()
        except BrokenPipeError:
            pass
        try:
            talking.wait(timeout=2)
        except subprocess.TimeoutExpired:
            talking.terminate()
        time.sleep(0.2)
        for process in (serving, watching):
            process.terminate()
            process.wait(timeout=10)
        return capture, keys


def scenarios(folder):
    own = ["-cert", folder / "client.pem", "-key", folder / "client.key"]
    trust_client = ["-CAfile", folder / "client.pem", "-Verify", "1", "-verify_return_error"]
    trust_nobody = ["-CAfile", folder / "server.pem", "-Verify", "1", "-verify_return_error"]
    ask = b"GET / HTTP/1.0\r\n\r\n"
    stories = {
        "good": (["-www"], [], ask),
        "certificate-good": (["-www", *trust_client], own, ask),
        "certificate-refused": (["-www", *trust_nobody], own, ask),
        "certificate-refused-silent": (trust_nobody, own, b""),
        "certificate-missing": (["-www", *trust_client], [], ask),
        "server-refused": (["-www"], ["-CAfile", folder / "client.pem", "-verify_return_error"], ask),
        "silent": ([], [], b""),
    }
    for (story, (server, client, request)), suite in itertools.product(stories.items(), SUITES):
        yield f"tls13-{story}-{suite[4:].split('_SHA')[0].lower()}", [*server, "-ciphersuites", suite], [*client, "-tls1_3"], request
    for (story, (server, client, request)), suite in itertools.product(stories.items(), SUITES_12):
        yield f"tls12-{story}-{suite.lower()}", [*server, "-cipher", suite], [*client, "-tls1_2"], request
    for tickets, story in itertools.product([0, 1, 4], ["good", "certificate-refused", "certificate-good", "silent"]):
        server, client, request = stories[story]
        yield f"tls13-{story}-tickets-{tickets}", [*server, "-num_tickets", str(tickets)], [*client, "-tls1_3"], request


def judged(tlswalk, capture, *options):
    told = subprocess.run([tlswalk, "--all", "--format", "json", *options, capture], stdout=subprocess.PIPE, timeout=60)
    report = json.loads(told.stdout)
    report = report[0] if isinstance(report, list) else report
    steps = [(it["kind"], it["side"]) for connection in report["connections"] for it in connection["steps"]]
    verdict = report["attempts"][0]["verdict"] if report["attempts"] else {"confidence": "-", **report["verdict"]}
    return report, verdict, steps


def main():
    folder, tlswalk = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    lab = Lab(folder)
    try:
        for name, server, client, request in scenarios(folder):
            capture, keys = lab.record(name, server, client, request)
            _, without, guessed = judged(tlswalk, capture)
            report, verdict, read = judged(tlswalk, capture, "--keylog", keys)
            fits = any(it["id"] == "key-log" and "no secret" not in it["detail"] for it in report["capture"]["anomalies"])
            alerts = [(it["side"], it.get("code")) for connection in report["connections"] for it in (connection.get("tls") or {}).get("alerts", [])]
            row = [name, "opened" if fits else "CLOSED", f"{without['id']} ({without['confidence']})",
                   f"{verdict['id']} ({verdict['confidence']})", f"alerts {alerts}", f"{len(guessed)} steps guessed, {len(read)} read"]
            print(" | ".join(row), flush=True)
    finally:
        lab.close()


main()
