"""More of what is recorded, as in scenarios.py: refusals and departures, the many shapes of a good TLS 1.3 exchange, the
controller as a server, On-Prem and CSLU in plain HTTP, names and loss."""

import glob
import os
import signal
import time

from lab import CSLU, CSSM, DESK, ON_PREM, WLC, WLC2, Failed, run
from scenarios import (CA, PROXIED, both_ways, client, cloud, corp, device, failed, identity, java, nginx, nss, pair,
                       root, s_client, scenario, succeeded, tidy)

USUAL = ("OpenSSL", "Python", "dnsmasq")
GET = "GET / HTTP/1.0\r\nHost: smartreceiver.cisco.com\r\n\r\n"


def sizes(lab, source, what="tls.record.length"):
    """The lengths of the TLS records that this side sent, in order."""
    return [int(size) for row in lab.rows(f"tls.record && ip.src == {source}", what) for size in row[0].split(",")]


def last_sizes(lab, source, *wanted):
    if tuple(sizes(lab, source)[-len(wanted):]) != wanted:
        raise Failed(f"{lab.name}: records of {source}: {sizes(lab, source)}")


# --- one side breaks the handshake off, or leaves ---

@scenario("handshake-refused", "server", "tls", ios=True, programs=USUAL)
def handshake_refused_unrecognized_name(lab):
    """The server does not know the name in the Client Hello and says so with a fatal alert, unrecognized_name (112), instead
    of a Server Hello."""
    lab.dns()
    lab.openssl_server("-www", "-servername", "tools.cisco.com", "-servername_fatal", "-cert2", lab.pki.cert("tools"),
                       "-key2", lab.pki.key("tools"))
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(CSSM, 112)
    lab.expect("tls.alert_message.level == 2", 1)
    lab.never("tls.handshake.type == 2")


@scenario("handshake-refused", "server", "tls", ios=True, programs=USUAL)
def handshake_refused_no_application_protocol(lab):
    """The client offers only h2 (ALPN), the server knows only http/1.1; alert no_application_protocol (120) from the server
    instead of a Server Hello."""
    lab.dns()
    lab.openssl_server("-www", "-alpn", "http/1.1")
    lab.capture()
    failed(client(lab, "--alpn", "h2", "--tls", "any"))
    lab.stop_capture()
    lab.expect_alert(CSSM, 120)
    lab.never("tls.handshake.type == 2")


def departs(lab, how, version="1.2"):
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", version)
    lab.capture()
    failed(client(lab, "--tls", version, "--leave", how, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect(f"tls.handshake.type == {14 if version == '1.2' else 2} && ip.src == {CSSM}", 1)
    lab.expect(f"tls.record && ip.src == {WLC}", 1)
    lab.never(f"tls.alert_message && ip.src == {WLC}")


@scenario("silent-mid-handshake", "client", "tls", options=CA, ios=True, programs=USUAL)
def client_closes_after_certificate(lab):
    """The client reads the server's whole flight, certificate and all, and closes with FIN, without any alert."""
    departs(lab, "fin")
    lab.expect(f"tcp.flags.fin == 1 && ip.src == {WLC}", 1)


@scenario("silent-mid-handshake", "client", "tls", options=CA, ios=True, programs=USUAL)
def client_closes_after_certificate_tls13(lab):
    """TLS 1.3: the client reads the server's whole flight and closes with FIN, without any alert and without a single
    encrypted record."""
    departs(lab, "fin", "1.3")
    lab.expect(f"tcp.flags.fin == 1 && ip.src == {WLC}", 1)


@scenario("reset-during-handshake", "client", "tls", options=CA, ios=True, programs=USUAL)
def client_resets_after_certificate(lab):
    """The client reads the server's whole flight, certificate and all, and resets the connection, without any alert."""
    departs(lab, "reset")
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {WLC}", 1)
    lab.never("tcp.flags.fin == 1", "tls.alert_message")


def gnutls_server(lab, *options, leaf="cssm"):
    chain, key = pair(lab, leaf)
    program = lab.start("srv", "gnutls-serv", "--http", "-p", 443, "--x509certfile", chain, "--x509keyfile", key,
                        "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3", *options)
    lab.listening("srv", 443)
    return program


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("GnuTLS", *USUAL))
def client_certificate_rejected_gnutls_tls13(lab):
    """TLS 1.3: a GnuTLS server answers the self-signed expired certificate with an encrypted record of 19 bytes (the
    alert)."""
    lab.dns()
    gnutls_server(lab, "--x509cafile", device(lab), "--require-client-cert", "--verify-client-cert")
    lab.capture()
    failed(client(lab, "--tls", "1.3", *identity(lab, "wlc-old")))
    lab.stop_capture()
    lab.never("tls.alert_message.desc")
    lab.expect(f"tls.record.length == 19 && ip.src == {CSSM}")


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("Java", *USUAL))
def client_certificate_rejected_java_tls13(lab):
    """TLS 1.3: a Java server answers the self-signed expired certificate with an encrypted record of 35 bytes:
    its alerts are padded."""
    lab.dns()
    java(lab, "srv", "JavaServer", "443", "TLSv1.3", device(lab), lab.pki.p12("cssm")).expect("listening")
    lab.capture()
    failed(client(lab, "--tls", "1.3", *identity(lab, "wlc-old")))
    lab.stop_capture()
    lab.never("tls.alert_message.desc")
    lab.expect(f"tls.record.length == 35 && ip.src == {CSSM}", 1)


