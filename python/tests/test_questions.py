"""The questions that the package's README asks of the rows, asked in DuckDB of what an engine wrote."""

import collections
import os
import re

import pytest
from conftest import CA, ROOT, missing


def questions():
    readme = (ROOT / "python/README.md").read_text()
    return re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)


@pytest.fixture(scope="module")
def ask(captures, on_ray, tmp_path_factory):
    try:
        import duckdb
    except ImportError:
        missing("duckdb is not installed")
    from tlswalk.ray import scan

    folder = tmp_path_factory.mktemp("questions")
    folder_of_captures = str(captures.folder)
    scan(captures.names, lambda key: open(f"{folder_of_captures}/{key}", "rb"), folder / "rows", ca=[CA])
    before = os.getcwd()
    os.chdir(folder)
    yield lambda sql: duckdb.sql(sql).fetchall()
    os.chdir(before)


def failures(captures):
    return [row for row in captures.cells if row["severity"] == "error"]


def test_failures_by_site(captures, ask):
    by_site, *_ = questions()
    expected = collections.Counter((row["capture"].split("/")[0], row["verdict"]) for row in failures(captures))
    answer = ask(by_site)
    assert {(site, verdict): attempts for site, verdict, attempts, _ in answer} == dict(expected)
    assert {"site-0", "site-1", "site-2"} <= {site for site, *_ in answer}
    assert [row[2] for row in answer] == sorted((row[2] for row in answer), reverse=True)


def test_failures_by_issuer(captures, ask):
    _, by_issuer, *_ = questions()
    rows = [row for row in captures.cells if row["severity"] in ("warning", "error") and row["issuer"]]
    expected = collections.Counter((row["issuer"], row["verdict"]) for row in rows)
    assert {(issuer, verdict): attempts for issuer, verdict, attempts, _ in ask(by_issuer)} == dict(expected) != {}


def test_first_seen(captures, ask):
    _, _, first_seen, _ = questions()
    expected = {}
    for row in failures(captures):
        of_it = (row["device"], row["name"], row["verdict"])
        expected[of_it] = min(expected.get(of_it, ("9",)), (row["time"], row["capture"], row["frame"]))
    answer = ask(first_seen)
    assert len(answer) == len(expected) > 50
    for device, name, verdict, first, last, _, capture, frame in answer:
        time, *_ = expected[device, name, verdict]
        assert first.isoformat(timespec="microseconds") == time[:26] and first <= last
        assert any(row["capture"] == capture and row["frame"] == str(frame) and row["time"] == time for row in failures(captures))


def test_what_could_not_be_read(captures, ask):
    *_, unread = questions()
    assert {(why, count) for why, count, _ in ask(unread)} == set(collections.Counter(captures.complaints.values()).items())
