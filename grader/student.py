"""The student's process: runs the cells it is told, and hands out plain values; it knows no test."""

import os
import socket
import sys
import warnings
from typing import Any

from grader import shell as shells
from grader.pipe import Closed, Pipe
from grader.wire import NotPlain, decode, encode

MOST_NAMES = 2000


def serve(pipe: Pipe, shell: shells.Shell) -> None:
    """Answer the parent until it goes away."""
    seat = _Seat(pipe, shell)
    while True:
        request, handed = seat.pipe.receive_with_fds()
        # one answer for each request; whatever goes wrong inside is an answer, too
        answer = getattr(seat, f"do_{request['do']}")(request, handed)
        seat.pipe.send(answer)


class _Seat:
    """The process's state between requests."""

    def __init__(self, pipe: Pipe, shell: shells.Shell) -> None:
        self.pipe, self.shell = pipe, shell
        self.functions: list[Any] = []
        self.hidden = set(shell.user_ns)

    def do_read(self, request: dict[str, Any], _handed: list[int]) -> Any:
        """Parse the handed-in notebook, before any of its code ran; the text is a stranger's."""
        from grader.errors import GraderError
        from grader.repair import parsed

        try:
            return {"notebook": parsed(bytes.fromhex(request["bytes"]), request["name"])}
        except GraderError as error:
            return {"refused": str(error)}

    def do_run(self, request: dict[str, Any], _handed: list[int]) -> Any:
        """Run a cell; return its outputs and the names there are now."""
        outputs = shells.run(self.shell, request["source"], request["seconds"])
        names = [name for name in list(self.shell.user_ns) if type(name) is str and name not in self.hidden]
        return {"outputs": outputs, "names": names[:MOST_NAMES], "count": self.shell.execution_count - 1}

    def do_freeze(self, request: dict[str, Any], handed: list[int]) -> Any:
        """Return what some names hold now; told "yes", or "calls" and functions among them, leave a copy behind.

        The copy keeps this moment: it answers calls on the descriptor that came along, after this process has
        run the rest of the notebook.
        """
        values = {name: self._value(name, request["seconds"]) for name in request["names"]}
        wanted = request["keep"] == "yes" or (request["keep"] == "calls" and bool(self.functions))
        kept = bool(handed) and wanted and self._copy(handed[0])
        for descriptor in handed:
            os.close(descriptor)
        return {"values": values, "kept": kept}

    def do_ask(self, request: dict[str, Any], _handed: list[int]) -> Any:
        """Return what one name holds."""
        return self._value(request["name"], request["seconds"])

    def do_call(self, request: dict[str, Any], _handed: list[int]) -> Any:
        """Call a function of the student's; what it prints is nobody's."""
        try:
            args = decode(request["args"], stub=self._function)
            named = decode(request["named"], stub=self._function)
            with shells.timed(request["seconds"]):
                value = self.functions[request["function"]](*args, **named)
                return {"value": encode(value, handle=self._handle)}
        except NotPlain as error:
            return {"not_plain": str(error)}
        except shells.CellTimeoutError:
            return {"late": True}
        except BaseException as error:
            return {"raised": _kind(error), "text": str(error)[:500]}

    def do_weak(self, request: dict[str, Any], _handed: list[int]) -> Any:
        """Run a whole test cell here, because its author says that it cannot be judged apart."""
        for canary in request["canaries"]:
            if not _failed(shells.run(self.shell, canary, request["seconds"])):
                return {"tampered": True}
        return {"outputs": shells.run(self.shell, request["source"], request["seconds"])}

    def _value(self, name: str, seconds: float) -> Any:
        if name not in self.shell.user_ns:
            return {"missing": True}
        try:
            with shells.timed(seconds):
                return {"value": encode(self.shell.user_ns[name], handle=self._handle)}
        except NotPlain as error:
            return {"not_plain": str(error)}
        except BaseException as error:  # a value may do anything when it is looked at
            return {"not_plain": type(error).__name__}

    def _handle(self, function: Any) -> int:
        for number, known in enumerate(self.functions):
            if known is function:
                return number
        self.functions.append(function)
        return len(self.functions) - 1

    def _function(self, number: int) -> Any:
        return self.functions[number]

    def _copy(self, descriptor: int) -> bool:
        end = socket.socket(fileno=os.dup(descriptor))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python 3.12 warns when threads are about
                child = os.fork()
        except OSError:
            end.close()
            return False
        if child:
            end.close()
            return True
        try:
            self.pipe.close()
            self.pipe = Pipe(end)
            serve_again = _Seat(self.pipe, self.shell)
            serve_again.functions, serve_again.hidden = self.functions, self.hidden
            _answer(serve_again)
        finally:
            os._exit(0)


def _answer(seat: _Seat) -> None:
    try:
        while True:
            request, handed = seat.pipe.receive_with_fds()
            seat.pipe.send(getattr(seat, f"do_{request['do']}")(request, handed))
    except Closed:
        return


def _failed(outputs: list[dict[str, Any]]) -> bool:
    return any(output["output_type"] == "error" for output in outputs)


def _kind(error: BaseException) -> str:
    """Return the nearest built-in kind of an exception."""
    return next((kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"), "Exception")


def reseed() -> None:
    """Give this process random numbers of its own, as a kernel has."""
    import random

    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
