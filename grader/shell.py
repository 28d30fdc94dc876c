"""A Jupyter kernel's shell without the kernel: runs cells in this process and records their outputs."""

import base64
import builtins
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type

MOST_CHARACTERS = 4_000_000
MOST_OUTPUTS = 1000
CUT = "……（输出太长，后面的略去）"


class CellTimeoutError(BaseException):
    """The cell ran longer than it may."""


class Recorder:
    """The outputs of the running cell, in nbformat's form, capped."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.size = 0
        self.raw: int | None = None  # what is written to the bare descriptors ends up in this file
        self.raw_read = 0

    def start(self) -> None:
        """Forget the outputs of the cell before."""
        self.outputs, self.size = [], 0

    def text(self, name: str, text: str) -> None:
        """Add text to a stream, to the same output while it goes on."""
        if not self._fits(text):
            return
        last = self.outputs[-1] if self.outputs else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def add(self, output: dict[str, Any]) -> None:
        """Add an output of another kind."""
        if self._fits(repr(output.get("data", output))):
            self.outputs.append(output)

    def take_raw(self) -> None:
        """Add what C code or started programs wrote to the bare descriptors."""
        if self.raw is None:
            return
        new = os.pread(self.raw, MOST_CHARACTERS, self.raw_read)
        self.raw_read += len(new)
        if new:
            self.text("stdout", new.decode("utf-8", "replace"))

    def _fits(self, text: str) -> bool:
        self.size += len(text)
        full = self.size > MOST_CHARACTERS or len(self.outputs) >= MOST_OUTPUTS
        told = bool(self.outputs) and self.outputs[-1].get("text") == CUT
        if full and not told and len(self.outputs) <= MOST_OUTPUTS:
            self.outputs.append({"output_type": "stream", "name": "stderr", "text": CUT})
        return not full


class Stream:
    """A text stream that ends in the recorder."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, recorder: Recorder, name: str, descriptor: int) -> None:
        self.recorder, self.name, self.descriptor = recorder, name, descriptor

    def write(self, text: str) -> int:
        """Record some text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.recorder.text(self.name, str(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Record some lines."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: all is recorded at once."""

    def isatty(self) -> bool:
        """Nobody sits there."""
        return False

    def readable(self) -> bool:
        """Nothing to read here."""
        return False

    def writable(self) -> bool:
        """One may write."""
        return True

    def fileno(self) -> int:
        """Return the bare descriptor, for programs started from here."""
        return self.descriptor


class ResultHook(DisplayHook):
    """The value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Record the value."""
        output = {"output_type": "execute_result", "execution_count": self.prompt_count}
        self.shell.recorder.add(  # type: ignore[union-attr]
            {**output, "data": _text_only(format_dict), "metadata": dict(md_dict or {})}
        )

    def finish_displayhook(self) -> None:
        """Print nothing after it."""
        self._is_active = False


class Publisher(DisplayPublisher):
    """What a cell displays."""

    def publish(  # type: ignore[override]
        self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False, **_kept: Any
    ) -> None:
        """Record a display, or change one shown before."""
        recorder: Recorder = self.shell.recorder
        shown_as = (transient or {}).get("display_id")
        made = {"output_type": "display_data", "data": _text_only(data), "metadata": dict(metadata or {})}
        if update:
            for output in recorder.outputs:
                if shown_as and self.shell.displays.get(id(output)) == shown_as:
                    output["data"], output["metadata"] = made["data"], made["metadata"]
            return
        recorder.add(made)
        if shown_as:
            self.shell.displays[id(made)] = shown_as

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell showed so far."""
        self.shell.recorder.start()


class Shell(InteractiveShell):
    """IPython as in a kernel, its outputs recorded."""

    displayhook_class = Type(ResultHook)
    display_pub_class = Type(Publisher)
    recorder: Recorder
    displays: dict[int, str]

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.recorder.add(error_output(etype.__name__, str(evalue), stb))

    def ask_exit(self) -> None:
        """Leave nobody: there is no kernel to end."""

    def enable_gui(self, gui: Any = None) -> None:
        """Open no windows."""

    def init_history(self) -> None:
        """Keep no history on disk."""
        self.config.HistoryManager.enabled = False
        super().init_history()


def error_output(name: str, text: str, lines: Any) -> dict[str, Any]:
    """Return an error in nbformat's form."""
    return {
        "output_type": "error",
        "ename": str(name),
        "evalue": text[:10_000],
        "traceback": [str(line) for line in lines][:100],
    }


def make() -> Shell:
    """Return the one shell of this process, warmed up."""
    shell = Shell.instance(colors="nocolor") if not Shell.initialized() else Shell.instance()
    shell.recorder, shell.displays = Recorder(), {}
    builtins.input = _no_input
    return shell


def listen(shell: Shell) -> None:
    """Record from now on what this process prints."""
    recorder = shell.recorder
    recorder.raw = (
        os.memfd_create("output") if hasattr(os, "memfd_create") else os.open(os.devnull, os.O_RDWR)
    )
    for descriptor in (1, 2):
        os.dup2(recorder.raw, descriptor)
    sys.stdout, sys.stderr = Stream(recorder, "stdout", 1), Stream(recorder, "stderr", 2)


@contextmanager
def timed(seconds: float) -> Iterator[None]:
    """Raise CellTimeoutError in what runs longer, and again every second if it is swallowed."""

    def stop(_signal: int, _frame: Any) -> None:
        raise CellTimeoutError(f"{seconds:g} s")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def run(shell: Shell, source: str, seconds: float) -> list[dict[str, Any]]:
    """Run a cell as a kernel would and return its outputs; a failing cell ends in an "error" output."""
    shell.recorder.start()
    try:
        with timed(seconds):
            shell.run_cell(source, store_history=True)
    except CellTimeoutError as error:
        shell.recorder.add(error_output("CellTimeoutError", str(error), []))
    except BaseException as error:  # whatever a student raises, the notebook goes on
        shell.recorder.add(error_output(type(error).__name__, str(error), []))
    shell.recorder.take_raw()
    return shell.recorder.outputs


def _no_input(prompt: object = "") -> str:
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _text_only(data: Any) -> dict[str, Any]:
    made = {}
    for kind, value in dict(data).items():
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        made[str(kind)] = value if isinstance(value, str) or "json" in str(kind) else str(value)
    return made
