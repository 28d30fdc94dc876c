"""JSON that a stranger wrote, tamed: bounded in size and depth, and with text that can be written down."""

import json
from pathlib import Path
from typing import Any

MOST_BYTES = 5_000_000
DEEPEST = 20
CUT = "…"


def json_of(path: Path, *, most: int = MOST_BYTES) -> Any:
    """Return the plain value in a file, None when there is none that can be read.

    What lies deeper than any form of ours goes is cut, and halves of characters become question marks, so that
    whoever walks over the value or writes it down meets nothing odd. A link is not followed.
    """
    try:
        if path.is_symlink() or path.stat().st_size > most:
            return None
        return _tame(json.loads(path.read_text(encoding="utf-8-sig")), 0)
    except (OSError, ValueError, RecursionError):
        return None


def _tame(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list | dict) and depth >= DEEPEST:
        return CUT
    if isinstance(value, list):
        return [_tame(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {_tame(name, depth + 1): _tame(one, depth + 1) for name, one in value.items()}
    return value
