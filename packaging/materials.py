#!/usr/bin/env python3
"""materials.py: Cargo.lock → the licence texts of all that is in a program, and its bill of materials (CycloneDX 1.5).

What is in a program are the crates that `cargo metadata` reaches from its package by normal dependencies on that target; what is for
tests or for building only is left out. A licence text is what the crate's own archive holds; a crate that has none must offer
Apache-2.0, whose text is the same for all. Output depends on the lock file, the target and the commit alone.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
LICENCE = re.compile(r"(licen[cs]e|copying|notice|copyright|unlicense)", re.I)
# Of C sources that a crate carries, the licence stands beside them.
DEEPEST = 3


def crates(target, program):
    """Packages in the program, the program's own first, and what each depends on."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
    metadata = json.loads(found.stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    [root] = [key for key in metadata["workspace_members"] if packages[key]["name"] == program]
    reached, waiting = {}, [root]
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        edges = nodes[key]["deps"]
        reached[key] = sorted(edge["pkg"] for edge in edges if any(kind["kind"] is None for kind in edge["dep_kinds"]))
        waiting += reached[key]
    order = sorted(reached, key=lambda key: (key != root, packages[key]["name"], packages[key]["version"]))
    return [packages[key] for key in order], reached


def texts(package):
    """The licence texts in a crate, by name."""
    folder = pathlib.Path(package["manifest_path"]).parent
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        is_text = path.suffix.lower() in ("", ".md", ".txt", ".mit", ".apache", ".rst") or "license" in path.suffix.lower()
        if len(inside.parts) <= DEEPEST and is_text and LICENCE.match(path.name) and path.is_file():
            found[str(inside)] = path.read_text("utf-8", "replace").strip()
    if not found and "Apache-2.0" in package["license"]:
        found["Apache-2.0"] = (ROOT / "LICENSE-APACHE").read_text("utf-8").strip()
    return found


def rust_texts():
    """The licences of Rust's standard library, which every program holds."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    folder = pathlib.Path(sysroot) / "share/doc/rust/licenses"
    found = {path.name: path.read_text("utf-8", "replace").strip() for path in sorted(folder.glob("*.txt"))}
    wanted = ("Apache-2.0.txt", "MIT.txt", "BSD-2-Clause.txt", "BSD-3-Clause.txt", "Unicode-3.0.txt", "LLVM-exception.txt")
    return {name: text for name, text in found.items() if name in wanted}


# The C library in static programs for Linux.
MUSL = "Copyright © 2005-2020 Rich Felker, et al. MIT licence: https://git.musl-libc.org/cgit/musl/tree/COPYRIGHT"


def write_licences(out, packages, target):
    numbers, bodies, lines = {}, [], []
    for package in packages[1:]:
        # The library of this repository, in the Python module: its licences are the first line.
        if package["source"] is None:
            continue
        found = texts(package)
        if not found:
            sys.exit(f"{package['name']} {package['version']}: no licence text, and no Apache-2.0 among {package['license']}")
        cited = []
        for text in found.values():
            # Texts that differ by blanks only are one.
            key = " ".join(text.split())
            if key not in numbers:
                numbers[key] = len(bodies) + 1
                bodies.append(text)
            cited.append(numbers[key])
        lines.append(f"{package['name']} {package['version']}: {package['license']}; texts {', '.join(map(str, sorted(set(cited))))}")
    with open(out, "w", encoding="utf-8") as file:
        file.write("tlswalk is under MIT or Apache-2.0, at your choice: LICENSE-MIT, LICENSE-APACHE.\n")
        file.write("What is in the program besides, each under the licence named; the texts follow.\n\n")
        file.write("\n".join(lines) + "\nRust's standard library: MIT OR Apache-2.0, and those of its parts; texts at the end\n")
        if "musl" in target:
            file.write(f"musl: {MUSL}\n")
        for number, body in enumerate(bodies, 1):
            file.write(f"\n{'=' * 20} text {number} {'=' * 20}\n\n{body}\n")
        for name, body in rust_texts().items():
            file.write(f"\n{'=' * 20} Rust's standard library: {name} {'=' * 20}\n\n{body}\n")


def component(package, kind="library"):
    entry = {"type": kind, "bom-ref": reference(package), "name": package["name"], "version": package["version"]}
    if package["description"]:
        entry["description"] = " ".join(package["description"].split())
    if package["authors"]:
        entry["author"] = ", ".join(package["authors"])
    # `/` is the old way to write OR.
    entry["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
    entry["purl"] = reference(package)
    places = [("website", package["homepage"]), ("vcs", package["repository"])]
    places = [{"type": kind, "url": url} for kind, url in places if url]
    return entry | ({"externalReferences": places} if places else {})


def reference(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def checksums():
    import tomllib

    lock = tomllib.loads((ROOT / "Cargo.lock").read_text("utf-8"))["package"]
    return {(it["name"], it["version"]): it["checksum"] for it in lock if "checksum" in it}


def write_sbom(out, packages, reached, target, commit):
    by_id = {package["id"]: reference(package) for package in packages}
    sums = checksums()
    root, libraries = component(packages[0], "application"), []
    root["properties"] = [{"name": "commit", "value": commit}, {"name": "target", "value": target}]
    for package in packages[1:]:
        entry = component(package)
        # The library of this repository, in the Python module, is that of the commit.
        if package["source"] is not None:
            entry["hashes"] = [{"alg": "SHA-256", "content": sums[package["name"], package["version"]]}]
        libraries.append(entry)
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{reference(packages[0])}/{commit}/{target}')}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "0")))),
            "component": root,
        },
        "components": libraries,
        "dependencies": [
            {"ref": by_id[key], "dependsOn": sorted(by_id[other] for other in others)}
            for key, others in sorted(reached.items(), key=lambda it: by_id[it[0]])
        ],
    }
    pathlib.Path(out).write_text(json.dumps(bom, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", default="x86_64-unknown-linux-musl")
    parser.add_argument("--commit", default="")
    parser.add_argument("--package", default="tlswalk", help="tlswalk, or tlswalk-python for the wheel")
    parser.add_argument("--licences")
    parser.add_argument("--sbom")
    asked = parser.parse_args()
    packages, reached = crates(asked.target, asked.package)
    if asked.licences:
        write_licences(asked.licences, packages, asked.target)
    if asked.sbom:
        write_sbom(asked.sbom, packages, reached, asked.target, asked.commit)
    print(f"{asked.target}: {len(packages) - 1} crates")


main()
