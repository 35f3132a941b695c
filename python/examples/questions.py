"""Captures → answers: the rows of a folder in pandas and in DuckDB.

python questions.py exports/        (needs tlswalk[arrow], pandas and duckdb)
"""

import sys
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow
import tlswalk


def rows(folder: Path) -> pyarrow.RecordBatch:
    """A row for each attempt of every capture below a folder; what cannot be read is a row with the reason."""
    return tlswalk.scan(sorted(path for path in folder.rglob("*.pcap*") if path.is_file()))


def worst_devices(batch: pyarrow.RecordBatch) -> pd.DataFrame:
    """In pandas: how often each device failed, and on what account most of all."""
    frame = batch.to_pandas()
    failed = frame[frame["severity"] == "error"]
    by_device = failed.groupby("device").agg(
        failures=("verdict", "size"),
        verdict=("verdict", lambda verdicts: verdicts.value_counts().index[0]),
        first=("time", "min"),
    )
    return by_device.sort_values(["failures", "first"], ascending=[False, True])


def by_version(batch: pyarrow.RecordBatch) -> list[tuple]:
    """In DuckDB: what was negotiated, and how often that went well."""
    attempts = pyarrow.Table.from_batches([batch])
    connection = duckdb.connect()
    connection.register("attempts", attempts)
    return connection.sql("""
        SELECT coalesce(tls_version, 'none') AS version, count(*) AS attempts,
               count(*) FILTER (severity IN ('ok', 'note')) AS went_well
        FROM attempts WHERE attempt IS NOT NULL
        GROUP BY ALL ORDER BY attempts DESC, version
    """).fetchall()


if __name__ == "__main__":
    found = rows(Path(sys.argv[1]))
    print(worst_devices(found).to_string())
    for version, attempts, went_well in by_version(found):
        print(f"TLS {version}: {went_well} of {attempts} went well")
