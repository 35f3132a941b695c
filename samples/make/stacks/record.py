#!/usr/bin/env python3
"""Attempts of six TLS stacks, each with what was done to it: record.py OUT [WORK]

Every client meets every server in every case that both can be told to make. The servers' address names the attempt, so one
capture holds all attempts at one server. What is true of an attempt is the case's row in CASES, written before anything was
recorded; the program has no part in it. Needs root, network namespaces, tcpdump, zstd, openssl, gnutls-bin, libnss3-tools, a JDK,
Go and Node; keys stay in WORK.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NS = "tlsw-stacks"
REFUSED = "handshake-refused server"
# A client that only closes is seen to close; a server, too.
BAD_SERVER = "server-certificate-rejected client | handshake-refused client | interception-suspected path | silent-mid-handshake client"
BAD_CLIENT = f"client-certificate-rejected server | {REFUSED} | silent-mid-handshake server | no-application-response server"
FINE = "healthy - | healthy-resumed -"
# case: what the server is told, what the client is told, what is true (verdict and side; any of them is right)
CASES = {
    "fine-1.2": ({"version": "1.2"}, {}, FINE),
    "fine-1.3": ({"version": "1.3"}, {}, FINE),
    "mutual-1.2": ({"version": "1.2", "ca": "root"}, {"cert": "client"}, FINE),
    "mutual-1.3": ({"version": "1.3", "ca": "root"}, {"cert": "client"}, FINE),
    **{f"server-{kind}-{version}": ({"version": version, "cert": kind}, {}, BAD_SERVER)
       for kind in ("stranger", "expired", "early", "othername", "selfsigned") for version in ("1.2", "1.3")},
    **{f"client-{kind}-{version}": ({"version": version, "ca": "root"}, {"cert": own}, BAD_CLIENT)
       for kind, own in (("none", None), ("stranger", "client-stranger"), ("expired", "client-expired"))
       for version in ("1.2", "1.3")},
    "old-client": ({"version": "1.3"}, {"version": "1.2"}, f"version-mismatch * | {REFUSED}"),
    "old-server": ({"version": "1.2"}, {"version": "1.3"}, f"version-mismatch * | {REFUSED} | handshake-refused client"),
    "suites": ({"version": "1.2", "suite": "chacha"}, {"suite": "aes256"}, f"cipher-mismatch * | {REFUSED}"),
    "groups": ({"version": "1.3", "curve": "x25519"}, {"curve": "p384"}, f"cipher-mismatch * | {REFUSED}"),
    "alpn": ({"alpn": "smp", "version": "1.2"}, {"alpn": "coap"}, REFUSED),
    "alpn-1.3": ({"alpn": "smp", "version": "1.3"}, {"alpn": "coap"}, REFUSED),
    "silent-1.2": ({"version": "1.2", "silent": True}, {}, "no-application-response *"),
    "silent-1.3": ({"version": "1.3", "silent": True}, {}, "no-application-response *"),
    "leaves-1.2": ({"version": "1.2", "leave": True}, {}, "no-application-response * | reset-after-established * | unexplained-end *"),
    "leaves-1.3": ({"version": "1.3", "leave": True}, {}, "no-application-response * | reset-after-established * | unexplained-end *"),
    "plain-server": ({"plain": True}, {}, "not-tls server"),
    "plain-client": ({"version": "1.2"}, {"plain": True}, "plain-text-to-tls client"),
}


def run(*argv, **options):
    return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, **options)


def inside(argv, log, **options):
    return subprocess.Popen(["ip", "netns", "exec", NS, *argv], stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                            **options)


def stop(child):
    try:
        os.killpg(child.pid, 15)
        child.wait(3)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        child.kill()
        child.wait()


class Pki:
    """One root, one that nobody trusts, and leaves by name; PEM, PKCS #12 for Java, a database for NSS."""

    def __init__(self, work):
        self.dir = work
        self.authority("root", "/C=XX/O=Stacks/CN=Stacks Root CA")
        self.authority("other", "/C=XX/O=Elsewhere/CN=Elsewhere Root CA")
        names = "subjectAltName=DNS:*.stacks.example\nextendedKeyUsage=serverAuth\n"
        for name, by, extensions, first, last in (
                ("good", "root", names, "20260101", "20360101"), ("stranger", "other", names, "20260101", "20360101"),
                ("expired", "root", names, "20240101", "20250101"), ("early", "root", names, "20350101", "20360101"),
                ("othername", "root", names.replace("stacks", "elsewhere"), "20260101", "20360101"),
                ("selfsigned", None, names, "20260101", "20360101"),
                ("client", "root", "extendedKeyUsage=clientAuth\n", "20260101", "20360101"),
                ("client-stranger", "other", "extendedKeyUsage=clientAuth\n", "20260101", "20360101"),
                ("client-expired", "root", "extendedKeyUsage=clientAuth\n", "20240101", "20250101")):
            self.leaf(name, by, extensions, first, last)
        for database in ("own", "roots"):
            place = f"sql:{work}/{database}"
            os.makedirs(f"{work}/{database}", exist_ok=True)
            run("certutil", "-N", "-d", place, "--empty-password")
            run("certutil", "-A", "-d", place, "-n", "root", "-t", "CT,,", "-a", "-i", self.pem("root"))
        for name in self.leaves:
            run("pk12util", "-i", f"{work}/{name}.p12", "-d", f"sql:{work}/own", "-W", "changeit", "-K", "")

    leaves = ("good", "stranger", "expired", "early", "othername", "selfsigned", "client", "client-stranger", "client-expired")

    def pem(self, name):
        return f"{self.dir}/{name}.pem"

    def key(self, name):
        return f"{self.dir}/{name}.key"

    def authority(self, name, subject):
        run("openssl", "req", "-x509", "-newkey", *EC, "-nodes", "-keyout", self.key(name), "-out", self.pem(name), "-subj",
            subject, "-days", "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def leaf(self, name, by, extensions, first, last):
        os.makedirs(f"{self.dir}/{name}.ca", exist_ok=True)
        for file in ("index.txt", "index.txt.attr"):
            open(f"{self.dir}/{name}.ca/{file}", "w", encoding="ascii").close()
        with open(f"{self.dir}/{name}.cnf", "w", encoding="ascii") as file:
            file.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.dir}/{name}.ca/index.txt\nnew_certs_dir={self.dir}/{name}.ca\n"
                       "rand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n"
                       "[x]\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
                       f"subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n{extensions}")
        run("openssl", "req", "-new", "-newkey", *EC, "-nodes", "-keyout", self.key(name), "-out", f"{self.dir}/{name}.csr",
            "-subj", f"/CN=Stacks {name}")
        signer = ["-selfsign", "-keyfile", self.key(name)] if by is None else ["-cert", self.pem(by), "-keyfile", self.key(by)]
        run("openssl", "ca", "-batch", "-notext", "-config", f"{self.dir}/{name}.cnf", "-extensions", "x", "-in",
            f"{self.dir}/{name}.csr", "-out", self.pem(name), "-startdate", f"{first}000000Z", "-enddate", f"{last}000000Z", *signer)
        run("openssl", "pkcs12", "-export", "-in", self.pem(name), "-inkey", self.key(name), "-name", name, "-out",
            f"{self.dir}/{name}.p12", "-passout", "pass:changeit")


EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
GNUTLS_CURVE = {"x25519": "X25519", "p384": "SECP384R1"}
OPENSSL_SUITE = {"chacha": "ECDHE-ECDSA-CHACHA20-POLY1305", "aes256": "ECDHE-ECDSA-AES256-GCM-SHA384"}
OPENSSL_CURVE = {"x25519": "X25519", "p384": "P-384"}
JAVA_SUITE = {"chacha": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "aes256": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}
NSS_SUITE = {"chacha": ":CCA9", "aes256": ":C02C"}
NSS_CURVE = {"x25519": "x25519", "p384": "P384"}
GO_SUITE = {"chacha": 0xCCA9, "aes256": 0xC02C}
GO_CURVE = {"x25519": 29, "p384": 24}




class Stack:
    """How a stack is told what a case asks; None where it cannot be told."""

    def __init__(self, pki, work):
        self.pki, self.work = pki, work

    def openssl(self, serve, name, version=None, ca=None, cert=None, alpn=None, suite=None, curve=None, **told):
        if told.get("silent") or told.get("leave"):
            return None
        argv = ["openssl", "s_server", "-accept", "443", "-www"] if serve else [
            "openssl", "s_client", "-connect", f"{name}:443", "-servername", name, "-quiet", "-verify_return_error",
            "-verify_hostname", name, "-CAfile", self.pki.pem("root")]
        argv += ["-tls" + version.replace(".", "_")] if version else []
        argv += ["-cert", self.pki.pem(cert), "-key", self.pki.key(cert)] if cert else []
        argv += ["-Verify", "3", "-verify_return_error", "-CAfile", self.pki.pem("root")] if serve and ca else []
        argv += ["-alpn", alpn] if alpn else []
        argv += ["-cipher", OPENSSL_SUITE[suite]] if suite else []
        argv += ["-curves" if not serve else "-groups", OPENSSL_CURVE[curve]] if curve else []
        return argv

    def gnutls(self, serve, name, version=None, ca=None, cert=None, alpn=None, suite=None, curve=None, **told):
        if told.get("silent") or told.get("leave"):
            return None
        priority = "NORMAL" + (f":-VERS-ALL:+VERS-TLS{version}" if version else "")
        priority += {"chacha": ":-CIPHER-ALL:+CHACHA20-POLY1305", "aes256": ":-CIPHER-ALL:+AES-256-GCM"}.get(suite, "")
        priority += f":-GROUP-ALL:+GROUP-{GNUTLS_CURVE[curve]}" if curve else ""
        argv = ["gnutls-serv", "--http", "-p", "443"] if serve else ["gnutls-cli", name, "-p", "443"]
        argv += ["--priority", priority]
        argv += ["--x509certfile", self.pki.pem(cert), "--x509keyfile", self.pki.key(cert)] if cert else []
        argv += ["--x509cafile", self.pki.pem("root")] if ca or not serve else []
        argv += ["--require-client-cert", "--verify-client-cert"] if serve and ca else []
        argv += ["--alpn", alpn] + (["--alpn-fatal"] if serve else []) if alpn else []
        return argv

    def nss(self, serve, name, version=None, ca=None, cert=None, suite=None, curve=None, **told):
        if told.get("alpn") or told.get("silent") or told.get("leave"):
            return None
        argv = ["selfserv", "-p", "443", "-n", cert] if serve else ["tstclnt", "-h", name, "-p", "443", *(["-n", cert] if cert else [])]
        argv += ["-d", f"sql:{self.pki.dir}/{'own' if cert else 'roots'}"]
        argv += ["-V", f"tls{version}:tls{version}"] if version else ["-V", "tls1.2:tls1.3"]
        argv += ["-r", "-r"] if serve and ca else []
        argv += ["-c", NSS_SUITE[suite]] if suite else []
        argv += ["-I", NSS_CURVE[curve]] if curve else []
        return argv

    def java(self, serve, name, version=None, ca=None, cert=None, suite=None, **told):
        if told.get("curve"):
            return None
        told = {"version": version, "ca": self.pki.pem("root") if ca or not serve else None, "alpn": told.get("alpn"),
                "id": f"{self.pki.dir}/{cert}.p12" if cert else None, "suite": JAVA_SUITE.get(suite), "silent": told.get("silent"),
                "leave": told.get("leave")}
        options = [f"-D{key}={value}" for key, value in told.items() if value]
        return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", *options, "-cp", self.work, "JavaPeer",
                *(["server"] if serve else ["client", name])]

    def go(self, serve, name, version=None, ca=None, cert=None, suite=None, curve=None, **told):
        options = {"name": name or None, "version": version, "ca": self.pki.pem("root") if ca or not serve else None,
                   "alpn": told.get("alpn"), "suite": GO_SUITE.get(suite), "curve": GO_CURVE.get(curve),
                   "cert": self.pki.pem(cert) if cert else None, "key": self.pki.key(cert) if cert else None}
        flags = [f"-{key}={value}" for key, value in options.items() if value]
        return [f"{self.work}/gopeer", *(["-serve"] if serve else []), *flags,
                *(f"-{flag}" for flag in ("silent", "leave") if told.get(flag))]

    def node(self, serve, name, version=None, ca=None, cert=None, suite=None, curve=None, **told):
        own = {"name": name, "version": version, "ca": self.pki.pem("root") if ca or not serve else None,
               "cert": self.pki.pem(cert) if cert else None, "key": self.pki.key(cert) if cert else None,
               "alpn": told.get("alpn"), "suite": OPENSSL_SUITE.get(suite), "curve": OPENSSL_CURVE.get(curve),
               "silent": told.get("silent"), "leave": told.get("leave")}
        own = {key: value for key, value in own.items() if value}
        return ["node", f"{HERE}/peer.js", "server" if serve else "client", json.dumps(own)]