def empty_handed(lab):
    """TLS 1.3 with a controller that has no certificate to send."""
    lab.capture()
    failed(client(lab, "--tls", "1.3"))
    lab.stop_capture()
    lab.never("tls.alert_message.desc")
    if 25 not in sizes(lab, WLC):  # an empty Certificate: 4 + 4 bytes, content type, tag
        raise Failed(f"no empty certificate: {sizes(lab, WLC)}")


@scenario("client-certificate-rejected", "server", "tls", options=CA, delay=300, programs=USUAL)
def client_certificate_rejected_tls13_late(lab):
    """TLS 1.3: the server is stopped for a second before it reads the client's flight; its system acknowledges certificate,
    Finished and request, and only then come the encrypted record of 19 bytes (the alert) and FIN."""
    lab.dns()
    server = lab.openssl_server("-Verify", 2, "-verify_return_error", "-CAfile", device(lab), "-www", "-msg")
    lab.capture()
    program = client(lab, "--tls", "1.3", *identity(lab, "wlc-old"), wait=False)
    server.expect("Handshake .*Finished")  # its own; the client's is 600 ms away
    os.killpg(server.child.pid, signal.SIGSTOP)
    time.sleep(1.6)
    os.killpg(server.child.pid, signal.SIGCONT)
    program.wait()
    failed(program)
    lab.stop_capture(settle=1.2)
    lab.never("tls.alert_message.desc")
    if sizes(lab, CSSM)[-1:] != [19] or 19 in sizes(lab, CSSM)[:-1]:
        raise Failed(f"records {sizes(lab, CSSM)}")
    request_end = max(int(row[0]) for row in lab.rows(f"tls.record.length == 880 && ip.src == {WLC}", "tcp.nxtseq"))
    acknowledged = int(lab.rows(f"tls.record.length == 19 && ip.src == {CSSM}", "tcp.ack")[0][0])
    if acknowledged < request_end:
        raise Failed("the alert came before the request had been received")


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("GnuTLS", *USUAL))
def client_certificate_missing_gnutls_tls13(lab):
    """TLS 1.3: a GnuTLS server answers an empty Certificate with an encrypted record of 19 bytes (the alert)."""
    lab.dns()
    gnutls_server(lab, "--x509cafile", device(lab), "--require-client-cert", "--verify-client-cert")
    empty_handed(lab)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("Java", *USUAL))
