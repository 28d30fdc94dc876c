"""JSON that somebody else wrote: read whole and within bounds, or refused in one sentence."""

import json
from pathlib import Path
from typing import Any

from crmlab.errors import LabError

MOST_BYTES = 1_000_000


def json_of(path: Path, what: str, *, most: int = MOST_BYTES) -> Any:
    """Return the plain value in the file at `path`; LabError, saying `what` it should be, when it cannot be read."""
    try:
        if path.stat().st_size > most:
            raise LabError(f"{path.name} 大于 {most} 字节，不读；请检查是不是{what}")
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise LabError(f"读不了{what} {path.name}；请检查它是不是完整的、UTF-8 的 JSON 文件") from error
