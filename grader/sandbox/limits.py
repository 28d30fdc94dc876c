"""Limits on memory, time, files and processes, set by the kernel for one process and its children."""

import resource
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """What one notebook may use; `cpu_seconds` and `memory_mb` come on top of what was there at the start."""

    memory_mb: int = 2000
    cpu_seconds: int = 600
    file_mb: int = 50
    open_files: int = 256
    processes: int = (
        256  # a copy for each judged cell, and the threads of those who read tables on many cores
    )
    scratch_mb: int = 200
    scratch_files: int = 5000


@cache
def pages() -> int:
    """Return how many pages of memory this process had mapped when it was first asked; its forks have no fewer."""
    return int(Path("/proc/self/statm").read_text().split()[0])


def restrict(limits: Limits) -> None:
    """Set the limits for this process and all it starts."""
    memory = pages() * resource.getpagesize() + limits.memory_mb * 2**20
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: used + limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_mb * 2**20,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.processes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, most in wanted.items():
        _soft, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))