def client_certificate_missing_java_tls13(lab):
    """TLS 1.3: a Java server answers an empty Certificate with an encrypted record of 35 bytes: its alerts are padded."""
    lab.dns()
    java(lab, "srv", "JavaServer", "443", "TLSv1.3", device(lab), lab.pki.p12("cssm")).expect("listening")
    empty_handed(lab)
    lab.expect(f"tls.record.length == 35 && ip.src == {CSSM}", 1)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("NSS", *USUAL))
def client_certificate_missing_nss_tls13(lab):
    """TLS 1.3: an NSS server answers an empty Certificate with an encrypted record of 19 bytes (the alert)."""
    lab.dns()
    nss_server(lab)
    empty_handed(lab)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=("NSS", *USUAL))
def client_certificate_rejected_nss_tls13(lab):
    """TLS 1.3: an NSS server answers the self-signed expired certificate with an encrypted record of 19 bytes (the
    alert)."""
    lab.dns()
    nss_server(lab)
    lab.capture()
    failed(client(lab, "--tls", "1.3", *identity(lab, "wlc-old")))
    lab.stop_capture()
    lab.never("tls.alert_message.desc")
    lab.expect(f"tls.record.length == 19 && ip.src == {CSSM}")


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("Java", *USUAL))
def server_certificate_rejected_java_tls13(lab):
    """TLS 1.3: a Java client that does not have the root encrypts its alert: change cipher spec, one record of 35 bytes,
    close."""
    lab.dns()
    cloud(lab, "--tls", "1.3")
    lab.capture()
    program = java(lab, "wlc", "JavaClient", "smartreceiver.cisco.com", "443", "TLSv1.3", corp(lab), lab.pki.p12("wlc"))
    program.wait()
    failed(program)
    lab.stop_capture()
    lab.never("tls.alert_message.desc")
    last_sizes(lab, WLC, 1, 35)


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=("NSS", *USUAL))
def server_certificate_rejected_nss_tls13(lab):
    """TLS 1.3: an NSS client that does not have the root encrypts its alert: one record of 19 bytes without any change
    cipher spec before it, close."""
    lab.dns()
    cloud(lab, "--tls", "1.3")
    where = nss(lab, False)
    lab.capture()
    program = lab.start("wlc", "tstclnt", "-h", "smartreceiver.cisco.com", "-p", 443, "-d", where, "-V", "tls1.3:tls1.3",
                        "-4")
    program.say(GET)
    program.wait()
    lab.stop_capture()
    lab.never("tls.alert_message.desc", f"tls.record.content_type == 20 && ip.src == {WLC}")
    last_sizes(lab, WLC, 19)


# --- good TLS 1.3 ---

@scenario("healthy", options=CA, programs=("Java", "dnsmasq"))
def healthy_tls13_java(lab):
    """Java (JSSE) on both sides, TLS 1.3 with a client certificate; close_notify is a record of 35 bytes, and the server
    sends user_canceled, as long, before it."""
    lab.dns()
    java(lab, "srv", "JavaServer", "443", "TLSv1.3", device(lab), lab.pki.p12("cssm")).expect("listening")
    lab.capture()
    program = java(lab, "wlc", "JavaClient", "smartreceiver.cisco.com", "443", "TLSv1.3", root(lab), lab.pki.p12("wlc"))
    program.wait()
    succeeded(program)
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, programs=("Java", *USUAL))
def healthy_tls13_java_server(lab):
    """A Java server (JSSE) that accepts the controller's certificate, and an OpenSSL client; TLS 1.3."""
    lab.dns()
    java(lab, "srv", "JavaServer", "443", "TLSv1.3", device(lab), lab.pki.p12("cssm")).expect("listening")
    lab.capture()
    succeeded(client(lab, "--tls", "1.3", *identity(lab, "wlc")))
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=("GnuTLS", "OpenSSL", "dnsmasq"))
def healthy_tls13_gnutls_server(lab):
    """A GnuTLS server that accepts the controller's certificate, and an OpenSSL client; TLS 1.3."""
    lab.dns()
    gnutls_server(lab, "--x509cafile", device(lab), "--require-client-cert", "--verify-client-cert")
    lab.capture()
    program = s_client(lab, "-tls1_3", "-CAfile", root(lab), "-quiet", "-verify_return_error", "-cert",
                       lab.pki.cert("wlc"), "-key", lab.pki.key("wlc"))
    program.say(GET)
    program.wait()
    program.expect("HTTP/1.0 200")
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


