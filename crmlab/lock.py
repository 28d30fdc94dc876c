"""One at a time: a file that one process holds while others wait; the system lets go of it when a process dies."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

MOST_WAITS = 60  # of ten seconds each; Windows gives up after one


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock in the file at `path`, which is made when absent; OSError when it cannot be."""
    with path.open("a+b") as file:
        _lock(file)
        yield


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        for again in range(MOST_WAITS, 0, -1):
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return
            except OSError:
                if again == 1:
                    raise
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
