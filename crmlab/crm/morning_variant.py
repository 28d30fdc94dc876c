"""A morning of one's own: other people, goods, quantities and telephone numbers in the same events, in either language."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.streams import Streams

TAIL = 8  # digits of a number by which it is known in a text, with or without its area code
FREE = 4  # digits of it that differ between variants


def streams_of(student: str, seed: int = 1) -> "Streams | None":
    """Return the random numbers of one student's work in the CRM, None without one: then all work on the same.

    Raises LabError for a student id that cannot be one.
    """
    if not student:
        return None
    from crmlab.released import clean_id
    from sim.streams import Streams

    return Streams(seed, "crm", clean_id(student))


def wording(told: Mapping[str, Any], *, lang: str, streams: "Streams | None") -> Callable[[Any], Any]:
    """Return what turns the values of a morning's file, or of its truth, into those of one student and language.

    `streams` chooses a row of each table [[instead]] and the last digits of every telephone number; None leaves them.
    The names of records become those of the English edition where `lang` is "en". Raises KeyError, IndexError or
    TypeError for a file that is not well formed.
    """
    swaps = _chosen(told, streams) | ({} if streams is None else _numbers(told, streams))
    english = dict(told.get("english", {})) if lang == "en" else {}
    for row in told.get("instead", ()) if lang == "en" else ():
        english |= dict(zip(row["zh"], row["en"], strict=True))
    parts = [rf"(?<!\d){key}(?!\d)" if len(key) < TAIL and key.isdigit() else re.escape(key) for key in swaps]
    found = re.compile("|".join(parts) or r"(?!)")

    def change(value: Any) -> Any:
        if isinstance(value, str):
            text = found.sub(lambda hit: swaps[hit.group()], value)
            return english.get(text, text)
        if isinstance(value, list):
            return [change(one) for one in value]
        if isinstance(value, dict):
            return {key: one if key in ("instead", "english") else change(one) for key, one in value.items()}
        return value

    return change


def _chosen(told: Mapping[str, Any], streams: "Streams | None") -> dict[str, str]:
    """Return text → text of the rows chosen, in both languages, since the truth knows both."""
    rows = list(told.get("instead", ()))
    if streams is None or not rows:
        return {}
    drawn = streams.uniforms("morning words", range(len(rows))).tolist()
    swaps: dict[str, str] = {}
    for row, where in zip(rows, drawn, strict=True):
        place = int(where * len(row["zh"]))
        swaps |= {row["zh"][0]: row["zh"][place], row["en"][0]: row["en"][place]}
    return swaps


def _numbers(told: Mapping[str, Any], streams: "Streams") -> dict[str, str]:
    """Return the end of every number → that of another one, all different."""
    there = [one["phone"] for group in ("account", "person", "event") for one in told.get(group, ())]
    ends = sorted({number[-TAIL:] for number in there if len(number) >= TAIL})
    swaps: dict[str, str] = {}
    for end, where in zip(ends, streams.uniforms("morning numbers", range(len(ends))).tolist(), strict=True):
        last = int(where * 10**FREE)
        while (made := f"{end[:-FREE]}{last % 10**FREE:0{FREE}d}") in {*swaps.values(), *ends}:
            last += 1
        swaps[end] = made
    return swaps
