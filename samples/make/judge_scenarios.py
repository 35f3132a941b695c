"""What the judge needs, as in scenarios.py: certificates with every fault, refused by OpenSSL and rustls; what is accepted in
spite of a fault; keys of every kind; refusals of what was offered; more signs of interception."""

import os
import ssl
import socket
import struct
import sys

from lab import CSSM, HERE, OTHER, WLC
from more_scenarios import USUAL
from scenarios import (CA, both_ways, client, cloud, corp, device, failed, identity, pair, refused, root, s_client, scenario, succeeded, take_over, tidy)

PEER = os.environ.get("RUSTLS_PEER", f"{HERE}/rustls_peer/target/release/rustls-peer")
LOW = ("--ciphers", "DEFAULT@SECLEVEL=0")


# --- faults of the client's certificate ---

@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=USUAL)
def client_certificate_weak_key(lab):
    """The controller's certificate is from the right authority, but its RSA key has 1024 bits; alert bad_certificate (42)
    from the server."""
    weak(lab, "wlc-short")


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=USUAL)
def client_certificate_weak_signature(lab):
    """The controller's certificate is from the right authority, but signed with SHA-1; alert bad_certificate (42) from the
    server."""
    weak(lab, "wlc-sha1")


def weak(lab, name):
    lab.dns()
    lab.openssl_server("-Verify", 2, "-verify_return_error", "-CAfile", device(lab), "-www")
    lab.capture()
    failed(client(lab, *LOW, *identity(lab, name)))
    lab.stop_capture()
    lab.expect_alert(CSSM, 42)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=USUAL)
def client_certificate_issuer_expired(lab):
    """The controller's certificate is valid, that of the authority between it and the root has expired 30 days before; alert
    certificate_expired (45) from the server."""
    lab.dns()
    lab.openssl_server("-Verify", 3, "-verify_return_error", "-CAfile", device(lab), "-www")
    lab.capture()
    failed(client(lab, "--cert", lab.pki.chain("wlc-old-issuer"), lab.pki.key("wlc-old-issuer")))
    lab.stop_capture()
    lab.expect_alert(CSSM, 45)


@scenario("client-certificate-rejected", "server", "tls", options=CA, ios=True, programs=USUAL)
def client_certificate_no_revocation_data(lab):
    """Nothing is wrong with the controller's certificate, but the server is to look it up in a revocation list and has none;
    alert unknown_ca (48) from the server all the same."""
    lab.dns()
    lab.openssl_server("-Verify", 2, "-verify_return_error", "-CAfile", device(lab), "-www", "-crl_check")
    lab.capture()
    failed(client(lab, *identity(lab, "wlc")))
    lab.stop_capture()
    lab.expect_alert(CSSM, 48)


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def healthy_weak_client_certificate(lab):
    """The controller's RSA key has 1024 bits, and the server does not mind: request and answer go through."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2", *LOW)
    lab.capture()
    succeeded(client(lab, *LOW, *identity(lab, "wlc-short")))
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, ios=True, programs=USUAL)
def healthy_client_certificate_requested_empty(lab):
    """TLS 1.2: the server asks for a certificate, the controller shows none, and the server does not mind."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--client-optional", "--tls", "1.2")
    lab.capture()
    succeeded(client(lab))
    lab.stop_capture()
    lab.expect(f"tls.handshake.certificates_length == 0 && ip.src == {WLC}", 1)
    both_ways(lab)
    tidy(lab)


# --- faults of the server's certificate ---

def weak_server(lab, leaf):
    lab.dns()
    cloud(lab, "--tls", "1.2", *LOW, leaf=leaf)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()


@scenario("server-certificate-rejected", "client", "tls", options=CA, ios=True, programs=USUAL)
def server_certificate_weak_key(lab):
    """The service's RSA key has 1024 bits, and the controller refuses it; alert bad_certificate (42)."""
    weak_server(lab, "cssm-short")
    lab.expect_alert(WLC, 42)


@scenario("server-certificate-rejected", "client", "tls", options=CA, ios=True, programs=USUAL)
def server_certificate_weak_signature(lab):
    """The service's certificate is signed with SHA-1, and the controller refuses it; alert bad_certificate (42)."""
    weak_server(lab, "cssm-sha1")
    lab.expect_alert(WLC, 42)


@scenario("server-certificate-rejected", "client", "tls", options=CA, ios=True, programs=USUAL)
def server_certificate_address(lab):
    """The URL names an address, the certificate only the name; no look-up, no server name in the Client Hello; alert
    bad_certificate (42) from the controller."""
    cloud(lab, "--tls", "1.2")
    lab.capture()
    failed(client(lab, "--name", CSSM))
    lab.stop_capture()
    lab.expect_alert(WLC, 42)
    lab.never("tls.handshake.extensions_server_name", "dns")


# --- keys of other kinds ---

