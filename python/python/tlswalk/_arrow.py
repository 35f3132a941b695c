"""Captures → rows → columns: what needs pyarrow."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ._errors import CaptureError
from ._native import ROW_SCHEMA, Options, failed_row
from ._native import rows as native_rows
from ._sources import name_of, sources

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXT, _NUMBER = pa.string(), pa.int64()

#: The columns of a row (`tlswalk.row/1`), described in the package's README. Numbers are signed: frame numbers stay far below
#: 2**63, and Spark, pandas and others make decimals or floats of unsigned ones.
SCHEMA = pa.schema(
    [
        pa.field("schema", _TEXT, nullable=False),
        pa.field("capture", _TEXT, nullable=False),
        pa.field("attempt", _NUMBER),
        pa.field("time", _TEXT),
        pa.field("frame", _NUMBER),
        pa.field("verdict", _TEXT),
        pa.field("severity", _TEXT),
        pa.field("confidence", _TEXT),
        pa.field("by", _TEXT),
        pa.field("at", _TEXT),
        pa.field("causes", pa.list_(_TEXT)),
        pa.field("summary", _TEXT),
        pa.field("also", pa.list_(_TEXT)),
        pa.field("transport", _TEXT),
        pa.field("device", _TEXT),
        pa.field("name", _TEXT),
        pa.field("server", _TEXT),
        pa.field("via_proxy", _TEXT),
        pa.field("tls_version", _TEXT),
        pa.field("cipher_suite", _TEXT),
        pa.field("evidence_frames", pa.list_(_NUMBER)),
        pa.field("display_filter", _TEXT),
        pa.field("issuer", _TEXT),
        pa.field("sha256", _TEXT),
        pa.field("error", _TEXT),
        pa.field("note", _TEXT),
    ]
)


def rows(capture: Any, options: Options) -> list[dict[str, Any]]:
    """The rows of one capture, at least one: what cannot be read is a row that says why."""
    named = sources(capture)
    try:
        return _read(native_rows(named, options))
    except CaptureError as error:
        return row_of_failure(named, error.why, error.capture)


def row_of_failure(named: list[tuple[str | None, Any]], why: str, at_fault: str) -> list[dict[str, Any]]:
    """The row of a capture that cannot be read; of several files that are one capture, the reason says which."""
    return _read(failed_row(name_of(named), why if len(named) == 1 else f"{at_fault}: {why}"))


def _read(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)
    for row in found:
        row["schema"] = ROW_SCHEMA
    return found


def scan(captures: Iterable[Any], threads: int | None, options: Options) -> pa.RecordBatch:
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        found = [row for rows_of_one in pool.map(lambda it: rows(it, options), captures) for row in rows_of_one]
    return pa.RecordBatch.from_pylist(found, schema=SCHEMA)
