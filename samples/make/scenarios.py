"""What is recorded: one function per sample. Its docstring is the sentence in the table of ../README.md."""

import os
import struct
import sys
import time

from lab import CRL, CSLU, CSSM, CSSM6, GATEWAY, HERE, ON_PREM, OTHER, PROXY, TOOLS, WLC, WLC6, Failed, run

MITMDUMP = os.environ.get("MITMDUMP", "mitmdump")
CA = "--ca samples/roots/lab-root.pem"
OWN = "--on-prem ssm.corp.example --ca samples/roots/corp-root.pem"
ALL = {}


class Scenario:
    def __init__(self, function, verdict, by, at, programs, options, after, into, lab):
        self.name = function.__name__.replace("_", "-")
        self.what = " ".join(function.__doc__.split())
        self.run, self.verdict, self.by, self.at = function, verdict, by, at
        self.options, self.programs, self.after, self.into, self.lab = options, programs, after, into, lab


def scenario(verdict, by="-", at="-", programs=("OpenSSL",), options="-", after=False, into="", **lab):
    """Register a scenario; `into` is a folder for what the table does not list; `lab` goes to the Lab: ios, delay, ipv6,
    vlan, cable, neighbours."""
    def register(function):
        one = Scenario(function, verdict, by, at, programs, options, after, into, lab)
        ALL[one.name] = one
        return function
    return register


# --- what several scenarios share ---

def pair(lab, name):
    return lab.pki.chain(name), lab.pki.key(name)


def root(lab):
    return lab.pki.path("root", "pem")


def corp(lab):
    return lab.pki.path("corp", "pem")


def device(lab):
    return lab.pki.path("device", "pem")


def identity(lab, name):
    return "--cert", lab.pki.cert(name), lab.pki.key(name)


def cloud(lab, *options, leaf="cssm"):
    return lab.service("--cert", *pair(lab, leaf), *options)


def client(lab, *options, **more):
    """The controller, trusting the root of the licensing service."""
    return lab.controller("--ca", root(lab), *options, **more)


def succeeded(program):
    if "answer: HTTP/1.1 200" not in program.text():
        raise Failed(f"no answer: {program.text()}")


def failed(program):
    if "failed:" not in program.text():
        raise Failed(f"it succeeded: {program.text()}")


