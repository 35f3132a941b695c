#!/usr/bin/env python3
"""Prints a capture of Ethernet frames (pcap, microseconds, little-endian) as a device prints it: the text samples.

text.py buffer-dump CAPTURE     `show monitor capture CAP buffer dump` of IOS XE in the log of a terminal, with page breaks
text.py sniffer CAPTURE         `diagnose sniffer packet port1 none 6 0 a` of FortiOS
"""

import struct
import sys
import time

ROWS_OF_A_PAGE = 23


def frames(path):
    data = open(path, "rb").read()
    assert data[:4] == b"\xd4\xc3\xb2\xa1", "a little-endian pcap file with microseconds is needed"
    at = 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, at)
        yield seconds, fraction, data[at + 16 : at + 16 + captured]
        at += 16 + captured


def rows(frame, group):
    for at in range(0, len(frame), 16):
        row = frame[at : at + 16]
        groups = " ".join(row[n : n + group].hex() for n in range(0, len(row), group))
        yield at, groups, "".join(chr(it) if 33 <= it < 127 else "." for it in row)


def buffer_dump(path):
    yield "wlc#show monitor capture CAP buffer dump"
    for number, (_, _, frame) in enumerate(frames(path)):
        yield str(number)
        for at, groups, letters in rows(frame, 4):
            yield f"  {at:04x}:  {groups.upper():<37}  {letters}"
        yield ""


def paged(lines):
    """Page breaks as a terminal's log has them: the pager's mark, a carriage return, spaces over it, and a return again."""
    mark = ""
    for n, line in enumerate(lines, 1):
        yield mark + line
        mark = " --More-- \r          \r" if n % ROWS_OF_A_PAGE == 0 else ""
    yield mark + "wlc#"


def sniffer(path):
    yield "FGT # diagnose sniffer packet port1 none 6 0 a"
    yield "interfaces=[port1]"
    yield "filters=[none]"
    for seconds, fraction, frame in frames(path):
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))
        yield f"{stamp}.{fraction:06} port1 -- {describe(frame)}"
        for at, groups, letters in rows(frame, 2):
            yield f"0x{at:04x}\t {groups:<39}\t{letters}"
        yield ""


def describe(frame):
    if frame[12:14] != b"\x08\x00":
        return "arp" if frame[12:14] == b"\x08\x06" else "ether"
    source, target = (".".join(map(str, frame[at : at + 4])) for at in (26, 30))
    ports = struct.unpack_from(">HH", frame, 14 + 4 * (frame[14] & 15))
    return f"{source}.{ports[0]} -> {target}.{ports[1]}: ip-proto-{frame[23]}"


form, capture = sys.argv[1:]
lines = paged(buffer_dump(capture)) if form == "buffer-dump" else sniffer(capture)
sys.stdout.reconfigure(newline="")
sys.stdout.write("".join(f"{line}\r\n" for line in lines))
