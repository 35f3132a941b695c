"""`tlswalk.inspect`: the command line's report, words and options, with the interpreter lock released."""

import io
import json
import os
import pickle
import signal
import statistics
import subprocess
import sys
import threading
import time

import pytest
import tlswalk
from conftest import CA, ROOT, cli, program

SAMPLES = sorted(path.name for path in (ROOT / "samples").glob("*.pcap*"))


def test_reports_are_those_of_the_command_line():
    told = cli("-f", "ndjson", "--hash", "--ca", CA, *SAMPLES, cwd=ROOT / "samples")
    reports = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(reports) == len(SAMPLES) > 100
    before = os.getcwd()
    os.chdir(ROOT / "samples")
    try:
        assert [tlswalk.inspect(name, hash=True, ca=[CA]) for name in SAMPLES] == reports
    finally:
        os.chdir(before)


def test_a_capture_is_a_path_bytes_or_a_file(sample):
    content = sample.read_bytes()
    expected = tlswalk.inspect(str(sample), name="x")
    for capture in (sample, content, bytearray(content), memoryview(content), io.BytesIO(content)):
        assert tlswalk.inspect(capture, name="x") == expected
    with open(sample, "rb") as file:
        assert tlswalk.inspect(file)["capture"]["file"] == str(sample)
    assert tlswalk.inspect(content)["capture"]["file"] == "<bytes>"


def test_what_else_failed_is_told_of_whatever_can_be_read_again():
    capture = ROOT / "samples/no-licensing-traffic-web-ui.pcap"
    content = capture.read_bytes()
    told = json.loads(cli("-f", "json", capture, cwd=ROOT).stdout)
    assert told["attempts"] and told["others"]["failed"] > 0
    assert tlswalk.inspect(capture) == tlswalk.inspect(content, name=str(capture)) == told
    # From where it stands.
    behind = io.BytesIO(b"before it" + content)
    behind.seek(9)
    assert tlswalk.inspect(behind, name=str(capture)) == told

    class Once(io.BytesIO):
        def seekable(self):
            return False

    # As a pipe on the command line.
    assert tlswalk.inspect(Once(content))["verdict"]["id"] == "no-licensing-traffic"
    # Who says what to look for is told of that alone.
    assert tlswalk.inspect(capture, wlc="192.0.2.1")["verdict"]["id"] == "no-licensing-traffic"

    class Breaks(io.BytesIO):
        def seek(self, *place):
            raise OSError("gone")

    with pytest.raises(tlswalk.CaptureError, match="cannot be read: OSError: gone"):
        tlswalk.inspect(Breaks(content))


def test_claims_are_checked_as_the_command_line_checks_them(sample, tmp_path):
    text = "The server sent unknown_ca. TLS 1.3 was negotiated. Mondays are hard."
    (tmp_path / "mail.txt").write_text(text)
    told = json.loads(cli("check", "-f", "json", "--ca", CA, tmp_path / "mail.txt", sample, cwd=ROOT).stdout)
    assert told["counts"]["true"] and told["counts"]["false"] and told["unread"]
    assert tlswalk.check(text, sample, ca=CA) == told
    assert tlswalk.check(text, sample.read_bytes(), name=str(sample), ca=[CA]) == told
    japanese = tlswalk.check(text, sample, ca=CA, lang="ja")
    assert japanese["language"] == "ja" and japanese["counts"] == told["counts"]
    with pytest.raises(TypeError, match="text is a str, not PosixPath"):
        tlswalk.check(tmp_path / "mail.txt", sample)
    with pytest.raises(tlswalk.CaptureError, match="no such file"):
        tlswalk.check(text, tmp_path / "gone.pcap")
    with pytest.raises(ValueError, match="there is no such option"):
        tlswalk.check(text, sample, colour="red")


def test_a_list_is_one_capture_as_merge_reads_it(captures):
    names = captures.names[:2]
    told = json.loads(cli("--merge", "-f", "json", *names, cwd=captures.folder).stdout)
    assert tlswalk.inspect([(name, (captures.folder / name).read_bytes()) for name in names]) == told
    with pytest.raises(ValueError, match="empty"):
        tlswalk.inspect([])


def test_errors_have_the_words_of_the_command_line(tmp_path):
    (tmp_path / "notes.txt").write_text("no capture\n" * 9)
    (tmp_path / "empty.pcap").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    # Of a folder the command line says which command reads it; `test_surface.py` asks what is said here.
    for name in ("notes.txt", "empty.pcap", "none.pcap"):
        told = cli(name, cwd=tmp_path).stderr.strip()
        with pytest.raises(tlswalk.CaptureError) as caught:
            tlswalk.inspect(tmp_path / name, name=name)
        assert f"tlswalk: {caught.value}" == told
        again = pickle.loads(pickle.dumps(caught.value))
        assert (str(again), again.capture) == (str(caught.value), name)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"profile": "nobody's"}, "neither a profile of that name"),
        ({"profile": "a = 1\nb = 2\n"}, "--profile: "),
        ({"wlc": ["here"]}, "--wlc here: invalid IP address"),
        ({"on_prem": ["https://x"]}, "without https://"),
        ({"cslu": ["x:0"]}, "not a port"),
        ({"proxy": ["300.1.2.3"]}, "neither an IP address nor a host name"),
        ({"at": "yesterday"}, "--at yesterday: write the time as in"),
        ({"lang": "fr"}, "it can be en, ja"),
        ({"ca": ["none.pem"]}, "--ca none.pem: no such file or directory"),
        ({"ca": [b"no PEM"]}, "--ca PEM: "),
        ({"log": ["none.txt"]}, "--log none.txt: no such file or directory"),
    ],
)
def test_options_are_refused_in_the_words_of_the_command_line(sample, keywords, words):
    with pytest.raises(ValueError, match=words):
        tlswalk.inspect(sample, **keywords)


