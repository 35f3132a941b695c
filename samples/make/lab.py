"""One small isolated network per scenario, real programs in it, and a capture beside the controller.

    wlc ----- fw ===== cable ===== srv        wlc  the controller, 192.168.10.150, on a switch if it has neighbours
               |                              fw   router, firewall and DNS server, 192.168.10.1
              lan                             lan  On-Prem 10.10.20.5, CSLU 10.10.20.7, proxy 10.10.20.9
                                              srv  the addresses of the licensing service, and others
Nothing is routed outside. The cable is a user-space program that adds the delay of a wide-area link, because not
every kernel has netem; what the firewall sends itself therefore arrives much sooner than what the server sends.
"""

import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))

WLC = "192.168.10.150"
WLC2 = "192.168.10.151"
DESK = "192.168.10.77"
GATEWAY = "192.168.10.1"
CSSM = "192.133.220.90"
TOOLS = "72.163.4.38"
OTHER = "93.184.215.14"
CRL = "192.133.220.99"
ON_PREM = "10.10.20.5"
CSLU = "10.10.20.7"
PROXY = "10.10.20.9"
WLC6 = "2001:db8:10::150"
CSSM6 = "2001:db8:c550::90"

NAMES = {
    "smartreceiver.cisco.com": CSSM,
    "tools.cisco.com": TOOLS,
    "www.example.com": OTHER,
    "crl.lab.example": CRL,
    "ssm.corp.example": ON_PREM,
    "cslu.corp.example": CSLU,
    "proxy.corp.example": PROXY,
}


class Failed(Exception):
    """The recording is not what the scenario says it is."""


def run(argv, check=True, **options):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if check and done.returncode:
        raise Failed(f"{' '.join(argv)}: {done.stdout.strip()}")
    return done.stdout


