#!/usr/bin/env python3
"""Checks the dependencies against deny.toml with what `cargo metadata` tells, for machines without cargo-deny.

Licences, versions in duplicate, wildcards and sources; and every direct dependency has a line in ARCHITECTURE.md, and a row in
docs/dependencies.md that counts its `unsafe` right and says whether it has a build script.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

# Cargo's default registry, by the path of its index; git sources and other registries have another.
REGISTRY = re.compile(r"^registry\+https://[^/]+/rust-lang/[a-z.]+-index$")


def is_allowed(expression, allowed):
    """Evaluates an SPDX expression: AND binds tighter than OR; `/` is the old way to write OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    words = []
    for token in tokens:
        if token in ("(", ")"):
            words.append(token)
        elif token in ("AND", "OR"):
            words.append(token.lower())
        elif token == "WITH" or (words and words[-1].endswith(" WITH")):
            words[-1] += " " + token
        else:
            words.append(token)
    python = [word if word in ("(", ")", "and", "or") else str(word in allowed) for word in words]
    return eval(" ".join(python))  # only True, False, and, or, parentheses


def covers(skip, name, version):
    wanted = skip["crate"].split("@")
    return wanted[0] == name and (version + ".").startswith(wanted[1] + ".")


def reviewed():
    """The rows of docs/dependencies.md by crate and version: lines with `unsafe`, and what its build script does."""
    found = {}
    for line in Path("docs/dependencies.md").read_text(encoding="utf-8").splitlines():
        cells = [it.strip() for it in line.strip("| ").split(" | ")]
        if len(cells) == 7 and cells[0].startswith("`"):
            found[cells[0].strip("`"), cells[1]] = (cells[2], cells[3])
    return found


def lines_with_unsafe(source):
    files = (path.read_text(encoding="utf-8", errors="replace") for path in source.rglob("*.rs"))
    lines = (line.split("//")[0] for text in files for line in text.splitlines())
    return sum(re.search(r"\bunsafe\b", line) is not None for line in lines)


def main():
    policy = tomllib.load(open("deny.toml", "rb"))
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline"]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    own = set(metadata["workspace_members"])
    wrong, versions, skips = [], {}, policy["bans"]["skip"]
    used = set()
    for package in metadata["packages"]:
        name, version = package["name"], package["version"]
        versions.setdefault(name, []).append(version)
        if not is_allowed(package["license"] or "none", policy["licenses"]["allow"]):
            wrong.append(f"{name} {version}: licence {package['license']} is not in deny.toml")
        if package["id"] not in own and not REGISTRY.match(package["source"] or ""):
            wrong.append(f"{name} {version}: comes from {package['source']}")
    for name, found in versions.items():
        unlisted = [v for v in found if not any(covers(skip, name, v) for skip in skips)]
        if len(unlisted) > 1:
            wrong.append(f"{name}: versions {', '.join(sorted(found))}; list all but one in deny.toml, with the reason")
        if len(found) > 1:
            used |= {skip["crate"] for skip in skips for v in found if covers(skip, name, v)}
    for skip in skips:
        if skip["crate"] not in used:
            wrong.append(f"{skip['crate']}: skipped in deny.toml, but not in the tree twice")
    try:
        architecture = open("ARCHITECTURE.md", encoding="utf-8").read()
    except FileNotFoundError:
        architecture = ""
    for package in metadata["packages"]:
        if package["id"] in own:
            for dependency in package["dependencies"]:
                if dependency.get("path"):
                    continue  # the workspace's own
                if f"`{dependency['name']}`" not in architecture:
                    wrong.append(f"{dependency['name']}: no line in ARCHITECTURE.md says what it replaces")
                if dependency["req"] == "*":
                    wrong.append(f"{dependency['name']}: a wildcard is no version")
    direct = {it["name"] for package in metadata["packages"] if package["id"] in own for it in package["dependencies"] if not it["kind"]}
    rows = reviewed()
    for package in metadata["packages"]:
        name, version = package["name"], package["version"]
        if name not in direct or package["id"] in own:
            continue
        if (name, version) not in rows:
            # Another version may be in the tree for somebody else.
            if not any(row == name for row, _ in rows):
                wrong.append(f"{name} {version}: no row in docs/dependencies.md")
            continue
        counted, script = rows[name, version]
        found = lines_with_unsafe(Path(package["manifest_path"]).parent / "src")
        if str(found) != counted:
            wrong.append(f"{name} {version}: {found} lines with unsafe, docs/dependencies.md says {counted}")
        if any("custom-build" in target["kind"] for target in package["targets"]) == script.startswith("–"):
            wrong.append(f"{name} {version}: docs/dependencies.md is wrong on whether it has a build script")
    print("\n".join(wrong) or f"{len(metadata['packages'])} packages: licences, sources and versions are as deny.toml has them")
    sys.exit(bool(wrong))


main()
