"""What the attempt needs, as in scenarios.py: every transport and fault on the way to the licensing service, several tries in
one capture, their rhythm, and what a capture without licensing proves."""

import os
import struct
import time

from lab import CSLU, CSSM, CSSM6, GATEWAY, ON_PREM, PROXY, WLC, WLC6, Failed
from more_scenarios import USUAL
from scenarios import (MITMDUMP, PROXIED, both_ways, client, cloud, failed, root, s_client, scenario, squid, succeeded, tidy,
                       tinyproxy)

PLAIN = ("Python", "dnsmasq")
MOVED = "192.133.220.91"
VA = "/cslu/v1/pi/Virtual%20Account-1"


# --- several tries ---

@scenario("dns-error", "server", "dns", ios=True, programs=USUAL)
def story_three_faults(lab):
    """Four tries, a minute apart: the name does not exist (NXDOMAIN), the server refuses the connection, client and server
    have no version in common (alert protocol_version, 70), and the last succeeds with TLS 1.3."""
    start = time.monotonic()

    def wait_until(second):
        time.sleep(max(0, start + second - time.monotonic()))

    resolver = lab.dns("--address=/cisco.com/", names=False)
    lab.capture()
    failed(client(lab))
    resolver.stop()
    lab.dns()
    wait_until(60)
    failed(client(lab))
    cloud(lab, "--tls", "1.3")
    wait_until(120)
    failed(client(lab, "--tls", "1.2"))
    wait_until(180)
    succeeded(client(lab, "--tls", "1.3"))
    lab.stop_capture()
    lab.expect("dns.flags.rcode == 3")
    lab.expect("tcp.flags.reset == 1 && tcp.seq == 1 && tcp.stream == 0", 1)
    lab.expect_alert(CSSM, 70)
    both_ways(lab)


@scenario("tcp-refused", "server", "tcp", programs=USUAL)
def constant_refusal(lab):
    """Three tries, five seconds apart, and the server refuses every connection."""
    lab.dns()
    lab.capture()
    failed(client(lab, "--attempts", 3, "--retry-after", 5))
    lab.stop_capture()
    lab.expect("tcp.flags.syn == 1 && tcp.flags.ack == 0", 3)


@scenario("application-error", "server", "http", options="--on-prem ssm.corp.example", programs=PLAIN)
def address_then_name(lab):
    """The URL names an On-Prem by its address, which answers 404; ten seconds later it names it by name, and the same server
    answers 200."""
    lab.dns()
    service = lab.service("--mode", "plain", "--status", "404 Not Found", at="lan", port=80)
    lab.capture()
    plain = ("--plain", "--port", 80, "--path", VA)
    lab.controller(*plain, "--name", ON_PREM)
    service.stop()
    time.sleep(10)
    lab.service("--mode", "plain", at="lan", port=80)
    succeeded(lab.controller(*plain, "--name", "ssm.corp.example"))
    lab.stop_capture()
    lab.expect("http.response.code == 404", 1)
    lab.expect("http.response.code == 200", 1)


# --- transports ---

@scenario("healthy", ios=True, programs=PLAIN)
def healthy_transport_gateway(lab):
    """Plain HTTP to an On-Prem by the path of a Transport Gateway, /Transportgateway/services/DeviceRequestHandler."""
    lab.dns()
    lab.service("--mode", "plain", at="lan", port=80)
    lab.capture()
    succeeded(lab.controller("--plain", "--name", "ssm.corp.example", "--port", 80, "--path",
                             "/Transportgateway/services/DeviceRequestHandler"))
    lab.stop_capture()
    lab.expect("http.response.code == 200", 1)


@scenario("healthy", ios=True, programs=PLAIN)
def healthy_smart_transport_http(lab):
    """Plain HTTP to an On-Prem by the older path /SmartTransport."""
    lab.dns()
    lab.service("--mode", "plain", at="lan", port=80)
    lab.capture()
    succeeded(lab.controller("--plain", "--name", "ssm.corp.example", "--port", 80, "--path", "/SmartTransport"))
    lab.stop_capture()
    lab.expect("http.response.code == 200", 1)


