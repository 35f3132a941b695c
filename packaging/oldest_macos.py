#!/usr/bin/env python3
"""oldest_macos.py PROGRAM: a Mach-O program → the oldest macOS that starts it, as `11.0` (LC_BUILD_VERSION of its header).

Apple's own processors start signed programs only. The linker signs (ad hoc), and what changes the file afterwards, as `strip` does, must
sign it again: a signature that is missing there, or does not fit the bytes, ends with a message and exit code 1.
"""

import hashlib
import pathlib
import struct
import sys

MAGIC_64, ARM64 = 0xFEEDFACF, 0x0100000C
LC_BUILD_VERSION, LC_CODE_SIGNATURE = 0x32, 0x1D
CODE_DIRECTORY, SHA256 = 0xFADE0C02, 2


def commands(data):
    """Number and offset of each load command."""
    at = 32
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        command, size = struct.unpack_from("<II", data, at)
        yield command, at
        at += size


def oldest(data):
    for command, at in commands(data):
        if command == LC_BUILD_VERSION:
            [version] = struct.unpack_from("<I", data, at + 12)
            return f"{version >> 16}.{version >> 8 & 0xFF}"
    return None


def fault_of_signature(data):
    """Why the signature does not hold, if so. Without one, a program for Intel's processors starts all the same."""
    places = [struct.unpack_from("<I", data, at + 8)[0] for command, at in commands(data) if command == LC_CODE_SIGNATURE]
    if not places:
        return "has no signature" if struct.unpack_from("<I", data, 4)[0] == ARM64 else None
    [place] = places
    for index in range(struct.unpack_from(">I", data, place + 8)[0]):
        at = place + struct.unpack_from(">I", data, place + 16 + 8 * index)[0]
        if struct.unpack_from(">I", data, at)[0] != CODE_DIRECTORY:
            continue
        hashes, _, _, count, end = struct.unpack_from(">5I", data, at + 16)
        length, kind, _, shift = struct.unpack_from("4B", data, at + 36)
        if kind != SHA256 or end != place or count != -(-end >> shift):
            return "has a signature that does not cover it"
        for page in range(count):
            bytes_of_page = data[page << shift : min(page + 1 << shift, end)]
            signed = data[at + hashes + length * page : at + hashes + length * (page + 1)]
            if hashlib.sha256(bytes_of_page).digest()[:length] != signed:
                return f"was changed after it was signed: page {page} of {count}"
        return None
    return "has a signature without hashes"


def main():
    [name] = sys.argv[1:]
    data = pathlib.Path(name).read_bytes()
    if struct.unpack_from("<I", data)[0] != MAGIC_64:
        sys.exit(f"{name} is no 64-bit Mach-O program")
    version = oldest(data)
    if version is None:
        sys.exit(f"{name} names no version of macOS")
    fault = fault_of_signature(data)
    if fault:
        sys.exit(f"{name} {fault}")
    print(version)


main()
