"""The event trace: the way of each call through PBX, IVR, ACD, CTI and CSR, told from its record."""

from typing import Any, NamedTuple

import numpy as np

from sim.columns import Columns


class TraceRow(NamedTuple):
    """One event: when, which call, what, in which part of the centre, at which agent (-1 for none)."""

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
    def of(cls, rows: list[TraceRow]) -> "Trace":
        """Return the table of a list of events."""
        if not rows:
            return cls.empty()
        return cls(**dict(zip(TraceRow._fields, map(np.array, zip(*rows, strict=True)), strict=True)))


def events(calls: Any) -> list[TraceRow]:
    """Return the events of a calls table in order of time; those of one call at one moment keep their order.

    Everything the trace says is in the records, so a run without a trace pays nothing for it.
    """
    names = (
        "contact_id",
        "attempt",
        "outcome",
        "at",
        "ivr",
        "queued_at",
        "answered_at",
        "ended_at",
        "wrap_up",
    )
    columns = [np.asarray(calls[name]).tolist() for name in (*names, "agent_id")]
    told = [row for call in zip(*columns, strict=True) for row in _way(*call)]
    told.sort(key=lambda row: row.t)
    return told


def _way(
    contact_id: int,
    attempt: int,
    outcome: str,
    at: float,
    ivr: float,
    queued_at: float,
    answered_at: float,
    ended_at: float,
    wrap_up: float,
    agent_id: int,
) -> list[TraceRow]:
    def event(t: float, name: str, part: str, agent: int = -1) -> TraceRow:
        return TraceRow(t, contact_id, attempt, name, part, agent)

    way = [event(at, "arrived", "pbx")]
    if outcome == "busy":
        return [*way, event(ended_at, "busy", "pbx")]
    if ivr > 0:
        way.append(event(at, "menu", "ivr"))
    if outcome in ("self_served", "left_menu"):
        return [*way, event(ended_at, outcome, "ivr")]
    way.append(event(queued_at, "queued", "acd"))
    if outcome in ("balked", "abandoned"):
        return [*way, event(ended_at, outcome, "acd")]
    if outcome == "answered":
        finished = round(ended_at + wrap_up, 3)
        way += [
            event(answered_at, "assigned", "acd", agent_id),
            event(answered_at, "screen_pop", "cti", agent_id),
            event(answered_at, "answered", "csr", agent_id),
            event(ended_at, "hung_up", "csr", agent_id),
            event(finished, "wrapped_up", "csr", agent_id),
        ]
    return way
