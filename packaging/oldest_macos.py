#!/usr/bin/env python3
"""oldest_macos.py PROGRAM: a Mach-O program → the oldest macOS that starts it, as `11.0` (LC_BUILD_VERSION of its header)."""

import pathlib
import struct
import sys

MAGIC_64, LC_BUILD_VERSION = 0xFEEDFACF, 0x32


def oldest(data):
    magic, commands = struct.unpack_from("<I12xI", data)
    if magic != MAGIC_64:
        sys.exit(f"{sys.argv[1]} is no 64-bit Mach-O program")
    at = 32
    for _ in range(commands):
        command, size = struct.unpack_from("<II", data, at)
        if command == LC_BUILD_VERSION:
            [version] = struct.unpack_from("<I", data, at + 12)
            return f"{version >> 16}.{version >> 8 & 0xFF}"
        at += size
    sys.exit(f"{sys.argv[1]} names no version of macOS")


print(oldest(pathlib.Path(sys.argv[1]).read_bytes()))