class Program:
    """A child in a session of its own, so that it can be ended with its children and nothing else."""

    def __init__(self, argv, log, env=None):
        self.log = log
        self.argv = argv
        self.output = open(log, "wb")
        self.child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=self.output, stderr=subprocess.STDOUT,
                                      start_new_session=True, env={**os.environ, "LC_ALL": "C", **(env or {})})

    def text(self):
        with open(self.log, "rb") as log:
            return log.read().decode("utf-8", "replace")

    def say(self, text):
        try:
            self.child.stdin.write(text.encode())
            self.child.stdin.flush()
        except BrokenPipeError:
            pass  # the program has ended; what it wrote to its log tells why

    def hang_up(self):
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass

    def expect(self, pattern, seconds=20):
        """Wait until the program has written something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, self.text()):
                return self
            if self.child.poll() is not None and not re.search(pattern, self.text()):
                break
            time.sleep(0.02)
        raise Failed(f"{self.argv[:6]} never wrote {pattern!r}: {self.text()[-600:]}")

    def wait(self, seconds=40):
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.argv} did not end: {self.text()[-600:]}") from None

    def stop(self, how=signal.SIGTERM):
        for number in (how, signal.SIGKILL):
            if self.child.poll() is None:
                try:
                    os.killpg(self.child.pid, number)
                    self.child.wait(3)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    pass
        self.output.close()


# Where the options of a pcapng block begin, and which of them name the machine: section header (hardware, system)
# and interface description (system, hardware).
TELLTALE = {0x0A0D0D0A: (24, (2, 3)), 1: (16, (12, 15))}


def anonymous(data):
    """A pcapng file without the names of the machine and its system; little-endian, as dumpcap writes here."""
    out, block = b"", 0
    while block < len(data):
        kind, length = struct.unpack_from("<II", data, block)
        start, unwanted = TELLTALE.get(kind, (length - 4, ()))
        body, place = data[block + 8:block + start], block + start
        while place < block + length - 4:
            code, size = struct.unpack_from("<HH", data, place)
            whole = 4 + (size + 3) // 4 * 4
            if code not in unwanted:
                body += data[place:place + whole]
            place += whole
        total = struct.pack("<I", 12 + len(body))
        out += struct.pack("<I", kind) + total + body + total
        block += length
    return out


class Lab:
    """The network of one scenario; a context manager that leaves nothing behind."""

    def __init__(self, name, work, pki, out, ios=False, delay=20, ipv6=False, vlan=None, cable=(), neighbours=()):
        self.name, self.pki, self.out = name, pki, out
        self.cable, self.ipv6, self.vlan = (delay, *cable), ipv6, vlan
        self.neighbours = dict(neighbours)  # further hosts in the controller's network: name and address
        self.parts = []  # the files of a capture that was cut into several
        # MSS 536, window 4128 and no TCP options beyond the MSS are what a controller shows.
        self.ios = ios
        self.tag = "tw" + os.urandom(3).hex()
        self.dir = os.path.join(work, name)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        os.chmod(self.dir, 0o755)
        self.programs = []
        self.captures = []
        self.file = None

    # --- the network ---

    def everywhere(self):
        return ("wlc", "fw", "wan", "srv", "lan", *self.neighbours)

    def ns(self, short):
        return f"{self.tag}-{short}"

    def ip(self, short, command):
        run(["ip", "-n", self.ns(short), *command.split()])

    def sysctl(self, short, **values):
        for key, value in values.items():
            run(["ip", "netns", "exec", self.ns(short), "sysctl", "-qw", f"net.{key.replace('__', '.')}={value}"])

    def veth(self, left, left_dev, right, right_dev):
        self.ip(left, f"link add {left_dev} type veth peer name {right_dev} netns {self.ns(right)}")
        for short, dev in ((left, left_dev), (right, right_dev)):
            # Offloads would put segments into the capture that no wire carries.
            run(["ip", "netns", "exec", self.ns(short), "ethtool", "-K", dev, "tso", "off", "gso", "off", "gro", "off",
                 "tx", "off"])
            self.ip(short, f"link set {dev} up")

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def build(self):
        for short in self.everywhere():
            run(["ip", "netns", "add", self.ns(short)])
            self.sysctl(short, ipv6__conf__all__disable_ipv6=0 if self.ipv6 else 1,
                        ipv6__conf__default__disable_ipv6=0 if self.ipv6 else 1,
                        ipv6__conf__default__router_solicitations=0, ipv6__conf__default__accept_dad=0)
            self.ip(short, "link set lo up")
            etc = f"/etc/netns/{self.ns(short)}"
            os.makedirs(etc)
            with open(f"{etc}/resolv.conf", "w", encoding="ascii") as file:
                file.write(f"nameserver {GATEWAY}\noptions timeout:2 attempts:3\n")
        if self.vlan:
            self.trunk()
        elif self.neighbours:
            self.ip("fw", "link add inside type bridge mcast_snooping 0")
            self.ip("fw", "link set inside up")
            for number, short in enumerate(("wlc", *self.neighbours)):
                self.veth(short, "eth0", "fw", f"port{number}")
                self.ip("fw", f"link set port{number} master inside")
        else:
            self.veth("wlc", "eth0", "fw", "inside")
        self.veth("fw", "outside", "wan", "left")
        self.veth("wan", "right", "srv", "eth0")
        self.veth("lan", "eth0", "fw", "dmz")
        self.ip("wlc", f"addr add {WLC}/24 dev eth0")
        self.ip("fw", f"addr add {GATEWAY}/24 dev inside")
        for short, address in self.neighbours.items():
            self.ip(short, f"addr add {address}/24 dev eth0")
            self.ip(short, f"route add default via {GATEWAY}")
        if self.ios:
            # The stack would round the window to whole segments, so it gets more and nftables writes the number.
            self.ip("wlc", f"route add default via {GATEWAY} mtu 576 advmss 536 window 8040")
            self.nft("wlc", "table ip w {\n chain o {\n type filter hook output priority 0;\n tcp window set 4128\n}\n}\n")
        else:
            self.ip("wlc", f"route add default via {GATEWAY}")
        self.ip("fw", "addr add 203.0.113.1/30 dev outside")
        self.ip("fw", "route add default via 203.0.113.2")
        self.ip("fw", "addr add 10.10.20.1/24 dev dmz")
        self.ip("srv", "addr add 203.0.113.2/30 dev eth0")
        self.ip("srv", "route add default via 203.0.113.1" + (" advmss 1390" if self.ios else ""))
        for address in (CSSM, TOOLS, OTHER, CRL):
            self.ip("srv", f"addr add {address}/32 dev lo")
        for address in (ON_PREM, CSLU, PROXY):
            self.ip("lan", f"addr add {address}/24 dev eth0")
        self.ip("lan", "route add default via 10.10.20.1")
        self.sysctl("fw", ipv4__ip_forward=1)
        # As many hops away as a server on the Internet; network equipment starts at 255.
        self.sysctl("srv", ipv4__ip_default_ttl=50)
        self.sysctl("wlc", ipv4__ip_default_ttl=255)
        # Newer kernels repeat a SYN every second at first; most devices wait 1, 2, 4 … seconds.
        run(["ip", "netns", "exec", self.ns("wlc"), "sysctl", "-qw", "net.ipv4.tcp_syn_linear_timeouts=0"], check=False)
        if self.ios:
            self.sysctl("wlc", ipv4__tcp_timestamps=0, ipv4__tcp_sack=0, ipv4__tcp_window_scaling=0)
        if self.ipv6:
            self.ip("wlc", f"addr add {WLC6}/64 dev eth0 nodad")
            self.ip("fw", "addr add 2001:db8:10::1/64 dev inside nodad")
            self.ip("fw", "addr add 2001:db8:fe::1/64 dev outside nodad")
            self.ip("srv", "addr add 2001:db8:fe::2/64 dev eth0 nodad")
            self.ip("srv", f"addr add {CSSM6}/128 dev lo nodad")
            self.ip("wlc", "route add default via 2001:db8:10::1")
            self.ip("fw", "route add default via 2001:db8:fe::2")
            self.ip("srv", "route add default via 2001:db8:fe::1")
            self.sysctl("fw", ipv6__conf__all__forwarding=1)
        cable = self.start("wan", sys.executable, f"{HERE}/cable.py", "left", "right", *self.cable)
        cable.expect("ready")

    def trunk(self):
        """Between controller and router, two cables joined by a trunk (wan's trunk0) whose frames are tagged."""
        self.veth("wlc", "eth0", "wan", "access0")
        self.veth("wan", "trunk0", "wan", "trunk1")
        self.veth("wan", "access1", "fw", "inside")
        self.start("wan", sys.executable, f"{HERE}/cable.py", "access0", "trunk0", 0, f"vlan={self.vlan}").expect("ready")
        self.start("wan", sys.executable, f"{HERE}/cable.py", "access1", "trunk1", 0, f"vlan={self.vlan}").expect("ready")

    def __exit__(self, kind, value, trace):
        for capture in self.captures:
            capture.stop(signal.SIGINT)
        for program in reversed(self.programs):
            program.stop()
        for short in self.everywhere():
            run(["ip", "netns", "del", self.ns(short)], check=False)
            shutil.rmtree(f"/etc/netns/{self.ns(short)}", ignore_errors=True)

    def firewall(self, rules):
        """Rules for the chain that forwards, in nft's language."""
        self.nft("fw", "table ip f {\n chain forward {\n type filter hook forward priority 0;\n" + rules + "\n}\n}\n")

    def nft(self, short, text):
        run(["ip", "netns", "exec", self.ns(short), "nft", "-f", "-"], input=text)

    # --- programs ---

    def start(self, short, *argv, env=None):
        log = os.path.join(self.dir, f"{len(self.programs):02}-{os.path.basename(argv[0])}.log")
        program = Program(["ip", "netns", "exec", self.ns(short), *map(str, argv)], log, env)
        self.programs.append(program)
        return program

    def listening(self, short, port, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if run(["ip", "netns", "exec", self.ns(short), "ss", "-Hltn", f"sport = :{port}"]).strip():
                return
            time.sleep(0.05)
        raise Failed(f"nothing listens on port {port} of {short}: {self.programs[-1].text()[-600:]}")

    def dns(self, *options, names=True):
        """dnsmasq on the firewall, answering for the names of the scenario and nothing else."""
        records = [f"--host-record={name},{address}" + (f",{CSSM6}" if self.ipv6 and address == CSSM else "")
                   for name, address in NAMES.items()] if names else []
        program = self.start("fw", "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
                             "--user=root", "--pid-file", "--log-queries", *records, *options)
        self.listening("fw", 53)
        return program

    def service(self, *options, at="srv", port=443):
        """The stand-in for the licensing service (service.py)."""
        program = self.start(at, sys.executable, f"{HERE}/service.py", "--port", port, *options)
        program.expect("listening")
        return program

    def openssl_server(self, *options, at="srv", port=443, leaf="cssm"):
        chain = self.pki.issuers(leaf)
        program = self.start(at, "openssl", "s_server", "-accept", port, "-cert", self.pki.cert(leaf), "-key",
                             self.pki.key(leaf), *(["-cert_chain", chain] if chain else []), *options)
        self.listening(at, str(port).rpartition(":")[2])
        return program

    def controller(self, *options, wait=True):
        """The stand-in for the controller's HTTP client (controller.py)."""
        program = self.start("wlc", sys.executable, f"{HERE}/controller.py", *options)
        if wait:
            program.wait()
        return program

    # --- the capture ---

    def capture(self, *options, at="wlc", device="eth0", filter="", ext="pcap"):
        file = os.path.join(self.dir, f"{self.name}.{ext}")
        if ext == "pcap":
            program = self.start(at, "tcpdump", "-i", device, "-n", "-U", "--immediate-mode", "-B", 8192, "-Z", "root",
                                 "-w", file, *options, *([filter] if filter else []))
            program.expect("listening on")
        else:
            devices = [word for one in device.split() for word in ("-i", one)]
            program = self.start(at, "dumpcap", "-q", *devices, *(["-f", filter] if filter else []), "-w", file, *options)
            program.expect("File: ")
            time.sleep(0.5)
        self.programs.remove(program)
        self.captures.append(program)
        self.file = file
        return program

    def stop_capture(self, settle=0.6):
        """End the capture once everything on its way has arrived."""
        time.sleep(settle + (1 if self.file.endswith("ng") else 0))
        for program in self.captures:
            program.stop(signal.SIGINT)
            if "dropped by kernel" in program.text() and not re.search(r"\b0 packets dropped by kernel", program.text()):
                raise Failed("the capture lost packets")
        self.captures.clear()

    # --- what was recorded ---

    def rows(self, filter, *fields):
        argv = ["tshark", "-r", self.file, "-n", "-d", "tcp.port==8888,http", "-o",
                "tcp.reassemble_out_of_order:TRUE", "-Y", filter, "-T", "fields", "-E", "occurrence=a"]
        for field in fields or ("frame.number",):
            argv += ["-e", field]
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return [tuple(line.split("\t")) for line in done.stdout.splitlines() if line]

    def expect(self, filter, count=None, least=1):
        """Assert how many frames a display filter finds: exactly `count`, or at least one."""
        found = len(self.rows(filter))
        if (found != count) if count is not None else (found < least):
            raise Failed(f"{self.name}: {found} frames for {filter}")

    def never(self, *filters):
        for filter in filters:
            self.expect(filter, 0)

    def expect_alert(self, side, code):
        """Exactly one alert can be read, sent by this side, with this code."""
        seen = [(source, number) for source, number in self.rows("tls.alert_message.desc", "ip.src",
                                                                 "tls.alert_message.desc")]
        if seen != [(side, str(code))]:
            raise Failed(f"{self.name}: alerts seen: {seen}")

    def expect_lookup(self):
        self.expect("dns.flags.response == 1 && dns.a")

    def finish(self, limit=150_000):
        size = os.path.getsize(self.file)
        if size > limit:
            raise Failed(f"{self.name}: {size} bytes are too many for a sample")
        for part in self.parts or [self.file]:
            with open(part, "rb") as recorded:
                data = recorded.read()
            with open(os.path.join(self.out, os.path.basename(part)), "wb") as file:
                file.write(anonymous(data) if part.endswith("pcapng") else data)
        return os.path.basename(self.file), size