def nss_server(lab):
    """selfserv, with an NSS data base of its own."""
    where = f"sql:{lab.dir}/nss-server"
    os.makedirs(f"{lab.dir}/nss-server")
    run(["certutil", "-N", "-d", where, "--empty-password"])
    run(["pk12util", "-i", lab.pki.p12("cssm"), "-W", "changeit", "-d", where])
    run(["certutil", "-A", "-d", where, "-n", "device", "-t", "T,,", "-i", device(lab)])
    # It binds an IPv6 socket, whatever it is to serve.
    lab.sysctl("srv", ipv6__conf__all__disable_ipv6=0, ipv6__conf__lo__disable_ipv6=0)
    lab.start("srv", "selfserv", "-d", where, "-n", "cssm", "-p", 443, "-V", "tls1.3:tls1.3", "-r", "-r", "-u", "-v")
    lab.listening("srv", 443)


@scenario("healthy", options=CA, programs=("NSS", "dnsmasq"))
def healthy_tls13_nss(lab):
    """NSS on both sides, TLS 1.3 with a client certificate."""
    lab.dns()
    nss_server(lab)
    where = nss(lab, True)
    lab.capture()
    program = lab.start("wlc", "tstclnt", "-h", "smartreceiver.cisco.com", "-p", 443, "-d", where, "-n", "wlc", "-V",
                        "tls1.3:tls1.3", "-4")
    program.say(GET)
    program.expect("HTTP/1.0 200")
    time.sleep(1.5)
    program.stop()  # it would not end by itself, although the server has closed
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


def exchange(lab, *server, own=(), **more):
    """One TLS 1.3 exchange with the stand-in for the service."""
    lab.dns()
    cloud(lab, "--tls", "1.3", *server)
    lab.capture()
    program = client(lab, "--tls", "1.3", *own, **more)
    lab.stop_capture()
    lab.never("tls.alert_message")
    return program


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def healthy_tls13_no_ticket(lab):
    """TLS 1.3 with a client certificate and a server that sends no tickets: after the client's Finished it is silent until
    its answer."""
    succeeded(exchange(lab, "--tickets", "0", "--client-ca", device(lab), own=identity(lab, "wlc")))
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def healthy_tls13_server_closes_first(lab):
    """TLS 1.3 in which the server sends its answer, close_notify (19 bytes) and FIN at once; the client closes half a second
    later."""
    succeeded(exchange(lab, "--mode", "close-first", own=("--linger", "0.5")))
    both_ways(lab)
    tidy(lab)
    fins = [row[0] for row in lab.rows("tcp.flags.fin == 1", "ip.src")]
    if fins != [CSSM, WLC]:
        raise Failed(f"FIN from {fins}")
    last_sizes(lab, CSSM, 19)


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def healthy_tls13_client_certificate_requested_empty(lab):
    """TLS 1.3 in which the server asks for a certificate, the client has none and sends an empty one, and the server accepts
    that and answers."""
    program = exchange(lab, "--client-ca", device(lab), "--client-optional")
    succeeded(program)
    both_ways(lab)
    tidy(lab)
    if 25 not in sizes(lab, WLC):  # an empty Certificate: 4 + 4 bytes, content type, tag
        raise Failed(f"no empty certificate: {sizes(lab, WLC)}")


def only_suite(lab, suite, code):
    lab.dns()
    nginx(lab, "ssl_protocols TLSv1.3;", f"ssl_conf_command Ciphersuites {suite};")
    lab.capture()
    succeeded(client(lab, "--tls", "1.3"))
    lab.stop_capture()
    lab.expect(f"tls.handshake.type == 2 && tls.handshake.ciphersuite == {code}", 1)
    both_ways(lab)
    tidy(lab)


