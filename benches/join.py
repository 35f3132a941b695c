#!/usr/bin/env python3
"""Public captures, one after the other, as one pcap: traffic that was not made for this project.

    benches/join.py SIZE OUT [FOLDER]    SIZE as in 100M; FOLDER is ../shared/corpus/captures, in which other tests find them too

Ethernet only, in order of their names, each a second behind the one before it; from the beginning again until the size is
reached. The same captures give the same bytes. Where there are none it says so and ends with 3.
"""
import glob
import os
import struct
import sys

ETHERNET, SNAP_LENGTH, SECOND = 1, 262144, 1_000_000
#: A capture that lasts longer is cut to it, so that one does not stretch the whole to weeks.
LONGEST = 3600 * SECOND
START = 1_700_000_000 * SECOND


def packets(path):
    """Microseconds, length on the wire and bytes of each packet of a pcap or pcapng of Ethernet; as far as it can be read."""
    with open(path, "rb") as file:
        data = file.read()
    magic = data[:4]
    if magic == b"\x0a\x0d\x0d\x0a":
        yield from blocks(data)
    elif magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
        order = "<" if magic[0] in (0xD4, 0x4D) else ">"
        fine = 1000 if b"\x3c" in magic else 1
        if len(data) < 24 or struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF != ETHERNET:
            return
        at = 24
        while at + 16 <= len(data):
            seconds, rest, held, sent = struct.unpack_from(order + "IIII", data, at)
            at += 16
            if held > SNAP_LENGTH or at + held > len(data):
                return
            yield seconds * SECOND + rest // fine, sent, data[at : at + held]
            at += held


def blocks(data):
    at, order, links = 0, "<", []
    while at + 12 <= len(data):
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order, links = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">", []
        kind, size = struct.unpack_from(order + "II", data, at)
        if size < 12 or at + size > len(data):
            return
        if kind == 1 and size >= 20:
            links.append((struct.unpack_from(order + "H", data, at + 8)[0], resolution(data[at + 16 : at + size - 4], order)))
        elif kind == 6 and size >= 32:
            link, high, low, held, sent = struct.unpack_from(order + "IIIII", data, at + 8)
            if link < len(links) and links[link][0] == ETHERNET and held <= size - 32:
                yield (high << 32 | low) * SECOND // links[link][1], sent, data[at + 28 : at + 28 + held]
        at += size


def resolution(options, order):
    """Ticks a second of an interface."""
    at = 0
    while at + 4 <= len(options):
        kind, size = struct.unpack_from(order + "HH", options, at)
        if kind == 0:
            break
        if kind == 9 and size:
            value = options[at + 4]
            return 2 ** (value & 127) if value & 128 else 10**value
        at += 4 + (size + 3) // 4 * 4
    return SECOND


def join(captures, limit, out):
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAP_LENGTH, ETHERNET))
    now, size, count = START, 24, 0
    while size < limit:
        before = size
        for capture in captures:
            first, last = None, now
            for time, sent, data in packets(capture):
                first = time if first is None else first
                shifted = now + max(0, min(time - first, LONGEST))
                last = max(last, shifted)
                out.write(struct.pack("<IIII", shifted // SECOND, shifted % SECOND, len(data), sent) + data)
                size, count = size + 16 + len(data), count + 1
                if size >= limit:
                    return size, count
            now = last + SECOND
        if size == before:
            break
    return size, count


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    size, path = sys.argv[1:3]
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[3] if len(sys.argv) > 3 else os.path.join(here, "..", "..", "shared", "corpus", "captures")
    captures = sorted(it for it in glob.glob(os.path.join(folder, "*")) if os.path.isfile(it))
    if not captures:
        print("SKIPPED: there are no public captures in ../shared/corpus, so nothing is measured on traffic of others", file=sys.stderr)
        sys.exit(3)
    units = {"K": 1000, "M": 1_000_000, "G": 1_000_000_000}
    limit = int(size[:-1]) * units[size[-1]] if size[-1] in units else int(size)
    with open(path, "wb") as out:
        size, count = join(captures, limit, out)
    print(f'{{"mix": "real", "bytes": {size}, "frames": {count}, "captures": {len(captures)}}}', file=sys.stderr)


if __name__ == "__main__":
    main()