def test_options_do_what_the_command_lines_do(sample):
    log = ROOT / "samples/device-agrees.log"
    arguments = ["--ca", CA, "--all", "--at", "2025-01-01T00:00:00Z", "--lang", "ja", "--log", log, "--wlc", "192.168.10.150"]
    told = json.loads(cli("-f", "json", *arguments, sample, cwd=ROOT).stdout)
    keywords = {"ca": [CA], "all": True, "at": "2025-01-01T00:00:00Z", "lang": "ja", "log": [log], "wlc": ["192.168.10.150"]}
    assert tlswalk.inspect(sample, **keywords) == told
    profile = (ROOT / "profiles/default.toml").read_text()
    expected = tlswalk.inspect(sample, profile="default")
    # Whether it came with the package is on record; the rest is equal.
    expected["options"]["profile"]["built_in"] = False
    assert tlswalk.inspect(sample, profile=profile) == tlswalk.inspect(sample, profile=ROOT / "profiles/default.toml") == expected


class Fails(io.RawIOBase):
    """A file that breaks off after some bytes."""

    def __init__(self, content, error):
        self.rest, self.error, self.name = content, error, "remote"

    def read(self, size):
        if not self.rest:
            raise self.error
        part, self.rest = self.rest[: min(size, 1000)], self.rest[min(size, 1000) :]
        return part


def test_what_a_file_raises_is_the_cause_and_no_shorter_capture(sample):
    broken = OSError("connection lost")
    with pytest.raises(tlswalk.CaptureError, match="remote: cannot be read: OSError: connection lost") as caught:
        tlswalk.inspect(Fails(sample.read_bytes()[:5000], broken))
    assert caught.value.__cause__ is broken
    with pytest.raises(KeyboardInterrupt):
        tlswalk.inspect(Fails(sample.read_bytes()[:5000], KeyboardInterrupt()))
    with pytest.raises(tlswalk.CaptureError, match="binary mode"), open(ROOT / "README.md") as text:
        tlswalk.inspect(text)

    class TooMuch:
        def read(self, size):
            return bytes(size + 1)

    with pytest.raises(tlswalk.CaptureError, match="gave"):
        tlswalk.inspect(TooMuch())
    with pytest.raises(TypeError, match="a path, bytes or a binary file"):
        tlswalk.inspect(3)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.pcap"
    subprocess.run([program("examples/generate"), "small", "100M", path], check=True, capture_output=True)
    return path


def test_the_interpreter_goes_on_while_a_capture_is_read(large):
    ticks, done = [], threading.Event()

    def work():
        tlswalk.inspect(large)
        done.set()

    worker = threading.Thread(target=work)
    began = time.perf_counter()
    worker.start()
    while not done.wait(0.001):
        ticks.append(time.perf_counter())
    took = time.perf_counter() - began
    assert len(ticks) > 20
    # With the lock held, one pause would be all of it.
    assert max(b - a for a, b in zip(ticks, ticks[1:])) < took / 2


def test_two_threads_read_at_the_same_time(large, sample):
    # Not measured in time, since a busy machine may have one core to spare: small captures are read from beginning to end
    # while another thread is inside a large one. With the lock held one could slip in before it, not several.
    content = sample.read_bytes()
    inside = threading.Event()

    def work():
        inside.set()
        tlswalk.inspect(large)

    worker = threading.Thread(target=work)
    worker.start()
    inside.wait()
    meanwhile = 0
    while worker.is_alive():
        tlswalk.inspect(content)
        meanwhile += worker.is_alive()
    assert meanwhile >= 3


def test_ctrl_c_stops_between_reads(large):
    code = f"import sys, tlswalk\nprint('ready', flush=True)\nwhile True: tlswalk.inspect({str(large)!r})"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=20)
    assert "KeyboardInterrupt" in told and child.returncode != 0


def test_the_import_takes_less_than_50_ms_and_no_pyarrow():
    code = (
        "import sys, time; began = time.perf_counter(); import tlswalk; took = time.perf_counter() - began;"
        "print(took * 1000, 'pyarrow' in sys.modules)"
    )
    times = []
    for _ in range(7):
        took, heavy = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
        assert heavy == "False"
        times.append(float(took))
    print(f"import: best {min(times):.1f} ms, median {statistics.median(times):.1f} ms")
    assert min(times) < 50


def test_the_stubs_are_those_of_the_schema():
    script = ROOT / "python/types_of_schema.py"
    assert subprocess.run([sys.executable, script, "--check"]).returncode == 0
    assert json.loads(tlswalk.JSON_SCHEMA) == json.loads((ROOT / "schema/report-1.json").read_text())