STACKS = ("openssl", "gnutls", "nss", "java", "go", "node")


def wait_for_port(seconds=8):
    end = time.time() + seconds
    while time.time() < end:
        seen = subprocess.run(["ip", "netns", "exec", NS, "ss", "-Hltn", "sport = :443"], stdout=subprocess.PIPE, check=True).stdout
        if seen.strip():
            return True
        time.sleep(0.05)
    return False


def attempt(argv, log, plain):
    """One client, which is given its request on standard input where it takes one; what it printed."""
    with tempfile.TemporaryFile() as said:
        child = inside(argv, said, stdin=subprocess.PIPE)
        try:
            if not plain:
                time.sleep(0.4)
                child.stdin.write(b"GET / HTTP/1.0\r\n\r\n")
                child.stdin.flush()
            child.wait(5)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            pass
        stop(child)
        said.seek(0)
        text = said.read()
    log.write(text)
    return text


def main():
    out = os.path.abspath(sys.argv[1])
    work = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="stacks-"))
    os.makedirs(work, exist_ok=True)
    os.makedirs(out, exist_ok=True)
    pki = Pki(work)
    run("javac", "-d", work, f"{HERE}/JavaPeer.java")
    run("go", "build", "-o", f"{work}/gopeer", f"{HERE}/peer.go", env={**os.environ, "GO111MODULE": "off"})
    subprocess.run(["ip", "netns", "del", NS], stderr=subprocess.DEVNULL, check=False)
    run("ip", "netns", "add", NS)
    os.makedirs(f"/etc/netns/{NS}", exist_ok=True)
    for command in ("ip link set lo mtu 1500 up", "ethtool -K lo tso off gso off gro off"):
        run("ip", "netns", "exec", NS, *command.split())
    hosts = ["127.0.0.1 localhost"]
    for place, _ in enumerate(STACKS):
        run("ip", "-n", NS, "addr", "add", f"10.99.1.{place + 1}/32", "dev", "lo")
        run("ip", "-n", NS, "route", "add", "local", f"10.99.{10 + place}.0/24", "dev", "lo", "src", f"10.99.1.{place + 1}",
            "table", "local")
        hosts += [f"10.99.{10 + place}.{case} c{case}-{client}.stacks.example"
                  for client in (STACKS[place],) for case in range(1, len(CASES) + 1)]
    with open(f"/etc/netns/{NS}/hosts", "w", encoding="ascii") as file:
        file.write("\n".join(hosts) + "\n")
    shutil.copy(pki.pem("root"), f"{out}/root.pem")
    truth = []
    try:
        for server in STACKS:
            truth += record(server, Stack(pki, work), work, out)
    finally:
        run("ip", "netns", "del", NS)
    table(f"{out}/attempts.tsv", "server and its capture, address of the server, client, case", truth)
    truths = [(case, true, "") for case, (_, _, true) in CASES.items()]
    # NSS shows no certificate whose issuer the server does not list: it gives up.
    truths += [(case, "handshake-refused client", "nss") for case in CASES if case.startswith("client-") and "none" not in case]
    table(f"{out}/cases.tsv", "case, what is true (verdict and side, any of them), of which client alone", truths)


