#!/usr/bin/env python3
"""archive.py FOLDER ARCHIVE: a folder → tar.gz or zip whose bytes depend on the folder's contents alone.

Names are in order, owners are root, times are SOURCE_DATE_EPOCH.
"""

import gzip
import os
import pathlib
import sys
import tarfile
import time
import zipfile


def files(folder):
    """Every file below a folder, in order, with its name inside the archive."""
    return [(path, f"{folder.name}/{path.relative_to(folder)}") for path in sorted(folder.rglob("*")) if path.is_file()]


def mode(path):
    return 0o755 if path.name in ("tlswalk", "tlswalk.exe") else 0o644


def write_tar(folder, archive, epoch):
    # The header of gzip has a name and a time; neither is given.
    with open(archive, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, name in files(folder):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mtime, entry.mode = path.stat().st_size, epoch, mode(path)
                entry.uname = entry.gname = "root"
                with open(path, "rb") as data:
                    tar.addfile(entry, data)


def write_zip(folder, archive, epoch):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path, name in files(folder):
            entry = zipfile.ZipInfo(name, time.gmtime(epoch)[:6])
            entry.create_system, entry.external_attr = 3, (0o100000 | mode(path)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())


def main():
    folder, archive = map(pathlib.Path, sys.argv[1:3])
    write = write_zip if archive.suffix == ".zip" else write_tar
    write(folder, archive, int(os.environ["SOURCE_DATE_EPOCH"]))


main()