@scenario("application-error", "server", "http", ios=True, programs=PLAIN)
def application_error_status_failure(lab):
    """A CSLU answers 200, and the JSON inside says status_code FAILURE: the transport works, the message was refused."""
    lab.dns()
    lab.service("--mode", "plain", "--code", "FAILURE", at="lan", port=8182)
    lab.capture()
    succeeded(lab.controller("--plain", "--name", CSLU, "--port", 8182, "--path", "/cslu/v1/pi"))
    lab.stop_capture()
    lab.expect("http.response.code == 200", 1)
    lab.expect('frame contains "FAILURE"')


@scenario("healthy", ipv6=True, programs=USUAL)
def healthy_ipv6_fallback(lab):
    """The name has addresses of both families, IPv6 leads nowhere, and after four seconds the controller takes IPv4; TLS 1.3
    without a client certificate."""
    lab.dns()
    cloud(lab, "--tls", "1.3")
    lab.nft("fw", "table ip6 f {\n chain forward {\n type filter hook forward priority 0;\n tcp dport 443 drop\n}\n}\n")
    lab.capture()
    succeeded(client(lab, "--tls", "1.3", "--family", "any", "--timeout", 4))
    lab.stop_capture()
    lab.expect(f"tcp.flags.syn == 1 && ipv6.dst == {CSSM6}", least=2)
    both_ways(lab)


@scenario("tcp-refused", "server", "tcp", ipv6=True, programs=PLAIN)
def tcp_refused_ipv6(lab):
    """The controller connects over IPv6 only, and the server refuses."""
    lab.dns()
    lab.capture()
    failed(client(lab, "--family", "6"))
    lab.stop_capture()
    lab.expect(f"tcp.flags.reset == 1 && ipv6.dst == {WLC6}", 1)


# --- proxies ---

@scenario("not-tls", "path", "tls", options=f"--proxy {PROXY}:3128", ios=True, programs=("squid", "OpenSSL", "dnsmasq"))
def proxy_straight(lab):
    """TLS is spoken straight to the proxy's port, without CONNECT; squid answers the Client Hello with 400 in plain HTTP."""
    lab.dns()
    squid(lab)
    lab.capture()
    lab.start("wlc", "openssl", "s_client", "-connect", f"{PROXY}:3128", "-servername", "smartreceiver.cisco.com",
              "-tls1_2").wait()
    lab.stop_capture()
    # tshark takes the port for a proxy's and the Client Hello for HTTP.
    lab.expect(f'frame contains "smartreceiver.cisco.com" && ip.dst == {PROXY}', 1)
    lab.expect(f'frame contains "HTTP/1.1 400" && ip.src == {PROXY}', 1)


@scenario("proxy-refused", "path", "proxy", programs=("tinyproxy", "Python", "dnsmasq"))
def proxy_refused_tinyproxy(lab):
    """The proxy (tinyproxy) cannot reach the service itself and says so with a status of its own."""
    lab.dns()
    tinyproxy(lab)
    lab.capture()
    failed(client(lab, "--proxy", "proxy.corp.example:8888"))
    lab.stop_capture()
    lab.expect("http.response.code >= 500", 1)


@scenario("proxy-refused", "path", "proxy", programs=("mitmproxy", "Python", "dnsmasq"))
def proxy_bad_gateway_mitmproxy(lab):
    """The proxy (mitmproxy) cannot reach the service itself and answers CONNECT with 502."""
    lab.dns()
    explicit_mitmproxy(lab, "--set", "connection_strategy=eager")
    lab.capture()
    failed(client(lab, *PROXIED))
    lab.stop_capture()
    lab.expect("http.response.code == 502", 1)


