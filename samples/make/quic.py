#!/usr/bin/env python3
"""Record the samples of QUIC: quic.py [--work DIR] [--out DIR] [NAME…]

    ap ----- fw ----- wlc        ap   192.168.20.11, the client
                                 fw   a router that may drop or refuse
                                 wlc  192.168.30.5, the server

The handshakes are those of aioquic (a Python of its own, named by AIOQUIC) and of ngtcp2's programs with GnuTLS (Debian's
ngtcp2-client and ngtcp2-server). Needs root, network namespaces, tcpdump, nft and openssl. Private keys stay in the work directory.
"""

import argparse
import asyncio
import os
import shutil
import ssl
import sys
import tempfile
import time

import datagrams
from datagrams import SAMPLES, WLC, run

NAME = "app.corp.example"
PORT = 443
V6 = {"ap": ("2001:db8:20::11", "2001:db8:20::1"), "wlc": ("2001:db8:30::5", "2001:db8:30::1")}
V1, V2 = 1, 0x6B3343CF

# ---------------------------------------------------------------------------------------------- aioquic, in the lab


def versions(text):
    return [int(number, 0) for number in text.split(",")]


def ask_for_certificates(how):
    """Lets servers ask for a client's certificate, which aioquic does for tests only, and judge it: `any`, or `none`."""
    from aioquic import tls

    begin, take, finished = (tls.Context.__init__, tls.Context._set_peer_certificate, tls.Context._server_expect_finished)

    def ask(context, *given, **named):
        begin(context, *given, **named)
        context._request_client_certificate = True

    def judge(context, certificate):
        take(context, certificate)
        if how == "none":
            raise tls.AlertUnknownCA("no authority is known here")

    def expect(context):
        # Without a certificate, the state goes from there to Finished.
        if how == "none" and context.state == tls.State.SERVER_EXPECT_CERTIFICATE:
            class Required(tls.Alert):
                description = tls.AlertDescription.certificate_required
            raise Required("a certificate is required")
        finished(context)

    tls.Context.__init__, tls.Context._set_peer_certificate, tls.Context._server_expect_finished = ask, judge, expect


def serve(given):
    from aioquic.asyncio import QuicConnectionProtocol, serve as listen
    from aioquic.quic.configuration import QuicConfiguration

    configuration = QuicConfiguration(is_client=False, alpn_protocols=given.alpn.split(","))
    configuration.supported_versions = versions(given.versions)
    configuration.load_cert_chain(given.chain, given.key)
    if given.ask:
        ask_for_certificates(given.ask)

    def answer(reader, writer):
        async def talk():
            asked = await reader.read()
            writer.write(b"answer to " + asked + bytes(given.bytes))
            writer.write_eof()
        asyncio.ensure_future(talk())

    async def main():
        await listen(given.address, PORT, configuration=configuration, create_protocol=QuicConnectionProtocol,
                     stream_handler=answer, retry=given.retry)
        print("ready", flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())


def call(given):
    from aioquic.asyncio.client import connect
    from aioquic.quic.configuration import QuicConfiguration

    configuration = QuicConfiguration(is_client=True, alpn_protocols=given.alpn.split(","), server_name=NAME)
    configuration.supported_versions = versions(given.versions)
    configuration.idle_timeout = given.idle
    configuration.load_verify_locations(given.root)
    configuration.verify_mode = ssl.CERT_REQUIRED
    if given.chain:
        configuration.load_cert_chain(given.chain, given.key)

    async def main():
        try:
            async with connect(given.address, PORT, configuration=configuration) as protocol:
                for turn in range(3):
                    reader, writer = await protocol.create_stream()
                    writer.write(b"request %d" % turn)
                    writer.write_eof()
                    print(len(await reader.read()), flush=True)
                    await asyncio.sleep(0.2)
        except Exception as error:  # the capture shows it
            print(repr(error), flush=True)
        print("over", flush=True)

    asyncio.run(main())


# -------------------------------------------------------------------------------------------------------------- lab


