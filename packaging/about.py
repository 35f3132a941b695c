#!/usr/bin/env python3
"""about.py KEY: Cargo.toml → one value that packages state: the one place where name, version and addresses stand."""

import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def about():
    """What every package says of tlswalk."""
    package = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))["package"]
    values = {key: package[key] for key in ("name", "version", "description", "license", "repository", "homepage")}
    values["rust"] = package["rust-version"]
    values["maintainer"] = package["metadata"]["about"]["maintainer"]
    values["summary"] = package["description"]
    return values


if __name__ == "__main__":
    print(about()[sys.argv[1]])
