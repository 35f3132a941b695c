#!/usr/bin/env python3
"""Records handshakes together with their key logs, and compares what tlswalk says with and without the keys.

keys.py FOLDER TLSWALK      as root; each scenario leaves NAME.pcap and NAME.keys in FOLDER, and a line on standard output

With the keys the truth is read; without them it is inferred from the sizes of records. A line says both verdicts, and which
encrypted records are something else than their sizes said.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

# OpenSSL, GnuTLS and curl, each with what it has to say.
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
        kept = {**os.environ, "SSLKEYLOGFILE": str(keys)}
        own = ["-cert", self.folder / "server.pem", "-key", self.folder / "server.key", "-keylogfile", keys, "-quiet"]
        if server[0] == "openssl":
            server = [*server, "-accept", "4433", *own]
            kept = os.environ
        serving = self.start(*server, stdin=subprocess.PIPE)
        watching = self.start("tcpdump", "-i", "lo", "-U", "-s", "0", "-w", capture, "tcp port 4433")
        time.sleep(0.5)
        talking = self.start(*client, stdin=subprocess.PIPE, env=kept)
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


def openssl(server, client):
    peer = ["openssl", "s_client", "-connect", "127.0.0.1:4433", "-servername", "server.example"]
    return ["openssl", "s_server", *server], [*peer, *client]


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
        name = f"tls13-{story}-{suite[4:].split('_SHA')[0].lower()}"
        yield name, *openssl([*server, "-ciphersuites", suite], [*client, "-tls1_3"]), request
    for (story, (server, client, request)), suite in itertools.product(stories.items(), SUITES_12):
        yield f"tls12-{story}-{suite.lower()}", *openssl([*server, "-cipher", suite], [*client, "-tls1_2"]), request
    for tickets, story in itertools.product([0, 1, 4], ["good", "certificate-refused", "certificate-good", "silent"]):
        server, client, request = stories[story]
        yield f"tls13-{story}-tickets-{tickets}", *openssl([*server, "-num_tickets", str(tickets)], [*client, "-tls1_3"]), request
    # GnuTLS on either side: the client writes the key log.
    gnutls = ["gnutls-cli", "127.0.0.1", "--port", "4433", "--sni-hostname", "server.example", "--no-ca-verification"]
    gnutls_own = ["--x509certfile", folder / "client.pem", "--x509keyfile", folder / "client.key"]
    gnutls_server = ["gnutls-serv", "--port", "4433", "--x509certfile", folder / "server.pem", "--x509keyfile", folder / "server.key"]
    trust_client_gnutls = ["--require-client-cert", "--verify-client-cert", "--x509cafile", folder / "client.pem"]
    trust_nobody_gnutls = ["--require-client-cert", "--verify-client-cert", "--x509cafile", folder / "server.pem"]
    distrust = ["gnutls-cli", "127.0.0.1", "--port", "4433", "--sni-hostname", "server.example", "--verify-hostname",
                "server.example", "--x509cafile", folder / "client.pem"]
    for version in ["1.3", "1.2"]:
        only = f"NORMAL:-VERS-ALL:+VERS-TLS{version}"
        label = f"tls{version.replace('.', '')}"
        for story, server, client in [
            ("good", ["--http"], gnutls),
            ("certificate-good", ["--http", *trust_client_gnutls], [*gnutls, *gnutls_own]),
            ("certificate-refused", ["--http", *trust_nobody_gnutls], [*gnutls, *gnutls_own]),
            ("certificate-missing", ["--http", *trust_client_gnutls], gnutls),
            ("server-refused", ["--http"], distrust),
        ]:
            yield f"{label}-gnutls-{story}", [*gnutls_server, *server], [*client, "--priority", only], ask
        for story in ["good", "certificate-refused", "certificate-missing"]:
            server, client, request = stories[story]
            server = ["openssl", "s_server", *server]
            client = [*gnutls, *(gnutls_own if client else []), "--priority", only]
            yield f"{label}-gnutls-client-{story}", server, client, request
    curl = ["curl", "-sk", "--connect-timeout", "2", "https://127.0.0.1:4433/"]
    for story in ["good", "certificate-good", "certificate-refused", "certificate-missing"]:
        server, client, _ = stories[story]
        who = ["--cert", folder / "client.pem", "--key", folder / "client.key"] if client else []
        yield f"curl-{story}", ["openssl", "s_server", *server], [*curl, *who], b""
        yield f"curl-gnutls-server-{story}", [*gnutls_server, "--http", *({"certificate-good": trust_client_gnutls,
              "certificate-refused": trust_nobody_gnutls, "certificate-missing": trust_client_gnutls}.get(story, []))], [*curl, *who], b""


def judged(tlswalk, capture, *options):
    told = subprocess.run([tlswalk, "--all", "--format", "json", *options, capture], stdout=subprocess.PIPE, timeout=60)
    report = json.loads(told.stdout)
    report = report[0] if isinstance(report, list) else report
    verdict = report["attempts"][0]["verdict"] if report["attempts"] else {"confidence": "-", **report["verdict"]}
    return report, verdict


def hidden_steps(report):
    """What each side's encrypted records are told to be, by frame: kinds that only keys or sizes tell."""
    steps = {}
    for connection in report["connections"]:
        for step in connection["steps"]:
            if step["seen"] != "observed" or step["kind"] == "application-data":
                steps.setdefault((step["side"], step["frame"]), set()).add(step["kind"])
    return steps


# Kinds that sizes tell by themselves; what stands with others in a record is not asked for.
ASKED = {"finished", "alert", "new-session-ticket", "application-data"}


def wrong_guesses(without, read):
    """Kinds told from sizes that the keys do not confirm."""
    guessed, known = hidden_steps(without), hidden_steps(read)
    for (side, frame), kinds in guessed.items():
        for kind in (kinds & ASKED) - known.get((side, frame), set()):
            yield f"{side}'s frame {frame}: {kind} instead of {'+'.join(sorted(known.get((side, frame), {'nothing'})))}"


def main():
    folder, tlswalk = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    lab = Lab(folder)
    try:
        for name, server, client, request in scenarios(folder):
            capture, keys = lab.record(name, server, client, request)
            keys.touch()
            guess, without = judged(tlswalk, capture)
            report, verdict = judged(tlswalk, capture, "--keylog", keys)
            fits = any(it["id"] == "key-log" and "no secret" not in it["detail"] for it in report["capture"]["anomalies"])
            alerts = [(it["side"], it.get("code")) for connection in report["connections"] for it in (connection.get("tls") or {}).get("alerts", [])]
            wrong = list(wrong_guesses(guess, report)) if fits else []
            row = [name, "opened" if fits else "closed", f"{without['id']} ({without['confidence']})",
                   f"{verdict['id']} ({verdict['confidence']})", f"alerts {alerts}", "; ".join(wrong) or ("sizes agree" if fits else "-")]
            print(" | ".join(row), flush=True)
    finally:
        lab.close()


main()