class Lab(datagrams.Lab):
    def __enter__(self):
        lab = super().__enter__()
        for part, (own, gateway) in V6.items():
            run(["ip", "-n", self.space(part), "address", "add", f"{own}/64", "dev", "eth0", "nodad"])
            run(["ip", "-n", self.space("fw"), "address", "add", f"{gateway}/64", "dev", part, "nodad"])
            run(["ip", "-n", self.space(part), "route", "add", "default", "via", gateway])
        self.inside("fw", ["sysctl", "-qw", "net.ipv6.conf.all.forwarding=1"])
        return lab

    def record(self, part="ap"):
        self.path = os.path.join(self.out, f"{self.name}.pcap")
        self.start(part, ["tcpdump", "-i", "eth0", "-w", self.path, "-s", "0", "-U", "-B", "4096",
                          "udp or tcp or icmp or (icmp6 and ip6[40] < 128)"], "listening")
        time.sleep(0.3)

    def python(self, part, arguments, expect, seconds=10):
        return self.start(part, [os.environ.get("AIOQUIC", sys.executable), os.path.abspath(__file__), *arguments], expect,
                          seconds)

    def server(self, pki, certificate="app", alpn="lab", address=WLC, offered=f"{V1},{V2}", retry=False, size=3000,
               ask=""):
        at = f"{pki.dir}/{certificate}"
        self.python("wlc", ["--serve", "--address", address, "--alpn", alpn, "--versions", offered, "--chain", f"{at}.chain",
                            "--key", f"{at}.key", "--bytes", str(size), *(["--retry"] if retry else []),
                            *(["--ask", ask] if ask else [])], "ready")

    def client(self, pki, alpn="lab", address=WLC, offered=f"{V1},{V2}", root="root", idle=5.0, seconds=15, certificate=""):
        own = ["--chain", f"{pki.dir}/{certificate}.chain", "--key", f"{pki.dir}/{certificate}.key"] if certificate else []
        child = self.python("ap", ["--call", "--address", address, "--alpn", alpn, "--versions", offered, "--root",
                                   f"{pki.dir}/{root}.pem", "--idle", str(idle), *own], "over", seconds)
        with open(child.log, encoding="utf-8", errors="replace") as log:
            print("   ", " | ".join(log.read().split("\n")), flush=True)
        time.sleep(3.5)

    def over_tcp(self, pki):
        """A server of TLS on the same port over TCP, and a client that goes on there."""
        at = f"{pki.dir}/app"
        self.start("wlc", ["openssl", "s_server", "-accept", str(PORT), "-cert", f"{at}.pem", "-key", f"{at}.key", "-www"],
                   "ACCEPT")

    def call_tcp(self, pki):
        call = f"openssl s_client -connect {WLC}:{PORT} -servername {NAME} -CAfile {pki.dir}/root.pem -quiet"
        self.start("ap", ["sh", "-c", f"(printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1) | {call}"], "verify return")
        time.sleep(2)


class Pki(datagrams.Pki):
    def __init__(self, work):
        super().__init__(work)
        leaf = ("basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
                f"subjectAltName=DNS:{NAME}\n")
        first, last = "20260101000000Z", "20360101000000Z"
        self.issue("app", f"/O=Lab/CN={NAME}", "maker", leaf, first, last)
        self.issue("app-strange", f"/O=Lab/CN={NAME}", "strange-root", leaf, first, last)


SCENARIOS = {}


def scenario(build):
    SCENARIOS[build.__name__.replace("_", "-")] = build
    return build


@scenario
def quic_healthy(lab, pki):
    lab.server(pki)
    lab.record()
    lab.client(pki, offered=str(V1))


@scenario
def quic_healthy_v2(lab, pki):
    lab.server(pki)
    lab.record()
    lab.client(pki, offered=str(V2))


@scenario
def quic_healthy_ipv6(lab, pki):
    lab.server(pki, address=V6["wlc"][0])
    lab.record()
    lab.client(pki, offered=str(V1), address=V6["wlc"][0])


@scenario
def quic_healthy_retry(lab, pki):
    lab.server(pki, retry=True)
    lab.record()
    lab.client(pki, offered=str(V1))


@scenario
def quic_no_answer(lab, pki):
    """The firewall drops UDP to port 443; the client goes on over TCP."""
    lab.server(pki)
    lab.over_tcp(pki)
    lab.firewall(f"udp dport {PORT} drop")
    lab.record()
    lab.client(pki, offered=str(V1), idle=8.0, seconds=20)
    lab.call_tcp(pki)


@scenario
def quic_prohibited(lab, pki):
    lab.server(pki)
    lab.reject(f"udp dport {PORT} reject with icmp type admin-prohibited")
    lab.record()
    lab.client(pki, offered=str(V1))


@scenario
def quic_port_unreachable(lab, pki):
    lab.record()
    lab.client(pki, offered=str(V1))


