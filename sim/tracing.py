"""The event trace: what happened in the centre, event by event, and the story of one contact in plain words."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from sim.callcenter import trails
from sim.columns import Columns
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.callcenter import Results
    from sim.callcenter.day import Day

WORDS = Path(__file__).with_suffix(".toml")
NAMES = (
    "contact_id",
    "attempt",
    "outcome",
    "at",
    "ivr",
    "queued_at",
    "answered_at",
    "talk",
    "hold",
    "ended_at",
)
NOBODY = -1


class TraceRow(NamedTuple):
    """One event: when (seconds since midnight), which contact (-1 for none) and attempt (0 for none), what,
    in which part of the centre, at which agent (-1 for none)."""

    t: float
    contact_id: int
    attempt: int
    event: str
    part: str
    agent_id: int


class Trace(Columns):
    """Events in order of time; columns in the data dictionary."""

    table = "trace"

    @classmethod
    def of(cls, rows: Sequence[TraceRow], *, day: int | None = None) -> "Trace":
        """Return the table of a list of events; with `day`, the number of the day stands in it, too.

        The tables of several days become one by `Trace.joined(first, second, …)`.
        """
        extra = {} if day is None else {"day": np.full(len(rows), day)}
        if not rows:
            return cls(**{name: [] for name in TraceRow._fields}, **extra)
        return cls(
            **dict(zip(TraceRow._fields, map(np.array, zip(*rows, strict=True)), strict=True)), **extra
        )


def events(calls: Any) -> list[TraceRow]:
    """Return the events of a table of plain calls in order of time; `calls` is a store or a DataFrame.

    Those of one call at one moment keep their order.
    """
    names = [*NAMES, "wrap_up", "agent_id"]
    columns = [np.asarray(calls[name]).tolist() for name in names]
    told = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    made = (
        row
        for one in told
        for row in trails.call(one, [trails.plain_leg(one)] if one["outcome"] == "answered" else [])
    )
    return _in_order(made)


def events_of(day: "Day", results: "Results") -> list[TraceRow]:
    """Return all events of a day that is over, in order of time: calls, chats, messages, cases, agents.

    Everything is in the records and the short logs of floor and case desk, so a run without a trace pays
    nothing for it.
    """
    several = (
        trails.agents(day),
        trails.calls(day, results.calls, results.legs),
        trails.chats(results.chats),
        trails.messages(day),
        trails.cases(day),
    )
    return _in_order(row for one in several for row in one)


def _in_order(rows: Any) -> list[TraceRow]:
    return sorted((TraceRow(*row) for row in rows), key=lambda row: row.t)


@cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    """Return the sentence of every event by part, name and language; `names` holds the parts' own names."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def story(trace: Any, contact_id: int, *, lang: Literal["zh", "en"] = "zh") -> str:
    """Return what happened to one contact, in plain words: a head, then one line an event.

    `trace` is a `Trace` (of one day, or of several joined) or a DataFrame with its columns. A line holds the
    time of day (h:min:s), the seconds since the line before, the part of the centre, and a sentence, with the
    agent's number where there is one. Raises InputError when the trace has no such contact.
    """
    said = words()
    columns = [np.asarray(trace[name]).tolist() for name in TraceRow._fields]
    days = np.asarray(trace["day"]).tolist() if "day" in _names(trace) else [0] * len(columns[0])
    mine = [
        (day, TraceRow(*row))
        for day, *row in zip(days, *columns, strict=True)
        if row[1] == contact_id and contact_id != NOBODY
    ]
    if not mine:
        there = ", ".join(str(one) for one in dict.fromkeys(n for n in columns[1] if n != NOBODY))[:80]
        raise InputError(
            f"contact_id = {contact_id}: the trace has no such contact; take one that is there, such as {there or 'none'}"
        )
    lines = [said["text"]["head"][lang].format(contact=contact_id)]
    day, before = None, mine[0][1].t
    for number, row in mine:
        if number != day and "day" in _names(trace):
            lines.append(said["text"]["day"][lang].format(day=number))
        later = (number - (number if day is None else day)) * 86_400 + row.t - before
        day, before = number, row.t
        lines.append(_line(row, later, lang))
    return "\n".join(lines) + "\n"


def _names(trace: Any) -> Sequence[str]:
    return list(trace.names if isinstance(trace, Columns) else trace.columns)


def _line(row: TraceRow, later: float, lang: str) -> str:
    said = words()
    whole = round(row.t * 1000)
    minutes, milliseconds = divmod(whole, 60_000)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds / 1000:06.3f}"
    sentence = said[row.part][row.event][lang]
    who = said["text"]["agent"][lang].format(agent=row.agent_id) if row.agent_id != NOBODY else ""
    return f"  {clock}  +{later:>9.3f} s  {said['names'][row.part][lang]}  {sentence}{who}"