NGINX = ("nginx", *USUAL)


@scenario("healthy", options=CA, programs=NGINX)
def healthy_tls13_aes256(lab):
    """TLS 1.3 with TLS_AES_256_GCM_SHA384 (a Finished of 48 bytes) from nginx."""
    only_suite(lab, "TLS_AES_256_GCM_SHA384", "0x1302")


@scenario("healthy", options=CA, programs=NGINX)
def healthy_tls13_aes128(lab):
    """TLS 1.3 with TLS_AES_128_GCM_SHA256 (a Finished of 32 bytes) from nginx."""
    only_suite(lab, "TLS_AES_128_GCM_SHA256", "0x1301")


@scenario("healthy", options=CA, programs=NGINX)
def healthy_tls13_chacha(lab):
    """TLS 1.3 with TLS_CHACHA20_POLY1305_SHA256 from nginx."""
    only_suite(lab, "TLS_CHACHA20_POLY1305_SHA256", "0x1303")


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def healthy_tls13_short_answer(lab):
    """TLS 1.3 with a client certificate; the answer is two bytes long, so that its record has 19 bytes like an alert's; then
    close_notify, again 19 bytes, and FIN."""
    exchange(lab, "--mode", "short", "--client-ca", device(lab), own=identity(lab, "wlc"))
    both_ways(lab)
    tidy(lab)
    last_sizes(lab, CSSM, 19, 19)


@scenario("no-application-response", "server", "http", options=CA, ios=True, programs=USUAL)
def tls13_short_answer_cut(lab):
    """TLS 1.3 with a client certificate and tickets; the answer's only record has 19 bytes and the server closes without
    close_notify: one record of 19 bytes and FIN, as after a refusal, but long after the tickets. Nothing in the capture
    tells the answer from close_notify: the verdict is the usual explanation, `possible`, and names this one."""
    exchange(lab, "--mode", "short-cut", "--client-ca", device(lab), own=identity(lab, "wlc"))
    both_ways(lab)
    if sizes(lab, CSSM).count(19) != 1:
        raise Failed(f"records {sizes(lab, CSSM)}")
    last_sizes(lab, CSSM, 19)


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def healthy_tls13_no_request(lab):
    """TLS 1.3: the handshake completes, the client sends no request and closes in order with close_notify (19 bytes), as
    does the server."""
    exchange(lab, own=("--no-request", "--linger", "0.3"))
    tidy(lab)
    last_sizes(lab, CSSM, 19)
    last_sizes(lab, WLC, 19)


# --- the controller as a server, two controllers ---

@scenario("no-licensing-traffic", neighbours={"desk": DESK}, programs=("OpenSSL", "Python"))
def no_licensing_traffic_web_ui(lab):
    """A decoy: an administrator's browser (192.168.10.77, OpenSSL) opens the controller's own web page, whose self-signed
    certificate it refuses with alert unknown_ca (48)."""
    lab.service("--cert", lab.pki.cert("wlc-self"), lab.pki.key("wlc-self"), "--tls", "1.2", at="wlc")
    lab.capture()
    lab.start("desk", "openssl", "s_client", "-connect", f"{WLC}:443", "-tls1_2", "-verify_return_error", "-CAfile",
              corp(lab)).wait()
    lab.stop_capture()
    lab.expect_alert(DESK, 48)
    lab.expect(f"tls.handshake.type == 11 && ip.src == {WLC}", 1)


@scenario("client-certificate-rejected", "server", "tls", options=CA, neighbours={"wlc2": WLC2},
          programs=(*USUAL, "dumpcap"))
