"""Types of arguments and results, for type checkers only: nothing imports this when it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Literal, Protocol, TypedDict, Union

from ._report import Report as Report


class Shown(TypedDict):
    """A frame and what it shows."""

    frame: int
    what: str


class Claim(TypedDict):
    """A claim of a text."""

    id: int
    mark: Literal["true", "false", "not-provable"]
    line: int
    sentence: str
    claim: str
    frames: list[int]
    shown: list[Shown]
    why: str | None


class Unread(TypedDict):
    """What no claim was read from."""

    line: int
    kind: Literal["sentence", "part", "question", "too-long"]
    text: str


class Check(TypedDict):
    """What became of the claims of a text (`tlswalk.check/1`)."""

    schema: Literal["tlswalk.check/1"]
    language: str
    capture: str
    counts: dict[str, int]
    claims: list[Claim]
    unread: list[Unread]
    left_out: int


class Readable(Protocol):
    """A binary file: `read(n)` gives at most `n` bytes, and none at the end."""

    def read(self, size: int, /) -> bytes: ...


class Closable(Readable, Protocol):
    """What `open(key)` of an engine gives; with an `etag`, that is compared with the listing's."""

    def close(self) -> None: ...


#: One file of a capture.
Source = Union[str, "PathLike[str]", bytes, bytearray, memoryview, Readable]

#: A list is one capture in several files.
Capture = Union[Source, "list[Source | tuple[str, Source]]"]

#: An object's key, or key and entity tag.
Key = Union[str, "tuple[str, str | None]"]

#: A list is one capture in several objects.
Captures = Union[Key, "list[Key]"]

Open = Callable[[str], Closable]


class Keywords(TypedDict, total=False):
    """The command line's options."""

    profile: str | PathLike[str]
    wlc: str | Sequence[str]
    cssm: str | Sequence[str]
    on_prem: str | Sequence[str]
    cslu: str | Sequence[str]
    proxy: str | Sequence[str]
    ca: bytes | str | PathLike[str] | Sequence[bytes | str | PathLike[str]]
    log: str | PathLike[str] | Sequence[str | PathLike[str]]
    all: bool
    at: str | None
    lang: Literal["en", "ja"]
    dialect: str | None
    keylog: str | PathLike[str] | None
