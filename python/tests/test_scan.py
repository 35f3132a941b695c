"""`tlswalk.scan`: the command line's rows as columns, and the truth about generated captures."""

import io

import pyarrow as pa
import pytest
import tlswalk
from conftest import CA, GENERATED, ROOT, as_cells


@pytest.fixture(scope="module")
def batch(captures):
    named = [(name, captures.folder / name) for name in captures.names]
    return tlswalk.scan(named, ca=[CA])


def test_rows_are_those_of_the_command_line(captures, batch):
    assert isinstance(batch, pa.RecordBatch) and batch.schema == tlswalk.SCHEMA
    assert set(batch["schema"].to_pylist()) == {tlswalk.ROW_SCHEMA}
    found = as_cells(batch.to_pylist())
    assert len(found) > GENERATED + 30 and len(captures.complaints) >= 8
    assert found == captures.expected()
    # In the order given, each capture's rows together.
    order = list(dict.fromkeys(batch["capture"].to_pylist()))
    assert order == captures.names


def test_attempts_are_read_as_the_generator_made_them(captures, batch):
    read, alone = {}, {}
    for row in batch.to_pylist():
        read.setdefault((row["capture"], row["device"]), set()).add(row["verdict"])
    checked = 0
    for name, attempts in captures.truth.items():
        for truth in attempts:
            sample, verdict = truth["sample"], truth["verdict"]
            if sample not in alone:
                report = tlswalk.inspect(ROOT / "samples" / sample, ca=[CA])
                alone[sample] = {attempt["verdict"]["id"] for attempt in report["attempts"]}
            # One that is not read so by itself is another test's matter (tests/it/generated.rs).
            if verdict in alone[sample]:
                found = read.get((name, truth["device"]), set()) | read.get((name, truth["device_v6"]), set())
                assert verdict in found, truth
                checked += 1
    assert checked > 1000


def test_the_columns_hold_every_field_of_a_row(batch):
    from tlswalk._native import failed_row
    import json

    (row,) = json.loads(failed_row("x\x1b", "why"))
    assert row["capture"] == "x\\x1b" and row["error"] == "why"
    assert list(row) == [name for name in tlswalk.SCHEMA.names if name in row]
    # `note` may be newer than the rows of this build.
    assert set(tlswalk.SCHEMA.names) - set(row) <= {"schema", "note"}


def test_every_column_is_described():
    readme = (ROOT / "python/README.md").read_text()
    assert [name for name in tlswalk.SCHEMA.names if f"`{name}`" not in readme] == []


def test_a_ring_has_one_name_and_its_failure_says_which_file(captures, tmp_path):
    ring = [(name, captures.folder / name) for name in captures.names[:4]]
    batch = tlswalk.scan([ring, [*ring[:1], ("gone", tmp_path / "gone")]])
    named = f"{ring[0][0]} … {ring[3][0]} (4 files)"
    assert batch["capture"].to_pylist()[0] == named
    last = batch.to_pylist()[-1]
    assert last["error"] == "gone: no such file or directory" and last["capture"] == f"{ring[0][0]} + gone"


def test_no_captures_are_no_rows():
    assert tlswalk.scan([]).num_rows == 0


@pytest.mark.parametrize("one", ["x.pcap", b"\xd4\xc3\xb2\xa1", ROOT / "samples/healthy.pcap", io.BytesIO(b"")])
def test_one_capture_where_a_list_is_meant_is_refused_by_name(one):
    with pytest.raises(TypeError, match="captures takes several"):
        tlswalk.scan(one)
