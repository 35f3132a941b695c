"""Many captures on a Ray cluster: each is a task, each becomes rows in Parquet (needs `tlswalk[ray]`)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import ray

from ._tasks import Output, Summary, failed, portable, run

__all__ = ["scan"]

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from ._types import Captures, Open


def scan(
    captures: Iterable[Captures],
    open: Open,
    output: str | os.PathLike[str],
    *,
    in_flight: int | None = None,
    per_part: int = 1000,
    retry_failed: bool = False,
    **options: Any,
) -> Summary:
    """Judges every capture that `output` does not hold yet, and writes its rows there (`tlswalk._tasks.TASK_SCHEMA`).

    A capture is a key, a `(key, entity tag)`, or a list of them: the files of a ring. `open(key)`, called on the worker,
    gives a binary file; where that has an `etag`, it is compared with the listing's. At most `in_flight` tasks are with Ray
    at once (four for each core). A capture whose worker died is tried three times more; then it is a row that says so.
    `retry_failed` does what failed before again. Other options are the command line's.
    """
    out = Output(output, per_part, retry_failed)
    judge = ray.remote(num_cpus=1, max_retries=3)(run)
    arguments = ray.put(open), ray.put(portable(options))
    limit = in_flight or 4 * int(ray.cluster_resources().get("CPU", 1))
    todo, running = out.todo(captures), {}
    while True:
        for task in itertools.islice(todo, limit - len(running)):
            running[judge.remote(task, *arguments)] = task
        if not running:
            return out.flush()
        done, _ = ray.wait(list(running))
        for reference in done:
            task = running.pop(reference)
            try:
                out.add(ray.get(reference))
            except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError) as error:
                out.add(failed(task, task.keys[0], f"its worker died, and died again: {type(error).__name__}"))
        out.tick()
