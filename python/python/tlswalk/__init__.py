"""tlswalk: says why a TLS connection in a packet capture failed.

    import tlswalk

    report = tlswalk.inspect("export.pcap")
    report["verdict"]["id"]                       # 'client-certificate-rejected'
    batch = tlswalk.scan(["a.pcap", "b.pcapng"])  # pyarrow.RecordBatch, a row per attempt
    tlswalk.check(mail, "export.pcap")["counts"]  # {'true': 4, 'false': 1, 'not-provable': 2}

Options are the command line's, as keywords: `profile`, `wlc`, `cssm`, `on_prem`, `cslu`, `proxy`, `ca`, `log`, `all`, `at`,
`lang`, `dialect`, `keylog`; where several can be given, one alone will do. Captures are pcap or pcapng, compressed or not: a path, bytes, or a binary file that is read once, from where it
stands; where it holds nothing of what was looked for and can be read again, a second time for what else failed, as the command line
does it. A list of them is one capture in several files, as `--merge` reads it.
"""

from __future__ import annotations

import json as _json
import typing as _typing

from ._errors import CaptureError
from ._native import JSON_SCHEMA, ROW_SCHEMA, Options, __version__
from ._native import check as _check
from ._native import inspect as _inspect
from ._sources import refuse_one as _refuse_one
from ._sources import sources as _sources

if _typing.TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow
    from typing_extensions import Unpack

    from ._types import Capture, Check, Keywords, Report

    SCHEMA: pyarrow.Schema

# The name that the import of the future leaves behind is none of ours.
del annotations

__all__ = ["JSON_SCHEMA", "ROW_SCHEMA", "SCHEMA", "CaptureError", "Options", "__version__", "check", "inspect", "scan"]


def inspect(
    capture: Capture, /, *, name: str | None = None, hash: bool = False, **options: Unpack[Keywords]
) -> Report:
    """What happened in a capture: the JSON report as a dict (`JSON_SCHEMA`; frame numbers are Wireshark's).

    `name` is what the report calls it, otherwise its path or the file's `name`. `hash=True` puts in its SHA-256.

    Raises `CaptureError` when it cannot be read, in the command line's words, and `ValueError` for an option that is none.
    """
    named = _sources(capture if name is None else (name, capture))
    return _json.loads(_inspect(named, Options(**options), hash))


def check(text: str, capture: Capture, /, *, name: str | None = None, **options: Unpack[Keywords]) -> Check:
    """Which claims of a text (a ticket, a mail, an assistant's answer; English or Japanese) the capture shows to be true, false, or
    neither, each with its frames, as a dict (`tlswalk.check/1`, `schema/check-1.json`): what `tlswalk check -f json` writes.

    Raises as `inspect` does.
    """
    if not isinstance(text, str):
        raise TypeError(f"text is a str, not {type(text).__name__}; of a file, read it first")
    named = _sources(capture if name is None else (name, capture))
    return _json.loads(_check(text, named, Options(**options)))


def scan(
    captures: Iterable[Capture | tuple[str, Capture]], /, *, threads: int | None = None, **options: Unpack[Keywords]
) -> pyarrow.RecordBatch:
    """A row per attempt of each capture, in their order, in the columns of `SCHEMA` (needs `tlswalk[arrow]`).

    A capture without attempts has one row, and so has one that cannot be read, with `error`: nothing is left out. A tuple
    `(name, capture)` names a capture that has no path. Captures are read by as many threads as there are cores, or `threads`.
    """
    from ._arrow import scan

    _refuse_one("captures", captures)
    return scan(captures, threads, Options(**options))


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


def __getattr__(name: str) -> _typing.Any:
    # pyarrow takes longer to import than most captures to read: only who asks for columns needs it.
    if name == "SCHEMA":
        from ._arrow import SCHEMA

        return SCHEMA
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
