"""`python -m tlswalk`: the report on captures, as the command line prints it, with its exit codes.

For whoever has the wheel and not the program. Options are those of `tlswalk.inspect`.
"""

from __future__ import annotations

import argparse
import shutil
import sys

from . import CaptureError, Options, __version__
from ._native import told
from ._sources import sources

#: The tool could not do its work.
UNABLE = 2


def arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tlswalk", description="Says why a TLS connection in a packet capture failed.")
    parser.add_argument("captures", nargs="+", metavar="CAPTURE")
    parser.add_argument("-f", "--format", choices=["text", "json", "ndjson"], default="text")
    parser.add_argument("--merge", action="store_true", help="read all captures as one: files of a ring")
    parser.add_argument("--hash", action="store_true", help="put the capture's SHA-256 into the report")
    parser.add_argument("--profile", default="cisco-smart-licensing")
    for option in ("wlc", "cssm", "on-prem", "cslu", "proxy", "ca", "log"):
        parser.add_argument(f"--{option}", action="append", default=[])
    parser.add_argument("--all", action="store_true", help="also report TLS that is not licensing")
    parser.add_argument("--at")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--dialect")
    parser.add_argument("--keylog")
    parser.add_argument("-V", "--version", action="version", version=f"tlswalk {__version__}")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    given = vars(arguments(words))
    captures, form, merge, hashed = (given.pop(name) for name in ("captures", "format", "merge", "hash"))
    try:
        options = Options(**given)
    except ValueError as error:
        print(f"tlswalk: {error}", file=sys.stderr)
        return UNABLE
    width = shutil.get_terminal_size((100, 24)).columns
    codes = set()
    for capture in [captures] if merge else captures:
        try:
            text, code = told(sources(capture), options, hashed, form, width)
        except CaptureError as error:
            print(f"tlswalk: {error}", file=sys.stderr)
            code, text = UNABLE, ""
        sys.stdout.write(text)
        codes.add(code)
    # What could not be done wins, then what failed, then what could not be concluded.
    return next((code for code in (UNABLE, 1, 3) if code in codes), 0)


if __name__ == "__main__":
    sys.exit(main())
