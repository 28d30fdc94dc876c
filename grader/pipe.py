"""Frames of JSON between two processes: a length, then the text; both sides trust nothing they read."""

import json
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

MOST_BYTES = 50_000_000
MOST_PARTS = 4_000_000  # lists, tables of names and items: what a message costs as objects, not as text
HEAD = struct.Struct(">I")
TICK = 0.1


class Closed(Exception):
    """The other side is gone, or what it says is no frame."""


class Late(Exception):
    """The other side did not answer in time."""


class Pipe:
    """One end of a conversation over a connected socket."""

    def __init__(self, end: socket.socket, *, most_bytes: int = MOST_BYTES) -> None:
        self.end = end
        self.most_bytes = most_bytes
        end.setblocking(False)

    def send(self, message: Any, *, seconds: float | None = None, handed: tuple[int, ...] = ()) -> None:
        """Send a message, and descriptors with it; raise Closed or Late."""
        text = json.dumps(message, separators=(",", ":")).encode("utf-8", "surrogatepass")
        if len(text) > self.most_bytes:
            raise Closed(f"a message of {len(text)} bytes is too large")
        deadline = None if seconds is None else time.monotonic() + seconds
        rest = memoryview(HEAD.pack(len(text)) + text)
        while rest:
            self._wait(select.POLLOUT, deadline, None)
            try:
                if handed:
                    sent, handed = socket.send_fds(self.end, [rest[:1]], list(handed)), ()
                else:
                    sent = self.end.send(rest)
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed(str(error)) from error
            rest = rest[sent:]

    def receive(self, *, seconds: float | None = None, tick: Callable[[], None] | None = None) -> Any:
        """Return the next message; `tick` is called every tenth of a second. Raise Closed or Late."""
        deadline = None if seconds is None else time.monotonic() + seconds
        (length,) = HEAD.unpack(self._exactly(HEAD.size, deadline, tick))
        if length > self.most_bytes:
            raise Closed(f"a message of {length} bytes is too large")
        text = self._exactly(length, deadline, tick)
        if length > MOST_PARTS and sum(map(text.count, (b",", b"[", b"{"))) > MOST_PARTS:
            raise Closed("a message of too many parts")
        try:
            return json.loads(text.decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError, MemoryError) as error:
            raise Closed(f"not a message: {type(error).__name__}") from error

    def receive_with_fds(self) -> tuple[Any, list[int]]:
        """Return the next message and the descriptors that came with it; raise Closed."""
        self._wait(select.POLLIN, None, None)
        try:
            first, handed, _flags, _address = socket.recv_fds(self.end, 1, 4)
        except OSError as error:
            raise Closed(str(error)) from error
        if not first:
            raise Closed("end")
        (length,) = HEAD.unpack(first + self._exactly(HEAD.size - 1, None, None))
        return json.loads(self._exactly(length, None, None)), handed

    def close(self) -> None:
        """End the conversation."""
        self.end.close()

    def _exactly(self, count: int, deadline: float | None, tick: Callable[[], None] | None) -> bytes:
        parts = []
        while count:
            self._wait(select.POLLIN, deadline, tick)
            try:
                part = self.end.recv(min(count, 1 << 20))
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed(str(error)) from error
            if not part:
                raise Closed("end")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _wait(self, event: int, deadline: float | None, tick: Callable[[], None] | None) -> None:
        poll = select.poll()
        poll.register(self.end, event)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Late
            step = left if tick is None else min(TICK, TICK if left is None else left)
            if poll.poll(None if step is None else max(1, int(step * 1000))):
                return
            if tick is not None:
                tick()


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a new conversation."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
