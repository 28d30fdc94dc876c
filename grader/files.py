"""Folders in which a stranger's code may still be at work: copied and removed without following it anywhere."""

import os
import shutil
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

CHUNK = 1 << 20


def copy(source: Path, target: Path) -> None:
    """Copy the plain files and folders below `source` into the new folder `target`.

    Links, pipes and the like are left out; nothing is followed, even when it is exchanged while we look.
    """
    target.mkdir(parents=True, exist_ok=True)
    for place, _folders, names, folder in os.fwalk(source, follow_symlinks=False):
        here = target / os.path.relpath(place, source)
        here.mkdir(parents=True, exist_ok=True)
        for name in names:
            with suppress(OSError):  # gone meanwhile, or no plain file
                _copy_one(folder, name, here / name)


def _copy_one(folder: int, name: str, target: Path) -> None:
    taken = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(taken).st_mode):
            return
        with target.open("wb") as copied:
            while part := os.read(taken, CHUNK):
                copied.write(part)
    finally:
        os.close(taken)


def remove(folder: Path) -> None:
    """Remove a folder as far as that can be done; one that is nested too deep for Python, by the system."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)
