"""What a user meets first: names, arguments that are one or several, `python -m`, and the example."""

import importlib.util
import json
import re
import subprocess
import sys
import types

import pytest
import tlswalk
from conftest import CA, ROOT, cli, missing

REJECTED = ROOT / "samples/client-certificate-self-signed-expired.pcap"


def test_no_name_is_there_that_is_not_meant_to_be():
    submodules = {name for name, value in vars(tlswalk).items() if isinstance(value, types.ModuleType)}
    own = {name for name in vars(tlswalk) if not name.startswith("_")} - submodules
    assert own <= set(tlswalk.__all__)
    assert {name for name in dir(tlswalk) if not name.startswith("__")} == {
        name for name in tlswalk.__all__ if not name.startswith("__")
    }
    assert all(getattr(tlswalk, name) is not None for name in tlswalk.__all__ if name != "SCHEMA")


def test_one_is_taken_where_several_can_be_given(sample):
    log = ROOT / "samples/device-agrees.log"
    for option, one in (
        ("ca", CA),
        ("ca", (ROOT / CA).read_bytes()),
        ("log", log),
        ("log", str(log)),
        ("wlc", "192.168.10.150"),
        ("on_prem", "192.0.2.1"),
        ("cslu", "192.0.2.2:8182"),
        ("cssm", "www.example.com"),
        ("proxy", "192.0.2.9"),
    ):
        alone, listed, tupled = (tlswalk.inspect(sample, **{option: it}) for it in (one, [one], (one,)))
        assert alone == listed == tupled, option
        # It was not taken letter by letter.
        recorded = alone["options"][{"ca": "anchors", "log": "logs"}.get(option, option)]
        assert len(recorded) == 1, option
    for option, wrong in (("wlc", 3), ("ca", [3]), ("log", object())):
        with pytest.raises(ValueError, match=f"{option}: one, or a list of them"):
            tlswalk.inspect(sample, **{option: wrong})


def test_an_option_that_is_none_is_the_documented_error(sample):
    for call in (
        lambda: tlswalk.inspect(sample, wlcs=["192.0.2.1"]),
        lambda: tlswalk.scan([sample], wlcs=["192.0.2.1"]),
        lambda: tlswalk.Options(wlcs=["192.0.2.1"]),
    ):
        with pytest.raises(ValueError, match="wlcs: there is no such option; there are profile, wlc"):
            call()


def test_a_folder_and_a_bare_string_are_refused_by_name(tmp_path):
    with pytest.raises(tlswalk.CaptureError, match="is a directory; name the files in it"):
        tlswalk.inspect(tmp_path)
    with pytest.raises(TypeError, match=re.escape(f"captures takes several: ['{tmp_path}'")[:30]):
        tlswalk.scan(str(tmp_path))
    assert tlswalk.scan([tmp_path])["error"].to_pylist() == ["is a directory; name the files in it"]


def module(*arguments):
    command = [sys.executable, "-m", "tlswalk", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"COLUMNS": "100", "PATH": "/usr/bin:/bin"})


def test_the_module_prints_what_the_command_line_prints(tmp_path):
    for capture in (REJECTED, ROOT / "samples/healthy-tls12.pcap", ROOT / "samples/dns-no-response.pcap"):
        for form in ("json", "ndjson"):
            ours, theirs = module("-f", form, "--ca", CA, capture), cli("-f", form, "--ca", CA, capture, cwd=ROOT)
            assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout), ours.stderr
        text = module("--ca", CA, capture)
        assert tlswalk.inspect(capture, ca=CA)["attempts"][0]["verdict"]["summary"][:20].lower() in " ".join(text.stdout.lower().split())
    (tmp_path / "x.pcap").write_text("no capture")
    failed = module(tmp_path / "x.pcap", REJECTED)
    assert failed.returncode == 2 and "x.pcap: " in failed.stderr and failed.stdout
    assert module("--wlc", "here", REJECTED).returncode == 2
    assert json.loads(module("-f", "json", "--merge", REJECTED, REJECTED).stdout)["options"]["merged"] == [str(REJECTED)] * 2


def test_the_example_answers_for_the_samples():
    try:
        import duckdb  # noqa: F401
        import pandas  # noqa: F401
    except ImportError as error:
        missing(f"{error.name} is not installed")
    spec = importlib.util.spec_from_file_location("questions", ROOT / "python/examples/questions.py")
    questions = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(questions)
    batch = questions.rows(ROOT / "samples")
    worst = questions.worst_devices(batch)
    failed = [row for row in batch.to_pylist() if row["severity"] == "error"]
    assert worst["failures"].sum() == len([row for row in failed if row["device"]]) > 50
    versions = questions.by_version(batch)
    assert {"1.2", "1.3"} <= {version for version, _, _ in versions}
    assert sum(attempts for _, attempts, _ in versions) == sum(row["attempt"] is not None for row in batch.to_pylist())
