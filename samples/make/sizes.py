#!/usr/bin/env python3
"""What the records of the TLS 1.3 samples look like from outside: sizes.py [FILE…] prints a row of Markdown each.

The client's flight ends with its Finished; what follows is in the order of the capture: `C` and `S` say whose, a number is
the length of an encrypted record (the tag and the content type included, the five bytes of the header not), `alert` one
that can be read.
"""

import glob
import os
import subprocess
import sys

SAMPLES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIELDS = ("tcp.stream", "tcp.dstport", "tls.record.content_type", "tls.record.opaque_type", "tls.record.length",
          "tcp.flags.fin", "tcp.flags.reset", "tls.handshake.extensions.supported_version", "tls.handshake.ciphersuite",
          "tls.handshake.type")
SUITES = {"0x1301": ("AES-128", 32), "0x1302": ("AES-256", 48), "0x1303": ("ChaCha20", 32)}
SERVER_PORTS = ("443", "3128", "8888")


def events(file):
    """(stream, side, kind, length, ciphersuite of a TLS 1.3 Server Hello)"""
    argv = ["tshark", "-r", file, "-n", "-o", "tcp.reassemble_out_of_order:TRUE", "-d", "tcp.port==8888,http", "-Y",
            "tls.record || tcp.flags.fin == 1 || tcp.flags.reset == 1", "-T", "fields"]
    out = subprocess.run(argv + [word for field in FIELDS for word in ("-e", field)], capture_output=True, text=True).stdout
    for line in out.splitlines():
        stream, port, clear, sealed, lengths, fin, reset, version, suite, kinds = line.split("\t")
        side = "C" if port in SERVER_PORTS else "S"
        lengths = [int(length) for length in lengths.split(",") if length]
        clear = [kind for kind in clear.split(",") if kind]
        suite = suite if "2" in kinds.split(",") and "0x0304" in version else None
        for number, length in enumerate(lengths):
            # What is readable comes first in every flight; tshark does not tell the order.
            kind = clear[number] if number < len(clear) else "23"
            yield stream, side, kind, length, suite if kind == "22" else None
        for flag, kind in ((fin, "FIN"), (reset, "RST")):
            if flag in ("1", "True"):
                yield stream, side, kind, 0, None


def row(file):
    seen = list(events(file))
    hello = next((event for event in seen if event[4]), None)
    if not hello:
        return None
    name, digest = SUITES.get(hello[4], (hello[4], 48))
    seen = [event for event in seen if event[0] == hello[0]][1:]
    # Finished: a header of 4 bytes, the digest, the content type, the tag; Java pads every record by 16 bytes.
    finished = {4 + digest + 17 + pad for pad in (0, 16)}
    flight, after, done = [], [], False
    for _, side, kind, length, _ in seen:
        word = {"20": "ccs", "21": "alert", "22": "hello"}.get(kind, str(length) if kind == "23" else kind)
        if not done and side == "C" and word not in ("hello", "FIN", "RST"):
            flight.append(word)
        elif done or side == "C" and word in ("FIN", "RST"):
            if after and after[-1].startswith(side):
                after[-1] += f" {word}"
            else:
                after.append(f"{side} {word}")
        if side == "C" and kind == "23":
            # An NSS client sends no change cipher spec and packs its whole flight into one record.
            done = done or length in finished | {19, 35} or flight[:1] != ["ccs"]
        done = done or kind in ("FIN", "RST")
    return f"| {os.path.basename(file)} | {name} | {' '.join(flight)} | {', '.join(after)} |"


def main():
    files = sys.argv[1:] or sorted(glob.glob(f"{SAMPLES}/*.pcap*"))
    print("| file | cipher | client's flight | after it |\n| --- | --- | --- | --- |")
    for file in files:
        line = row(file)
        if line:
            print(line)


if __name__ == "__main__":
    main()
