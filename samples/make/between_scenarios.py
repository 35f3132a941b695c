"""What stands between, as in scenarios.py: inspection under the issuers that products sign with, block pages, captive portals; and
the second chassis of a pair.

Names of issuers, subjects and pages are those of profiles/shared/in-between.toml, each with its source there. The programs are
mitmproxy, nginx and dnsmasq; no product was at hand. Every authority is made for one recording and thrown away.
"""

import os
import sys
import time

from lab import CSLU, CSSM, GATEWAY, HERE, WLC, Failed, run
from scenarios import MITMDUMP, cloud, client, failed, scenario, succeeded, take_over

USUAL = ("OpenSSL", "Python", "dnsmasq")
CSLU_URL = ("--plain", "--name", "cslu.corp.example", "--port", 8182, "--path", "/cslu/v1/pi")
BLOCKED = "<html><head><title>Blocked</title></head><body>This site is blocked.</body></html>"


def authority(lab, subject):
    """An authority of this name for mitmproxy; key and certificate in one file, as it wants them."""
    folder = f"{lab.dir}/mitmproxy"
    os.makedirs(folder)
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", f"{folder}/key.pem", "-out",
         f"{folder}/cert.pem", "-days", "3650", "-subj", subject, "-addext", "keyUsage=critical,keyCertSign,cRLSign"])
    with open(f"{folder}/mitmproxy-ca.pem", "w", encoding="ascii") as whole:
        for part in ("key.pem", "cert.pem"):
            with open(f"{folder}/{part}", encoding="ascii") as file:
                whole.write(file.read())


def inspects(lab, subject):
    """mitmproxy on the firewall re-signs under an authority of this name; the controller does not trust it."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    authority(lab, subject)
    lab.start("fw", MITMDUMP, "--mode", "transparent", "--listen-port", "8080", "--set", f"confdir={lab.dir}/mitmproxy",
              "--ssl-insecure", env={"HOME": lab.dir, "PYTHONUNBUFFERED": "1"})
    lab.listening("fw", 8080, 40)
    take_over(lab, 8080)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)


@scenario("interception-suspected", "path", "tls", ios=True, programs=("mitmproxy", *USUAL))
def interception_zscaler_issuer(lab):
    """mitmproxy in the path signs as Zscaler does (CN=Zscaler Intermediate Root CA (zscalerthree.net) (t), O=Zscaler Inc.);
    alert unknown_ca (48) from the controller."""
    inspects(lab, "/C=US/ST=California/O=Zscaler Inc./OU=Zscaler Inc./CN=Zscaler Intermediate Root CA (zscalerthree.net) (t)")
    lab.expect('frame contains "Zscaler Intermediate Root CA"')


@scenario("interception-suspected", "path", "tls", ios=True, programs=("mitmproxy", *USUAL))
def interception_fortinet_issuer(lab):
    """mitmproxy in the path signs as a FortiGate does (O=Fortinet, OU=Certificate Authority, CN=a serial number); alert
    unknown_ca (48) from the controller."""
    inspects(lab, "/C=US/ST=California/L=Sunnyvale/O=Fortinet/OU=Certificate Authority/CN=FG6H0FTB00000000")
    lab.expect('frame contains "Certificate Authority"')


@scenario("interception-suspected", "path", "tls", ios=True, programs=("mitmproxy", *USUAL))
def interception_unnamed_issuer(lab):
    """The same with an authority whose name is no product's (CN=Corp Example Proxy Authority): nobody is named."""
    inspects(lab, "/C=XX/O=Corp Example/CN=Corp Example Proxy Authority")
    lab.expect('frame contains "Corp Example Proxy Authority"')


def web(lab, short, port, lines, certificate=None):
    """nginx on a port, with the lines of one location; with a certificate of its own it speaks TLS."""
    secure = ""
    if certificate:
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", f"{lab.dir}/web.key", "-out",
             f"{lab.dir}/web.pem", "-days", "365", "-subj", f"/CN={certificate}", "-addext", f"subjectAltName=DNS:{certificate}"])
        secure = f"ssl_certificate {lab.dir}/web.pem; ssl_certificate_key {lab.dir}/web.key;"
    with open(f"{lab.dir}/nginx.conf", "w", encoding="ascii") as file:
        file.write("daemon off; worker_processes 1; user root; error_log stderr info; pid " + lab.dir + "/nginx.pid;\n"
                   "events { worker_connections 64; }\nhttp { access_log off; server_tokens off; default_type text/html;\n"
                   f"server {{ listen {port}{' ssl' if secure else ''}; {secure}\nlocation / {{ {lines} }} }} }}\n")
    program = lab.start(short, "nginx", "-p", lab.dir, "-c", f"{lab.dir}/nginx.conf")
    lab.listening(short, port)
    return program


