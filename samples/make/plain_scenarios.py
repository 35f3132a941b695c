"""Plain text where TLS was meant: TLS that is asked for and refused, plain text to a port of TLS, connections whose end nothing
explains. Recorded as in scenarios.py."""

import sys

from lab import CSSM, HERE
from scenarios import pair, scenario


def plain_server(lab, kind, port, *options):
    """A server that says no, or leaves (plain_server.py)."""
    program = lab.start("srv", sys.executable, f"{HERE}/plain_server.py", kind, port, *options)
    program.expect("listening")
    return program


def curl(lab, *options):
    """curl in the controller's place; it fails here, and that is what is recorded."""
    lab.start("wlc", "curl", "-sS", "-m", "5", *options).wait()


@scenario("tls-not-offered", "server", "tls", options="--all", programs=("curl", "Python"))
def tls_not_offered(lab):
    """A mail server offers STARTTLS, and answers the command with 454; curl, which demands TLS, leaves."""
    plain_server(lab, "smtp-454", 587)
    lab.capture()
    curl(lab, "--ssl-reqd", f"smtp://{CSSM}:587/controller.example")
    lab.stop_capture()
    lab.expect("smtp.response.code == 454", 1)
    lab.never("tls")


@scenario("plain-text-to-tls", "client", "tls", options="--all", programs=("curl", "nginx"))
def plain_text_to_tls(lab):
    """curl asks in plain HTTP on port 8443, where nginx speaks TLS and says so in its answer 400."""
    conf = f"{lab.dir}/nginx.conf"
    with open(conf, "w", encoding="ascii") as file:
        file.write(f"daemon off; master_process off; pid {lab.dir}/pid; error_log stderr; events {{}}\n"
                   f"http {{ access_log off; client_body_temp_path {lab.dir}; server {{ listen 8443 ssl;\n"
                   f"ssl_certificate {pair(lab, 'cssm')[0]}; ssl_certificate_key {pair(lab, 'cssm')[1]}; }} }}\n")
    lab.start("srv", "nginx", "-c", conf, "-p", lab.dir)
    lab.listening("srv", 8443)
    lab.capture()
    curl(lab, f"http://{CSSM}:8443/")
    lab.stop_capture()
    lab.expect("tcp contains \"plain HTTP request was sent to HTTPS port\"", 1)
    lab.never("tls")


@scenario("unexplained-end", options="--all", programs=("OpenSSL", "Python"))
def unexplained_end(lab):
    """TLS 1.3: the server sends no tickets, and right after the handshake one record as short as an alert (it is close_notify),
    and closes; the client had asked for nothing yet."""
    plain_server(lab, "tls-close", 443, *pair(lab, "cssm"))
    lab.capture()
    lab.start("wlc", "openssl", "s_client", "-quiet", "-connect", f"{CSSM}:443", "-servername", "www.example.com").wait()
    lab.stop_capture()
    lab.expect(f"tls.record.length == 19 && ip.src == {CSSM}", 1)
