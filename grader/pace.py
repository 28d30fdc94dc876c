"""How long a lab took, read from the times at which answers were saved."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

LONGEST_PAUSE = timedelta(minutes=15)
"""A longer gap between two saved answers counts as this much: somebody had gone away."""


def minutes(times: dict[str, Any]) -> float | None:
    """Return the minutes between the first and the last saved answer, pauses capped; None below two answers."""
    stamps = sorted(stamp for value in times.values() if (stamp := _stamp(value)))
    if len(stamps) < 2:
        return None
    gaps = [min(later - earlier, LONGEST_PAUSE) for earlier, later in pairwise(stamps)]
    return sum(gaps, timedelta()).total_seconds() / 60


def _stamp(value: Any) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(str(value))
        return stamp.astimezone()
    except (ValueError, OverflowError, OSError):
        return None