def lead(lab, port, to):
    """The firewall leads connections to a port to a program of its own."""
    lab.nft("fw", "table ip n {\n chain pre {\n type nat hook prerouting priority -100;\n"
                  f'iifname "inside" tcp dport {port} redirect to :{to}\n}}\n}}\n')


@scenario("application-error", "path", "http", options="--cslu 10.10.20.7", programs=("nginx", "nftables", *USUAL[1:]))
def captive_portal_http(lab):
    """A captive portal (nginx behind a redirect of nftables) answers the report to a CSLU in plain HTTP with 302 to its log-in
    page, as a wireless controller does for guests (switch_url)."""
    lab.dns()
    web(lab, "fw", 8080, "return 302 http://192.0.2.1/login.html?switch_url=http://192.0.2.1/login.html&redirect=cslu.corp.example/cslu/v1/pi;")
    lead(lab, 8182, 8080)
    lab.capture()
    lab.controller(*CSLU_URL)
    lab.stop_capture()
    lab.expect("http.response.code == 302", 1)
    lab.expect('http.location contains "switch_url"', 1)


@scenario("interception-suspected", "path", "tls", ios=True, programs=("nginx", "nftables", *USUAL))
def captive_portal_tls(lab):
    """A captive portal answers TLS with a self-signed certificate of its own, for securelogin.arubanetworks.com; alert
    unknown_ca (48) from the controller."""
    lab.dns()
    web(lab, "fw", 8443, f"return 200 '{BLOCKED}';", certificate="securelogin.arubanetworks.com")
    take_over(lab, 8443)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect_alert(WLC, 48)
    lab.expect('frame contains "securelogin.arubanetworks.com"')


@scenario("application-error", "path", "http", options="--cslu 10.10.20.7", programs=("nginx", "nftables", *USUAL[1:]))
def block_page_umbrella(lab):
    """A web gateway answers the report to a CSLU in plain HTTP with 303 to the block page of Umbrella (block.opendns.com)."""
    lab.dns()
    web(lab, "fw", 8080, "return 303 https://block.opendns.com/?url=cslu.corp.example&server=fra1;")
    lead(lab, 8182, 8080)
    lab.capture()
    lab.controller(*CSLU_URL)
    lab.stop_capture()
    lab.expect("http.response.code == 303", 1)


# --- the second chassis of a pair ---

def takes_over(lab):
    """The standby gets the address, and says so: three gratuitous ARP requests (RFC 5227 section 3)."""
    lab.ip("wlc", f"addr del {WLC}/24 dev eth0")
    lab.ip("standby", f"addr add {WLC}/24 dev eth0")
    lab.ip("standby", f"route replace default via {GATEWAY} src {WLC}")
    lab.start("standby", sys.executable, "-c",
              "import socket, sys, time\n"
              "wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n"
              "wire.bind(('eth0', 0x0806))\n"
              "own, ip = wire.getsockname()[4], socket.inet_aton(sys.argv[1])\n"
              "for _ in range(3):\n"
              "    wire.send(b'\\xff' * 6 + own + b'\\x08\\x06\\0\\1\\x08\\0\\6\\4\\0\\1' + own + ip + b'\\0' * 6 + ip)\n"
              "    time.sleep(0.3)\n", WLC).wait()


@scenario("application-error", "server", "http", options="--cslu 10.10.20.7", programs=("Python", "dnsmasq"),
          neighbours={"standby": "192.168.10.151"})
def chassis_changed(lab):
    """A pair reports to a CSLU in plain HTTP: first one chassis, with success; then the standby takes over the address (gratuitous
    ARP, another serial number in its request), and is answered with status_code FAILURE."""
    lab.dns()
    service = lab.service("--mode", "plain", at="lan", port=8182)
    lab.capture(at="fw", device="inside", filter=f"arp or host {WLC}")
    succeeded(lab.controller(*CSLU_URL))
    service.stop()
    takes_over(lab)
    lab.service("--mode", "plain", "--code", "FAILURE", at="lan", port=8182)
    program = lab.start("standby", sys.executable, f"{HERE}/controller.py", *CSLU_URL, "--serial", "FCL0000SYN2")
    program.wait()
    time.sleep(0.5)
    lab.stop_capture()
    lab.expect("arp.isgratuitous == 1 || arp.isannouncement == 1", least=3)
    lab.expect(f"http.request.method == POST && ip.src == {WLC}", 2)
    lab.expect('frame contains "FCL0000SYN2"')