def request(path="/licservice/license", name="smartreceiver.cisco.com", size=420):
    body = ('{"request":"{}","signature":{"type":"SHA256","key":"0","value":"' + "c3ludGhldGlj" * (size // 12) + '"}}')
    return (f"POST {path} HTTP/1.1\r\nHost: {name}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}")


def answer(size=1100):
    body = '{"status":"COMPLETE","signature":{"type":"SHA256","value":"' + "c3ludGhldGlj" * (size // 12) + '"}}'
    return (f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Connection: close\r\n\r\n{body}")


def s_client(lab, *options, name="smartreceiver.cisco.com", port=443):
    return lab.start("wlc", "openssl", "s_client", "-connect", f"{name}:{port}", "-servername", name, *options)


def nginx(lab, *lines, leaf="cssm", tls=True):
    """nginx that answers every request with JSON."""
    chain, key = pair(lab, leaf)
    body = answer().split("\r\n\r\n")[1]
    secure = [f"ssl_certificate {chain};", f"ssl_certificate_key {key};"] if tls else []
    with open(f"{lab.dir}/nginx.conf", "w", encoding="ascii") as file:
        file.write("daemon off; worker_processes 1; user root; error_log stderr info; pid " + lab.dir + "/nginx.pid;\n"
                   "events { worker_connections 64; }\nhttp { access_log off; default_type application/json;\n"
                   f"server {{ listen 443{' ssl' if tls else ''};\n" + "\n".join([*secure, *lines]) +
                   f"\nlocation / {{ return 200 '{body}'; }} }} }}\n")
    program = lab.start("srv", "nginx", "-p", lab.dir, "-c", f"{lab.dir}/nginx.conf")
    lab.listening("srv", 443)
    return program


def squid(lab, *lines):
    conf = f"{lab.dir}/squid.conf"
    with open(conf, "w", encoding="ascii") as file:
        file.write("\n".join([*lines, "http_access allow all", "http_port 3128", "cache deny all", "pid_filename none",
                              "access_log none", "cache_log /dev/null", "netdb_filename none", "shutdown_lifetime 0",
                              f"dns_nameservers {GATEWAY}", "visible_hostname proxy.corp.example",
                              "coredump_dir /tmp", "connect_timeout 5 seconds", "pinger_enable off", ""]))
    program = lab.start("lan", "squid", "-N", "-f", conf, "-n", lab.tag)
    lab.listening("lan", 3128)
    return program


def java(lab, short, program, *options):
    return lab.start(short, "java", "-Xshare:auto", f"{HERE}/{program}.java", *options)


def take_over(lab, port):
    """The firewall leads connections to port 443 to a program of its own."""
    lab.nft("fw", "table ip n {\n chain pre {\n type nat hook prerouting priority -100;\n"
                  f'iifname "inside" tcp dport 443 redirect to :{port}\n}}\n}}\n')


def both_ways(lab, server=CSSM, client_address=WLC):
    """Application data was seen from both sides."""
    version = "ipv6" if ":" in server else "ip"
    data = "(tls.record.content_type == 23 || tls.record.opaque_type == 23)"
    lab.expect(f"{data} && {version}.src == {server}")
    lab.expect(f"{data} && {version}.src == {client_address}")


def tidy(lab):
    """Nothing in the capture says that something went wrong."""
    lab.never("tcp.flags.reset == 1 && tls.handshake", "tls.alert_message.desc > 0")


# --- healthy ---

@scenario("healthy", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_tls12(lab):
    """The good trust establishment of the guide: TLS 1.2, the server asks for a certificate and accepts the
    controller's, a session ticket, request and answer, an orderly close; MSS 536 and window 4128."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect_lookup()
    for kind in (1, 2, 11, 12, 13, 14, 15, 16, 4):
        lab.expect(f"tls.handshake.type == {kind}")
    lab.expect("tls.handshake.type == 11", 2)
    lab.expect("tcp.options.mss_val == 536", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_tls13(lab):
    """TLS 1.3 without a client certificate; certificates and the rest of the handshake are encrypted."""
    lab.dns()
    cloud(lab, "--tls", "1.3")
    lab.capture()
    succeeded(client(lab, "--tls", "1.3"))
    lab.stop_capture()
    lab.expect("tls.handshake.extensions.supported_version == 0x0304 && tls.handshake.type == 2", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_tls13_client_certificate(lab):
    """TLS 1.3 in which the server asks for the controller's certificate and accepts it, all of it encrypted."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.3")
    lab.capture()
    succeeded(client(lab, "--tls", "1.3", *identity(lab, "wlc")))
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("GnuTLS", "dnsmasq"))
def healthy_gnutls(lab):
    """GnuTLS on both sides, TLS 1.2 with a client certificate."""
    lab.dns()
    chain, key = pair(lab, "cssm")
    lab.start("srv", "gnutls-serv", "--http", "-p", 443, "--x509certfile", chain, "--x509keyfile", key, "--x509cafile",
              device(lab), "--require-client-cert", "--verify-client-cert", "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2")
    lab.listening("srv", 443)
    lab.capture()
    cert = lab.pki.cert("wlc")
    program = lab.start("wlc", "gnutls-cli", "--x509cafile", root(lab), "--x509certfile", cert, "--x509keyfile",
                        lab.pki.key("wlc"), "-p", 443, "smartreceiver.cisco.com")
    program.expect("Handshake was completed")
    program.say("GET /licservice/license HTTP/1.0\r\nHost: smartreceiver.cisco.com\r\n\r\n")
    program.wait()
    lab.stop_capture()
    lab.expect("tls.handshake.type == 15", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("GnuTLS", "OpenSSL", "Python", "dnsmasq"))
def healthy_gnutls_tls13(lab):
    """A GnuTLS client and an OpenSSL server, TLS 1.3 with a client certificate."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.3")
    lab.capture()
    cert = lab.pki.cert("wlc")
    program = lab.start("wlc", "gnutls-cli", "--x509cafile", root(lab), "--x509certfile", cert, "--x509keyfile",
                        lab.pki.key("wlc"), "-p", 443, "smartreceiver.cisco.com")
    program.expect("Handshake was completed")
    program.say(request())
    program.wait()
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("Java", "OpenSSL", "Python", "dnsmasq"))
def healthy_java(lab):
    """A Java client (JSSE), which sends one handshake message per segment, and an OpenSSL server; TLS 1.2 with a client
    certificate."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    program = java(lab, "wlc", "JavaClient", "smartreceiver.cisco.com", "443", "TLSv1.2", root(lab), lab.pki.p12("wlc"))
    program.wait()
    succeeded(program)
    lab.stop_capture()
    lab.expect("tls.handshake.type == 15", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("Java", "OpenSSL", "Python", "dnsmasq"))
def healthy_java_server(lab):
    """A Java server (JSSE) that accepts the controller's certificate, and an OpenSSL client; TLS 1.2."""
    lab.dns()
    program = java(lab, "srv", "JavaServer", "443", "TLSv1.2", device(lab), lab.pki.p12("cssm"))
    program.expect("listening")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 15", 1)
    both_ways(lab)
    tidy(lab)


def nss(lab, trust):
    """An NSS data base with the controller's certificate, and the lab's root if it is to be trusted."""
    where = f"sql:{lab.dir}/nss"
    os.makedirs(f"{lab.dir}/nss")
    run(["certutil", "-N", "-d", where, "--empty-password"])
    run(["pk12util", "-i", lab.pki.p12("wlc"), "-W", "changeit", "-d", where])
    if trust:
        run(["certutil", "-A", "-d", where, "-n", "root", "-t", "C,,", "-i", root(lab)])
    return where


@scenario("healthy", options=CA, programs=("NSS", "OpenSSL", "Python", "dnsmasq"))
def healthy_nss(lab):
    """An NSS client, which packs several messages into one record, and an OpenSSL server; TLS 1.2 with a client
    certificate."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    where = nss(lab, True)
    lab.capture()
    program = lab.start("wlc", "tstclnt", "-h", "smartreceiver.cisco.com", "-p", 443, "-d", where, "-n", "wlc", "-V",
                        "tls1.2:tls1.2", "-4")
    program.say(request())
    program.expect("COMPLETE")
    time.sleep(1.5)
    program.stop()  # it would not end by itself, although the server has closed
    lab.stop_capture()
    lab.expect("tls.handshake.type == 15", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_hello_retry_request(lab):
    """TLS 1.3 in which the server wants another group than the client guessed: HelloRetryRequest, second Client Hello."""
    lab.dns()
    cloud(lab, "--tls", "1.3", "--group", "secp384r1")
    lab.capture()
    succeeded(client(lab, "--tls", "1.3"))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 1", 2)
    both_ways(lab)
    tidy(lab)


def resumption(lab, server, version):
    lab.dns()
    cloud(lab, *server)
    program = client(lab, "--resume", "--tls", version, wait=False)
    program.expect("ready to resume")
    time.sleep(0.3)
    lab.capture()
    program.say("now\n")
    program.wait()
    lab.stop_capture()
    program.expect("handshake: .* resumed")
    both_ways(lab)
    tidy(lab)
    lab.never("tls.handshake.type == 11")


@scenario("healthy-resumed", ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_resumed_ticket(lab):
    """TLS 1.2, abbreviated handshake with a session ticket; the full handshake before it was not captured."""
    resumption(lab, ("--tls", "1.2"), "1.2")
    lab.expect("tls.handshake.type == 1 && tls.handshake.extension.type == 35")


@scenario("healthy-resumed", programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_resumed_session_id(lab):
    """TLS 1.2, abbreviated handshake by session ID: the server knows no tickets; the full handshake was not captured."""
    resumption(lab, ("--tls", "1.2", "--no-ticket"), "1.2")
    ids = {row[0] for row in lab.rows("tls.handshake.session_id", "tls.handshake.session_id")}
    if len(ids) != 1:
        raise Failed(f"session IDs {ids}")


@scenario("healthy-resumed", programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_resumed_psk(lab):
    """TLS 1.3, resumption by pre-shared key; the full handshake before it was not captured."""
    resumption(lab, ("--tls", "1.3"), "1.3")
    lab.expect("tls.handshake.type == 2 && tls.handshake.extension.type == 41", 1)


@scenario("healthy-resumed", programs=("OpenSSL", "nginx", "dnsmasq"))
def healthy_early_data(lab):
    """TLS 1.3 resumption whose request travels as 0-RTT early data before the Server Hello."""
    lab.dns()
    nginx(lab, "ssl_protocols TLSv1.3;", "ssl_early_data on;")
    session, early = f"{lab.dir}/session", f"{lab.dir}/early"
    program = s_client(lab, "-tls1_3", "-quiet", "-CAfile", root(lab), "-sess_out", session)
    program.say(request())
    program.wait()
    with open(early, "w", encoding="ascii") as file:
        file.write(request())
    lab.capture()
    program = s_client(lab, "-tls1_3", "-quiet", "-CAfile", root(lab), "-sess_in", session, "-early_data", early)
    program.wait()
    program.expect("COMPLETE")
    lab.stop_capture()
    lab.expect("tls.handshake.type == 1 && tls.handshake.extension.type == 42", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, programs=("squid", "OpenSSL", "Python", "dnsmasq"))
def healthy_proxy(lab):
    """Through a proxy: CONNECT, 200, then TLS 1.2 with a client certificate in the same stream."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    squid(lab)
    lab.capture()
    succeeded(client(lab, "--proxy", "proxy.corp.example:3128", *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("http.request.method == CONNECT", 1)
    lab.expect("http.response.code == 200", 1)
    both_ways(lab, PROXY)
    tidy(lab)


@scenario("healthy", options=CA, programs=("tinyproxy", "OpenSSL", "Python", "dnsmasq"))
def healthy_proxy_tls13(lab):
    """Through a proxy on port 8888: CONNECT, 200, then TLS 1.3."""
    lab.dns()
    cloud(lab, "--tls", "1.3")
    tinyproxy(lab)
    lab.capture()
    succeeded(client(lab, "--proxy", "proxy.corp.example:8888", "--tls", "1.3"))
    lab.stop_capture()
    lab.expect("http.request.method == CONNECT", 1)
    both_ways(lab, PROXY)
    tidy(lab)


def tinyproxy(lab, *lines):
    conf = f"{lab.dir}/tinyproxy.conf"
    with open(conf, "w", encoding="ascii") as file:
        file.write("\n".join(["Port 8888", "Timeout 30", "MaxClients 10", "User root", "Group root", *lines, ""]))
    program = lab.start("lan", "tinyproxy", "-d", "-c", conf)
    lab.listening("lan", 8888)
    return program


@scenario("healthy", options="--cslu 10.10.20.7", programs=("Python", "dnsmasq"))
def healthy_cslu(lab):
    """Plain HTTP to a CSLU: POST to port 8182, answer 200; no TLS at all, which is right for this transport."""
    lab.dns()
    lab.service("--mode", "plain", at="lan", port=8182)
    lab.capture()
    succeeded(lab.controller("--plain", "--name", CSLU, "--port", 8182, "--path", "/cslu/v1/pi"))
    lab.stop_capture()
    lab.expect("http.request.method == POST", 1)
    lab.expect("http.response.code == 200", 1)


@scenario("healthy", options=OWN, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_on_prem(lab):
    """HTTPS to an SSM On-Prem whose certificate comes from the company's own authority, which the controller trusts."""
    lab.dns()
    lab.service("--cert", *pair(lab, "on-prem"), "--tls", "1.2", at="lan")
    lab.capture()
    succeeded(lab.controller("--ca", corp(lab), "--name", "ssm.corp.example", "--path", "/SmartTransport"))
    lab.stop_capture()
    lab.expect_lookup()
    both_ways(lab, ON_PREM)
    tidy(lab)


@scenario("healthy", options=CA, ipv6=True, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_ipv6(lab):
    """The licensing service over IPv6 (an AAAA record with a documentation address); TLS 1.2 with a client certificate;
    nanosecond time stamps."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2", "--family", "6")
    lab.capture("--time-stamp-precision", "nano")
    succeeded(client(lab, "--family", "6", *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("dns.aaaa")
    both_ways(lab, CSSM6, WLC6)
    tidy(lab)


@scenario("healthy", options=CA, programs=("OpenSSL", "nginx", "dnsmasq"))
def healthy_ocsp_staple(lab):
    """TLS 1.2 in which the server staples an OCSP response (Certificate Status)."""
    lab.dns()
    nginx(lab, "ssl_protocols TLSv1.2;", "ssl_stapling on;", f"ssl_stapling_file {lab.pki.ocsp('cssm')};")
    lab.capture()
    program = s_client(lab, "-tls1_2", "-status", "-CAfile", root(lab), "-verify_return_error", "-quiet")
    program.say(request())
    program.wait()
    program.expect("COMPLETE")
    lab.stop_capture()
    lab.expect("tls.handshake.type == 22", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("OpenSSL", "dnsmasq"))
def healthy_renegotiation(lab):
    """TLS 1.2 in which the client renegotiates after the first data: encrypted handshake records between data."""
    lab.dns()
    server = lab.openssl_server("-tls1_2", "-quiet", "-client_renegotiation")
    lab.capture()
    program = s_client(lab, "-tls1_2", "-CAfile", root(lab))
    program.expect("Verify return code: 0")
    program.say(request())
    server.expect('"}}')
    time.sleep(0.3)
    program.say("R\n")
    program.expect("RENEGOTIATING")
    time.sleep(0.6)
    program.say(request())
    time.sleep(0.3)
    server.say(answer())
    program.expect("COMPLETE")
    server.hang_up()
    program.wait()
    lab.stop_capture()
    lab.expect("tls.record.content_type == 22", least=8)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, vlan=10, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_vlan(lab):
    """The healthy case on a trunk: every frame carries an 802.1Q tag."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture(at="wan", device="trunk0")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("vlan.id == 10", least=20)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("OpenSSL", "nginx", "dnsmasq"))
def healthy_hidden_refusal(lab):
    """The server (nginx) does not like the expired client certificate but says so only inside the encryption, with HTTP
    400: nothing in the capture can tell it from a good exchange."""
    lab.dns()
    nginx(lab, "ssl_protocols TLSv1.2;", f"ssl_client_certificate {device(lab)};", "ssl_verify_client on;")
    lab.capture()
    program = s_client(lab, "-tls1_2", "-CAfile", root(lab), "-quiet", "-cert", lab.pki.cert("wlc-old"), "-key",
                       lab.pki.key("wlc-old"))
    program.say(request())
    program.wait()
    program.expect("400 Bad Request")
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("OpenSSL", "Python", "dumpcap", "dnsmasq"))
def healthy_pcapng(lab):
    """TLS 1.2 with a client certificate, recorded by dumpcap as pcapng."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture(ext="pcapng")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 15", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_cooked(lab):
    """TLS 1.2 with a client certificate, recorded on the controller with tcpdump -i any -y LINUX_SLL (Linux cooked capture,
    the older version)."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture("-y", "LINUX_SLL", device="any")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("sll", least=20)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_dns_alias(lab):
    """The name is an alias (CNAME) of another one, as with a content network; TLS 1.2 with a client certificate."""
    lab.dns("--cname=smartreceiver.cisco.com,edge.lab.example", f"--host-record=edge.lab.example,{CSSM}", names=False)
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("dns.cname", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, cable=("drop=6",), programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_lossy(lab):
    """The healthy case over a cable that loses every sixth frame with data: gaps, repeated segments, everything arrives in
    the end."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.analysis.out_of_order", least=2)
    both_ways(lab)


@scenario("healthy", options=CA, ios=True, cable=("late=3",), programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_reordered(lab):
    """The healthy case over a cable on which every third frame with data is overtaken by others."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tcp.analysis.out_of_order || tcp.analysis.lost_segment || tcp.analysis.retransmission", least=2)
    both_ways(lab)


# --- the server refuses the controller's certificate ---

def refused(lab, name, *options, code=None, version="1.2"):
    """An OpenSSL server that insists on a certificate by the device authority."""
    lab.dns()
    lab.openssl_server("-Verify", 2, "-verify_return_error", "-CAfile", device(lab), "-www", *options)
    lab.capture()
    program = client(lab, "--tls", version, *(identity(lab, name) if name else ()))
    failed(program)
    lab.stop_capture()
    lab.expect_lookup()
    if code:
        lab.expect_alert(CSSM, code)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_self_signed_expired(lab):
    """The case of the guide: the controller presents CN=IOS-Self-Signed-Certificate-3042117825, self-signed and expired
    since 2020-01-01, and the server answers with the alert unknown_ca (48)."""
    refused(lab, "wlc-old", code=48)
    lab.expect("tcp.options.mss_val == 536", 1)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_self_signed(lab):
    """The controller presents a self-signed certificate that is still valid; alert unknown_ca (48) from the server."""
    refused(lab, "wlc-self", code=48)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_expired(lab):
    """The controller's certificate is from the right authority but expired 47 days before; alert certificate_expired
    (45) from the server."""
    refused(lab, "wlc-expired", code=45)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_not_yet_valid(lab):
    """The controller's certificate becomes valid three days after the capture; alert bad_certificate (42) from the
    server."""
    refused(lab, "wlc-future", code=42)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_missing(lab):
    """The controller answers the Certificate Request with an empty Certificate; alert handshake_failure (40) from the
    server."""
    refused(lab, None, code=40)
    lab.expect(f"tls.handshake.certificates_length == 0 && ip.src == {WLC}", 1)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_wrong_purpose(lab):
    """The controller's certificate is for TLS servers only (extended key usage); alert unsupported_certificate (43) from
    the server."""
    refused(lab, "wlc-purpose", code=43)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_unknown_issuer(lab):
    """The controller's certificate is from an authority that the server does not know; alert unknown_ca (48) from the
    server."""
    refused(lab, "wlc-stranger", code=48)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_revoked(lab):
    """The controller's certificate is on its authority's revocation list; alert certificate_revoked (44) from the
    server."""
    refused(lab, "wlc-revoked", "-CRL", lab.pki.crl("device", "wlc-revoked"), "-crl_check", code=44)


def hidden_refusal(lab):
    lab.never("tls.alert_message.desc")
    # An encrypted alert: two bytes, the content type and the 16 bytes of the tag.
    lab.expect(f"tls.record.length == 19 && ip.src == {CSSM}")


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_rejected_tls13(lab):
    """TLS 1.3: the handshake looks complete, then the server answers the self-signed expired certificate with one
    encrypted record of 19 bytes (the alert) and closes."""
    refused(lab, "wlc-old", version="1.3")
    hidden_refusal(lab)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def client_certificate_missing_tls13(lab):
    """TLS 1.3: the controller sends an empty Certificate, the server answers with one encrypted record of 19 bytes
    (alert certificate_required, 116) and closes."""
    refused(lab, None, version="1.3")
    hidden_refusal(lab)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("GnuTLS", "OpenSSL", "Python", "dnsmasq"))
def client_certificate_rejected_gnutls(lab):
    """A GnuTLS server refuses the self-signed expired certificate, in TLS 1.2, with alerts of its own choice."""
    lab.dns()
    chain, key = pair(lab, "cssm")
    lab.start("srv", "gnutls-serv", "--http", "-p", 443, "--x509certfile", chain, "--x509keyfile", key, "--x509cafile",
              device(lab), "--require-client-cert", "--verify-client-cert")
    lab.listening("srv", 443)
    lab.capture()
    failed(client(lab, *identity(lab, "wlc-old")))
    lab.stop_capture()
    lab.expect(f"tls.alert_message.desc && ip.src == {CSSM}")


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("Java", "OpenSSL", "Python", "dnsmasq"))
def client_certificate_rejected_java(lab):
    """A Java server refuses the self-signed expired certificate, in TLS 1.2, with its alert certificate_unknown (46)."""
    lab.dns()
    java(lab, "srv", "JavaServer", "443", "TLSv1.2", device(lab), lab.pki.p12("cssm")).expect("listening")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc-old")))
    lab.stop_capture()
    lab.expect_alert(CSSM, 46)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True,
          programs=("squid", "OpenSSL", "Python", "dnsmasq"))
def client_certificate_rejected_proxy(lab):
    """The case of the guide through a proxy: the alert unknown_ca (48) of the server comes back inside the tunnel."""
    lab.dns()
    lab.openssl_server("-Verify", 2, "-verify_return_error", "-CAfile", device(lab), "-www")
    squid(lab)
    lab.capture()
    failed(client(lab, "--proxy", "proxy.corp.example:3128", *identity(lab, "wlc-old")))
    lab.stop_capture()
    lab.expect_alert(PROXY, 48)


# --- the controller refuses the server's certificate ---

@scenario("server-certificate-rejected", "client", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def server_certificate_unknown_ca(lab):
    """The chain is the service's own, but the controller does not have its root (an old trust pool); alert unknown_ca
    (48) from the controller."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab))
    lab.capture()
    failed(lab.controller("--ca", corp(lab), *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def server_certificate_unknown_ca_tls13(lab):
    """TLS 1.3: the controller does not have the root; OpenSSL sends its alert unknown_ca (48) in clear after the Server
    Hello."""
    lab.dns()
    cloud(lab)
    lab.capture()
    failed(lab.controller("--ca", corp(lab), "--tls", "1.3"))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


@scenario("server-certificate-rejected", "client", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def server_certificate_expired(lab):
    """The service's certificate expired 12 days before the capture; alert certificate_expired (45) from the
    controller."""
    lab.dns()
    cloud(lab, leaf="cssm-expired")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 45)


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def server_certificate_not_yet_valid(lab):
    """The service's certificate becomes valid 30 days after the capture; alert bad_certificate (42) from the
    controller."""
    lab.dns()
    cloud(lab, leaf="cssm-future")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 42)


@scenario("server-certificate-rejected", "client", "tls", options=OWN, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def server_certificate_name_mismatch(lab):
    """An On-Prem reached as ssm.corp.example whose certificate is for licences.corp.example; alert bad_certificate (42)
    from the controller."""
    lab.dns()
    lab.service("--cert", *pair(lab, "on-prem-other"), at="lan")
    lab.capture()
    failed(lab.controller("--ca", corp(lab), "--name", "ssm.corp.example", "--path", "/SmartTransport"))
    lab.stop_capture()
    lab.expect_alert(WLC, 42)


@scenario("server-certificate-rejected", "client", "tls", options="--on-prem ssm.corp.example", ios=True,
          programs=("OpenSSL", "Python", "dnsmasq"))
def server_certificate_self_signed_on_prem(lab):
    """An On-Prem with a self-signed certificate that the controller does not know; alert unknown_ca (48) from the
    controller."""
    lab.dns()
    lab.service("--cert", *pair(lab, "on-prem-self"), at="lan")
    lab.capture()
    failed(lab.controller("--ca", corp(lab), "--name", "ssm.corp.example", "--path", "/SmartTransport"))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


@scenario("server-certificate-rejected", "client", "tls", options=f"{CA} --ca samples/roots/lab-intermediate.pem",
          programs=("OpenSSL", "Python", "dnsmasq"))
def server_certificate_missing_intermediate(lab):
    """The server sends its certificate without the intermediate, so the controller cannot reach the root it trusts; alert
    unknown_ca (48) from the controller."""
    lab.dns()
    lab.service("--cert", lab.pki.cert("cssm"), lab.pki.key("cssm"))
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


def wrong_clock(lab):
    """The controller believes that it is 2019."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    lab.capture()
    program = lab.start("wlc", "faketime", "-f", "@2019-06-01 00:00:00", sys.executable, f"{HERE}/controller.py", "--ca",
                        root(lab))
    program.wait()
    failed(program)
    lab.stop_capture()
    lab.expect_alert(WLC, 42)


@scenario("server-certificate-rejected", "client", "tls", options=CA, ios=True,
          programs=("faketime", "OpenSSL", "Python", "dnsmasq"))
def server_certificate_clock_wrong(lab):
    """The controller's clock says 2019, so that it finds the good certificate not yet valid: alert bad_certificate (42)
    from the controller; the capture, taken elsewhere, has the right time."""
    wrong_clock(lab)


@scenario("server-certificate-rejected", "client", "tls", options=CA, ios=True,
          programs=("faketime", "OpenSSL", "Python", "dnsmasq"))
def server_certificate_clock_wrong_capture(lab):
    """The controller's clock says 2019 and alert bad_certificate (42) follows; the capture's time stamps were moved back as
    far with editcap, as a capture on the controller itself would have them."""
    wrong_clock(lab)
    now = float(lab.rows("frame.number == 1", "frame.time_epoch")[0][0])
    moved = lab.file + ".moved"
    run(["editcap", "-F", "pcap", "-t", f"-{int(now) - 1559347200}", lab.file, moved])
    os.replace(moved, lab.file)


def gnutls_refuses(lab, version):
    lab.dns()
    cloud(lab, "--tls", version)
    lab.capture()
    program = lab.start("wlc", "gnutls-cli", "--x509cafile", corp(lab), "-p", 443, "smartreceiver.cisco.com", "--priority",
                        f"NORMAL:-VERS-ALL:+VERS-TLS{version}")
    program.wait()
    lab.stop_capture()


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("GnuTLS", "OpenSSL", "Python", "dnsmasq"))
def server_certificate_rejected_gnutls_tls13(lab):
    """TLS 1.3: a GnuTLS client that does not have the root encrypts its alert: change cipher spec, one record of 19
    bytes, close."""
    gnutls_refuses(lab, "1.3")
    lab.never("tls.alert_message.desc")
    lab.expect(f"tls.record.length == 19 && ip.src == {WLC}", 1)


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("GnuTLS", "OpenSSL", "Python", "dnsmasq"))
def server_certificate_rejected_gnutls(lab):
    """TLS 1.2: a GnuTLS client that does not have the root refuses the server's certificate."""
    gnutls_refuses(lab, "1.2")
    lab.expect(f"tls.alert_message.desc && ip.src == {WLC}")


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("NSS", "OpenSSL", "Python", "dnsmasq"))
def server_certificate_rejected_nss(lab):
    """TLS 1.2: an NSS client that does not have the root first sends its whole flight and Finished, then refuses with an
    encrypted alert, then resets."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    where = nss(lab, False)
    lab.capture()
    program = lab.start("wlc", "tstclnt", "-h", "smartreceiver.cisco.com", "-p", 443, "-d", where, "-V", "tls1.2:tls1.2",
                        "-4")
    program.say(request())
    program.wait()
    lab.stop_capture()
    lab.expect(f"tls.record.content_type == 21 && ip.src == {WLC}")


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("Java", "OpenSSL", "Python", "dnsmasq"))
def server_certificate_rejected_java(lab):
    """TLS 1.2: a Java client that does not have the root refuses the server's certificate with its alert
    certificate_unknown (46)."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    lab.capture()
    java(lab, "wlc", "JavaClient", "smartreceiver.cisco.com", "443", "TLSv1.2", corp(lab), lab.pki.p12("wlc")).wait()
    lab.stop_capture()
    lab.expect_alert(WLC, 46)


# --- somebody opens the encryption ---

def mitmproxy(lab):
    """mitmproxy on the firewall; connections to port 443 are led to it without the controller's knowledge."""
    program = lab.start("fw", MITMDUMP, "--mode", "transparent", "--listen-port", "8080", "--set",
                        f"confdir={lab.dir}/mitmproxy", "--ssl-insecure", env={"HOME": lab.dir, "PYTHONUNBUFFERED": "1"})
    lab.listening("fw", 8080, 40)
    take_over(lab, 8080)
    return program


@scenario("interception-suspected", "path", "tls", ios=True, programs=("mitmproxy", "OpenSSL", "Python", "dnsmasq"))
def interception_mitmproxy(lab):
    """mitmproxy in the path presents a certificate for smartreceiver.cisco.com signed by CN=mitmproxy; the controller
    does not trust it and sends unknown_ca (48)."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    mitmproxy(lab)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)
    lab.expect("x509sat.uTF8String == mitmproxy || x509sat.printableString == mitmproxy || frame contains \"mitmproxy\"")


@scenario("interception-suspected", "path", "tls", ios=True, programs=("mitmproxy", "OpenSSL", "Python", "dnsmasq"))
def interception_accepted(lab):
    """mitmproxy in the path again, but the controller trusts its authority: everything works, and everything is read on
    the way."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    mitmproxy(lab)
    lab.capture()
    succeeded(lab.controller("--ca", f"{lab.dir}/mitmproxy/mitmproxy-ca-cert.pem"))
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("interception-suspected", "path", "tls", programs=("OpenSSL", "Python", "dnsmasq"))
def interception_corporate_ca(lab):
    """A certificate for smartreceiver.cisco.com, valid for 15 days, signed by an authority whose name is no product's
    (CN=Corp Example Internal CA); alert unknown_ca (48) from the controller."""
    lab.dns()
    cloud(lab, "--tls", "1.2", leaf="inspected")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


# --- TCP and ICMP ---

@scenario("tcp-no-response", "unknown", "tcp", ios=True, programs=("nftables", "Python", "dnsmasq"))
def tcp_no_response(lab):
    """A firewall drops the SYNs without a word: four of them, after 1, 2 and 4 seconds."""
    lab.dns()
    lab.firewall(f"ip daddr {CSSM} tcp dport 443 drop")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("tcp.flags.syn == 1", 4)
    lab.expect("tcp", 4)


@scenario("tcp-refused", "server", "tcp", ios=True, programs=("Python", "dnsmasq"))
def tcp_refused(lab):
    """Nothing listens on port 443: the SYN is answered by a reset."""
    lab.dns()
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("tcp.flags.syn == 1", 1)
    lab.expect("tcp.flags.reset == 1", 1)


@scenario("icmp-blocked", "path", "tcp", ios=True, programs=("nftables", "Python", "dnsmasq"))
def icmp_blocked(lab):
    """A firewall answers the SYN with ICMP "communication administratively prohibited"."""
    lab.dns()
    lab.firewall(f"ip daddr {CSSM} tcp dport 443 reject with icmp type admin-prohibited")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("icmp.type == 3 && icmp.code == 13")


@scenario("icmp-blocked", "path", "tcp", programs=("Python", "dnsmasq"))
def icmp_host_unreachable(lab):
    """The router has no way to the server: ICMP "host unreachable"."""
    lab.dns()
    lab.ip("fw", f"route add unreachable {CSSM}")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("icmp.type == 3 && icmp.code == 1")


@scenario("icmp-blocked", "path", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def icmp_fragmentation_needed(lab):
    """The way out takes 800 bytes; the controller's certificate is larger, the router says "fragmentation needed" again
    and again, and the controller, whose own filter ignores ICMP, repeats the large segments until it gives up."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.ip("fw", f"route add {CSSM} via 203.0.113.2 mtu lock 800")
    lab.nft("wlc", "table ip f {\n chain i {\n type filter hook input priority 0;\n ip protocol icmp drop\n}\n}\n")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture(settle=4)  # the stack goes on for a while after the program has given up
    lab.expect("icmp.type == 3 && icmp.code == 4", least=2)
    lab.expect("tls.handshake.type == 14", 1)


@scenario("healthy", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def healthy_path_mtu(lab):
    """The way out takes 800 bytes, the router says "fragmentation needed", and the controller obeys: the exchange
    succeeds with smaller segments."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.ip("fw", f"route add {CSSM} via 203.0.113.2 mtu lock 800")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("icmp.type == 3 && icmp.code == 4")
    both_ways(lab)


@scenario("icmp-blocked", "path", "tcp", ipv6=True, programs=("nftables", "Python", "dnsmasq"))
def icmp_blocked_ipv6(lab):
    """A firewall answers the SYN over IPv6 with ICMPv6 "administratively prohibited"."""
    lab.dns()
    lab.nft("fw", "table ip6 f {\n chain forward {\n type filter hook forward priority 0;\n"
                  "tcp dport 443 reject with icmpv6 type admin-prohibited\n}\n}\n")
    lab.capture()
    failed(client(lab, "--family", "6"))
    lab.stop_capture()
    lab.expect("icmpv6.type == 1 && icmpv6.code == 1")


# --- TLS stops ---

@scenario("tls-no-response", "server", "tls", ios=True, programs=("Python", "dnsmasq"))
def tls_no_response(lab):
    """The server acknowledges the Client Hello and never answers it; the controller closes after 8 seconds."""
    lab.dns()
    lab.service("--mode", "mute")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 1", 1)
    lab.never("tls.handshake.type == 2")


@scenario("tls-no-response", "path", "tls", ios=True, programs=("nftables", "OpenSSL", "Python", "dnsmasq"))
def tls_no_response_dropped(lab):
    """A firewall lets the TCP handshake pass and drops everything after it: the Client Hello is repeated and never
    acknowledged."""
    lab.dns()
    cloud(lab)
    run(["ip", "netns", "exec", lab.ns("fw"), "sysctl", "-qw", "net.netfilter.nf_conntrack_acct=1"])
    lab.firewall("tcp dport 443 ct original packets > 2 drop\ntcp sport 443 ct original packets > 2 drop")
    lab.capture()
    failed(client(lab))
    lab.stop_capture(settle=4)  # the stack goes on for a while after the program has given up
    lab.expect(f"ip.src == {WLC} && tcp.len > 0", least=3)
    lab.expect(f"ip.src == {CSSM}", 1)


@scenario("reset-during-handshake", "server", "tls", ios=True, programs=("Python", "dnsmasq"))
def reset_during_handshake(lab):
    """The server's program resets the connection when it has read the Client Hello; the reset comes from as far away as
    the SYN-ACK and with the same TTL."""
    lab.dns()
    lab.service("--mode", "reset-hello")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 1", 1)
    lab.expect("tcp.flags.reset == 1", 1)


@scenario("reset-during-handshake", "path", "tls", ios=True, programs=("iptables", "OpenSSL", "Python", "dnsmasq"))
def reset_during_handshake_middlebox(lab):
    """A firewall that reads the server name resets the connection upon the Client Hello: at once, and with a TTL that is
    not the server's."""
    lab.dns()
    cloud(lab)
    run(["ip", "netns", "exec", lab.ns("fw"), "iptables", "-A", "FORWARD", "-p", "tcp", "--dport", "443", "-m", "string",
         "--algo", "bm", "--string", "smartreceiver.cisco.com", "-j", "REJECT", "--reject-with", "tcp-reset"])
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    ttl = {row[0] for row in lab.rows(f"ip.src == {CSSM}", "ip.ttl")}
    lab.expect("tcp.flags.reset == 1", 1)
    if len(ttl) != 2:
        raise Failed(f"TTLs {ttl}")


@scenario("reset-during-handshake", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def reset_during_handshake_certificate(lab):
    """The server resets the connection, without any alert, after the controller has sent its certificate."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2", "--mode", "reset-mid")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 15", 1)
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {CSSM}", 1)
    lab.never("tls.alert_message")


@scenario("silent-mid-handshake", "path", "tls", programs=("nftables", "OpenSSL", "Python", "dnsmasq"))
def silent_mid_handshake(lab):
    """A path-MTU black hole: the server's full-size segments vanish, only the last, small one of its flight arrives; the
    controller closes after 8 seconds."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.firewall(f"ip saddr {CSSM} ip length > 1200 drop")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 1", 1)
    lab.never(f"ip.src == {CSSM} && ip.len > 1200")
    lab.expect(f"ip.src == {CSSM} && tcp.len > 0")


@scenario("silent-mid-handshake", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def silent_mid_handshake_close(lab):
    """The server closes with FIN, without any alert, where its Change Cipher Spec would be due."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2", "--mode", "close-mid")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 15", 1)
    lab.never(f"tls.record.content_type == 20 && ip.src == {CSSM}", f"tls.alert_message && ip.src == {CSSM}")


@scenario("silent-mid-handshake", "path", "tls", options=CA, ios=True,
          programs=("nftables", "OpenSSL", "Python", "dnsmasq"))
def silent_mid_handshake_certificate(lab):
    """The firewall swallows everything from the controller that is larger than 400 bytes: its certificate never arrives,
    is repeated, and the controller gives up after 8 seconds."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.firewall(f"ip saddr {WLC} ip length > 400 drop")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture(settle=4)  # the stack goes on for a while after the program has given up
    lab.expect("tls.handshake.type == 14", 1)
    lab.expect("tcp.analysis.retransmission", least=2)


@scenario("reset-after-established", "server", "http", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def reset_after_established(lab):
    """The handshake completes, the request is sent, and the server's program resets instead of answering."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2", "--mode", "reset-established")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {CSSM}")
    lab.expect(f"tls.record.content_type == 23 && ip.src == {WLC}")
    lab.never(f"tls.record.content_type == 23 && ip.src == {CSSM}")


@scenario("no-application-response", "server", "http", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def no_application_response(lab):
    """The handshake completes, the request is sent and acknowledged, no answer comes; the controller closes after 8
    seconds."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2", "--mode", "no-answer")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect(f"tls.record.content_type == 23 && ip.src == {WLC}")
    lab.never(f"tls.record.content_type == 23 && ip.src == {CSSM}")


@scenario("version-mismatch", "server", "tls", programs=("OpenSSL", "dnsmasq"))
def version_mismatch(lab):
    """The client knows TLS 1.1 at most, the server wants 1.2 or more; alert protocol_version (70) from the server."""
    lab.dns()
    lab.openssl_server("-www", "-no_tls1", "-no_tls1_1")
    lab.capture()
    s_client(lab, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0").wait()
    lab.stop_capture()
    lab.expect_alert(CSSM, 70)


@scenario("version-mismatch", "client", "tls", options="--on-prem ssm.corp.example", programs=("OpenSSL", "dnsmasq"))
def version_mismatch_old_server(lab):
    """An old On-Prem answers with TLS 1.0, which the controller does not accept; alert protocol_version (70) from the
    controller after the Server Hello."""
    lab.dns()
    lab.openssl_server("-www", "-tls1", "-cipher", "DEFAULT@SECLEVEL=0", at="lan", leaf="on-prem")
    lab.capture()
    s_client(lab, "-tls1_2", "-CAfile", corp(lab), name="ssm.corp.example").wait()
    lab.stop_capture()
    lab.expect_alert(WLC, 70)


@scenario("cipher-mismatch", "server", "tls", ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def cipher_mismatch(lab):
    """No cipher suite in common; alert handshake_failure (40) from the server before any Server Hello."""
    lab.dns()
    cloud(lab, "--ciphers", "ECDHE-RSA-AES256-GCM-SHA384", "--tls", "1.2")
    lab.capture()
    failed(client(lab, "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA"))
    lab.stop_capture()
    lab.expect_alert(CSSM, 40)
    lab.never("tls.handshake.type == 2")


@scenario("cipher-mismatch", "server", "tls", programs=("OpenSSL", "Python", "dnsmasq"))
def cipher_mismatch_group(lab):
    """TLS 1.3 without a group in common; alert handshake_failure (40) from the server before any Server Hello."""
    lab.dns()
    cloud(lab, "--group", "secp521r1", "--tls", "1.3")
    lab.capture()
    failed(client(lab, "--group", "prime256v1", "--tls", "1.3"))
    lab.stop_capture()
    lab.expect_alert(CSSM, 40)
    lab.never("tls.handshake.type == 2")


@scenario("not-tls", "server", "tls", ios=True, programs=("nginx", "Python", "dnsmasq"))
def not_tls(lab):
    """A plain HTTP server (nginx) listens on port 443 and answers the Client Hello with 400 Bad Request."""
    lab.dns()
    nginx(lab, tls=False)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect('frame contains "400 Bad Request"')


@scenario("not-tls", "path", "tls", ios=True, programs=("nftables", "Python", "dnsmasq"))
def not_tls_block_page(lab):
    """A firewall takes the connection over and answers the Client Hello with a redirection to its block page in plain
    HTTP."""
    lab.dns()
    lab.service("--mode", "page", at="fw", port=8081)
    take_over(lab, 8081)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect('frame contains "block.corp.example"')


def no_crl_java(lab, *options):
    """A Java client that wants the CRL of the server's certificate."""
    lab.openssl_server("-www", "-tls1_2", leaf="cssm-crl")
    lab.capture()
    program = lab.start("wlc", "java", *options, f"{HERE}/JavaClient.java", "smartreceiver.cisco.com", "443", "TLSv1.2",
                        root(lab), lab.pki.p12("wlc"), "crl")
    program.wait()
    failed(program)
    lab.stop_capture()
    lab.expect(f"tls.alert_message.desc && ip.src == {WLC}", 1)


@scenario("crl-fetch-failed", "client", "tls", options=CA, programs=("Java", "OpenSSL", "dnsmasq"))
def crl_fetch_failed(lab):
    """The server's certificate names a CRL, the firewall drops the SYNs to the host that has it, and after 8 seconds the
    client (Java) gives the handshake up with certificate_unknown (46)."""
    lab.dns()
    lab.firewall(f"ip daddr {CRL} drop")
    no_crl_java(lab, "-Dcom.sun.security.crl.timeout=8")
    lab.expect(f"tcp.flags.syn == 1 && ip.dst == {CRL}", least=3)


@scenario("crl-fetch-failed", "client", "tls", options=CA, programs=("Java", "OpenSSL", "dnsmasq"))
def crl_fetch_failed_refused(lab):
    """The server's certificate names a CRL, the host that should have it refuses the connection, and the client (Java)
    gives the handshake up with certificate_unknown (46)."""
    lab.dns()
    no_crl_java(lab)
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {CRL}")


@scenario("crl-fetch-failed", "client", "tls", options=CA, programs=("Java", "OpenSSL", "dnsmasq"))
def crl_fetch_failed_dns(lab):
    """The server's certificate names a CRL on a host whose name does not resolve (NXDOMAIN), and the client (Java) gives
    the handshake up with certificate_unknown (46)."""
    lab.dns("--host-record=smartreceiver.cisco.com," + CSSM, "--address=/lab.example/", names=False)
    no_crl_java(lab)
    lab.expect("dns.flags.rcode == 3")


@scenario("crl-fetch-failed", "client", "tls", options=CA, programs=("OpenSSL", "Python", "dnsmasq"))
def crl_fetch_failed_http(lab):
    """The server's certificate names a CRL, the host answers 404 Not Found, and the client (OpenSSL) gives the handshake
    up with unknown_ca (48)."""
    lab.dns()
    lab.service("--mode", "plain", "--status", "404 Not Found", port=80)
    lab.openssl_server("-www", leaf="cssm-crl")
    lab.capture()
    s_client(lab, "-tls1_2", "-CAfile", root(lab), "-crl_check", "-crl_download", "-verify_return_error").wait()
    lab.stop_capture()
    lab.expect_alert(WLC, 48)
    lab.expect("http.response.code == 404", 1)


@scenario("crl-fetch-failed", "client", "tls", options=CA, programs=("OpenSSL", "dnsmasq"))
def crl_fetch_failed_waiting(lab):
    """The server's certificate names a CRL, the host that should have it refuses the connection, and the client (OpenSSL)
    tries that for ever; the capture ends after 3 seconds with the handshake still waiting."""
    lab.dns()
    lab.openssl_server("-www", leaf="cssm-crl")
    lab.capture()
    program = s_client(lab, "-tls1_2", "-CAfile", root(lab), "-crl_check", "-crl_download", "-verify_return_error")
    time.sleep(3)
    lab.stop_capture()
    if program.child.poll() is not None:
        raise Failed("the client gave up")
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {CRL}", least=3)


# --- answers that can be read ---

@scenario("application-error", "server", "http", options="--cslu 10.10.20.7", programs=("Python", "dnsmasq"))
def application_error(lab):
    """A CSLU answers the POST with 404 Not Found, in plain HTTP."""
    lab.dns()
    lab.service("--mode", "plain", "--status", "404 Not Found", at="lan", port=8182)
    lab.capture()
    lab.controller("--plain", "--name", "cslu.corp.example", "--port", 8182, "--path", "/cslu/v1/pi/Default-1")
    lab.stop_capture()
    lab.expect("http.response.code == 404", 1)


@scenario("application-error", "server", "http", options="--cslu 10.10.20.7", programs=("Python", "dnsmasq"))
def application_error_500(lab):
    """A CSLU answers the POST with 500 Internal Server Error, in plain HTTP."""
    lab.dns()
    lab.service("--mode", "plain", "--status", "500 Internal Server Error", at="lan", port=8182)
    lab.capture()
    lab.controller("--plain", "--name", CSLU, "--port", 8182, "--path", "/cslu/v1/pi")
    lab.stop_capture()
    lab.expect("http.response.code == 500", 1)


@scenario("tcp-refused", "server", "tcp", options="--cslu 10.10.20.7", programs=("Python", "dnsmasq"))
def tcp_refused_cslu(lab):
    """Nothing listens on the CSLU's port 8182: the SYN is answered by a reset."""
    lab.dns()
    lab.capture()
    failed(lab.controller("--plain", "--name", CSLU, "--port", 8182, "--path", "/cslu/v1/pi"))
    lab.stop_capture()
    lab.expect("tcp.flags.reset == 1", 1)


# --- names ---

@scenario("dns-no-response", "unknown", "dns", programs=("nftables", "Python"))
def dns_no_response(lab):
    """The queries for smartreceiver.cisco.com are never answered: a firewall drops them."""
    lab.nft("fw", "table ip f {\n chain i {\n type filter hook input priority 0;\n udp dport 53 drop\n}\n}\n")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("dns.flags.response == 0", least=3)
    lab.never("dns.flags.response == 1", "tcp")


@scenario("dns-error", "server", "dns", programs=("dnsmasq", "Python"))
def dns_error_nxdomain(lab):
    """The DNS server answers NXDOMAIN for smartreceiver.cisco.com."""
    lab.dns("--address=/cisco.com/", names=False)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("dns.flags.rcode == 3")


@scenario("dns-error", "server", "dns", programs=("unbound", "dnsmasq", "Python"))
def dns_error_servfail(lab):
    """The DNS server (unbound) gets no usable answer from the one that it has to ask, and answers SERVFAIL."""
    conf = f"{lab.dir}/unbound.conf"
    lab.start("fw", "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
              "--pid-file", "--port=5300")
    lab.listening("fw", 5300)
    with open(conf, "w", encoding="ascii") as file:
        file.write('server:\n username: ""\n chroot: ""\n pidfile: ""\n directory: "/"\n use-syslog: no\n do-daemonize: no\n'
                   ' interface: 0.0.0.0\n access-control: 0.0.0.0/0 allow\n module-config: "iterator"\n'
                   ' do-not-query-localhost: no\nremote-control:\n control-enable: no\n'
                   'forward-zone:\n name: "."\n forward-addr: 127.0.0.1@5300\n')
    lab.start("fw", "unbound", "-d", "-c", conf)
    lab.listening("fw", 53)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("dns.flags.rcode == 2")
    lab.never("tcp.port == 443")


@scenario("dns-error", "server", "dns", programs=("dnsmasq", "Python"))
def dns_error_refused(lab):
    """The DNS server answers REFUSED: it has nobody to ask."""
    lab.dns(names=False)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("dns.flags.rcode == 5")


@scenario("dns-unexpected-address", "server", "dns", programs=("dnsmasq", "nftables", "Python"))
def dns_unexpected_address(lab):
    """The DNS server answers with a private address (a sinkhole, 10.66.0.1); the SYNs to it are never answered."""
    lab.dns("--address=/smartreceiver.cisco.com/10.66.0.1", names=False)
    lab.firewall("ip daddr 10.66.0.1 drop")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("tcp.flags.syn == 1 && ip.dst == 10.66.0.1", least=3)


@scenario("dns-unexpected-address", "server", "dns", programs=("dnsmasq", "Python"))
def dns_unexpected_address_zero(lab):
    """The DNS server answers with 0.0.0.0 (a sinkhole); no connection is tried."""
    lab.dns("--address=/smartreceiver.cisco.com/0.0.0.0", names=False)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("dns.a == 0.0.0.0")
    lab.never("tcp")


# --- the older service ---

@scenario("legacy-endpoint", "device", "-", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def legacy_endpoint(lab):
    """The controller still uses call-home: tools.cisco.com, whose certificate names toos.cisco.com first as the real one
    does; TLS and the exchange are fine."""
    lab.dns()
    cloud(lab, "--tls", "1.2", leaf="tools")
    lab.capture()
    succeeded(client(lab, "--name", "tools.cisco.com", "--path", "/its/service/oddce/services/DDCEService"))
    lab.stop_capture()
    both_ways(lab, TOOLS)
    tidy(lab)


# --- proxies ---

PROXIED = ("--proxy", "proxy.corp.example:3128")


@scenario("proxy-authentication-required", "path", "proxy", ios=True, programs=("squid", "Python", "dnsmasq"))
def proxy_authentication_required(lab):
    """The proxy (squid) answers CONNECT with 407: it wants a user name, which the controller does not send."""
    lab.dns()
    users = f"{lab.dir}/users"
    with open(users, "w", encoding="ascii") as file:
        file.write("user:nobody-knows\n")
    squid(lab, f"auth_param basic program /usr/lib/squid/basic_ncsa_auth {users}", "acl known proxy_auth REQUIRED",
          "http_access deny !known")
    lab.capture()
    failed(client(lab, *PROXIED))
    lab.stop_capture()
    lab.expect("http.response.code == 407", 1)


@scenario("proxy-authentication-required", "path", "proxy", programs=("tinyproxy", "Python", "dnsmasq"))
def proxy_authentication_required_tinyproxy(lab):
    """The proxy (tinyproxy, port 8888) answers CONNECT with 407 and closes in the same breath."""
    lab.dns()
    tinyproxy(lab, "BasicAuth user nobodyknows")
    lab.capture()
    failed(client(lab, "--proxy", "proxy.corp.example:8888"))
    lab.stop_capture()
    lab.expect("http.response.code == 407", 1)


@scenario("proxy-refused", "path", "proxy", ios=True, programs=("squid", "Python", "dnsmasq"))
def proxy_refused(lab):
    """The proxy (squid) answers CONNECT with 403: its rules do not allow the target."""
    lab.dns()
    squid(lab, "acl licensing dstdomain .cisco.com", "http_access deny licensing")
    lab.capture()
    failed(client(lab, *PROXIED))
    lab.stop_capture()
    lab.expect("http.response.code == 403", 1)


@scenario("proxy-refused", "path", "proxy", ios=True, programs=("squid", "Python", "dnsmasq"))
def proxy_bad_gateway(lab):
    """The proxy (squid) cannot reach the service itself (connection refused) and answers CONNECT with 503."""
    lab.dns()
    squid(lab)
    lab.capture()
    failed(client(lab, *PROXIED))
    lab.stop_capture()
    lab.expect("http.response.code == 503", 1)


@scenario("proxy-no-response", "path", "proxy", ios=True, programs=("Python", "dnsmasq"))
def proxy_no_response(lab):
    """The proxy accepts the connection and never answers CONNECT; the controller closes after 8 seconds."""
    lab.dns()
    lab.service("--mode", "mute", at="lan", port=3128)
    lab.capture()
    failed(client(lab, *PROXIED))
    lab.stop_capture()
    lab.expect("http.request.method == CONNECT", 1)
    lab.never("http.response")


# --- captures that hold only a part ---

@scenario("incomplete-capture", programs=("OpenSSL", "Python", "dnsmasq"), ios=True)
def incomplete_capture_start(lab):
    """The capture was started after the handshake: only the data and the close of a good TLS 1.2 exchange."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    program = client(lab, "--pause", *identity(lab, "wlc"), wait=False)
    program.expect("handshake:")
    time.sleep(0.3)
    lab.capture()
    program.say("go\n")
    program.wait()
    lab.stop_capture()
    succeeded(program)
    lab.never("tcp.flags.syn == 1", "tls.handshake.type == 1")
    both_ways(lab)


@scenario("incomplete-capture", options=CA, programs=("OpenSSL", "Python", "dnsmasq"), ios=True)
def incomplete_capture_end(lab):
    """The capture stops (tcpdump -c 12) while the server's certificate is on its way; the exchange itself went well."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture("-c", "12")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("frame", 12)
    lab.expect("tls.handshake.type == 2")
    lab.never("tls.handshake.type == 14")


@scenario("incomplete-capture", programs=("OpenSSL", "Python", "dnsmasq"), ios=True)
def incomplete_capture_one_direction(lab):
    """Only what the controller sent was captured (tcpdump src host 192.168.10.150); the exchange itself went well."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture(filter=f"src host {WLC}")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 1", 1)
    lab.never(f"ip.dst == {WLC}")


@scenario("incomplete-capture", options=CA, programs=("OpenSSL", "Python", "dnsmasq"), ios=True)
def incomplete_capture_server_only(lab):
    """Only what was sent to the controller was captured (tcpdump dst host 192.168.10.150); the exchange itself went
    well."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture(filter=f"dst host {WLC}")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tls.handshake.type == 2", 1)
    lab.never(f"ip.src == {WLC}")


@scenario("incomplete-capture", programs=("OpenSSL", "Python", "dnsmasq"))
def incomplete_capture_snap_length(lab):
    """Every frame was cut after 96 bytes (tcpdump -s 96); the exchange itself, TLS 1.2, went well."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture("-s", "96")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("frame.len > 96", least=3)
    lab.never("frame.cap_len > 96")


@scenario("incomplete-capture", programs=("OpenSSL", "Python", "dnsmasq"), ios=True)
def incomplete_capture_gap(lab):
    """Full-size segments of the server were not captured (a capture filter stands in for a capture that loses frames);
    the controller acknowledged them all, and the exchange itself went well."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture(filter=f"not (src host {CSSM} and greater 590)")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tcp.analysis.ack_lost_segment || tcp.analysis.lost_segment")
    lab.never("tls.handshake.type == 11 && ip.src == " + CSSM)


# --- none, damaged, several ---

NTP = "import socket,time\ns=socket.socket(2,2)\nfor _ in range(2):\n s.sendto(b'\\x23'+bytes(47),('192.168.10.1',123)); time.sleep(.2)"


@scenario("no-licensing-traffic", programs=("OpenSSL", "Python", "dnsmasq"))
def no_licensing_traffic(lab):
    """The controller does other things: TLS 1.2 to www.example.com, pings, NTP queries that nobody answers."""
    lab.dns()
    cloud(lab, "--tls", "1.2", leaf="www")
    lab.capture()
    succeeded(client(lab, "--name", "www.example.com", "--path", "/"))
    run(["ip", "netns", "exec", lab.ns("wlc"), "ping", "-c", "2", "-i", "0.2", GATEWAY])
    lab.start("wlc", sys.executable, "-c", NTP).wait()
    lab.stop_capture()
    both_ways(lab, OTHER)
    lab.expect("icmp.type == 8", 2)
    lab.expect("udp.dstport == 123")


@scenario("no-licensing-traffic", programs=("tcpdump",))
def no_licensing_traffic_empty(lab):
    """A capture without a single packet: the file header only."""
    lab.capture(filter="port 9")
    lab.stop_capture()
    lab.expect("frame", 0)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True,
          programs=("OpenSSL", "Python", "dnsmasq", "dumpcap"))
def busy(lab):
    """The case of the guide among other things: good TLS 1.2 and 1.3 connections to www.example.com before, during and
    after it, pings, NTP queries that nobody answers; alert unknown_ca (48) from the server (pcapng)."""
    lab.dns()
    lab.openssl_server("-Verify", 2, "-verify_return_error", "-CAfile", device(lab), "-www", port=f"{CSSM}:443")
    cloud(lab, "--bind", OTHER, leaf="www")
    lab.capture(ext="pcapng")
    www = "--name", "www.example.com", "--path", "/"
    succeeded(client(lab, *www, "--tls", "1.3"))
    during = [client(lab, *www, "--tls", "1.2", "--pause", wait=False), lab.start("wlc", sys.executable, "-c", NTP),
              lab.start("wlc", "ping", "-c", "3", "-i", "0.2", GATEWAY)]
    during[0].expect("handshake:")
    failed(client(lab, *identity(lab, "wlc-old")))
    during[0].say("go\n")
    for program in during:
        program.wait()
    succeeded(during[0])
    succeeded(client(lab, *www, "--tls", "1.2"))
    lab.stop_capture()
    lab.expect_alert(CSSM, 48)
    lab.expect("tcp.flags.syn == 1 && tcp.flags.ack == 0", 4)


@scenario("malformed-capture", after=True, programs=("Python",))
def malformed_capture(lab):
    """Synthetic: healthy-tls12.pcap with the header of its ninth record and all that follows overwritten, as after a bad
    copy (make/scenarios.py)."""
    with open(os.path.join(lab.out, "healthy-tls12.pcap"), "rb") as file:
        data = bytearray(file.read())
    place = 24
    for _ in range(8):
        place += 16 + struct.unpack_from("<I", data, place + 8)[0]
    # The same byte everywhere: lengths and times are impossible, and no record can be found again behind it.
    data[place:place + 2048] = b"\xdb" * 2048
    lab.file = f"{lab.dir}/{lab.name}.pcap"
    with open(lab.file, "wb") as file:
        file.write(data[:place + 2048])


@scenario("reset-during-handshake", "server", "tls", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def retry_cured(lab):
    """The first attempt is reset by the server after the Client Hello, the second, a second later, succeeds: both are
    reported, and the capture's verdict is the worse one's."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2", "--once-reset")
    lab.capture()
    succeeded(client(lab, "--attempts", "2", *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tcp.flags.syn == 1 && tcp.flags.ack == 0", 2)
    lab.expect("tcp.flags.reset == 1 && tcp.stream == 0", 1)
    both_ways(lab)


@scenario("legacy-endpoint", "device", "-", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def two_services(lab):
    """Two exchanges, both good: first with smartreceiver.cisco.com, then with the older tools.cisco.com."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    lab.capture()
    succeeded(client(lab))
    for program in [one for one in lab.programs if "service.py" in " ".join(one.argv)]:
        program.stop()
    cloud(lab, "--tls", "1.2", leaf="tools")
    succeeded(client(lab, "--name", "tools.cisco.com", "--path", "/its/service/oddce/services/DDCEService"))
    lab.stop_capture()
    both_ways(lab)
    both_ways(lab, TOOLS)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, programs=("OpenSSL", "Python", "dnsmasq"))
def duplicates(lab):
    """Recorded on the router with tcpdump -i any (Linux cooked capture): each packet of the connection twice, with a TTL
    one less the second time."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture(at="fw", device="any", filter=f"host {WLC}")
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("tcp.flags.syn == 1 && tcp.flags.ack == 0", 2)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True,
          programs=("OpenSSL", "Python", "dumpcap", "dnsmasq"))
def duplicates_two_interfaces(lab):
    """The case of the guide, recorded on the router by dumpcap on two interfaces at once (pcapng): each packet of the
    connection twice; alert unknown_ca (48) from the server."""
    lab.dns()
    lab.openssl_server("-Verify", 2, "-verify_return_error", "-CAfile", device(lab), "-www")
    lab.capture(at="fw", device="inside outside", filter=f"host {WLC}", ext="pcapng")
    failed(client(lab, *identity(lab, "wlc-old")))
    lab.stop_capture()
    lab.expect("tcp.flags.syn == 1 && tcp.flags.ack == 0", 2)
    lab.expect("frame.interface_id == 1")
