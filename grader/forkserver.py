"""The fork server: a clean interpreter with a course's imports warm, from which every process is forked."""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader import sandbox
from grader.pipe import Closed, Pipe
from grader.sandbox import Rules

WARM_UP = "import sys\nsys.stdout.write('')\n{'a': [1, 2]}"
WARM_FAILURE = "assert [1] == [2], 'x'"


def main() -> None:
    """Serve the parent on the socket whose number is the only argument, until it goes away."""
    server = Pipe(socket.socket(fileno=int(sys.argv[1])))
    start = server.receive()
    import_all(start["preload"])
    sys.dont_write_bytecode = True
    shell = _warm()
    sandbox.warm_up()
    server.send({"ready": True})
    gc.collect()
    gc.freeze()
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not select.select([server.end], [], [], 1)[0]:
            continue
        try:
            order, handed = server.receive_with_fds()
        except Closed:
            _tidy(Path.cwd().parent)
            os._exit(0)
        if os.fork() == 0:
            server.close()
            _keep(order, handed, shell)
        for descriptor in handed:
            os.close(descriptor)


def _tidy(scratch: Path) -> None:
    """Remove the marker's scratch folder, in case the marker itself was killed and cannot."""
    from grader import files

    if scratch.name.startswith("marking-"):
        files.remove(scratch)


def import_all(names: list[str]) -> None:
    """Import the modules that are there; one that is missing or broken is missed by whoever needs it."""
    for name in names:
        with suppress(Exception):
            importlib.import_module(name)


def _warm() -> Any:
    """Make the shell and run what costs time at its first use: a table, a chart, a traceback."""
    from grader import judge, repair, student, wire_tables
    from grader import shell as shells

    for module in (judge, repair, student, wire_tables):
        module.__name__  # noqa: B018 - loaded once, here, rather than after each fork
    shell = shells.make()
    texts = [WARM_UP, WARM_FAILURE]
    if "pandas" in sys.modules:
        texts.append(
            "import pandas as _p\n_t = _p.DataFrame({'a': [1, 2]})\n"
            "_p.testing.assert_series_equal(_t['a'], _t['a'] + 1)"
        )
        texts.append("import pandas as _p\n_p.DataFrame({'a': [1, 2]}).groupby('a').sum()")
    if "matplotlib" in sys.modules:
        texts.append("import matplotlib.pyplot as _q\n_q.plot([1, 2])\n_q.show()")
    for text in texts:
        shells.run(shell, text, 60)
    shell.user_ns.pop("Out", None)
    shell.reset(new_session=True)
    shell.execution_count = 1
    shell.recorder.start()
    return shell


def _keep(order: dict[str, Any], handed: list[int], shell: Any) -> None:
    """Be the keeper of one confined process: it dies when the parent lets go, and nothing outlives it."""
    talk, life = handed
    status = 1
    try:
        os.setsid()
        _adopt_orphans()
        held = sandbox.leave_the_machine()
        child = os.fork()
        if child == 0:
            os.close(life)
            _be(order, talk, held, shell)
        os.close(talk)
        _wait(child, life)
        status = 0
    finally:
        os._exit(status)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        from grader.sandbox import syscalls

        with suppress(OSError):
            syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)


def _wait(child: int, life: int) -> None:
    watched = [life]
    with suppress(OSError, AttributeError):
        watched.append(os.pidfd_open(child))
    while not select.select(watched, [], [], 0.05 if len(watched) == 1 else None)[0]:
        if os.waitpid(child, os.WNOHANG)[0]:
            break
    _end_all(child)


def _end_all(child: int) -> None:
    """End the process and, without a process namespace, whatever it left behind."""
    for _round in range(200):
        for descendant in {child, *_children()}:
            with suppress(OSError):
                os.kill(descendant, signal.SIGKILL)
        try:
            while os.waitpid(-1, 0)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listed:  # noqa: PTH123 - the shortest way
            return [int(number) for number in listed.read().split()]
    except OSError:
        return []


def _be(order: dict[str, Any], talk: int, held: list[str], shell: Any) -> None:
    """Be the confined process: shut in, then serve as the student's process or as the judge."""
    try:
        from grader import judge, student  # loaded long ago, by the warm-up
        from grader import shell as shells

        if sys.platform == "linux":
            from grader.sandbox import syscalls

            with suppress(OSError):
                syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        pipe = _alone(talk)
        shells.listen(shell)
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        # a student's files may stand beside the student's cells; the judge must never import one of them
        sys.path[:] = [place for place in sys.path if place not in ("", ".")]
        if order["role"] == "student":
            sys.path.insert(0, order["folder"])
        student.reseed()
        held += sandbox.confine(Rules.of(order["rules"]))
        pipe.send({"held": held})
        serve = judge.serve if order["role"] == "judge" else student.serve
        serve(pipe, shell)
    except Closed:
        pass
    finally:
        os._exit(0)


def _alone(talk: int) -> Pipe:
    """Close every descriptor but the one to the parent; nothing to read on the standard ones."""
    os.dup2(talk, 3)
    os.closerange(4, 4096)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return Pipe(socket.socket(fileno=3))


if __name__ == "__main__":
    main()
