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
        wlc: Sequence[str] = (),
        cssm: Sequence[str] = (),
        on_prem: Sequence[str] = (),
        cslu: Sequence[str] = (),
        proxy: Sequence[str] = (),
        ca: Sequence[bytes | str | PathLike[str]] = (),
        log: Sequence[str | PathLike[str]] = (),
        all: bool = False,
        at: str | None = None,
        lang: str = "en",
        dialect: str | None = None,
        keylog: str | PathLike[str] | None = None,
    ) -> Options: ...

def inspect(sources: Sequence[tuple[str | None, Any]], options: Options, hash: bool) -> str: ...
def rows(sources: Sequence[tuple[str | None, Any]], options: Options) -> str: ...
def failed_row(name: str, why: str) -> str: ...