def busy_two_controllers(lab):
    """Two controllers at the same time, recorded on the router (pcapng): that of 192.168.10.150 succeeds, that of
    192.168.10.151 is refused because its certificate has expired; alert certificate_expired (45) from the server."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture(at="fw", device="inside", ext="pcapng")
    expired = identity(lab, "wlc-expired")
    good = client(lab, *identity(lab, "wlc"), wait=False)
    bad = lab.start("wlc2", *good.argv[4:-3], *expired)
    good.wait()
    bad.wait()
    succeeded(good)
    failed(bad)
    lab.stop_capture()
    lab.expect_alert(CSSM, 45)
    lab.expect(f"tls.alert_message.desc == 45 && ip.dst == {WLC2}", 1)
    both_ways(lab)
    turns = [row[0] for row in lab.rows("tcp", "tcp.stream")]
    if turns == sorted(turns) or turns == sorted(turns, reverse=True):
        raise Failed("one after the other")


# --- CSLU and On-Prem in plain HTTP ---

def pulled(lab, *options, scheme="http"):
    lab.capture()
    program = lab.start("lan", "curl", "-sS", "-i", "--interface", CSLU, "-u", "cslu:not-a-password", *options,
                        f"{scheme}://{WLC}/smartlic-service/report")
    program.wait()
    program.expect("HTTP/1.1 200")
    lab.stop_capture()
    lab.expect(f"tcp.flags.syn == 1 && tcp.flags.ack == 0 && ip.src == {CSLU} && ip.dst == {WLC}", 1)


@scenario("healthy", options="--cslu 10.10.20.7", programs=("Python", "curl"))
def cslu_initiated(lab):
    """The CSLU opens the connection, to the controller's port 80, and fetches from /smartlic-service (the rest of the path
    is invented, as is the password): GET with basic authentication, answer 200, in plain HTTP."""
    lab.service("--mode", "plain", at="wlc", port=80)
    pulled(lab)
    lab.expect("http.request.method == GET && http.authbasic", 1)
    lab.expect("http.response.code == 200", 1)


@scenario("healthy", options="--cslu 10.10.20.7", programs=("OpenSSL", "Python", "curl"))
def cslu_initiated_https(lab):
    """The CSLU opens the connection, to the controller's port 443, and accepts its self-signed certificate; TLS 1.2."""
    lab.service("--cert", lab.pki.cert("wlc-self"), lab.pki.key("wlc-self"), "--tls", "1.2", at="wlc")
    pulled(lab, "--insecure", scheme="https")
    both_ways(lab, CSLU)
    tidy(lab)


ON_PREM_HTTP = ("--plain", "--name", "ssm.corp.example", "--port", 80, "--path", "/cslu/v1/pi/Virtual%20Account-1")


@scenario("healthy", options="--on-prem ssm.corp.example", ios=True, programs=("Python", "dnsmasq"))
def healthy_on_prem_http(lab):
    """Plain HTTP to an SSM On-Prem: POST to port 80, /cslu/v1/pi/Virtual%20Account-1, answer 200."""
    lab.dns()
    lab.service("--mode", "plain", at="lan", port=80)
    lab.capture()
    succeeded(lab.controller(*ON_PREM_HTTP))
    lab.stop_capture()
    lab.expect(f"http.request.method == POST && ip.dst == {ON_PREM}", 1)
    lab.expect("http.response.code == 200", 1)


@scenario("application-error", "server", "http", options="--on-prem ssm.corp.example", ios=True,
          programs=("Python", "dnsmasq"))
def application_error_on_prem(lab):
    """An SSM On-Prem answers the POST with 500 Internal Server Error, in plain HTTP on port 80."""
    lab.dns()
    lab.service("--mode", "plain", "--status", "500 Internal Server Error", at="lan", port=80)
    lab.capture()
    lab.controller(*ON_PREM_HTTP)
    lab.stop_capture()
    lab.expect(f"http.response.code == 500 && ip.src == {ON_PREM}", 1)


@scenario("proxy-no-response", "path", "proxy", ios=True, programs=("Python", "dnsmasq"))
def proxy_closes(lab):
    """The proxy accepts the connection, reads CONNECT and closes without a word."""
    lab.dns()
    lab.service("--mode", "leave", at="lan", port=3128)
    lab.capture()
    failed(client(lab, *PROXIED))
    lab.stop_capture()
    lab.expect("http.request.method == CONNECT", 1)
    lab.never("http.response", "tcp.flags.reset == 1")


