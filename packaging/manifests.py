#!/usr/bin/env python3
"""manifests.py DIST: archives and SHA256SUMS → what package managers want to know, into DIST/manifests.

Names, version and addresses come from Cargo.toml (about.py), checksums from DIST/SHA256SUMS, the rest from templates/, in which
`@NAME@` stands for a value. A template that names an archive that was not built is left out, and said so.

    manifests.py DIST            writes them
    manifests.py --check [OUT]   renders every template with made-up checksums, checks what can be read as JSON, and writes them to
                                 OUT/manifests for their linters
"""

import json
import pathlib
import re
import sys

from about import ROOT, about

TEMPLATES = ROOT / "packaging/templates"
NAME = re.compile(r"@([A-Z0-9_]+)@")
TARGETS = {
    "X86_64_LINUX": "x86_64-unknown-linux-musl.tar.gz",
    "AARCH64_LINUX": "aarch64-unknown-linux-musl.tar.gz",
    "X86_64_WINDOWS": "x86_64-pc-windows-gnu.zip",
    "X86_64_MACOS": "x86_64-apple-darwin.tar.gz",
    "AARCH64_MACOS": "aarch64-apple-darwin.tar.gz",
}


def values(sums):
    said = about()
    known = {key.upper(): value for key, value in said.items()}
    known["DOWNLOADS"] = f"{said['repository']}/releases/download/v{said['version']}"
    for key, ending in TARGETS.items():
        archive = f"tlswalk-{said['version']}-{ending}"
        known[f"{key}_ARCHIVE"] = archive
        known[f"{key}_FOLDER"] = archive.removesuffix(".tar.gz").removesuffix(".zip")
        if archive in sums:
            known[f"{key}_SHA256"] = sums[archive]
    return known


def render(text, known):
    """The text with its values; and the names that have none."""
    missing = sorted({name for name in NAME.findall(text) if name not in known})
    return NAME.sub(lambda found: known.get(found[1], found[0]), text), missing


def main():
    check = sys.argv[1] == "--check"
    out = pathlib.Path(sys.argv[-1]) if sys.argv[-1] != "--check" else None
    if check:
        sums = {f"tlswalk-{about()['version']}-{ending}": "0" * 64 for ending in TARGETS.values()}
    else:
        lines = (out / "SHA256SUMS").read_text().splitlines()
        sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    known, wrong = values(sums), 0
    for template in sorted(path for path in TEMPLATES.rglob("*") if path.is_file()):
        name = template.relative_to(TEMPLATES)
        text, missing = render(template.read_text("utf-8"), known)
        if missing:
            print(f"{name}: left out, there is no {', '.join(missing)}")
            wrong += check
            continue
        if template.suffix == ".json":
            json.loads(text)
        if out:
            target = out / "manifests" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            print(target)
    sys.exit(bool(wrong))


main()
