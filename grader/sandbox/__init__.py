"""The sandbox: after the fork a process shuts itself in, layer by layer."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grader.sandbox.limits import Limits

LAYERS = ("namespaces", "plain_user", "limits", "files", "calls")
WORDS = {
    "namespaces": "网络和进程隔离（命名空间）",
    "plain_user": "以普通用户身份运行",
    "limits": "内存、时间、进程数的上限",
    "files": "文件隔离（Landlock）",
    "calls": "系统调用过滤（seccomp）",
}
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/mime.types",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
OWN = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu")


@dataclass(frozen=True)
class Rules:
    """What one process may touch; `user` tells submissions graded at the same time apart."""

    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    user: int = 0

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Rules":
        """Return the rules from their plain form (`dataclasses.asdict`)."""
        return cls(
            tuple(plain["readable"]), tuple(plain["writable"]), Limits(**plain["limits"]), int(plain["user"])
        )


def warm_up() -> None:
    """Load what the layers need while files may still be read; called once, before the forks."""
    if sys.platform == "linux":
        from grader.sandbox import landlock, limits, namespaces, seccomp

        landlock.version(), limits.pages(), namespaces.__name__, _always()
        if seccomp.known():
            seccomp.program()


def leave_the_machine() -> list[str]:
    """Leave the machine's namespaces, before the fork that gives the confined process; return what holds."""
    if sys.platform != "linux":
        return []
    from grader.sandbox import namespaces

    return ["namespaces"] if namespaces.leave() else []


def confine(rules: Rules) -> list[str]:
    """Shut this process in for good; return the layers that hold. Never raises: the parent decides."""
    if sys.platform != "linux":
        return []
    from grader.sandbox import landlock, limits, namespaces, seccomp

    held = []
    files = landlock.version() > 0
    if namespaces.drop_root(user=rules.user, keep_reading=files):
        held.append("plain_user")
    try:
        limits.restrict(rules.limits)
        held.append("limits")
    except (OSError, ValueError):
        pass
    try:
        landlock.restrict([*_always(), *rules.readable], [*rules.writable, "/dev/null"])
        held.append("files")
    except OSError:
        pass
    try:
        seccomp.restrict()
        held.append("calls")
    except OSError:
        pass
    return held


def missing(held: Iterable[str]) -> list[str]:
    """Return the layers that do not hold."""
    have = set(held)
    return [layer for layer in LAYERS if layer not in have]


@cache
def _always() -> list[str]:
    """Return what every process may read: Python, its libraries, the system's; nobody's work."""
    own = {sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))}  # noqa: PTH120
    return [*sorted(own), *SYSTEM, *DEVICES, *OWN]
