"""Captures of one shape and of any size: what once took four times as long when it was twice as large, or might.

Each function gives the bytes of a capture with `count` of something. benches/growth.py counts the instructions that they take.
"""
import base64
import os
import random
import re
import struct

from join import packets

SERVICE = "smartreceiver.cisco.com"
DEVICE, RESOLVER, SERVER = "10.1.1.1", "10.9.9.9", "203.0.113.5"
MILLISECOND = 1_000_000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
START = 1_770_000_000_000 * MILLISECOND
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "samples")


def address(number):
    """Another one for each number, in 11.0.0.0/8."""
    return f"11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def packed(dotted):
    return bytes(map(int, dotted.split(".")))


class Frames:
    """A capture of raw IP packets."""

    def __init__(self):
        self.now = START
        self.bytes = bytearray(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 101))

    def packet(self, protocol, source, target, body):
        whole = 20 + len(body)
        ends = (packed(source), packed(target))
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, whole, 0, 0, 64, protocol, 0, *ends)
        self.bytes += struct.pack("<IIII", self.now // 10**9, self.now % 10**9, whole, whole) + header + body
        self.now += MILLISECOND

    def udp(self, source, target, ports, body):
        self.packet(17, source, target, struct.pack(">HHHH", *ports, 8 + len(body), 0) + body)

    def tcp(self, source, target, ports, numbers, flags, body=b""):
        numbers = [number & 0xFFFFFFFF for number in numbers]
        head = struct.pack(">HHIIBBHHH", *ports, *numbers, 0x50, flags, 64000, 0, 0)
        self.packet(6, source, target, head + body)

    def lookup(self, number, client, name, answer):
        """A question and its answer: an address, or that there is no such name."""
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        question = labels + bytes([0, 0, 1, 0, 1])
        port, number = 1024 + number % 60000, number % 60000
        self.udp(client, RESOLVER, (port, 53), struct.pack(">HHHHHH", number, 0x100, 1, 0, 0, 0) + question)
        told = bytes([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]) + packed(answer) if answer else b""
        head = struct.pack(">HHHHHH", number, 0x8180 if answer else 0x8183, 1, int(bool(answer)), 0, 0)
        self.udp(RESOLVER, client, (53, port), head + question + told)

    def refused(self, number, client):
        port = 1024 + number % 60000
        self.tcp(client, SERVER, (port, 443), (number * 1000, 0), SYN)
        self.tcp(SERVER, client, (443, port), (0, number * 1000 + 1), RST | ACK)


class Talk:
    """A TCP connection in which both sides speak in turns."""

    def __init__(self, frames, client=DEVICE, server=SERVER, port=40000, to=443):
        self.frames, self.ends, self.ports, self.numbers = frames, (client, server), (port, to), [0, 0]
        frames.tcp(client, server, (port, to), (0, 0), SYN)
        frames.tcp(server, client, (to, port), (0, 1), SYN | ACK)
        self.numbers = [1, 1]
        self.say(0, b"", ACK)

    def say(self, side, body, flags=PSH | ACK, at=None):
        """A segment; `at` says where in the stream it stands, without moving on."""
        own, other = self.numbers[side], self.numbers[1 - side]
        ends, ports = (self.ends, self.ports) if side == 0 else (self.ends[::-1], self.ports[::-1])
        self.frames.tcp(*ends, ports, (own if at is None else at, other), flags, body)
        if at is None:
            self.numbers[side] += len(body) + (1 if flags & FIN else 0)

    def close(self):
        self.say(0, b"", FIN | ACK)
        self.say(1, b"", FIN | ACK)
        self.say(0, b"", ACK)


def record(kind, body):
    return struct.pack(">BHH", kind, 0x0303, len(body)) + body


def message(kind, body):
    return struct.pack(">B", kind) + len(body).to_bytes(3, "big") + body


def extension(kind, body):
    return struct.pack(">HH", kind, len(body)) + body


def client_hello(name, number=0):
    """A hello that asks for a name, or for none."""
    host = (name or "").encode()
    extensions = extension(0, struct.pack(">HBH", len(host) + 3, 0, len(host)) + host) if host else b""
    extensions += extension(10, bytes([0, 2, 0, 29])) + extension(13, bytes([0, 4, 4, 3, 8, 4]))
    unique = number.to_bytes(32, "big")
    body = b"\x03\x03" + unique + b"\x20" + unique + bytes([0, 2, 0xC0, 0x2F, 1, 0])
    return message(1, body + struct.pack(">H", len(extensions)) + extensions)


def server_hello(number=0, resumes=True):
    unique = number.to_bytes(32, "big")
    session = unique if resumes else b"\x01" * 32
    return message(2, b"\x03\x03" + unique[::-1] + b"\x20" + session + bytes([0xC0, 0x2F, 0]))


CHANGE = record(20, b"\x01")
FINISHED = record(22, b"\x5a" * 40)


def secured(frames, number, name, client=DEVICE, server=SERVER, port=None):
    """A connection up to the end of its handshake, which resumes a session."""
    talk = Talk(frames, client, server, port if port else 1024 + number % 60000)
    talk.say(0, record(22, client_hello(name, number + 1)))
    talk.say(1, record(22, server_hello(number + 1)) + CHANGE + FINISHED)
    talk.say(0, CHANGE + FINISHED)
    return talk


def connections(count, names=1, failing=50):
    """TLS connections of many clients; every so many is refused by the server."""
    frames = Frames()
    for number in range(count):
        name, client = f"host-{number % names}.example.net", address(number // 50000)
        if number % failing == failing - 1:
            talk = Talk(frames, client, SERVER, 1024 + number % 60000)
            talk.say(0, record(22, client_hello(name, number + 1)))
            talk.say(1, record(21, bytes([2, 40])))
        else:
            talk = secured(frames, number, name, client)
            talk.say(0, record(23, b"\x33" * 90))
            talk.say(1, record(23, b"\x44" * 300))
        talk.close()
    return frames.bytes


def named_by_dns(count, families=1):
    """Connections of one device that ask for no name, each behind a look-up of it; with two families, somebody uses IPv6, too."""
    frames = Frames()
    if families == 2:
        header = struct.pack(">IHBB", 0x60000000, 20, 6, 64) + bytes(15) + b"\x01" + bytes(15) + b"\x02"
        body = header + struct.pack(">HHIIBBHHH", 40000, 443, 1, 0, 0x50, SYN, 64000, 0, 0)
        frames.bytes += struct.pack("<IIII", frames.now // 10**9, 0, len(body), len(body)) + body
    for number in range(count):
        frames.lookup(number, DEVICE, "host.example.net", SERVER)
        talk = secured(frames, number, None)
        talk.say(0, record(23, b"\x33" * 90))
        talk.say(1, record(21, bytes([2, 80])))
        talk.close()
        frames.now += 40_000 * MILLISECOND
    return frames.bytes


def tries(count, apart, devices=1):
    """Tries of some devices in turns, each with its look-up."""
    frames = Frames()
    for number in range(count):
        device = f"10.1.1.{1 + number % devices}"
        frames.lookup(number, device, SERVICE, SERVER)
        frames.refused(number, device)
        frames.now += apart * MILLISECOND
    return frames.bytes


def attempts(count):
    """Tries of one device, and nothing else."""
    frames = Frames()
    for number in range(count):
        frames.refused(number, DEVICE)
        frames.now += 50 * MILLISECOND
    return frames.bytes


def lookups(count, name=None, answer=SERVER):
    """Look-ups of one name, or each of another."""
    frames = Frames()
    for number in range(count):
        frames.lookup(number, DEVICE, name or f"host-{number}.example.net", answer)
        frames.now += 40_000 * MILLISECOND
    return frames.bytes


def behind_a_hole(count, length):
    """Segments of random bytes behind one that was not captured."""
    frames, numbers = Frames(), random.Random(3)
    talk = Talk(frames, to=445)
    talk.numbers[0] += length
    for number in range(count):
        talk.say(0, numbers.randbytes(length))
        if number % 20 == 0:
            talk.say(1, b"", ACK)
    return frames.bytes


def lost_hello(count):
    """The first segment of a direction was not captured; what follows is ciphertext."""
    frames, numbers = Frames(), random.Random(5)
    talk = Talk(frames)
    talk.numbers[0] += 517
    for number in range(count):
        talk.say(0, record(23, numbers.randbytes(1200)))
        if number % 20 == 0:
            talk.say(1, b"", ACK)
    return frames.bytes


def all_behind_one_hole(count):
    """Both handshakes were seen, and one segment behind them is missing."""
    frames, numbers = Frames(), random.Random(7)
    talk = secured(frames, 1, "host.example.net")
    talk.numbers[1] += 1000
    for number in range(count):
        talk.say(1, numbers.randbytes(1000))
        if number % 20 == 0:
            talk.say(0, b"", ACK)
    return frames.bytes


def one_byte_segments(count):
    frames = Frames()
    talk = secured(frames, 1, "host.example.net")
    data = record(23, b"\x55" * 1000)
    for number in range(count):
        talk.say(0, data[number % len(data) :][:1])
    return frames.bytes


def one_byte_records(count):
    frames = Frames()
    talk = secured(frames, 1, "host.example.net")
    for _ in range(count):
        talk.say(0, record(23, b"\x55") * 100)
    return frames.bytes


def overlaps(count):
    """Each segment says again what four before it said, behind a hole and without one."""
    frames, numbers = Frames(), random.Random(11)
    data = b"".join(record(23, numbers.randbytes(95)) for _ in range(count + 5))
    for port, missing in ((40000, 0), (40001, 100)):
        talk = secured(frames, port, "host.example.net", port=port)
        base = talk.numbers[0] + missing
        for number in range(count):
            talk.say(0, data[number * 100 :][:500], at=base + number * 100)
    return frames.bytes


def backwards(count):
    """A direction that comes in reverse, so that all of it waits for its first segment."""
    frames, numbers = Frames(), random.Random(13)
    talk = secured(frames, 1, "host.example.net")
    base = talk.numbers[0]
    for number in reversed(range(count)):
        talk.say(0, record(23, numbers.randbytes(95)), at=base + number * 100)
    return frames.bytes


def half_open(count):
    """A sweep: each host answers its SYN, and nothing follows."""
    frames = Frames()
    for number in range(count):
        host, port = address(number), 1024 + number % 60000
        frames.tcp(DEVICE, host, (port, 443), (number, 0), SYN)
        frames.tcp(host, DEVICE, (443, port), (7, number + 1), SYN | ACK)
    return frames.bytes


def sweep(count):
    """SYNs that nobody answers."""
    frames = Frames()
    for number in range(count):
        frames.tcp(DEVICE, address(number), (1024 + number % 60000, 443), (number, 0), SYN)
    return frames.bytes


def interfaces(count):
    """A pcapng that describes so many interfaces, with a packet of each."""

    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))

    frames = Frames()
    out = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    option = lambda kind, value: struct.pack("<HH", kind, len(value)) + value + bytes(-len(value) % 4)
    for number in range(count):
        options = option(2, f"eth{number}".encode()) + option(9, b"\x09") + option(0, b"")
        out.append(block(1, struct.pack("<HHI", 101, 0, 262144) + options))
    for number in range(count):
        at = len(frames.bytes)
        frames.refused(number, DEVICE)
        # The first of the two packets, behind the header of its record.
        size = struct.unpack_from("<I", frames.bytes, at + 8)[0]
        data, time = bytes(frames.bytes[at + 16 : at + 16 + size]), START + number * MILLISECOND
        out.append(block(6, struct.pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, size, size) + data))
    return b"".join(out)


