#!/usr/bin/env python3
"""try.py DIST [pre-commit]: runs each CI kit on the example, by its own steps, with the archives of DIST instead of downloads.

What a server does besides is left out and said: `uses:` of a GitHub action, containers and artifacts of GitLab. Needs PyYAML; the
hook is run by pre-commit where that is there.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def example(folder):
    """The example repository, as a clone of its own."""
    shutil.copytree(HERE / "example", folder / "repository")
    return folder / "repository"


def shell(script, env, cwd):
    return subprocess.run(["bash", "-eo", "pipefail", "-c", script], env={**os.environ, **env}, cwd=cwd, text=True, stdout=subprocess.PIPE)


def github(dist, repository, temporary):
    """The steps of the composite action."""
    action = yaml.safe_load((HERE / "github/action.yml").read_text())
    inputs = {name: it.get("default", "") for name, it in action["inputs"].items()}
    inputs |= {"captures": "captures", "downloads": str(dist)}
    outputs, code = {}, 0
    files = {name: temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for step in action["runs"]["steps"]:
        if "uses" in step:
            print(f"  not run: {step['uses']}")
            continue
        known = {f"inputs.{name}": value for name, value in inputs.items()}
        known |= {f"steps.judge.outputs.{name}": value for name, value in outputs.items()}
        fill = lambda text: re.sub(r"\$\{\{ *([^ }]+) *\}\}", lambda it: known[it[1]], text)
        env = {name: fill(value) for name, value in step.get("env", {}).items()}
        env |= {name: str(path) for name, path in files.items()}
        env |= {"GITHUB_ACTION_PATH": str(HERE / "github"), "RUNNER_TEMP": str(temporary)}
        for path in files.values():
            path.touch()
        done = shell(step["run"], env, repository)
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        if done.returncode:
            code = done.returncode
            break
    assert json.loads(pathlib.Path(outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert "<testsuites" in pathlib.Path(outputs["junit"]).read_text()
    assert "## tlswalk:" in files["GITHUB_STEP_SUMMARY"].read_text()
    return code


def gitlab(dist, repository, temporary):
    """The script of the component's job."""
    spec, jobs = yaml.safe_load_all((HERE / "gitlab/tlswalk.yml").read_text())
    inputs = {name: it.get("default", "") for name, it in spec["spec"]["inputs"].items()}
    inputs |= {"captures": "captures", "downloads": str(dist), "kit": str(HERE)}
    job = jobs["tlswalk"]
    fill = lambda text: re.sub(r"\$\[\[ *inputs\.([a-z-]+) *\]\]", lambda it: inputs[it[1]], text)
    env = {name: fill(value) for name, value in job["variables"].items()}
    done = shell("\n".join(job["script"]), env, repository)
    assert (repository / job["artifacts"]["reports"]["junit"]).is_file()
    print(f"  not run: image {job['image']}")
    return done.returncode


def pre_commit(dist, repository, temporary):
    """The hook, from this repository's own definition."""
    git = ["git", "-c", "user.name=example", "-c", "user.email=example@localhost"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    hooks = temporary / "hooks"
    (hooks / "packaging").mkdir(parents=True)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    shutil.copytree(HERE, hooks / "packaging/ci")
    for folder in (hooks, repository):
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "example"]):
            subprocess.run([*git, *command], cwd=folder, **quiet)
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    config["repos"][0] |= {"repo": str(hooks), "rev": subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=hooks, text=True).strip()}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    binary = temporary / "bin"
    subprocess.run(["bash", HERE / "install.sh", "0.1.0", dist, binary], **quiet)
    env = {"PATH": f"{binary}:{os.environ['PATH']}", "PRE_COMMIT_HOME": str(temporary / "cache")}
    return shell("pre-commit run --all-files --verbose", env, repository).returncode


def main():
    dist = pathlib.Path(sys.argv[1]).resolve()
    kits = {"github": github, "gitlab": gitlab}
    if shutil.which("pre-commit"):
        kits["pre-commit"] = pre_commit
    else:
        print("pre-commit: not run, it is not installed")
    for name, kit in kits.items():
        # Once as it is, where all that fails is accepted, and once without the baseline, where it is new.
        for accepted, expected in ((True, 0), (False, 1)):
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                repository = example(folder)
                if not accepted:
                    (repository / "tlswalk-baseline.json").unlink()
                print(f"{name}, {'with' if accepted else 'without'} the baseline")
                code = kit(dist, repository, folder)
                assert code == expected, f"{name}: exit code {code}, expected {expected}"
    print("each kit did what it should")


main()