def other_key(lab, leaf, *options):
    lab.dns()
    cloud(lab, "--tls", "1.2", *options, leaf=leaf)
    lab.capture()
    succeeded(client(lab))
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=USUAL)
def healthy_p521(lab):
    """The service has a key on the curve P-521."""
    other_key(lab, "cssm-p521")


@scenario("healthy", options=CA, programs=USUAL)
def healthy_ed25519(lab):
    """The service has an Ed25519 key."""
    other_key(lab, "cssm-ed25519")


@scenario("healthy", options=CA, programs=USUAL)
def healthy_rsa_pss(lab):
    """The service has a key for RSASSA-PSS only."""
    other_key(lab, "cssm-pss")


# --- rustls ---

def rustls_server(lab, version, *options, leaf="cssm"):
    lab.start("srv", PEER, "server", 443, version, *pair(lab, leaf), *options).expect("listening")


def rustls_client(lab, version, trusted, *options):
    program = lab.start("wlc", PEER, "client", "smartreceiver.cisco.com", 443, version, trusted, *options)
    program.wait()
    return program


RUSTLS = ("rustls", *USUAL)


@scenario("healthy", options=CA, programs=RUSTLS)
def healthy_rustls(lab):
    """A rustls client and an OpenSSL server, TLS 1.2 with a client certificate."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.2")
    lab.capture()
    succeeded(rustls_client(lab, "1.2", root(lab), lab.pki.cert("wlc"), lab.pki.key("wlc")))
    lab.stop_capture()
    both_ways(lab)
    tidy(lab)


@scenario("healthy", options=CA, programs=RUSTLS)
def healthy_tls13_rustls(lab):
    """A rustls client and an OpenSSL server, TLS 1.3 with a client certificate."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.3")
    lab.capture()
    succeeded(rustls_client(lab, "1.3", root(lab), lab.pki.cert("wlc"), lab.pki.key("wlc")))
    lab.stop_capture()
    both_ways(lab)


@scenario("healthy", options=CA, programs=RUSTLS)
def healthy_tls13_rustls_server(lab):
    """A rustls server that accepts the controller's certificate, TLS 1.3."""
    lab.dns()
    rustls_server(lab, "1.3", device(lab))
    lab.capture()
    succeeded(client(lab, "--tls", "1.3", *identity(lab, "wlc")))
    lab.stop_capture()
    both_ways(lab)


@scenario("healthy", options=CA, programs=RUSTLS)
def healthy_tls13_rustls_both(lab):
    """rustls on both sides, TLS 1.3, no client certificate."""
    lab.dns()
    rustls_server(lab, "1.3")
    lab.capture()
    succeeded(rustls_client(lab, "1.3", root(lab)))
    lab.stop_capture()
    both_ways(lab)


def rustls_refuses(lab, version, *options):
    lab.dns()
    rustls_server(lab, version, device(lab))
    lab.capture()
    failed(client(lab, "--tls", version, *options))
    lab.stop_capture()


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=RUSTLS)
def client_certificate_rejected_rustls(lab):
    """A rustls server refuses the expired certificate, in TLS 1.2; alert certificate_expired (45)."""
    rustls_refuses(lab, "1.2", *identity(lab, "wlc-expired"))
    lab.expect_alert(CSSM, 45)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=RUSTLS)
def client_certificate_not_yet_valid_rustls(lab):
    """A rustls server refuses the certificate that is not yet valid; it too sends certificate_expired (45), for which TLS has
    no other name."""
    rustls_refuses(lab, "1.2", *identity(lab, "wlc-future"))
    lab.expect_alert(CSSM, 45)


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=RUSTLS)
def client_certificate_rejected_rustls_tls13(lab):
    """TLS 1.3: a rustls server answers the expired certificate with an encrypted alert."""
    rustls_refuses(lab, "1.3", *identity(lab, "wlc-expired"))
    lab.never("tls.alert_message.desc")


@scenario("client-certificate-rejected", "server", "tls", options=CA, programs=RUSTLS)
def client_certificate_missing_rustls_tls13(lab):
    """TLS 1.3: a rustls server answers an empty Certificate with an encrypted alert."""
    rustls_refuses(lab, "1.3")
    lab.never("tls.alert_message.desc")


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=RUSTLS)
def server_certificate_rejected_rustls(lab):
    """A rustls client that does not have the root refuses the service's certificate, in TLS 1.2; alert unknown_ca (48)."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    lab.capture()
    failed(rustls_client(lab, "1.2", corp(lab)))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


@scenario("server-certificate-rejected", "client", "tls", options=CA, programs=RUSTLS)
def server_certificate_rejected_rustls_tls13(lab):
    """TLS 1.3: a rustls client that does not have the root refuses the service's certificate with an encrypted alert."""
    lab.dns()
    cloud(lab, "--tls", "1.3")
    lab.capture()
    failed(rustls_client(lab, "1.3", corp(lab)))
    lab.stop_capture()
    lab.never("tls.alert_message.desc")


