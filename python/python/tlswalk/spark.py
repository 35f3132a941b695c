"""Many captures on a Spark cluster: each is a task, each becomes rows in Parquet (needs `tlswalk[spark]`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ._tasks import Output, Summary, chunks, portable, run

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
    per_part: int = 1000,
    retry_failed: bool = False,
    **options: Any,
) -> Summary:
    """Judges every capture that `output` does not hold yet, and writes its rows there (`tlswalk._tasks.TASK_SCHEMA`).

    A capture is a key, a `(key, entity tag)`, or a list of them: the files of a ring. `open(key)`, called on the worker,
    gives a binary file; where that has an `etag`, it is compared with the listing's. Every `per_part` captures are one
    job with a partition each; what the job gave is one part, written by the driver. A task whose worker died is tried again as
    often as `spark.task.maxFailures` says. `retry_failed` does what failed before again. Other options are the command line's.
    """
    out = Output(output, per_part, retry_failed)
    fixed = portable(options)
    for chunk in chunks(out.todo(captures), per_part):

        def judge(batches, chunk=chunk):
            for batch in batches:
                found = [run(chunk[at], open, fixed) for at in batch.column(0).to_pylist()]
                yield pa.RecordBatch.from_arrays([pa.array(found, pa.binary())], ["rows"])

        # A range has exactly one number in each of as many partitions; a shuffled list of keys has not.
        for row in spark.range(0, len(chunk), 1, len(chunk)).mapInArrow(judge, "rows binary").collect():
            out.add(bytes(row.rows))
    return out.flush()
