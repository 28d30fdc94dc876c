"""Trails: what happened to each contact of a day and each agent, step by step, told from the day's records."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.callcenter.rows import AGENT, LEADER, NEVER, TRANSFER

if TYPE_CHECKING:
    from sim.callcenter.day import Day
    from sim.columns import Columns

Row = tuple[float, int, int, str, str, int]  # as sim.tracing.TraceRow
Record = dict[str, Any]
AGAIN = {"redial": "redialled", "repeat": "called_again"}
BUSINESS = "csr"
LOST = ("balked", "abandoned")


def records(table: "Columns") -> list[Record]:
    """Return the rows of a table as dictionaries."""
    columns = [table[name].tolist() for name in table.names]
    return [dict(zip(table.names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain_leg(call: Record) -> Record:
    """Return the one leg of a call that went no further way than the plain one."""
    return call | {"kind": AGENT, "free_at": round(call["ended_at"] + call["wrap_up"], 3)}


def call(told: Record, legs: list[Record], promised_after: float = 0.0) -> Iterator[Row]:
    """Yield the events of one attempt by phone; `legs` are those of the agents who handled it, in order.

    `promised_after`: the wait, in seconds, after which the centre offers a call-back.
    """

    def event(t: float, part: str, name: str, agent: int = NEVER) -> Row:
        return round(t, 3), told["contact_id"], told["attempt"], name, part, agent

    outcome, ended, taken = told["outcome"], told["ended_at"], told.get("call_back", "none")
    kind = told.get("kind", "redial" if told["attempt"] > 1 else "first")
    if kind in AGAIN:
        yield event(told["at"], "pbx", AGAIN[kind])
    yield event(told["at"], "pbx", "arrived")
    if outcome == "busy":
        yield event(ended, "pbx", "busy")
        return
    if told["ivr"] > 0:
        yield event(told["at"], "ivr", "menu")
    if outcome in ("self_served", "left_menu"):
        yield event(ended, "ivr", outcome)
        return
    yield event(told["queued_at"], "acd", "queued")
    if taken != "none":
        yield event(told["queued_at"] + promised_after, "acd", "call_back_taken")
    if taken == "unreached":
        yield event(ended, "csr", "not_reached")
    elif outcome in LOST:
        yield event(ended, "acd", outcome)
    for place, leg in enumerate(legs):
        following = legs[place + 1] if place + 1 < len(legs) else None
        before = legs[place - 1] if place else None
        yield from _leg(event, leg, before, following)
        if not place and told.get("special", "none") != "none":
            yield event(leg["answered_at"], "csr", told["special"], leg["agent_id"])
        if not place and taken == "reached":
            yield event(leg["answered_at"], "csr", "called_back", leg["agent_id"])
    if legs and told.get("special") == "threat":
        yield event(ended, "csr", "reported", legs[0]["agent_id"])


def _leg(event: Any, leg: Record, before: Record | None, following: Record | None) -> Iterator[Row]:
    """Yield what one agent does with a call; how it comes to the next one is told here, too."""
    agent, answered, ended = leg["agent_id"], leg["answered_at"], leg["ended_at"]
    yield event(answered, "acd", "assigned", agent)
    yield event(answered, "cti", "screen_pop", agent)
    yield event(answered, "csr", "joined" if before and stays(before) else "answered", agent)
    if leg["hold"] > 0:  # the records tell how long; by custom it is told as in the middle of the talk
        yield event(answered + leg["talk"] / 2, "csr", "held", agent)
        yield event(answered + leg["talk"] / 2 + leg["hold"], "csr", "resumed", agent)
    if following is None:
        yield event(ended, "csr", "hung_up", agent)
    else:
        how = "transferred" if following["kind"] == TRANSFER else "escalated"
        yield event(ended, "csr", "conference_asked" if stays(leg) else how, agent)
        yield event(ended, "acd", "queued")
    if not np.isnan(leg["free_at"]):
        yield event(leg["free_at"], "csr", "wrapped_up", agent)


def stays(leg: Record) -> bool:
    """Return whether the agent of a leg stayed on the line, in conference, after their own part of the talk."""
    return leg["kind"] != LEADER and leg["free_at"] != round(leg["ended_at"] + leg["wrap_up"], 3)


def calls(day: "Day", table: "Columns", legs: "Columns") -> Iterator[Row]:
    """Yield the events of all attempts by phone."""
    offer = day.scenario.options.callback
    after = offer.after_seconds if offer else 0.0
    handled: dict[tuple[int, int], list[Record]] = {}
    for leg in records(legs):
        handled.setdefault((leg["contact_id"], leg["attempt"]), []).append(leg)
    for one in records(table):
        mine = handled.get((one["contact_id"], one["attempt"]), [])
        if not day.scenario.is_rich and one["outcome"] == "answered":
            mine = [plain_leg(one)]
        yield from call(one, mine, after)


def chats(table: "Columns") -> Iterator[Row]:
    """Yield the events of all chats."""
    for told in records(table):
        number, agent, ended = told["contact_id"], told["agent_id"], told["ended_at"]
        yield told["at"], number, 1, "arrived", "web", NEVER
        yield told["at"], number, 1, "queued", "acd", NEVER
        if told["outcome"] == "abandoned":
            yield ended, number, 1, "left_silently" if told["silent"] else "abandoned", "acd", NEVER
        elif told["outcome"] == "answered":
            yield told["answered_at"], number, 1, "assigned", "acd", agent
            yield told["answered_at"], number, 1, "screen_pop", "cti", agent
            yield told["answered_at"], number, 1, "answered", "csr", agent
            yield ended, number, 1, "chat_over", "csr", agent


def messages(day: "Day") -> Iterator[Row]:
    """Yield the events of all messages: those that came in today, and those that are answered today."""
    rows, told = day.rows, day.scenario.options.messages
    numbers, days, at = (rows.contacts[name] for name in ("contact_id", "day", "at"))
    for row in day.messages.here:
        who = rows.who[row]
        if days[who] == rows.number:
            first = float(at[who]), int(numbers[who]), 1
            yield *first, "arrived", "web", NEVER
            if told is not None and told.auto_reply:
                yield *first, "auto_replied", "web", NEVER
            yield *first, "queued", "acd", NEVER
    for row in day.messages.done:
        number, agent = int(numbers[rows.who[row]]), int(day.agent_ids[rows.seat[row]])
        began = rows.answered[row] / 1000.0
        yield began, number, 1, "assigned", "acd", agent
        yield began, number, 1, "screen_pop", "cti", agent
        yield rows.ended[row] / 1000.0, number, 1, "replied", "csr", agent


def cases(day: "Day") -> Iterator[Row]:
    """Yield what was done about complaints."""
    for now, number, what, agent in day.case_desk.log if day.case_desk else ():
        yield now / 1000.0, number, 0, what, "desk", agent


def agents(day: "Day") -> Iterator[Row]:
    """Yield who logged in or out, and whose break began or ended."""
    for now, seat, what in day.floor.log:
        yield now / 1000.0, NEVER, 0, what, "csr", int(day.agent_ids[seat])
