from collections.abc import Sequence
from os import PathLike
from typing import Any

__version__: str
ROW_SCHEMA: str
JSON_SCHEMA: str

class Options:
    def __new__(
        cls,
        profile: str | PathLike[str] = "cisco-smart-licensing",
        wlc: str | Sequence[str] | None = None,
        cssm: str | Sequence[str] | None = None,
        on_prem: str | Sequence[str] | None = None,
        cslu: str | Sequence[str] | None = None,
        proxy: str | Sequence[str] | None = None,
        ca: bytes | str | PathLike[str] | Sequence[bytes | str | PathLike[str]] | None = None,
        log: str | PathLike[str] | Sequence[str | PathLike[str]] | None = None,
        all: bool = False,
        at: str | None = None,
        lang: str = "en",
        dialect: str | None = None,
        keylog: str | PathLike[str] | None = None,
    ) -> Options: ...

def inspect(sources: Sequence[tuple[str | None, Any]], options: Options, hash: bool) -> str: ...
def check(text: str, sources: Sequence[tuple[str | None, Any]], options: Options) -> str: ...
def told(
    sources: Sequence[tuple[str | None, Any]], options: Options, hash: bool, format: str, width: int
) -> tuple[str, int]: ...
def rows(sources: Sequence[tuple[str | None, Any]], options: Options) -> str: ...
def failed_row(name: str, why: str) -> str: ...
