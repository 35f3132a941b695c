#!/usr/bin/env python3
"""Instructions of whole runs at n, 2n and 4n: what takes twice as much of everything takes twice as long.

    benches/growth.py TLSWALK    fails where an exponent is above 1.15, counted by valgrind --tool=callgrind

Each capture is of a kind that once took four times as long when it was twice as large. benches/gate.sh runs this.
"""
import math
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

MOST = 1.15
SERVICE = "smartreceiver.cisco.com"
DEVICE, RESOLVER, SERVER = "10.1.1.1", "10.9.9.9", "203.0.113.5"
MILLISECOND = 1_000_000
SYN, RST, PSH, ACK = 2, 4, 8, 16


class Frames:
    """A capture of raw IP packets."""

    def __init__(self):
        self.now = 1_770_000_000_000 * MILLISECOND
        self.bytes = bytearray(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 101))

    def packet(self, protocol, source, target, body):
        ends = [bytes(map(int, end.split("."))) for end in (source, target)]
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0, *ends)
        whole = 20 + len(body)
        self.bytes += struct.pack("<IIII", self.now // 10**9, self.now % 10**9, whole, whole) + header + body
        self.now += MILLISECOND

    def udp(self, source, target, ports, body):
        self.packet(17, source, target, struct.pack(">HHHH", *ports, 8 + len(body), 0) + body)

    def tcp(self, source, target, ports, numbers, flags, body=b""):
        numbers = [number & 0xFFFFFFFF for number in numbers]
        head = struct.pack(">HHIIBBHHH", *ports, *numbers, 0x50, flags, 64000, 0, 0)
        self.packet(6, source, target, head + body)

    def lookup(self, number, client, name, address):
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        question = labels + bytes([0, 0, 1, 0, 1])
        port, number = 1024 + number % 60000, number % 60000
        self.udp(client, RESOLVER, (port, 53), struct.pack(">HHHHHH", number, 0x100, 1, 0, 0, 0) + question)
        answer = b""
        if address:
            answer = bytes([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]) + bytes(map(int, address.split(".")))
        head = struct.pack(">HHHHHH", number, 0x8180 if address else 0x8183, 1, int(bool(address)), 0, 0)
        self.udp(RESOLVER, client, (53, port), head + question + answer)

    def refused(self, number, client):
        port = 1024 + number % 60000
        self.tcp(client, SERVER, (port, 443), (number * 1000, 0), SYN)
        self.tcp(SERVER, client, (443, port), (0, number * 1000 + 1), RST | ACK)


def tries(count, apart, devices=1):
    """Tries of some devices in turns, each with its look-up."""
    frames = Frames()
    for number in range(count):
        device = f"10.1.1.{1 + number % devices}"
        frames.lookup(number, device, SERVICE, SERVER)
        frames.refused(number, device)
        frames.now += apart * MILLISECOND
    return frames.bytes


def failing(count):
    frames = Frames()
    for number in range(count):
        frames.lookup(number, DEVICE, SERVICE, None)
        frames.now += 40_000 * MILLISECOND
    return frames.bytes


def behind_a_hole(count, length):
    """Segments of random bytes behind one that was not captured."""
    frames, numbers = Frames(), random.Random(3)
    up, down = (40000, 445), (445, 40000)
    frames.tcp(DEVICE, SERVER, up, (0, 0), SYN)
    frames.tcp(SERVER, DEVICE, down, (0, 1), SYN | ACK)
    frames.tcp(DEVICE, SERVER, up, (1, 1), ACK)
    at = 1 + length
    for number in range(count):
        frames.tcp(DEVICE, SERVER, up, (at, 1), PSH | ACK, numbers.randbytes(length))
        at += length
        if number % 20 == 0:
            frames.tcp(SERVER, DEVICE, down, (1, at), ACK)
    return frames.bytes


def count(arguments, stream=None):
    """Instructions of a run; with a stream, that is its standard input."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/", "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-ERMS,-FSRM"}
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run = subprocess.run(tool + arguments, env=environment, input=stream, capture_output=True, check=False)
    found = re.search(rb"Collected : (\d+)", run.stderr)
    if not found:
        sys.exit(f"no count of {arguments}:\n{run.stderr.decode(errors='replace')[-2000:]}")
    return int(found[1])


def main():
    program = os.path.abspath(sys.argv[1])
    only = sys.argv[2:]
    json = ["-f", "json"]
    kinds = [
        ("tries", 500, lambda n: tries(n, 10_000), json),
        ("tries-close", 500, lambda n: tries(n, 50), json),
        ("failing-look-ups", 500, failing, json),
        ("hole-of-100", 4000, lambda n: behind_a_hole(n, 100), ["--all"]),
        ("hole-of-6", 10000, lambda n: behind_a_hole(n, 6), ["--all"]),
        # As they come: what was told is not looked at again and again.
        ("stream-of-tries", 500, lambda n: tries(n, 10_000), None),
        ("stream-of-close", 500, lambda n: tries(n, 50), None),
        ("stream-of-many", 500, lambda n: tries(n, 10_000, 50), None),
    ]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        base = count([program, "--version"])

        def told(name, counts):
            nonlocal failed
            own = [max(it - base, 1) for it in counts]
            exponents = [math.log2(b / a) for a, b in zip(own, own[1:])]
            wrong = max(exponents) > MOST
            failed |= wrong
            shown = " ".join(f"{it:14}" for it in own)
            print(f"{name:18} {shown}  {' '.join(f'{it:.2f}' for it in exponents)}{'  TOO MUCH' if wrong else ''}", flush=True)

        for name, size, make, options in kinds:
            if only and name not in only:
                continue
            counts = []
            for times in (1, 2, 4):
                capture = make(size * times)
                if options is None:
                    counts.append(count([program, "-q", "-f", "ndjson", "-"], capture))
                    continue
                path = os.path.join(folder, "capture")
                with open(path, "wb") as file:
                    file.write(capture)
                counts.append(count([program, *options, path]))
            told(name, counts)
        if not only or "same-files" in only:
            counts = []
            for times in (1, 2, 4):
                captures = os.path.join(folder, f"captures{times}")
                os.mkdir(captures)
                for number in range(250 * times):
                    with open(os.path.join(captures, f"c{number:06}x.pcap"), "wb") as file:
                        file.write(Frames().bytes)
                state = os.path.join(folder, f"state{times}")
                counts.append(count([program, "triage", "-f", "ndjson", "--state", state, captures]))
            told("same-files", counts)
    sys.exit("FAILED: what is twice as large takes more than 2.2 times as many instructions" if failed else 0)


if __name__ == "__main__":
    main()
