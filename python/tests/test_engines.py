"""Ray and Spark: the command line's rows, in Parquet, whatever happens to workers, objects and drivers."""

import os
import signal
import threading
import time

import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet as pq
import pytest
from conftest import CA, as_cells


def opener(folder):
    """`open` as a person writes it; workers get it by value."""
    folder = str(folder)

    def open_capture(key):
        return open(f"{folder}/{key}", "rb")

    return open_capture


def rows_in(output):
    return pyarrow.dataset.dataset(str(output), format="parquet").to_table().to_pylist()


def test_rows_are_those_of_the_command_line(scan, captures, tmp_path):
    done = scan(captures.names, opener(captures.folder), tmp_path, ca=[CA], per_part=100)
    rows = rows_in(tmp_path)
    assert as_cells(rows) == captures.expected()
    assert all(row["keys"] == [row["capture"]] and row["etags"] == [None] for row in rows)
    assert done == (len(captures.names), 0, len(rows), len(captures.complaints))
    # Ray writes a part every half a minute, too.
    assert len(list(tmp_path.iterdir())) >= -(-len(captures.names) // 100)
    # Nothing is done twice.
    assert scan(captures.names, opener(captures.folder), tmp_path, ca=[CA]) == (0, len(captures.names), 0, 0)
    assert as_cells(rows_in(tmp_path)) == captures.expected()


def test_a_bucket_is_read_and_written(scan, captures, bucket, request):
    folder = request.node.callspec.params["scan"]
    place = f"s3://rows/{folder}?scheme=http&endpoint_override={bucket.place}&region=us-east-1"
    listing = list(bucket.list())
    assert scan(listing, bucket.open, place, ca=[CA]).captures == len(captures.names)
    files, path = pyarrow.fs.FileSystem.from_uri(place)
    rows = pyarrow.dataset.dataset(path, filesystem=files, format="parquet").to_table().to_pylist()
    assert as_cells(rows) == captures.expected()
    assert {(row["keys"][0], row["etags"][0]) for row in rows} == set(listing)
    assert scan(bucket.list(), bucket.open, place, ca=[CA]).captures == 0


def test_an_object_that_changes_after_the_listing_is_a_row_and_then_a_task(scan, captures, bucket, tmp_path):
    key = "changing.pcap"
    first, second = ((captures.folder / name).read_bytes() for name in captures.names[:2])
    bucket.client.put_object(Bucket="captures", Key=key, Body=first)
    listed = list(bucket.list(key))
    bucket.client.put_object(Bucket="captures", Key=key, Body=second)
    gone = ("gone.pcap", '"0"')
    assert scan([*listed, gone], bucket.open, tmp_path).failed == 2
    errors = {row["capture"]: row["error"] for row in rows_in(tmp_path)}
    assert errors[key].startswith(f"changed between listing (entity tag {listed[0][1]}) and reading (")
    assert errors["gone.pcap"].startswith("cannot be opened: NoSuchKey: ")
    # Listed again, it has another entity tag.
    assert scan(bucket.list(key), bucket.open, tmp_path)[:2] == (1, 0)
    assert [row["error"] for row in rows_in(tmp_path) if row["keys"] == [key]].count(None) >= 1
    bucket.client.delete_object(Bucket="captures", Key=key)


def test_a_read_that_breaks_off_is_a_row_and_can_be_tried_again(scan, captures, tmp_path):
    folder, broken = str(captures.folder), str(tmp_path / "broken")

    def raises(key):
        import io

        class Lost(io.BytesIO):
            def read(self, size=-1):
                if self.tell() > 5000:
                    raise ConnectionError("connection lost")
                return super().read(min(size, 5001))

        content = open(f"{folder}/{key}", "rb").read()
        return Lost(content) if os.path.exists(broken) and key.endswith("2.pcap") else io.BytesIO(content)

    names, output = captures.names[:30], tmp_path / "rows"
    lost = {name for name in names if name.endswith("2.pcap")}
    open(broken, "w").close()
    assert scan(names, raises, output, ca=[CA], per_part=7).failed == len(lost) > 0
    errors = {row["capture"]: row["error"] for row in rows_in(output) if row["error"]}
    assert errors == dict.fromkeys(lost, "cannot be read: ConnectionError: connection lost")
    os.remove(broken)
    assert scan(names, raises, output, ca=[CA]).captures == 0
    assert scan(names, raises, output, ca=[CA], retry_failed=True)[:2] == (len(lost), len(names) - len(lost))
    expected = [row for row in captures.expected() if row["capture"] in names]
    assert as_cells(rows_in(output)) == expected


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(scan, captures, tmp_path):
    folder, marker = str(captures.folder), str(tmp_path / "pid")
    names = captures.names[:80]
    victim = names[40]

    def stops_once(key):
        import os
        import time

        if key == victim and not os.path.exists(marker):
            with open(marker + ".new", "w") as file:
                file.write(str(os.getpid()))
            os.rename(marker + ".new", marker)
            time.sleep(120)
        return open(f"{folder}/{key}", "rb")

    killed = []

    def kill():
        while not os.path.exists(marker):
            time.sleep(0.01)
        killed.append(int(open(marker).read()))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    output = tmp_path / "rows"
    done = scan(names, stops_once, output, ca=[CA], per_part=20)
    killer.join()
    assert killed and killed[0] != os.getpid()
    assert (done.captures, done.failed) == (len(names), 0)
    assert as_cells(rows_in(output)) == [row for row in captures.expected() if row["capture"] in names]


def test_a_driver_that_stops_leaves_whole_parts_and_goes_on(scan, captures, tmp_path):
    names, output = captures.names[:40], tmp_path / "rows"

    def listing():
        yield from names[:25]
        raise InterruptedError

    with pytest.raises(InterruptedError):
        scan(listing(), opener(captures.folder), output, ca=[CA], per_part=10)
    # What a killed driver may leave besides: a part that was not complete.
    (output / "_part-0.parquet.tmp").write_bytes(b"PAR1 half")
    kept = {row["capture"] for row in rows_in(output)}
    done = scan(names, opener(captures.folder), output, ca=[CA], per_part=10)
    assert (done.skipped, done.captures) == (len(kept), 40 - len(kept)) and len(kept) >= 10
    assert as_cells(rows_in(output)) == [row for row in captures.expected() if row["capture"] in names]


def test_the_files_of_a_ring_are_one_task(scan, captures, tmp_path):
    ring = [(name, f"tag-{name}") for name in captures.names[:2]]
    assert scan([ring, captures.names[2], [*ring, "gone"]], opener(captures.folder), tmp_path, ca=[CA]).captures == 3
    rows = rows_in(tmp_path)
    keys = [name for name, _ in ring]
    (of_ring,) = {row["capture"] for row in rows if row["keys"] == keys}
    assert of_ring == " + ".join(keys)
    (lost,) = [row for row in rows if row["error"]]
    assert lost["keys"] == [*keys, "gone"] and lost["etags"][2] is None
    assert lost["error"].startswith("gone: cannot be opened: FileNotFoundError")
    assert scan([ring], opener(captures.folder), tmp_path) == (0, 1, 0, 0)


def test_options_are_checked_before_anything_is_sent(scan, captures, tmp_path):
    for wrong in ({"wlc": ["here"]}, {"profile": "nobody's"}, {"log": ["show.txt"]}):
        with pytest.raises(ValueError):
            scan(captures.names, opener(captures.folder), tmp_path, **wrong)
    with pytest.raises(TypeError):
        scan(captures.names, opener(captures.folder), tmp_path, colour="never")


def test_parts_are_named_so_that_others_find_them(scan, captures, tmp_path):
    scan(captures.names[:3], opener(captures.folder), tmp_path)
    (part,) = tmp_path.iterdir()
    assert part.name.startswith("part-") and pq.read_schema(part).names[:2] == ["keys", "etags"]