def certificate():
    """A certificate (DER) out of the samples' roots."""
    with open(os.path.join(SAMPLES, "roots", "lab-root.pem"), encoding="ascii") as file:
        pem = re.search("-----BEGIN CERTIFICATE-----(.*?)-----END", file.read(), re.S)[1]
    return base64.b64decode(pem)


def chain(count):
    """A server that shows so many certificates, each with another signature."""
    frames, der = Frames(), certificate()
    talk = Talk(frames)
    talk.say(0, record(22, client_hello("host.example.net", 1)))
    shown = []
    for number in range(count):
        one = der[:-4] + number.to_bytes(4, "big")
        shown.append(len(one).to_bytes(3, "big") + one)
    listed = b"".join(shown)
    flight = message(11, len(listed).to_bytes(3, "big") + listed)
    pieces = [record(22, flight[at : at + 16000]) for at in range(0, len(flight), 16000)]
    data = record(22, server_hello(1, resumes=False)) + b"".join(pieces) + record(22, message(14, b""))
    for at in range(0, len(data), 1400):
        talk.say(1, data[at : at + 1400])
    talk.say(0, record(21, bytes([2, 48])))
    talk.close()
    return frames.bytes


def shown_chain():
    """The Certificate message of a sample whose server's certificate says where its revocation list is."""
    frames = packets(os.path.join(SAMPLES, "crl-fetch-failed.pcap"))
    streams = {}
    for _, _, data in frames:
        # Ethernet, IPv4 without options, TCP.
        if data[12:14] == b"\x08\x00" and data[23] == 6:
            length = struct.unpack_from(">H", data, 16)[0] - 20 - (data[46] >> 4) * 4
            streams.setdefault(data[26:38], bytearray()).extend(data[34 + (data[46] >> 4) * 4 :][:length])
    for stream in streams.values():
        at = 0
        while at + 5 <= len(stream):
            size = struct.unpack_from(">H", stream, at + 3)[0]
            body, at = bytes(stream[at + 5 : at + 5 + size]), at + 5 + size
            place = 0
            while place + 4 <= len(body) and stream[0] == 22:
                length = int.from_bytes(body[place + 1 : place + 4], "big")
                if body[place] == 11 and b"http://crl.lab.example" in body[place : place + 4 + length]:
                    return body[place : place + 4 + length]
                place += 4 + length
    raise SystemExit("samples/crl-fetch-failed.pcap shows no certificate with a revocation list")


