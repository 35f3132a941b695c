"""Object keys → tasks → rows in Parquet: what the engines share.

A task is one capture: an object, or the objects of a ring. A worker makes its rows; only the driver writes them, whole parts at a
time under a name that readers skip until the part is complete. So a worker that dies has written nothing, a driver that dies
leaves whole parts, and a task is done when its keys and entity tags stand in a part. That makes "nothing lost, nothing twice" a
matter of one process; rows are a thousandth of their captures, so the driver is no bottleneck before the listing is (`docs/scale.md`).

Ray core, not Ray Data: tasks are retried one by one and one that cannot be done is a row; a failed block would be a failed job.
Spark runs them as an RDD with a partition for each: a task of `mapInArrow` cost three times as much (90 ms against 28 for doing
nothing) and asks for pandas, so Spark Connect, which has no RDDs, is not served. Rows cross as Arrow bytes, and their numbers are
signed, as Spark and pandas have no unsigned ones.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import pickle
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs
import pyarrow.parquet as pq

from ._arrow import SCHEMA, row_of_failure, rows
from ._native import Options
from ._sources import refuse_one

if TYPE_CHECKING:
    from ._types import Captures, Open

#: The columns of the engines' Parquet: the keys and entity tags of a capture, then its row.
TASK_SCHEMA = pa.schema(
    [
        pa.field("keys", pa.list_(pa.string()), nullable=False),
        pa.field("etags", pa.list_(pa.string()), nullable=False),
        *SCHEMA,
    ]
)

#: Seconds after which a part is written though it has room, where rows come one by one.
PATIENCE = 30.0


class Task(NamedTuple):
    """One capture; an entity tag is None where the listing gave none."""

    keys: tuple[str, ...]
    etags: tuple[str | None, ...]

    @classmethod
    def of(cls, capture: Captures) -> Task:
        pairs = capture if isinstance(capture, list) else [capture]
        pairs = [(it, None) if isinstance(it, str) else it for it in pairs]
        return cls(tuple(key for key, _ in pairs), tuple(etag for _, etag in pairs))


class Summary(NamedTuple):
    """What a scan did."""

    #: Captures judged now.
    captures: int
    #: Captures whose keys and entity tags stood in the output already.
    skipped: int
    #: Rows written now.
    rows: int
    #: Captures among them that could not be read.
    failed: int


def portable(options: dict[str, Any]) -> bytes:
    """Options as workers get them: what is in files of the driver is read here, and what is wrong is refused here."""
    options = dict(options)
    profile = options.get("profile")
    if profile is not None and os.path.isfile(profile):
        options["profile"] = Path(profile).read_text()
    if "ca" in options:
        given = options["ca"]
        given = [given] if isinstance(given, (bytes, str, os.PathLike)) else given
        options["ca"] = [it if isinstance(it, bytes) else Path(it).read_bytes() for it in given]
    if options.get("log"):
        raise ValueError("log: a device's text belongs to one capture; give it to inspect()")
    Options(**options)
    return pickle.dumps(options)


@functools.lru_cache(maxsize=4)
def _options(pickled: bytes) -> Options:
    return Options(**pickle.loads(pickled))


def run(task: Task, open: Open, options: bytes) -> bytes:
    """The rows of one capture, as an Arrow stream. Whatever is wrong with it is a row."""
    with contextlib.ExitStack() as opened:
        sources = []
        for key, listed in zip(task.keys, task.etags):
            try:
                file = open(key)
            except Exception as error:
                return failed(task, key, f"cannot be opened: {type(error).__name__}: {error}")
            opened.callback(file.close)
            found = getattr(file, "etag", None)
            if listed is not None and found is not None and found != listed:
                why = f"changed between listing (entity tag {listed}) and reading ({found}); list again"
                return failed(task, key, why)
            sources.append((key, file if _is_seekable(file) else Again(file, key, open, opened)))
        return _stream(task, rows(sources, _options(options)))


def _is_seekable(file: Any) -> bool:
    return bool(getattr(file, "seekable", bool)())


class Again:
    """A stream that can be read a second time, from its beginning, by opening its key again: only a capture without what was looked
    for is, so nothing is fetched twice that need not be."""

    def __init__(self, file: Any, key: str, open: Open, opened: contextlib.ExitStack) -> None:
        self._file, self._key, self._open, self._opened = file, key, open, opened
        self.read = file.read

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return 0

    def seek(self, place: int) -> int:
        file = self._open(self._key)
        self._opened.callback(file.close)
        before, now = (getattr(it, "etag", None) for it in (self._file, file))
        if before != now:
            raise OSError(f"changed while it was read (entity tag {before}, then {now})")
        self._file, self.read = file, file.read
        return place


def failed(task: Task, key: str, why: str) -> bytes:
    """The row of a task that came to nothing."""
    return _stream(task, row_of_failure([(it, b"") for it in task.keys], why, key))


def _stream(task: Task, found: list[dict[str, Any]]) -> bytes:
    for row in found:
        row.update(keys=task.keys, etags=task.etags)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, TASK_SCHEMA) as stream:
        stream.write_batch(pa.RecordBatch.from_pylist(found, schema=TASK_SCHEMA))
    return sink.getvalue().to_pybytes()


class Output:
    """A folder of Parquet parts, local or by a URI that pyarrow knows (`s3://bucket/folder`)."""

    def __init__(self, place: str | os.PathLike[str], per_part: int, retry_failed: bool) -> None:
        place = os.fspath(place)
        if "://" in place:
            self._files, self._folder = pyarrow.fs.FileSystem.from_uri(place)
        else:
            self._files, self._folder = pyarrow.fs.LocalFileSystem(), os.path.abspath(place)
        self._files.create_dir(self._folder, recursive=True)
        self._per_part = per_part
        self._waiting: list[bytes] = []
        self._since = time.monotonic()
        self._captures = self._skipped = self._rows = self._failed = 0
        self._done: set[Task] = set()
        for part in self._parts():
            if retry_failed:
                self._drop_failed(part)
            if self._files.get_file_info(part).type != pyarrow.fs.FileType.NotFound:
                known = pq.read_table(part, columns=["keys", "etags"], filesystem=self._files)
                pairs = zip(known["keys"].to_pylist(), known["etags"].to_pylist())
                self._done.update(Task(tuple(keys), tuple(etags)) for keys, etags in pairs)

    def todo(self, captures: Iterable[Captures]) -> Iterator[Task]:
        """What is not done yet, each task once."""
        refuse_one("captures", captures)
        for task in map(Task.of, captures):
            if task in self._done:
                self._skipped += 1
            else:
                self._done.add(task)
                yield task

    def add(self, stream: bytes) -> None:
        """Takes a task's rows, and writes a part when enough have come."""
        self._waiting.append(stream)
        if len(self._waiting) >= self._per_part:
            self.flush()

    def tick(self) -> None:
        """Writes what has come, if that is long ago: a driver that dies loses little."""
        if time.monotonic() - self._since > PATIENCE:
            self.flush()

    def flush(self) -> Summary:
        """Writes what has come."""
        if self._waiting:
            table = pa.concat_tables(pa.ipc.open_stream(it).read_all() for it in self._waiting)
            self._write(f"{self._folder}/part-{uuid.uuid4().hex}.parquet", table)
            self._captures += len(self._waiting)
            self._rows += table.num_rows
            self._failed += table.num_rows - table["error"].null_count
            self._waiting = []
        self._since = time.monotonic()
        return Summary(self._captures, self._skipped, self._rows, self._failed)

    def _parts(self) -> list[str]:
        found = self._files.get_file_info(pyarrow.fs.FileSelector(self._folder))
        return sorted(it.path for it in found if it.base_name.startswith("part-") and it.extension == "parquet")

    def _write(self, part: str, table: pa.Table) -> None:
        # A leading underscore: readers of folders skip it. On S3 an object appears whole, or not at all.
        beside = f"{self._folder}/_{part.rsplit('/', 1)[1]}.tmp"
        pq.write_table(table, beside, filesystem=self._files, compression="zstd")
        self._files.move(beside, part)

    def _drop_failed(self, part: str) -> None:
        table = pq.read_table(part, filesystem=self._files)
        kept = table.filter(pc.is_null(table["error"]))
        if kept.num_rows == 0 and table.num_rows:
            self._files.delete_file(part)
        elif kept.num_rows < table.num_rows:
            self._write(part, kept)


def chunks(tasks: Iterator[Task], size: int) -> Iterator[list[Task]]:
    """Lists of at most `size`."""
    while chunk := list(itertools.islice(tasks, size)):
        yield chunk
