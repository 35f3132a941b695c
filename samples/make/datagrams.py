#!/usr/bin/env python3
"""Record the samples of DTLS and of access points that join a controller: datagrams.py [--work DIR] [NAME…]

    ap ----- fw ----- wlc        ap   192.168.20.11, the access point (or any client)
                                 fw   a router that may drop, refuse or cut
                                 wlc  192.168.30.5, the controller (or any server)

The handshakes are those of OpenSSL's or GnuTLS's own programs. Both speak bare DTLS to a framer of their own
(`datagrams.py --framer`), which puts CAPWAP's preamble (RFC 5415 section 4.2) before each datagram or takes it away, asks or
answers the Discovery in clear, and is the only one that the wire shows. Needs root, network namespaces, tcpdump, nft.
Private keys stay in the work directory.
"""

import argparse
import datetime
import os
import select
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.dirname(HERE)
AP, WLC, CONTROL = "192.168.20.11", "192.168.30.5", 5246
INNER = 4433
DATA = 5247

# ---------------------------------------------------------------------------------------------------------- framer


def control(kind, sequence, elements=b""):
    """A CAPWAP control message in clear: preamble, header of 8 bytes, message type, sequence, length, flags."""
    header = bytes([0x00, 0x10, 0x02, 0x00, 0, 0, 0, 0])
    return header + struct.pack(">IBHB", kind, sequence, 3 + len(elements), 0) + elements


def element(kind, value):
    return struct.pack(">HH", kind, len(value)) + value


def discovery_request(sequence):
    # Discovery Type (20), WTP Frame Tunnel Mode (41), WTP MAC Type (44)
    return control(1, sequence, element(20, b"\x01") + element(41, b"\x08") + element(44, b"\x01"))


def discovery_response(sequence):
    # AC Name (4), CAPWAP Control IPv4 Address (10)
    return control(2, sequence, element(4, b"lab-wlc") + element(10, socket.inet_aton(WLC) + b"\0\1"))


def keep_alive():
    """A keep-alive of the data channel (RFC 5415 section 4.4.1): the K flag, and a session ID (35)."""
    body = element(35, bytes(range(16)))
    return bytes([0x00, 0x10, 0x02, 0x08, 0, 0, 0, 0]) + struct.pack(">H", len(body) + 2) + body


def frame_client(discoveries, wait, bare, data):
    """Beside the access point: discovers, then carries DTLS of a program that talks to 127.0.0.1:4433."""
    inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    inner.bind(("127.0.0.1", INNER))
    outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    outer.bind((AP, 5264))
    server = (WLC, INNER if bare else CONTROL)
    channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    channel.bind((AP, 5265))
    for number in range(discoveries):
        outer.sendto(discovery_request(number), server)
        ready, _, _ = select.select([outer], [], [], wait)
        if ready:
            try:
                outer.recv(65535)
            except ConnectionError:
                continue
            break
    print("ready", flush=True)
    program = None
    head = b"" if bare else b"\x01\0\0\0"
    due = time.monotonic() + 2 if data else None
    while True:
        ready, _, _ = select.select([inner, outer], [], [], 0.2)
        if due and program and time.monotonic() > due:
            channel.sendto(keep_alive(), (WLC, DATA))
            due = time.monotonic() + 1
        for one in ready:
            try:
                data, source = one.recvfrom(65535)
            except ConnectionError:
                continue
            if one is inner:
                program = source
                try:
                    outer.sendto(head + data, server)
                except OSError:
                    pass  # an ICMP error of the datagram before
            elif program and data.startswith(head):
                inner.sendto(data[len(head):], program)