def table(path, head, rows):
    with open(path, "w", encoding="ascii") as file:
        file.write(f"# {head}\n")
        file.writelines("\t".join(row) + "\n" for row in rows)


def record(server, stack, work, out):
    path = f"{work}/{server}.pcap"
    with open(f"{work}/{server}.log", "wb") as log:
        tcpdump = inside(["tcpdump", "-i", "lo", "-U", "-s", "0", "-w", path, "tcp"], log)
        time.sleep(1)
        rows = []
        for number, (case, (told, asked, true)) in enumerate(CASES.items(), 1):
            if told.get("plain"):
                argv = [sys.executable, "-m", "http.server", "443"]
            else:
                argv = getattr(stack, server)(True, "", **{"cert": "good", **told})
            if argv is None:
                continue
            listener = inside(argv, log)
            if wait_for_port():
                for place, client in enumerate(STACKS):
                    name = f"c{number}-{client}.stacks.example"
                    plain = asked.get("plain")
                    # One plain client is enough, and one plain server.
                    if (plain and client != "openssl") or (told.get("plain") and server != "openssl"):
                        continue
                    argv = ["curl", "-s", "-m", "4", f"http://{name}:443/"] if plain else getattr(stack, client)(False, name, **asked)
                    if argv is None:
                        continue
                    log.write(f"== {case} {client}: {argv}\n".encode())
                    log.flush()
                    is_answered = b"HTTP/1.0 200" in attempt(argv, log, plain)
                    if is_answered == (true == FINE):
                        rows.append((server, f"10.99.{10 + place}.{number}", client, case))
                    else:
                        print(f"{server}, {case}, {client}: not as it was meant, left out", flush=True)
            else:
                log.write(f"== {case}: does not listen\n".encode())
            stop(listener)
        time.sleep(1)
        stop(tcpdump)
    run("zstd", "-19", "-q", "-f", path, "-o", f"{out}/{server}.pcap.zst")
    return rows


if __name__ == "__main__":
    main()