def left_open(count):
    """Connections of one device that nobody closes, and a fetch of revocation data beside each."""
    frames, flight = Frames(), shown_chain()
    lists = "198.51.100.7"
    for number in range(count):
        talk = Talk(frames, port=1024 + number % 60000)
        talk.say(0, record(22, client_hello("host.example.net", number + 1)))
        talk.say(1, record(22, server_hello(number + 1, resumes=False)) + record(22, flight) + record(22, message(14, b"")))
        frames.lookup(number, DEVICE, "crl.lab.example", lists)
        fetch = Talk(frames, DEVICE, lists, 1024 + number % 60000, 80)
        fetch.say(0, b"GET /lab-server-ca-1.crl HTTP/1.1\r\nHost: crl.lab.example\r\n\r\n")
        fetch.say(1, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        fetch.close()
        frames.now += 1000 * MILLISECOND
    return frames.bytes


def joins(count):
    """Access points that nobody answers, each twice."""
    frames = Frames()
    controller = "10.0.1.1"
    # A Discovery Request (RFC 5415 section 4.5): header of two words, then the type and the length of what follows.
    discovery = bytes([0, 16, 2, 0, 0, 0, 0, 0]) + struct.pack(">IBHB", 1, 1, 3 + 5, 0) + struct.pack(">HHB", 20, 1, 2)
    for again in range(2):
        for number in range(count):
            frames.udp(address(number), controller, (5264, 5246), discovery)
            frames.now += 100 * MILLISECOND
        frames.now += 600_000 * MILLISECOND
    return frames.bytes


def joins_log(count):
    """The controller's lines about access points, each of another."""
    lines = []
    for number in range(count):
        second = START // 10**9 + number // 10
        day, second = 1 + second // 86400 % 28, second % 86400
        stamp = f"Feb {day:2} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.731"
        lines.append(
            f"{stamp}: %CAPWAPAC_SMGR_TRACE_MESSAGE-3-EWLC_GEN_ERR: Chassis 1 R0/0: wncd: Error in Join request from"
            f" {address(number)}: AP authorization failed, the AP is not in the authorisation list"
        )
    return "\n".join(lines).encode() + b"\n"


def log(count):
    """A device's own text beside tries of it: lines about licensing among others."""
    lines = []
    for number in range(count):
        second = number * 10
        stamp = f"Feb  2 {2 + second // 3600 % 20:02}:{second // 60 % 60:02}:{second % 60:02}.000"
        if number % 4:
            lines.append(f"*{stamp}: %LINK-3-UPDOWN: Interface GigabitEthernet{number % 48}, changed state to up")
        else:
            lines.append(
                f"*{stamp}: %SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM)"
                " : Fail to send out Call Home HTTP message"
            )
    return "\n".join(lines).encode() + b"\n"
