"""What the tests share: generated captures with their truth, damaged ones, and what the command line says of all of them."""

import csv
import gzip
import json
import logging
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import tlswalk

ROOT = Path(__file__).resolve().parents[2]
CA = ROOT / "samples/roots/lab-root.pem"

# Workers take their credentials from where they run: before any of them is started.
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")

#: Captures that the generator makes; the damaged ones come on top.
GENERATED = 300


def missing(what):
    """Skips, or fails where nothing may be skipped."""
    if os.environ.get("TLSWALK_CI"):
        pytest.fail(what)
    pytest.skip(what)


def program(name):
    """A program of the Rust package: as built, or where TLSWALK_BIN says."""
    path = Path(os.environ.get("TLSWALK_BIN", ROOT / "target/release")) / name
    if not path.exists():
        missing(f"{path} is not there: cargo build --release --bin tlswalk --example generate")
    return path


def cli(*arguments, cwd):
    return subprocess.run([program("tlswalk"), *map(str, arguments)], cwd=cwd, capture_output=True, text=True)


@dataclass
class Captures:
    """A folder of captures, and what is known of them."""

    folder: Path
    names: list = field(default_factory=list)
    #: Attempts by capture, as the generator wrote them.
    truth: dict = field(default_factory=dict)
    #: The command line's rows, as cells of CSV; and its complaints, by capture.
    cells: list = field(default_factory=list)
    complaints: dict = field(default_factory=dict)

    def expected(self):
        """The command line's rows as cells: those that could not be read among them, with what it complained of."""
        rows = [without_empty(row) for row in self.cells]
        assert {row["capture"]: row["error"] for row in rows if "error" in row} == self.complaints
        return sorted(rows, key=str)


def without_empty(cells):
    return {column: cell for column, cell in cells.items() if cell != ""}


def as_cells(rows):
    """Rows of Arrow or Parquet as the command line's CSV has them."""

    def cell(value):
        if value is None:
            return ""
        text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
        # A spreadsheet must not take it for a formula (src/report/csv.rs).
        return "'" + text if text[:1] in tuple("=+-@\t\r＝＋－＠") else text

    ours = {"schema", "keys", "etags"}
    found = [without_empty({key: cell(value) for key, value in row.items() if key not in ours}) for row in rows]
    return sorted(found, key=str)


def damage(folder, names):
    """Captures as they arrive: cut, overwritten in the middle, empty, compressed and cut, or none at all."""
    random.seed(8)
    for at, name in enumerate(names[:12]):
        whole = (folder / name).read_bytes()
        cut = whole[: random.randrange(24, len(whole))]
        middle = len(whole) // 2
        torn = whole[:middle] + random.randbytes(5000) + whole[middle + 5000 :]
        yield f"damaged/cut-{at}-{name.replace('/', '-')}", cut
        yield f"damaged/torn-{at}-{name.replace('/', '-')}", torn
    whole = (folder / names[0]).read_bytes()
    packed = gzip.compress(whole)
    yield "damaged/packed.pcap.gz", packed
    yield "damaged/packed-cut.pcap.gz", packed[: len(packed) // 2]
    yield "damaged/empty.pcap", b""
    yield "damaged/header-cut.pcap", whole[:10]
    yield "damaged/no-packets.pcap", whole[:24]
    yield "damaged/noise.pcap", random.randbytes(10_000)
    yield "other/notes.txt", "Exported on Monday.\n".encode() * 20
    yield "other/page.html", b"<!DOCTYPE html><html><body>404</body></html>"
    yield "other/report.pdf", b"%PDF-1.7\n" + random.randbytes(400)
    yield "other/archive.zip", b"PK\x03\x04" + random.randbytes(400)


@pytest.fixture(scope="session")
def captures(tmp_path_factory):
    """300 captures with known truth under three sites, some thirty damaged ones, and some objects that are none."""
    folder = tmp_path_factory.mktemp("captures")
    made = Captures(folder)
    for seed in range(1, GENERATED + 1):
        mix, size = ("licensing", "20K") if seed % 30 == 0 else ("mixed", "100K")
        name = f"site-{seed % 3}/{seed:03}.{'pcapng' if seed % 2 else 'pcap'}"
        (folder / name).parent.mkdir(exist_ok=True)
        arguments = [program("examples/generate"), mix, size, folder / name, "--seed", str(seed)]
        told = subprocess.run(arguments, check=True, capture_output=True, text=True).stderr
        made.truth[name] = [it for it in map(json.loads, told.splitlines()) if "verdict" in it]
        made.names.append(name)
    for name, content in damage(folder, made.names):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        made.names.append(name)
    told = cli("--hash", "-f", "csv", "--ca", CA, *made.names, cwd=folder)
    assert told.returncode == 2, told.stderr
    made.cells = list(csv.DictReader(told.stdout.splitlines()))
    for line in told.stderr.splitlines():
        name, why = line.removeprefix("tlswalk: ").split(": ", 1)
        made.complaints[name] = why
    assert len({row["capture"] for row in made.cells} | set(made.complaints)) == len(made.names)
    return made


@pytest.fixture(scope="session")
def sample():
    return ROOT / "samples/client-certificate-self-signed-expired.pcap"


@pytest.fixture(scope="session", autouse=True)
def the_wheel_is_tested():
    """Not the folder beside the tests, which has no extension module."""
    assert "site-packages" in tlswalk.__file__ or os.environ.get("TLSWALK_DEVELOP"), tlswalk.__file__


@pytest.fixture(scope="session")
def spark():
    pytest.importorskip("pyspark") if not os.environ.get("TLSWALK_CI") else None
    if not shutil.which("java"):
        missing("java is not there")
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    # local[cores, tries of a task]: without the second number a task is tried once.
    session = (
        SparkSession.builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def on_ray():
    pytest.importorskip("ray") if not os.environ.get("TLSWALK_CI") else None
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=200 * 1024 * 1024)
    yield
    ray.shutdown()


@pytest.fixture(params=["ray", "spark"])
def scan(request):
    """`scan(captures, open, output, …)` of each engine."""
    if request.param == "ray":
        request.getfixturevalue("on_ray")
        from tlswalk.ray import scan

        return scan
    session = request.getfixturevalue("spark")
    from tlswalk.spark import scan

    return lambda *arguments, **keywords: scan(session, *arguments, **keywords)


@pytest.fixture(scope="session")
def bucket(captures):
    """A bucket on loopback with all captures in it."""
    if not os.environ.get("TLSWALK_CI"):
        pytest.importorskip("moto")
    from moto.server import ThreadedMotoServer
    from tlswalk.s3 import Bucket

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    bucket = Bucket("captures", endpoint_url=f"http://{host}:{port}")
    for name in ("captures", "rows"):
        bucket.client.create_bucket(Bucket=name)
    for name in captures.names:
        bucket.client.put_object(Bucket="captures", Key=name, Body=(captures.folder / name).read_bytes())
    bucket.place = f"{host}:{port}"
    yield bucket
    server.stop()