@scenario("interception-suspected", "path", "tls", ios=True, programs=("mitmproxy", *USUAL))
def interception_inside_proxy(lab):
    """The proxy (mitmproxy) answers CONNECT with 200 and then presents a certificate of its own inside the tunnel; the
    controller refuses it with unknown_ca (48)."""
    lab.dns()
    cloud(lab, "--tls", "1.2")
    explicit_mitmproxy(lab, "--ssl-insecure")
    lab.capture()
    failed(client(lab, *PROXIED))
    lab.stop_capture()
    lab.expect("http.response.code == 200", 1)
    lab.expect('frame contains "mitmproxy"')


def explicit_mitmproxy(lab, *options):
    lab.start("lan", MITMDUMP, "--mode", "regular", "--listen-port", "3128", "--set", f"confdir={lab.dir}/mitmproxy",
              *options, env={"HOME": lab.dir, "PYTHONUNBUFFERED": "1"})
    lab.listening("lan", 3128, 60)


# --- names ---

@scenario("dns-error", "server", "dns", programs=PLAIN)
def dns_error_no_data(lab):
    """The name exists and has no address of the type asked for (NOERROR without an answer)."""
    lab.dns(f"--host-record=smartreceiver.cisco.com,{CSSM6}", "--local=/cisco.com/", names=False)
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect("dns.flags.response == 1 && dns.flags.rcode == 0 && dns.count.answers == 0")


@scenario("dns-no-response", "device", "dns", programs=("Python",))
def dns_no_name_server(lab):
    """The controller has no name server: it asks everybody on its link (255.255.255.255), three times, and nobody
    answers. The question is Python's, of the form that IOS sends."""
    lab.capture()
    failed(client(lab, "--ask-everybody"))
    lab.stop_capture()
    lab.expect("dns.flags.response == 0 && ip.dst == 255.255.255.255", 3)
    lab.never("dns.flags.response == 1", "tcp")


@scenario("tcp-refused", "server", "tcp", programs=("nftables", *PLAIN))
def on_prem_cloud_refused(lab):
    """An SSM On-Prem (its client is the lab's, as everywhere) reaches for Cisco's cloud at swapi.cisco.com, and a firewall
    answers its SYN with RST: only smartreceiver.cisco.com was allowed."""
    lab.dns(f"--host-record=swapi.cisco.com,{CSSM}", names=False)
    lab.firewall("tcp dport 443 reject with tcp reset")
    lab.capture()
    failed(client(lab, "--name", "swapi.cisco.com"))
    lab.stop_capture()
    lab.expect('dns.qry.name == "swapi.cisco.com"', least=2)
    lab.expect(f"tcp.flags.reset == 1 && ip.src == {CSSM}", 1)


@scenario("dns-no-response", "unknown", "dns", programs=("Python",))
def dns_port_unreachable(lab):
    """Nothing listens on the resolver's port 53: it answers the questions with ICMP port unreachable."""
    lab.capture()
    failed(client(lab))
    lab.stop_capture()
    lab.expect(f"icmp.type == 3 && icmp.code == 3 && ip.src == {GATEWAY}")
    lab.never("dns.flags.response == 1")


@scenario("tcp-no-response", "unknown", "tcp", ios=True, programs=("nftables", *PLAIN))
def dns_stale_address(lab):
    """DNS gives a new address for the name; the controller still connects to the one that it had before, where nothing
    answers any more."""
    lab.dns(f"--host-record=smartreceiver.cisco.com,{MOVED}", names=False)
    lab.firewall("tcp dport 443 drop")
    lab.capture()
    failed(client(lab, "--connect", CSSM))
    lab.stop_capture()
    lab.expect(f"dns.a == {MOVED}", 1)
    lab.expect(f"tcp.flags.syn == 1 && ip.dst == {CSSM}", least=2)
    lab.never(f"ip.addr == {MOVED} && tcp")


@scenario("no-connection", "device", "tcp", programs=USUAL)
def no_connection(lab):
    """The controller asks for the name and is given its address, and never connects to it, though other connections of it
    (HTTPS to www.example.com) are in the capture, up to twelve seconds later."""
    lab.dns()
    cloud(lab, "--tls", "1.3", leaf="www")
    lab.capture()
    lab.controller("--look-up-only")
    time.sleep(2)
    succeeded(client(lab, "--tls", "1.3", "--name", "www.example.com"))
    time.sleep(10)
    succeeded(client(lab, "--tls", "1.3", "--name", "www.example.com"))
    lab.stop_capture()
    lab.expect(f"dns.a == {CSSM}", 1)
    lab.never(f"ip.addr == {CSSM} && tcp")


