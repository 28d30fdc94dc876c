"""A command run on a real terminal, and stopped with Ctrl-C once its progress bar has moved."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

from crmlab.places import ROOT

PATIENCE = 90  # seconds


def interrupted(*words, of: int) -> tuple[int, str]:
    """Run `crmlab` with `words`, press Ctrl-C once some of `of` are finished; return exit code and what it said."""
    shown, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))  # no width, no bar
    seen = bytearray()
    reader = threading.Thread(target=_drain, args=(shown, seen))
    command = [sys.executable, "-B", "-m", "crmlab", *map(str, words)]
    ran = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=screen)
    os.close(screen)
    reader.start()
    moved, deadline = re.compile(rb"\b[1-9]\d*/%d" % of), time.monotonic() + PATIENCE
    while not moved.search(seen) and ran.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    ran.send_signal(signal.SIGINT)
    said = ran.communicate(timeout=60)[0].decode()
    reader.join(timeout=60)
    os.close(shown)
    assert moved.search(seen), f"no progress bar was seen: {bytes(seen[-2000:])!r}"
    return ran.returncode, said


def _drain(screen: int, seen: bytearray) -> None:
    """Read a screen to its end, so that who writes on it never waits."""
    with contextlib.suppress(OSError):  # the other end was closed
        while piece := os.read(screen, 4096):
            seen.extend(piece)