def frame_server(answers, bare):
    """Beside the controller: answers Discovery, and carries DTLS to a program at 127.0.0.1:4433."""
    outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    outer.bind((WLC, INNER if bare else CONTROL))
    channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    channel.bind((WLC, DATA))
    inner, head = {}, b"" if bare else b"\x01\0\0\0"
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([outer, channel, *inner.values()], [], [])
        for one in ready:
            if one is channel:
                data, source = channel.recvfrom(65535)
                channel.sendto(data, source)
                continue
            if one is outer:
                data, source = outer.recvfrom(65535)
                if not bare and data[:1] == b"\0":
                    if answers and data[8:12] == b"\0\0\0\1":
                        outer.sendto(discovery_response(data[12]), source)
                    continue
                if source not in inner:
                    inner[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    inner[source].connect(("127.0.0.1", INNER))
                try:
                    inner[source].send(data[len(head):])
                except ConnectionError:
                    pass
            else:
                try:
                    data = one.recv(65535)
                except ConnectionError:
                    continue
                target = next(source for source, it in inner.items() if it is one)
                outer.sendto(head + data, target)


# -------------------------------------------------------------------------------------------------------------- lab


def run(argv, check=True):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    if check and done.returncode:
        raise SystemExit(f"{' '.join(argv)}: {done.stdout.strip()}")
    return done.stdout


class Lab:
    def __init__(self, name, work, out):
        self.name, self.work, self.out = name, work, out
        self.tag = f"dg{os.getpid()}"
        self.children = []

    def space(self, part):
        return f"{self.tag}{part}"

    def __enter__(self):
        for part in ("ap", "fw", "wlc"):
            run(["ip", "netns", "add", self.space(part)])
            run(["ip", "-n", self.space(part), "link", "set", "lo", "up"])
        for part, own, gateway in (("ap", AP, "192.168.20.1"), ("wlc", WLC, "192.168.30.1")):
            run(["ip", "link", "add", "eth0", "netns", self.space(part), "type", "veth", "peer", "name", part,
                 "netns", self.space("fw")])
            run(["ip", "-n", self.space(part), "address", "add", f"{own}/24", "dev", "eth0"])
            run(["ip", "-n", self.space("fw"), "address", "add", f"{gateway}/24", "dev", part])
            run(["ip", "-n", self.space(part), "link", "set", "eth0", "up"])
            run(["ip", "-n", self.space("fw"), "link", "set", part, "up"])
            run(["ip", "-n", self.space(part), "route", "add", "default", "via", gateway])
            self.inside(part, ["ethtool", "-K", "eth0", "tx", "off", "gso", "off", "gro", "off"], check=False)
        self.inside("fw", ["sysctl", "-qw", "net.ipv4.ip_forward=1"])
        return self

    def inside(self, part, argv, check=True):
        return run(["ip", "netns", "exec", self.space(part), *argv], check)

    def firewall(self, *rules, part="fw"):
        """Rules of a hook before fragments are put together."""
        text = "table ip lab {\nchain early {\ntype filter hook prerouting priority -450;\n" + "\n".join(rules) + "\n}\n}\n"
        path = os.path.join(self.work, f"{self.name}.nft")
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        self.inside(part, ["nft", "-f", path])

    def reject(self, rule):
        text = f"table ip lab {{\nchain way {{\ntype filter hook forward priority 0;\n{rule}\n}}\n}}\n"
        path = os.path.join(self.work, f"{self.name}.nft")
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        self.inside("fw", ["nft", "-f", path])

    def start(self, part, argv, expect=None, seconds=10):
        log = os.path.join(self.work, f"{self.name}-{part}-{len(self.children)}.log")
        output = open(log, "wb")
        child = subprocess.Popen(["ip", "netns", "exec", self.space(part), *argv], stdin=subprocess.PIPE, stdout=output,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        self.children.append(child)
        child.log = log
        end = time.monotonic() + seconds
        while expect and time.monotonic() < end:
            with open(log, "rb") as file:
                if expect.encode() in file.read():
                    break
            if child.poll() is not None:
                break
            time.sleep(0.05)
        return child

    def record(self, part="ap"):
        self.path = os.path.join(self.out, f"{self.name}.pcap")
        self.start(part, ["tcpdump", "-i", "eth0", "-w", self.path, "-s", "0", "-U", "-B", "4096",
                          "udp or icmp"], "listening")
        time.sleep(0.3)

    def __exit__(self, *_):
        time.sleep(0.4)
        for child in reversed(self.children):
            if child.poll() is None:
                try:
                    os.killpg(child.pid, signal.SIGTERM)
                    child.wait(3)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    os.killpg(child.pid, signal.SIGKILL)
        for part in ("ap", "fw", "wlc"):
            run(["ip", "netns", "delete", self.space(part)], check=False)


# -------------------------------------------------------------------------------------------------------------- pki

CONFIG = """[ca]
default_ca = lab
[lab]
dir = {dir}
database = {dir}/index.txt
new_certs_dir = {dir}
rand_serial = yes
default_md = {digest}
policy = any
unique_subject = no
preserve = yes
[any]
countryName = optional
organizationName = optional
commonName = optional
serialNumber = optional
[req]
distinguished_name = dn
prompt = no
[dn]
"""


class Pki:
    """A manufacturer's authority over another, one that nobody knows, and leaves. Keys never leave the work directory."""

    def __init__(self, work):
        self.dir = work
        open(f"{work}/index.txt", "a").close()
        for digest in ("sha256", "sha1"):
            with open(f"{work}/{digest}.cnf", "w", encoding="ascii") as file:
                file.write(CONFIG.format(dir=work, digest=digest))
        authority = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        long = ("20120101000000Z", "20420101000000Z")
        self.issue("root", "/O=Lab Wireless/CN=Lab Wireless Root CA", None, authority, *long)
        self.issue("maker", "/O=Lab Wireless/CN=Lab Manufacturing CA SHA2", "root", authority, *long)
        self.issue("strange-root", "/O=Somebody/CN=Somebody Root CA", None, authority, *long)
        self.issue("site-root", "/O=Example Corp/CN=Example Corp Device CA", None, authority, *long)
        leaf = "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
        ap, wlc = "/O=Lab Wireless/CN=AP-LAB-0011223344", "/O=Lab Wireless/CN=WLC-LAB-0099887766"
        now = datetime.datetime.now(datetime.timezone.utc)

        def day(days):
            return (now + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")

        decade = 3652
        for who, subject in (("ap", ap), ("wlc", wlc)):
            self.issue(who, subject, "maker", leaf, day(-900), day(decade - 900))
            self.issue(f"{who}-expired", subject, "maker", leaf, day(-decade - 40), day(-40))
            self.issue(f"{who}-early", subject, "maker", leaf, day(20), day(decade + 20))
            self.issue(f"{who}-strange", subject, "strange-root", leaf, day(-900), day(decade - 900))
            self.issue(f"{who}-self", subject, None, leaf, day(-100), day(3000))
        # A locally significant certificate: issued by the site's own authority.
        self.issue("ap-local", "/O=Example Corp/CN=C9120AXI-0011223344", "site-root", leaf, day(-200), day(530))

    def issue(self, name, subject, issuer, extensions, first, last, digest="sha256"):
        at = f"{self.dir}/{name}"
        if os.path.exists(f"{at}.chain"):
            return  # a work directory is of one series
        with open(f"{at}.ext", "w", encoding="ascii") as file:
            file.write(extensions)
        run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{at}.key", "-out", f"{at}.csr", "-subj",
             subject, "-config", f"{self.dir}/{digest}.cnf"])
        signer = ["-selfsign", "-keyfile", f"{at}.key"] if issuer is None else [
            "-cert", f"{self.dir}/{issuer}.pem", "-keyfile", f"{self.dir}/{issuer}.key"]
        run(["openssl", "ca", "-batch", "-notext", "-config", f"{self.dir}/{digest}.cnf", "-in", f"{at}.csr", "-out", f"{at}.pem",
             "-extfile", f"{at}.ext", "-startdate", first, "-enddate", last, *signer])
        # Behind a leaf stands the chain that goes with it.
        chain = [f"{self.dir}/{issuer}.pem"] if issuer == "maker" else []
        with open(f"{at}.chain", "w", encoding="ascii") as file:
            for part in [f"{at}.pem", *chain]:
                with open(part, encoding="ascii") as pem:
                    file.write(pem.read())

    def options(self, name):
        return ["-cert", f"{self.dir}/{name}.pem", "-cert_chain", f"{self.dir}/{name}.chain", "-key", f"{self.dir}/{name}.key"]


# ------------------------------------------------------------------------------------------------------------ peers


def wlc(lab, pki, certificate="wlc", extra=("-dtls1_2", "-mtu", "1300"), answers=True, bare=False, asks=True, verify="root"):
    ask = ["-Verify", "3", "-verify_return_error", "-CAfile", f"{pki.dir}/{verify}.pem"] if asks else []
    server = lab.start("wlc", ["openssl", "s_server", "-accept", f"127.0.0.1:{INNER}", *extra, *pki.options(certificate),
                               *ask], "ACCEPT")
    framer(lab, "wlc", ["--framer", "server", *([] if answers else ["--mute"]), *(["--bare"] if bare else [])])
    return server


def framer(lab, part, arguments):
    lab.start(part, [sys.executable, os.path.abspath(__file__), *arguments], "ready", 30)


def ap(lab, pki, certificate="ap", extra=("-dtls1_2", "-mtu", "1300"), discoveries=1, bare=False, verify="root", wait=3.0,
       data=False):
    framer(lab, "ap", ["--framer", "client", "--discoveries", str(discoveries), "--wait", str(wait),
                       *(["--bare"] if bare else []), *(["--data"] if data else [])])
    own = pki.options(certificate) if certificate else []
    check = ["-verify_return_error", "-CAfile", f"{pki.dir}/{verify}.pem"] if verify else []
    return lab.start("ap", ["openssl", "s_client", "-connect", f"127.0.0.1:{INNER}", *extra, *own, *check], None)


def say(child, text):
    try:
        child.stdin.write(text.encode())
        child.stdin.flush()
    except BrokenPipeError:
        pass


def talk(client, server, turns):
    """Encrypted messages both ways, as many as a join and its configuration take."""
    time.sleep(1.2)
    for turn in range(turns):
        say(client, f"request {turn} of the access point\n")
        time.sleep(0.15)
        say(server, f"response {turn} of the controller\n")
        time.sleep(0.15)


SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function


@scenario
def capwap_join_healthy(lab, pki):
    server = wlc(lab, pki)
    lab.record()
    client = ap(lab, pki, data=True)
    talk(client, server, 8)


@scenario
def capwap_join_data_port_blocked(lab, pki):
    """UDP port 5246 passes and 5247 does not: the access point joins, and ends the session without its data channel."""
    server = wlc(lab, pki)
    lab.firewall("udp dport 5247 drop")
    lab.record()
    client = ap(lab, pki, data=True)
    talk(client, server, 8)
    time.sleep(3)
    client.stdin.close()
    time.sleep(0.5)


@scenario
def capwap_join_ap_certificate_expired(lab, pki):
    wlc(lab, pki)
    lab.record()
    ap(lab, pki, "ap-expired")
    time.sleep(2)


@scenario
def capwap_join_ap_certificate_not_yet_valid(lab, pki):
    wlc(lab, pki)
    lab.record()
    ap(lab, pki, "ap-early")
    time.sleep(2)


@scenario
def capwap_join_ap_issuer_unknown(lab, pki):
    wlc(lab, pki)
    lab.record()
    ap(lab, pki, "ap-strange")
    time.sleep(2)


@scenario
def capwap_join_ap_self_signed(lab, pki):
    wlc(lab, pki)
    lab.record()
    ap(lab, pki, "ap-self")
    time.sleep(2)


@scenario
def capwap_join_ap_local_certificate(lab, pki):
    """The access point kept the certificate of the site (LSC), and the controller trusts the manufacturer's authority alone."""
    wlc(lab, pki)
    lab.record()
    ap(lab, pki, "ap-local")
    time.sleep(2)


@scenario
def capwap_join_controller_certificate_expired(lab, pki):
    wlc(lab, pki, "wlc-expired")
    lab.record()
    ap(lab, pki)
    time.sleep(2)


@scenario
def capwap_join_controller_issuer_unknown(lab, pki):
    wlc(lab, pki, "wlc-strange")
    lab.record()
    ap(lab, pki)
    time.sleep(2)


@scenario
def capwap_join_controller_silent(lab, pki):
    """The firewall lets Discovery pass and drops what is longer: DTLS behind it is never answered."""
    wlc(lab, pki)
    lab.firewall("udp length > 100 drop")
    lab.record()
    ap(lab, pki)
    time.sleep(17)


@scenario
def capwap_join_port_blocked(lab, pki):
    """Nothing to UDP port 5246 passes."""
    wlc(lab, pki)
    lab.firewall("udp dport 5246 drop")
    lab.record()
    framer(lab, "ap", ["--framer", "client", "--discoveries", "4", "--wait", "2"])


@scenario
def capwap_join_port_unreachable(lab, pki):
    """Nobody listens on the controller."""
    lab.record()
    ap(lab, pki, discoveries=1, wait=0.5)
    time.sleep(4)


@scenario
def capwap_join_prohibited(lab, pki):
    """The firewall answers with ICMP: communication administratively prohibited."""
    wlc(lab, pki)
    lab.reject("udp dport 5246 reject with icmp type admin-prohibited")
    lab.record()
    ap(lab, pki, discoveries=1, wait=0.5)
    time.sleep(4)


@scenario
def capwap_join_fragments_lost(lab, pki):
    """The controller's flight is one datagram of several IP fragments; the router drops all but the first."""
    wlc(lab, pki, extra=("-dtls1_2", "-mtu", "4000"))
    lab.firewall("ip frag-off & 0x1fff != 0 drop")
    lab.record()
    ap(lab, pki)
    time.sleep(17)


@scenario
def capwap_join_client_flight_lost(lab, pki):
    """Recorded beside the controller: the access point's certificate comes in IP fragments that the router drops."""
    wlc(lab, pki)
    lab.firewall("ip frag-off & 0x1fff != 0 drop")
    lab.record("wlc")
    ap(lab, pki, extra=("-dtls1_2", "-mtu", "4000"))
    time.sleep(17)


@scenario
def capwap_join_cookie_lost(lab, pki):
    """Recorded beside the controller: its request for a cookie never reaches the access point."""
    wlc(lab, pki)
    lab.record("wlc")
    framer(lab, "ap", ["--framer", "client", "--discoveries", "1", "--wait", "3"])
    lab.firewall("ip saddr 192.168.30.5 drop")
    lab.start("ap", ["openssl", "s_client", "-connect", f"127.0.0.1:{INNER}", "-dtls1_2", *pki.options("ap")], None)
    time.sleep(17)


@scenario
def capwap_join_version_mismatch(lab, pki):
    wlc(lab, pki, extra=("-dtls1_2",))
    lab.record()
    ap(lab, pki, extra=("-dtls1", "-cipher", "DEFAULT@SECLEVEL=0"))
    time.sleep(2)


@scenario
def capwap_join_cipher_mismatch(lab, pki):
    wlc(lab, pki, extra=("-dtls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"))
    lab.record()
    ap(lab, pki, extra=("-dtls1_2", "-cipher", "AES128-SHA"))
    time.sleep(2)


@scenario
def capwap_join_refused(lab, pki):
    """The handshake completes, one message goes each way, and the access point ends the session."""
    server = wlc(lab, pki)
    lab.record()
    client = ap(lab, pki)
    talk(client, server, 1)
    client.stdin.close()  # s_client then says goodbye, as an access point does that is not let in
    time.sleep(1.5)


@scenario
def capwap_join_unanswered_request(lab, pki):
    """The handshake completes; the access point's messages are never answered."""
    wlc(lab, pki)
    lab.record()
    client = ap(lab, pki)
    time.sleep(1.2)
    for _ in range(4):
        say(client, "join request\n")
        time.sleep(2)
    time.sleep(4)


@scenario
def dtls_healthy(lab, pki):
    server = wlc(lab, pki, bare=True, asks=False)
    lab.record()
    client = ap(lab, pki, None, discoveries=0, bare=True)
    talk(client, server, 3)


@scenario
def dtls_server_certificate_expired(lab, pki):
    wlc(lab, pki, "wlc-expired", bare=True, asks=False)
    lab.record()
    ap(lab, pki, None, discoveries=0, bare=True)
    time.sleep(2)


@scenario
def dtls_gnutls_healthy(lab, pki):
    gnutls(lab, pki, "wlc")


@scenario
def dtls_gnutls_certificate_expired(lab, pki):
    gnutls(lab, pki, "wlc-expired")


@scenario
def dtls_draft_healthy(lab, pki):
    """The draft of DTLS 1.0 that VPN clients speak (version 0x0100)."""
    gnutls(lab, pki, "wlc", DRAFT)


@scenario
def dtls_draft_certificate_expired(lab, pki):
    gnutls(lab, pki, "wlc-expired", DRAFT)


@scenario
def dtls_psk_wrong_key(lab, pki):
    """A pre-shared key that is not the server's, which drops the client's Finished and sends nothing."""
    suites = ["-dtls1_2", "-mtu", "1300", "-cipher", "PSK", "-psk_identity", "device", "-psk"]
    lab.start("wlc", ["openssl", "s_server", "-accept", f"127.0.0.1:{INNER}", "-nocert", *suites, secrets.token_hex(16)], "ACCEPT")
    framer(lab, "wlc", ["--framer", "server", "--bare"])
    lab.record()
    framer(lab, "ap", ["--framer", "client", "--discoveries", "0", "--bare"])
    lab.start("ap", ["openssl", "s_client", "-connect", f"127.0.0.1:{INNER}", *suites, secrets.token_hex(16)], None)
    time.sleep(16)


DRAFT = ["--priority", "NORMAL:-VERS-ALL:+VERS-DTLS0.9:%COMPAT"]


def gnutls(lab, pki, certificate, speaks=()):
    at = f"{pki.dir}/{certificate}"
    lab.start("wlc", ["gnutls-serv", "--udp", "--echo", "--mtu", "1400", "--port", str(INNER), "--x509certfile", f"{at}.chain",
                      "--x509keyfile", f"{at}.key", *speaks, *(["--nocookie"] if speaks else [])], "listening")
    time.sleep(0.5)
    framer(lab, "wlc", ["--framer", "server", "--bare"])
    lab.record()
    framer(lab, "ap", ["--framer", "client", "--discoveries", "0", "--bare"])
    client = lab.start("ap", ["gnutls-cli", "--udp", "--mtu", "1400", "-p", str(INNER), "--x509cafile", f"{pki.dir}/root.pem",
                              "--verify-hostname", "WLC-LAB-0099887766", *speaks, "127.0.0.1"], None)
    time.sleep(1.5)
    for turn in range(3):
        say(client, f"line {turn}\n")
        time.sleep(0.3)
    time.sleep(4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--work")
    parser.add_argument("--out", default=SAMPLES)
    parser.add_argument("--framer", choices=("client", "server"), help=argparse.SUPPRESS)
    parser.add_argument("--discoveries", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--wait", type=float, default=3, help=argparse.SUPPRESS)
    parser.add_argument("--mute", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--data", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.framer == "client":
        return frame_client(given.discoveries, given.wait, given.bare, given.data)
    if given.framer == "server":
        return frame_server(not given.mute, given.bare)
    work = given.work or tempfile.mkdtemp(prefix="datagrams-")
    os.makedirs(work, exist_ok=True)
    pki = Pki(work)
    for name in given.names or SCENARIOS:
        with Lab(name, work, given.out) as lab:
            SCENARIOS[name](lab, pki)
        print(name, os.path.getsize(os.path.join(given.out, f"{name}.pcap")), flush=True)
    with open(f"{work}/root.pem", encoding="ascii") as root:
        publish(root.read(), os.path.join(given.out, "roots"))


def publish(root, folder):
    """Beside the roots of earlier series, whose samples stay."""
    names = ("wireless-root.pem", *(f"wireless-root-{number}.pem" for number in range(2, 100)))
    for path in (os.path.join(folder, name) for name in names):
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                file.write(root)
            return
        with open(path, encoding="ascii") as file:
            if file.read() == root:
                return


if __name__ == "__main__":
    main()
