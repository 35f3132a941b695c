"""Many captures on a Spark cluster: each is a task, each becomes rows in Parquet (needs `tlswalk[spark]`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._tasks import Output, Summary, chunks, portable, run

__all__ = ["scan"]

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from pyspark.sql import SparkSession

    from ._types import Captures, Open


def scan(
    spark: SparkSession,
    captures: Iterable[Captures],
    open: Open,
    output: str | os.PathLike[str],
    *,
    per_task: int = 1,
    per_part: int = 1000,
    retry_failed: bool = False,
    **options: Any,
) -> Summary:
    """Judges every capture that `output` does not hold yet, and writes its rows there (`tlswalk._tasks.TASK_SCHEMA`).

    A capture is a key, a `(key, entity tag)`, or a list of them: the files of a ring. `open(key)`, called on the worker,
    gives a binary file; where that has an `etag`, it is compared with the listing's. A task is one capture, or `per_task` of
    them where they are so small that the engine costs more than they do. Every `per_part` captures are one job, and what it gave
    is one part, written by the driver. A task whose worker died is tried again as often as `spark.task.maxFailures` says.
    `retry_failed` does what failed before again. Other options are the command line's.
    """
    out = Output(output, per_part, retry_failed)
    fixed = portable(options)
    for chunk in chunks(out.todo(captures), per_part):
        tasks = spark.sparkContext.parallelize(chunk, -(-len(chunk) // per_task))
        for stream in tasks.map(lambda task: run(task, open, fixed)).collect():
            out.add(stream)
        out.flush()
    return out.flush()
