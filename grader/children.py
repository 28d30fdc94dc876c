"""The parent's side of the fork server: starts it, asks it for processes, and lets go of them."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from grader import files, sandbox
from grader.errors import GraderError
from grader.pipe import Closed, Late, Pipe, pair
from grader.sandbox import Rules

START_SECONDS = 120
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
QUIET = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONWARNINGS": "ignore::DeprecationWarning:multiprocessing",
}


class Died(Exception):
    """A process is gone before it answered."""


class Child:
    """One confined process; letting go of it ends it and all it started."""

    def __init__(self, pipe: Pipe, life: socket.socket, held: list[str]) -> None:
        self.pipe, self.life, self.held = pipe, life, held
        self.ended = False

    def ask(
        self,
        message: Any,
        *,
        seconds: float,
        handed: tuple[int, ...] = (),
        tick: Callable[[], None] | None = None,
    ) -> Any:
        """Send a message and return the answer; raise Died or Late."""
        if self.ended:
            raise Died("ended")
        try:
            self.pipe.send(message, seconds=seconds, handed=handed)
            return self.pipe.receive(seconds=seconds, tick=tick)
        except Closed as error:
            raise Died(str(error)) from error

    def end(self) -> None:
        """End the process and everything it left behind."""
        self.ended = True
        self.pipe.close()
        self.life.close()


class ForkServer:
    """A fork server with the course's imports warm; safe to use from many threads."""

    def __init__(self, preload: tuple[str, ...] = (), *, unsafe: bool = False) -> None:
        self.unsafe = unsafe
        self.turn = threading.Lock()
        self.scratch = Path(tempfile.mkdtemp(prefix="marking-")).resolve()
        self.scratch.chmod(0o711)
        ours, theirs = pair()
        try:
            self.process = self._start(theirs)
        finally:
            theirs.close()
        self.pipe = Pipe(ours)
        self.pipe.send({"preload": list(preload)})

    def _start(self, end: socket.socket) -> "subprocess.Popen[bytes]":
        if os.name != "posix":
            raise GraderError("这台机器的系统不能安全评分（没有 fork）；请在 Linux 上评分")
        home = self.scratch / "home"
        home.mkdir()
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        with (self.scratch / "forkserver.log").open("wb") as log:
            return self._open(end, kept, home, log)

    def _open(
        self, end: socket.socket, kept: dict[str, str], home: Path, log: Any
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "grader.forkserver", str(end.fileno())],
            pass_fds=[end.fileno()],
            cwd=home,
            env={**kept, **QUIET, "HOME": str(home), "IPYTHONDIR": str(home), "MPLCONFIGDIR": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )

    def ready(self) -> None:
        """Wait until the imports are warm; raise GraderError when they will not be."""
        with self.turn:
            if self.pipe is None or hasattr(self, "warm"):
                return
            try:
                self.warm = self.pipe.receive(seconds=START_SECONDS)
            except (Closed, Late) as error:
                told = (self.scratch / "forkserver.log").read_text(errors="replace").strip()[-300:]
                raise GraderError(
                    f"评分进程没有启动：{told or error}；请运行 crmlab doctor 看看缺什么"
                ) from error

    def spawn(
        self, role: Literal["student", "judge"], *, folder: Path, environment: dict[str, str], rules: Rules
    ) -> Child:
        """Return a new confined process; raise GraderError when a layer of the sandbox does not hold."""
        self.ready()
        ours, theirs = pair()
        life, kept = pair()
        order = {"role": role, "folder": str(folder), "environment": environment, "rules": asdict(rules)}
        try:
            with self.turn:
                self.pipe.send(order, seconds=START_SECONDS, handed=(theirs.fileno(), kept.fileno()))
        except (Closed, Late) as error:
            raise GraderError("评分进程停止了；请再运行一次 grade，已评好的不会重评") from error
        finally:
            theirs.close()
            kept.close()
        pipe = Pipe(ours)
        child = Child(pipe, life, [])
        try:
            child.held = list(pipe.receive(seconds=START_SECONDS)["held"])
        except (Closed, Late) as error:
            child.end()
            raise GraderError("评分进程没有启动；请再运行一次 grade，已评好的不会重评") from error
        lost = sandbox.missing(child.held)
        if lost and not self.unsafe:
            child.end()
            raise Unprotected(lost)
        return child

    def close(self) -> None:
        """End the fork server and all that came from it."""
        self.pipe.close()
        self.process.wait()
        files.remove(self.scratch)

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Unprotected(GraderError):
    """This machine cannot give a layer of the sandbox."""

    def __init__(self, lost: list[str]) -> None:
        names = "、".join(sandbox.WORDS[layer] for layer in lost)
        super().__init__(
            f"这台机器不能提供：{names}；学生的代码会不受这些保护地运行。"
            "请换一台 Linux 机器，或确认后加上 --unsafe 再评"
        )
        self.lost = lost

    def __reduce__(self) -> tuple[type["Unprotected"], tuple[list[str]]]:
        return type(self), (self.lost,)  # a machine of a cluster sends it home