# --- what was offered ---

@scenario("version-mismatch", "server", "tls", programs=("OpenSSL", "dnsmasq"))
def version_mismatch_fallback(lab):
    """The client offers TLS 1.1 at most and says that it has fallen back to that (TLS_FALLBACK_SCSV); the server knows
    better versions and answers inappropriate_fallback (86)."""
    lab.dns()
    lab.openssl_server("-www", "-cipher", "DEFAULT@SECLEVEL=0")
    lab.capture()
    s_client(lab, "-tls1_1", "-fallback_scsv", "-cipher", "DEFAULT@SECLEVEL=0").wait()
    lab.stop_capture()
    lab.expect_alert(CSSM, 86)


@scenario("cipher-mismatch", "server", "tls", programs=USUAL)
def cipher_mismatch_other_client(lab):
    """One host completes a handshake (TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384), the controller then offers two other cipher
    suites to the same server; alert handshake_failure (40)."""
    lab.dns()
    cloud(lab, "--ciphers", "ECDHE-RSA-AES256-GCM-SHA384", "--tls", "1.2")
    lab.capture()
    succeeded(client(lab))
    failed(client(lab, "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA"))
    lab.stop_capture()
    lab.expect_alert(CSSM, 40)


@scenario("cipher-mismatch", "server", "tls", programs=USUAL)
def cipher_mismatch_missing_extension(lab):
    """The Client Hello offers TLS 1.3 and no signature algorithms, which it must not leave out (RFC 9846 section 9.2); the
    server answers missing_extension (109). Client Hello: synthetic, OpenSSL's without that extension."""
    lab.dns()
    cloud(lab, "--tls", "1.3")
    lab.capture()
    lab.start("wlc", sys.executable, __file__, "without", str(13)).wait()
    lab.stop_capture()
    lab.expect_alert(CSSM, 109)


# --- interception ---

@scenario("interception-suspected", "path", "tls", programs=USUAL)
def interception_copied_subject(lab):
    """A certificate that copies the service's subject (O=Cisco Systems Inc.) is valid for five years and signed by CN=Corp
    Example Internal CA; alert unknown_ca (48) from the controller."""
    lab.dns()
    cloud(lab, "--tls", "1.2", leaf="inspected-long")
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


@scenario("interception-suspected", "path", "tls", programs=("nftables", *USUAL))
def interception_near(lab):
    """The interceptor sits on the firewall, one hop away, and accepts the connection in the service's name: everything comes
    back in under a millisecond, though the service is 40 ms away. Alert unknown_ca (48) from the controller."""
    lab.dns()
    chain, key = pair(lab, "inspected")
    lab.service("--cert", chain, key, "--tls", "1.2", at="fw", port=8443)
    take_over(lab, 8443)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


@scenario("interception-suspected", "path", "tls", options="--all", programs=USUAL)
def interception_two_names(lab):
    """Certificates for smartreceiver.cisco.com and www.example.com, which have nothing to do with each other, by the same
    private authority; alert unknown_ca (48) from the controller both times."""
    lab.dns()
    lab.service("--cert", *pair(lab, "inspected"), "--tls", "1.2", "--bind", CSSM)
    lab.service("--cert", *pair(lab, "inspected-www"), "--tls", "1.2", "--bind", OTHER)
    lab.capture()
    failed(client(lab))
    failed(client(lab, "--name", "www.example.com"))
    lab.stop_capture()
    lab.expect(f"tls.alert_message.desc == 48 && ip.src == {WLC}", 2)


@scenario("client-certificate-rejected", "server", "tls", ios=True, programs=USUAL)
def client_certificate_rejected_private_service(lab):
    """The controller accepts the certificate of a service whose root nobody gives to the reader, and is then refused because
    its own has expired; alert certificate_expired (45) from the server: who broke it off was the server."""
    refused(lab, "wlc-expired", code=45)


# --- a Client Hello with an extension taken out ---

def without(kind):
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    own = context.wrap_bio(incoming, outgoing, server_hostname="smartreceiver.cisco.com")
    try:
        own.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()[9:]  # record and message headers taken off
    place = 34
    place += 1 + hello[place]
    place += 2 + struct.unpack_from(">H", hello, place)[0]
    place += 1 + hello[place]
    fixed, extensions, kept = hello[:place], hello[place + 2:], b""
    while extensions:
        code, size = struct.unpack_from(">HH", extensions)
        if code != kind:
            kept += extensions[:4 + size]
        extensions = extensions[4 + size:]
    body = fixed + struct.pack(">H", len(kept)) + kept
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    wire = socket.create_connection(("smartreceiver.cisco.com", 443))
    wire.sendall(b"\x16\x03\x01" + struct.pack(">H", len(message)) + message)
    wire.settimeout(3)
    while wire.recv(4096):
        pass


if __name__ == "__main__" and sys.argv[1:2] == ["without"]:
    without(int(sys.argv[2]))
