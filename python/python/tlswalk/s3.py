"""Captures in a bucket, through boto3 (needs `tlswalk[s3]`); credentials are boto3's own, on each machine."""

from __future__ import annotations

import functools
import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@functools.lru_cache(maxsize=8)
def _client(arguments: bytes) -> Any:
    # Making one takes a tenth of a second, more than a small capture. A bucket is sent to workers with each task; the client,
    # which is connections and locks, stays with the process.
    import boto3

    return boto3.client("s3", **pickle.loads(arguments))


class Bucket:
    """A bucket whose `list()` gives the keys and whose `open` reads them, also on other machines.

    Keywords are those of `boto3.client("s3", …)`, e.g. `endpoint_url`.
    """

    def __init__(self, name: str, **client: Any) -> None:
        self.name = name
        self._arguments = pickle.dumps(client)

    @property
    def client(self) -> Any:
        return _client(self._arguments)

    def list(self, prefix: str = "") -> Iterator[tuple[str, str]]:
        """Each object's key and entity tag, captures or not: what is none becomes a row that says so."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for found in page.get("Contents", []):
                yield found["Key"], found["ETag"]

    def open(self, key: str) -> Any:
        """The object's bytes, and the entity tag of just these bytes."""
        found = self.client.get_object(Bucket=self.name, Key=key)
        body = found["Body"]
        body.etag = found["ETag"]
        return body