@scenario
def quic_version_mismatch(lab, pki):
    lab.server(pki, offered=str(V2))
    lab.record()
    lab.client(pki, offered=str(V1))


@scenario
def quic_version_negotiated(lab, pki):
    """The client asks for version 2 first, is told of version 1, and goes on with it."""
    lab.server(pki, offered=str(V1))
    lab.record()
    lab.client(pki, offered=f"{V2},{V1}")


@scenario
def quic_no_application_protocol(lab, pki):
    lab.server(pki, alpn="other")
    lab.record()
    lab.client(pki, offered=str(V1))


@scenario
def quic_certificate_unknown_ca(lab, pki):
    lab.server(pki, certificate="app-strange")
    lab.record()
    # What comes later shows that nothing more came of the first try.
    lab.client(pki, offered=str(V1))
    lab.client(pki, offered=str(V1))


@scenario
def quic_client_certificate_refused(lab, pki):
    lab.server(pki, ask="none")
    lab.record()
    # What comes later shows that nothing more came of the first try.
    lab.client(pki, offered=str(V1), certificate="app-strange")
    lab.client(pki, offered=str(V1), certificate="app-strange")


@scenario
def quic_client_certificate_missing(lab, pki):
    lab.server(pki, ask="none")
    lab.record()
    lab.client(pki, offered=str(V1))
    lab.client(pki, offered=str(V1))


@scenario
def quic_client_certificate_good(lab, pki):
    lab.server(pki, ask="any")
    lab.record()
    lab.client(pki, offered=str(V1), certificate="app-strange")


# ----------------------------------------------------------------------------------------------------------- ngtcp2


def ngtcp2(lab, pki, server=(), client=(), seconds=6):
    at = f"{pki.dir}/app"
    page = f"{lab.work}/htdocs"
    os.makedirs(page, exist_ok=True)
    with open(f"{page}/index.html", "w", encoding="ascii") as file:
        file.write("lab\n" * 500)
    own = f"/etc/netns/{lab.space('ap')}"
    os.makedirs(own, exist_ok=True)
    with open(f"{own}/hosts", "w", encoding="ascii") as hosts:
        hosts.write(f"{WLC} {NAME}\n")
    lab.start("wlc", ["/usr/sbin/gtlsserver", "-q", "-d", page, *server, WLC, str(PORT), f"{at}.key", f"{at}.chain"], None)
    time.sleep(1)
    lab.record()
    lab.start("ap", ["gtlsclient", "-q", "--exit-on-all-streams-close", "--timeout", "4s", *client, NAME, str(PORT),
                     f"https://{NAME}/index.html"], None)
    time.sleep(seconds)
    shutil.rmtree(own)


@scenario
def quic_ngtcp2_healthy(lab, pki):
    ngtcp2(lab, pki)


@scenario
def quic_ngtcp2_retry(lab, pki):
    ngtcp2(lab, pki, server=["--validate-addr"])


@scenario
def quic_ngtcp2_cipher_mismatch(lab, pki):
    base = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:"
    ngtcp2(lab, pki, server=["--ciphers", f"{base}+AES-256-GCM"], client=["--ciphers", f"{base}+AES-128-GCM"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--work")
    parser.add_argument("--out", default=SAMPLES)
    hidden = {"help": argparse.SUPPRESS}
    parser.add_argument("--serve", action="store_true", **hidden)
    parser.add_argument("--call", action="store_true", **hidden)
    parser.add_argument("--retry", action="store_true", **hidden)
    for name, default in (("address", WLC), ("alpn", "lab"), ("versions", "1"), ("chain", ""), ("key", ""), ("root", ""), ("ask", "")):
        parser.add_argument(f"--{name}", default=default, **hidden)
    parser.add_argument("--idle", type=float, default=5, **hidden)
    parser.add_argument("--bytes", type=int, default=3000, **hidden)
    given = parser.parse_args()
    if given.serve:
        return serve(given)
    if given.call:
        return call(given)
    work = given.work or tempfile.mkdtemp(prefix="quic-")
    os.makedirs(work, exist_ok=True)
    pki = Pki(work)
    for name in given.names or SCENARIOS:
        with Lab(name, work, given.out) as lab:
            SCENARIOS[name](lab, pki)
        print(name, os.path.getsize(os.path.join(given.out, f"{name}.pcap")), flush=True)


if __name__ == "__main__":
    main()
