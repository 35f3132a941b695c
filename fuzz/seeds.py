#!/usr/bin/env python3
"""Writes what each fuzz target begins with into fuzz/corpus: small samples, and parts of them as each target takes them.

The targets that take captures share corpus/captures. What stands wherever a name can stand, CANARY, must be gone from what is
redacted (`targets/handed_on.rs`).

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
CANARY = b"oaken-lantern"


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


def two(number):
    return struct.pack(">H", number)


def with_len(data):
    return two(len(data)) + data


def labelled(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def dns():
    """Questions and answers that hold the name wherever a message can hold one."""
    own = [CANARY, b"corp", b"example"]

    def message(flags, question, *records):
        return struct.pack(">6H", 7, flags, 1, len(records), 0, 0) + question + b"".join(records)

    def record(kind, data, owner=b"\xc0\x0c"):
        return owner + struct.pack(">HHI", kind, 1, 60) + with_len(data)

    question = labelled(own) + two(1) + two(1)
    ask = message(0x0100, question)
    for data in (
        [record(1, bytes([10, 1, 2, 3]))],
        [record(28, bytes(range(16)))],
        [record(5, labelled([b"www", CANARY])), record(1, bytes(4), b"\xc0\x2c")],
        [record(2, labelled([b"ns", *own])), record(6, labelled(own) + labelled([b"admin", *own]) + bytes(20))],
        [record(16, bytes([len(CANARY)]) + CANARY), record(33, bytes(6) + labelled(own))],
    ):
        write("dns", with_len(ask) + with_len(message(0x8180, question, *data)))
    write("dns", with_len(ask) + with_len(message(0x8183, question)))
    turned = labelled([b"3", b"2", b"1", b"10", b"in-addr", b"arpa"]) + two(12) + two(1)
    answer = message(0x8180, turned, record(12, labelled(own)))
    write("dns", with_len(message(0x0100, turned)) + with_len(answer))
    tail = labelled([b"corp", b"example"])
    pointed = struct.pack(">6H", 9, 0x0100, 1, 1, 0, 0) + labelled(own) + two(1) + two(1)
    pointed += bytes([len(CANARY)]) + CANARY + b"\xc0" + bytes([13 + len(CANARY)]) + two(5) + two(1) + bytes(4) + with_len(tail)
    write("dns", with_len(pointed))


def http():
    word = CANARY.decode()
    answers = [
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: {word}\r\nContent-Length: 44\r\n\r\n"
        f'{{"status":"FAILURE","message":"{word}"}}',
        f"HTTP/1.1 302 Found\r\nLocation: http://{word}.example/login?from={word}\r\nContent-Length: 0\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{word}\r\n0\r\n\r\n",
        f"HTTP/1.0 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"{word}\"\r\n\r\n",
    ]
    requests = [
        f"POST /its/service/oddce/services/DDCEService HTTP/1.1\r\nHost: {word}.example\r\nCookie: a={word}\r\n"
        f"Content-Length: 20\r\n\r\n<device>{word}",
        f"GET http://{word}.example/{word}.crl HTTP/1.1\r\nHost: {word}\r\nUser-Agent: {word}/1.0\r\n"
        f"Authorization: Basic {word}\r\n {word}\r\n\r\n",
        f"CONNECT {word}.example:443 HTTP/1.1\r\nHost: {word}.example:443\r\nProxy-Authorization: {word}\r\n\r\n",
    ]
    for port, request in enumerate(requests):
        for answer in answers:
            both = (request + answer).encode()
            write("http", bytes([port, len(request) * 256 // len(both) + 1]) + both)
    mail = f"220 {word} ESMTP\r\n250-{word}\r\n250 STARTTLS\r\n220 go ahead\r\n"
    asks = f"EHLO {word}\r\nSTARTTLS\r\n"
    write("http", bytes([3, len(asks) * 256 // len(asks + mail) + 1]) + (asks + mail).encode())


def extension(kind, data):
    return two(kind) + with_len(data)


def client_hello():
    server = extension(0, with_len(b"\0" + with_len(CANARY + b".example")))
    others = extension(10, with_len(two(29))) + extension(13, with_len(two(0x403))) + extension(43, b"\x04\x03\x04\x03\x03")
    alpn = extension(16, with_len(bytes([len(CANARY)]) + CANARY))
    share = extension(51, with_len(two(29) + with_len(bytes(range(32)))))
    body = b"\x03\x03" + bytes(range(32)) + b"\0" + with_len(two(0x1301) + two(0xC02F)) + b"\x01\0"
    return body + with_len(server + others + alpn + share)


def hello():
    other = extension(11, b"\x01\0") + extension(0xFF01, b"\0")
    server = b"\x03\x03" + bytes(range(32, 64)) + b"\0" + two(0xC02F) + b"\0" + with_len(other)
    authority = b"\x30\x1a\x31\x18\x30\x16\x06\x03\x55\x04\x03\x0c\x0d" + CANARY
    asks = b"\x01\x01" + with_len(two(0x403)) + with_len(with_len(authority))
    three = lambda data: bytes([0]) + with_len(data)
    der = (ROOT / "tests/data/server.der").read_bytes().replace(b"service.example", CANARY + b".x")
    chain = three(three(der))
    write("hello", with_len(client_hello()))
    write("hello", with_len(client_hello()) + with_len(server) + with_len(chain) + with_len(asks))
    thirteen = extension(43, two(0x304)) + extension(51, two(29) + with_len(bytes(32)))
    write("hello", with_len(client_hello()) + with_len(server[:-2 - len(other)] + with_len(thirteen)))
    write("certificates", with_len(der))


def varint(number):
    return two(0x4000 | number)


def quic():
    message = b"\x01\0" + with_len(client_hello())
    crypto = lambda at, data: b"\x06" + varint(at) + varint(len(data)) + data
    packet = lambda head, data: bytes([head]) + with_len(data)
    whole = crypto(0, message) + bytes(1100 - len(message))
    parted = crypto(100, message[100:]) + b"\x01" + crypto(0, message[:100]) + bytes(1000 - len(message))
    answer = b"\x02\x00\x00\x00\x00" + crypto(0, b"\x02\0" + with_len(bytes(70)))
    close = b"\x1c" + varint(0x128) + b"\x00" + bytes([len(CANARY)]) + CANARY
    negotiation = b"\x80\0\0\0\0\0\x08\x83\x94\xc8\xf0\x3e\x51\x57\x08" + bytes.fromhex("00000001")
    short = b"\x41" + bytes(60)
    for version in range(4):
        bits = version << 1
        write("quic", packet(bits, whole) + packet(bits | 1, answer) + packet(bits | 0x18, short) + packet(bits | 0x19, short))
        write("quic", packet(bits | 0x10, parted) + packet(bits | 1, close))
    write("quic", packet(0, whole) + packet(0x19, negotiation))


def structured():
    """For targets whose bytes are a list of changes: none, few and many."""
    many = hashlib.sha512(CANARY).digest() * 7
    for target, heads in (("holes", 6), ("dtls", 4), ("crypto", 1)):
        for head in range(heads):
            for length in (0, 24, 72):
                write(target, bytes([head]) + many[head : head + length])
    for kind in range(4):
        for says in (0x00, 0x11, 0x20, 0x33):
            write("passing", bytes([kind, says]) + many[:4] + many[says:])


def containers(captures):
    for number, data in enumerate(captures):
        write("dumps", bytes([number % 11]) + data)
        write("compressed", bytes([number % 7, number % 3 * 80, number % 2 * number]) + data)


def main():
    seen, small = set(), []
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
        if len(data) < 1500 and len(small) < 14:
            small.append(data)
        if found and link is not None:
            write("decode", struct.pack(">H", link) + found[-1])
            said = records(found)
            if said:
                write("records", said)
    for name in glob.glob(str(ROOT / "samples" / "text-*.txt")):
        write("captures", pathlib.Path(name).read_bytes()[:LARGEST])
    for name in sorted((ROOT / "tests/it/answers/hand").glob("*")):
        write("claims", name.read_bytes()[:1500])
    for name in glob.glob(str(ROOT / "samples" / "*.log")):
        write("device", pathlib.Path(name).read_bytes()[:LARGEST])
    for name in glob.glob(str(ROOT / "profiles" / "*.toml")):
        write("profile", pathlib.Path(name).read_bytes()[:LARGEST])
    for name in sorted(glob.glob(str(ROOT / "roots" / "*.pem")))[:4]:
        der = subprocess.run(["openssl", "x509", "-in", name, "-outform", "DER"], capture_output=True, check=True).stdout
        write("certificates", struct.pack(">H", len(der)) + der)
    sample = ROOT / "samples" / "client-certificate-self-signed-expired.pcap"
    command = [ROOT / "target/debug/tlswalk", "-f", "json", sample.relative_to(ROOT)]
    report = subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout
    write("reported", report)
    for change in (b"\x00\x05\x64", b"\x04\x02\x10\x06\x01\x02\x02\x03\x40", bytes(range(48))):
        write("segments", change)
    containers(small)
    for others in (dns, http, hello, quic, structured):
        others()


main()