# --- revocation ---

@scenario("crl-fetch-failed", "client", "tls", options="--on-prem ssm.corp.example", programs=("OpenSSL", "nftables", *PLAIN))
def crl_fetch_failed_on_prem(lab):
    """The certificate of an On-Prem names a CRL, the firewall drops the SYNs to the host that has it, and the client
    (OpenSSL) waits for it until the capture ends."""
    lab.dns()
    lab.firewall("tcp dport 80 drop")
    lab.openssl_server("-www", at="lan", leaf="on-prem-crl")
    lab.capture()
    program = s_client(lab, "-tls1_2", "-CAfile", lab.pki.path("corp", "pem"), "-crl_check", "-crl_download",
                       "-verify_return_error", name="ssm.corp.example")
    time.sleep(9)
    lab.stop_capture()
    if program.child.poll() is not None:
        raise Failed("the client gave up")
    lab.expect("tcp.flags.syn == 1 && tcp.dstport == 80", least=3)


# --- rhythm, and silence ---

def packets(file):
    """Time in microseconds and bytes of each packet of a little-endian pcap file."""
    with open(file, "rb") as source:
        data = source.read()
    place = 24
    while place < len(data):
        seconds, micros, captured = struct.unpack_from("<III", data, place)
        yield seconds * 1_000_000 + micros, data[place + 16:place + 16 + captured]
        place += 16 + captured


def write(lab, all_packets):
    lab.file = f"{lab.dir}/{lab.name}.pcap"
    with open(lab.file, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for when, data in all_packets:
            file.write(struct.pack("<IIII", when // 1_000_000, when % 1_000_000, len(data), len(data)) + data)


@scenario("healthy", after=True, programs=("Python",))
def healthy_every_eight_hours(lab):
    """Synthetic: healthy-tls13-aes128.pcap, -aes256 and -chacha, their time stamps moved to 0, 8 and 16 hours, and
    healthy-tls13.pcap two minutes after the second, as a poll would come (make/attempt_scenarios.py)."""
    parts = (("-aes128", 0), ("-aes256", 8 * 3600), ("", 8 * 3600 + 120), ("-chacha", 16 * 3600))
    moved, begin = [], None
    for name, seconds in parts:
        own = list(packets(os.path.join(lab.out, f"healthy-tls13{name}.pcap")))
        begin = begin or own[0][0]  # the certificates have to be valid
        moved += [(when - own[0][0] + begin + seconds * 1_000_000, data) for when, data in own]
    write(lab, moved)


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@scenario("no-licensing-traffic", after=True, programs=("Python",))
def no_licensing_traffic_capwap(lab):
    """Synthetic: healthy-tls13.pcap inside CAPWAP (RFC 5415, with 802.3 frames) from an access point at 192.168.10.61 to the
    controller at 192.168.10.2: a wireless client asks for smartreceiver.cisco.com, the controller does not
    (make/attempt_scenarios.py)."""
    ap, controller = bytes((192, 168, 10, 61)), bytes((192, 168, 10, 2))
    wrapped = []
    for when, frame in packets(os.path.join(lab.out, "healthy-tls13.pcap")):
        inner = bytes((0, 0x10, 0x02, 0, 0, 0, 0, 0)) + frame  # version 0, header of two words, binding 802.11, T bit clear
        udp = struct.pack("!HHHH", 5272, 5247, 8 + len(inner), 0) + inner
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0x4000, 64, 17, 0, ap, controller)
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        wrapped.append((when, bytes.fromhex("02000000000102000000000200") [:12] + b"\x08\x00" + head + udp))
    write(lab, wrapped)
    lab.expect("udp.port == 5247", least=10)
    tidy(lab)