# --- names and loss ---

@scenario("tcp-no-response", "unknown", "tcp", ios=True, programs=("nftables", "Python", "dnsmasq"))
def tcp_no_response_two_addresses(lab):
    """The name has two addresses, a firewall drops the SYNs to both without a word, and the controller tries one after the
    other, for 4 seconds each."""
    second = "192.133.220.91"
    lab.dns(f"--host-record=smartreceiver.cisco.com,{CSSM}", f"--host-record=smartreceiver.cisco.com,{second}", names=False)
    lab.firewall("tcp dport 443 drop")
    lab.capture()
    failed(client(lab, "--timeout", "4"))
    lab.stop_capture()
    lab.expect(f"dns.a == {CSSM} && dns.a == {second}", 1)
    for address in (CSSM, second):
        lab.expect(f"tcp.flags.syn == 1 && ip.dst == {address}", 3)
    lab.never("tcp.flags.ack == 1")


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def dns_truncated_tcp(lab):
    """The name leads over five aliases with long names, so that the answer does not fit into 512 bytes: it comes truncated
    over UDP, is asked for again over TCP, and everything succeeds."""
    names = ["smartreceiver.cisco.com"] + [f"{'-'.join([word] * 6)}.{'-'.join([word] * 5)}.net" for word in
                                           ("licensing", "endpoint", "delivery", "location", "balancer")]
    lab.dns(*(f"--cname={old},{new}" for old, new in zip(names, names[1:])), f"--host-record={names[-1]},{CSSM}",
            names=False)
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect("udp && dns.flags.truncated == 1", 1)
    lab.expect(f"tcp.srcport == 53 && dns.a == {CSSM}", 1)
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, cable=("lose=1",), programs=USUAL)
def healthy_tls12_retransmitted_hello(lab):
    """The healthy case in which the Client Hello is lost once beyond the place of capture: it appears twice, the second time
    with another IP identification."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    # tshark takes the second for a retransmission and does not dissect it.
    hellos = lab.rows(f"tcp.seq == 1 && tcp.len > 0 && ip.src == {WLC}", "ip.id", "tcp.len", "frame.time_relative")
    if len(hellos) != 2 or hellos[0][0] == hellos[1][0] or hellos[0][1] != hellos[1][1]:
        raise Failed(f"Client Hellos {hellos}")
    both_ways(lab)
    tidy(lab)


# --- a capture in several files ---

@scenario("healthy", options=CA, ios=True, into="ring", programs=(*USUAL, "dumpcap"))
def ring(lab):
    """One healthy TLS 1.2 attempt in two files, as dumpcap writes a ring (-b packets:20)."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    program = lab.start("wlc", "dumpcap", "-q", "-P", "-i", "eth0", "-b", "packets:20", "-b", "files:4", "-w",
                        f"{lab.dir}/recorded.pcap")
    program.expect("File: ")
    time.sleep(0.5)
    lab.programs.remove(program)
    lab.captures.append(program)
    lab.file = f"{lab.dir}/ring-1.pcap"
    succeeded(client(lab, *identity(lab, "wlc")))
    lab.stop_capture(settle=1.6)
    recorded = sorted(glob.glob(f"{lab.dir}/recorded_*.pcap"))
    if len(recorded) != 2:
        raise Failed(f"{len(recorded)} files")
    for number, file in enumerate(recorded, 1):
        lab.parts.append(f"{lab.dir}/ring-{number}.pcap")
        os.rename(file, lab.parts[-1])
    lab.expect("tls.handshake.type == 1", 1)
    lab.expect("tcp", least=10)
    lab.file = lab.parts[1]
    lab.expect(f"tls.record.content_type == 23 && ip.src == {CSSM}")
    lab.never("tcp.flags.syn == 1")
