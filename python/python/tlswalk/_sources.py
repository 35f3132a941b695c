"""A capture as people give it → named sources as the extension module takes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._types import Capture


def sources(capture: Capture | tuple[str, Capture]) -> list[tuple[str | None, Any]]:
    """One or, of a list, several that are one."""
    if isinstance(capture, list):
        if not capture:
            raise ValueError("a list of files that are one capture is empty")
        return [source for part in capture for source in sources(part)]
    name, source = capture if isinstance(capture, tuple) else (None, capture)
    if isinstance(source, list):
        raise ValueError("a list of files is named by its files")
    if isinstance(source, (bytearray, memoryview)):
        source = bytes(source)
    return [(name, source)]


def refuse_one(parameter: str, values: Any) -> None:
    """Refuses one where several are meant: iterated, a string would give its letters, and bytes numbers."""
    if isinstance(values, (str, bytes, bytearray, memoryview, os.PathLike)) or hasattr(values, "read"):
        raise TypeError(f"{parameter} takes several: [{values!r:.60}], not {type(values).__name__}")


def name_of(named: list[tuple[str | None, Any]]) -> str:
    """What its rows call a capture: as the report does (`analyze_merged`)."""
    names = [name or _own_name(source) for name, source in named]
    if len(names) > 3:
        return f"{names[0]} … {names[-1]} ({len(names)} files)"
    return " + ".join(names)


def _own_name(source: Any) -> str:
    if isinstance(source, bytes):
        return "<bytes>"
    if hasattr(source, "read"):
        name = getattr(source, "name", None)
        return name if isinstance(name, str) else "<file>"
    return str(source)
