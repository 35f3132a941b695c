"""What engineers meet between a controller and its service: answers that come too late, balancers and proxies that speak for
somebody else, redirects, DNS that gets through over UDP only. Recorded as in scenarios.py."""

import os
import signal
import time

from lab import CSLU, CSSM, GATEWAY, ON_PREM, PROXY, WLC
from scenarios import CA, client, cloud, device, failed, identity, request, scenario, squid

USUAL = ("OpenSSL", "Python", "dnsmasq")


def haproxy(lab, port, *lines):
    """haproxy before the On-Prem, as an offloader or balancer."""
    conf = f"{lab.dir}/haproxy.cfg"
    with open(conf, "w", encoding="ascii") as file:
        file.write("\n".join(["global", "maxconn 50", "defaults", "timeout connect 2s", "timeout client 20s",
                              "timeout server 3s", "frontend front", f"bind :{port}", *lines, ""]))
    program = lab.start("lan", "haproxy", "-db", "-f", conf)
    lab.listening("lan", port)
    return program


@scenario("no-application-response", "server", "http", options=CA, ios=True, programs=USUAL)
def no_application_response_late(lab):
    """The answer takes eleven seconds, the controller waits for eight: it closes, and what comes then is met by a reset."""
    lab.dns()
    cloud(lab, "--tls", "1.2", "--think", "11")
    lab.capture()
    failed(client(lab))
    time.sleep(3.5)
    lab.stop_capture()
    lab.expect(f"tls.record.content_type == 23 && ip.src == {CSSM}")
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {WLC}")


@scenario("tls-no-response", "server", "tls", options=CA, programs=USUAL)
def tls_no_response_late(lab):
    """The server is stopped for eleven seconds: its system acknowledges the Client Hello, the controller closes after eight,
    and the Server Hello comes when nobody reads it."""
    lab.dns()
    server = cloud(lab, "--tls", "1.2")
    os.killpg(server.child.pid, signal.SIGSTOP)
    lab.capture()
    program = client(lab, wait=False)
    time.sleep(11)
    os.killpg(server.child.pid, signal.SIGCONT)
    program.wait()
    failed(program)
    lab.stop_capture(settle=1.2)
    lab.expect("tls.handshake.type == 2", 1)
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {WLC}")


@scenario("tls-no-response", "unknown", "tls", options=CA, programs=("squid", "nftables", *USUAL))
def tls_no_response_behind_proxy(lab):
    """The proxy (squid) opens the tunnel, and between it and the service a firewall swallows everything larger than 100
    bytes: the proxy acknowledges the Client Hello, and nothing comes back."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    squid(lab)
    lab.firewall(f"ip saddr {CSSM} ip length > 100 drop")
    lab.capture()
    failed(client(lab, "--proxy", f"{PROXY}:3128"))
    lab.stop_capture()
    lab.expect("http.response.code == 200", 1)
    lab.never("tls.handshake.type == 2")


@scenario("silent-mid-handshake", "path", "tls", options=CA, programs=("nftables", *USUAL))
def silent_mid_handshake_tls13(lab):
    """TLS 1.3: the firewall swallows everything from the controller that is larger than 700 bytes, so that its certificate and
    Finished never arrive; the request, sent behind them, looks as if the handshake had been done."""
    lab.dns()
    cloud(lab, "--client-ca", device(lab), "--tls", "1.3")
    lab.firewall(f"ip saddr {WLC} ip length > 700 drop")
    lab.capture()
    failed(client(lab, "--tls", "1.3", *identity(lab, "wlc")))
    lab.stop_capture(settle=3)
    lab.expect("tcp.analysis.retransmission", least=2)
    lab.never("tls.alert_message")


@scenario("reset-during-handshake", "server", "tcp", options="--on-prem ssm.corp.example", programs=("haproxy", *USUAL))
def reset_during_handshake_at_once(lab):
    """A balancer (haproxy) before the On-Prem accepts every connection and resets those that its rules do not allow, before a
    word was said."""
    lab.dns()
    haproxy(lab, 443, "mode tcp", "tcp-request connection reject")
    lab.capture()
    failed(lab.controller("--name", "ssm.corp.example", "--path", "/cslu/v1/pi/Default-1"))
    lab.stop_capture()
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {ON_PREM}", 1)


@scenario("application-error", "server", "http", options="--on-prem ssm.corp.example", programs=("haproxy", *USUAL[1:]))
def application_error_redirect(lab):
    """The URL begins with http; the On-Prem's port 80 (haproxy) sends the POST on to https with 301, and the controller does
    not follow."""
    lab.dns()
    haproxy(lab, 80, "mode http", "http-request redirect scheme https code 301")
    lab.capture()
    lab.controller("--plain", "--name", "ssm.corp.example", "--port", 80, "--path", "/cslu/v1/pi/Default-1")
    lab.stop_capture()
    lab.expect("http.response.code == 301", 1)


@scenario("proxy-authentication-required", "path", "proxy", options="--cslu 10.10.20.7",
          programs=("squid", "curl", "dnsmasq"))
def proxy_authentication_required_forward(lab):
    """A CSLU in plain HTTP through a proxy (squid), which is not asked for a tunnel but for the URL itself, and answers 407."""
    lab.dns()
    users = f"{lab.dir}/users"
    with open(users, "w", encoding="ascii") as file:
        file.write("nobody:x\n")
    squid(lab, f"auth_param basic program /usr/lib/squid/basic_ncsa_auth {users}", "acl known proxy_auth REQUIRED",
          "http_access deny !known")
    lab.capture()
    lab.start("wlc", "curl", "-sS", "-x", f"http://{PROXY}:3128", "-H", "Content-Type: application/json", "-d",
              request().split("\r\n\r\n")[1], f"http://{CSLU}:8182/cslu/v1/pi").wait()
    lab.stop_capture()
    lab.expect("http.response.code == 407", 1)
    lab.never("http.request.method == CONNECT")


@scenario("dns-no-response", "unknown", "dns", programs=("nftables", "Python", "dnsmasq"))
def dns_no_response_tcp(lab):
    """The name has so many addresses that the answer comes truncated over UDP; the resolver's port 53 is open for UDP only, and
    the SYNs to it are dropped."""
    addresses = [f"--host-record=smartreceiver.cisco.com,192.133.220.{last}" for last in range(90, 160)]
    lab.dns(*addresses, names=False)
    lab.nft("fw", "table ip t {\n chain i {\n type filter hook input priority 0;\n tcp dport 53 drop\n}\n}\n")
    lab.capture()
    program = lab.controller(wait=False)
    time.sleep(16)
    program.stop()
    lab.stop_capture()
    lab.expect("dns.flags.truncated == 1", 1)
    lab.expect(f"tcp.flags.syn == 1 && ip.dst == {GATEWAY}", least=3)
