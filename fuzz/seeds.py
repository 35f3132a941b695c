#!/usr/bin/env python3
"""Writes what each fuzz target begins with into fuzz/corpus: small samples, and parts of them as each target takes them.

The targets that take captures (capture, analyze, writers, slices, redaction) share corpus/captures.

    cargo build && fuzz/seeds.py
"""

import glob
import hashlib
import os
import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LARGEST = 4096


def write(target, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def packets(data):
    """Link type, then the packets, of a little-endian pcap."""
    if data[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        return None, []
    link, at, found = struct.unpack_from("<I", data, 20)[0], 24, []
    while at + 16 <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at + 16 : at + 16 + length])
        at += 16 + length
    return link, found


def payload(packet):
    """Protocol, ports and payload of TCP or UDP in IPv4 in Ethernet."""
    ip = packet[14:]
    if len(ip) < 20 or packet[12:14] != b"\x08\x00" or ip[0] >> 4 != 4:
        return None
    rest = ip[(ip[0] & 15) * 4 : struct.unpack_from(">H", ip, 2)[0]]
    if len(rest) < 20 and ip[9] == 6 or len(rest) < 8:
        return None
    ports = struct.unpack_from(">HH", rest)
    if ip[9] == 6:
        return 6, ports, rest[(rest[12] >> 4) * 4 :]
    return (17, ports, rest[8:]) if ip[9] == 17 else None


def records(found):
    """What client and server of a capture's only TLS port say, one after the other."""
    sides = [b"", b""]
    for item in filter(None, map(payload, found)):
        protocol, (source, target), data = item
        if protocol == 6 and 443 in (source, target):
            sides[source == 443] += data
    whole = sides[0] + sides[1]
    return bytes([len(sides[0]) * 256 // len(whole)]) + whole if sides[0] and sides[1] else None


def datagrams(found):
    ports, out = [443, 5246, 53, 4433], b""
    for item in filter(None, map(payload, found)):
        protocol, (source, target), data = item
        port = target if target in ports else source
        if protocol == 17 and port in ports and len(data) < 2040:
            data += bytes(-len(data) % 8)
            out += bytes([(source == port) | ports.index(port) << 1, len(data) // 8]) + data
    return out


def main():
    seen = set()
    for name in sorted(glob.glob(str(ROOT / "samples" / "*.pcap*"))):
        data = pathlib.Path(name).read_bytes()
        kind = os.path.basename(name).split(".")[0].rsplit("-", 1)[0]
        link, found = packets(data)
        udp = datagrams(found)
        if udp and len(udp) <= LARGEST:
            write("datagrams", udp)
        if len(data) > LARGEST or kind in seen:
            continue
        seen.add(kind)
        write("captures", data)
        if found and link is not None:
            write("decode", struct.pack(">H", link) + found[-1])
            said = records(found)
            if said:
                write("records", said)
    for name in glob.glob(str(ROOT / "samples" / "*.log")):
        write("device", pathlib.Path(name).read_bytes()[:LARGEST])
    for name in glob.glob(str(ROOT / "profiles" / "*.toml")):
        write("profile", pathlib.Path(name).read_bytes()[:LARGEST])
    for name in sorted(glob.glob(str(ROOT / "roots" / "*.pem")))[:4]:
        der = subprocess.run(["openssl", "x509", "-in", name, "-outform", "DER"], capture_output=True, check=True).stdout
        write("certificates", struct.pack(">H", len(der)) + der)
    sample = ROOT / "samples" / "client-certificate-self-signed-expired.pcap"
    report = subprocess.run([ROOT / "target/debug/tlswalk", "-f", "json", sample], capture_output=True, check=False).stdout
    write("reported", report)
    for change in (b"\x00\x05\x64", b"\x04\x02\x10\x06\x01\x02\x02\x03\x40", bytes(range(48))):
        write("segments", change)


main()
