"""The contact centre of one day: contacts with their draws go in, records come out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.callcenter.cases import Case, Cases
from sim.callcenter.chats import Dialogues
from sim.callcenter.clock import Clock
from sim.callcenter.crew import Crew
from sim.callcenter.day import Day, Today
from sim.callcenter.known import Known
from sim.callcenter.legs import Legs, legs_of
from sim.callcenter.messages import Letters
from sim.callcenter.parts import WRITTEN
from sim.callcenter.presence import Presence, presence_of
from sim.callcenter.special import SpecialCalls, register
from sim.callcenter.work import Work, work_of
from sim.contacts import Contacts, Draws, validate
from sim.errors import InputError
from sim.records import Calls, calls_of
from sim.scenario import Scenario
from sim.staffing import Staffing
from sim.tracing import TraceRow, events_of

__all__ = ["Calls", "Carry", "Cases", "Centre", "Results"]

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Carry:
    """What the next day must know: the last day run, and what was unfinished when it ended.

    `waiting`: contacts still in line. `contacts` and `draws`: those of other days who may still come up:
    messages nobody has answered, and customers who will call again (`due`: contact, attempt, seconds since
    midnight of `day`). `cases`: the book of open complaints. `crew`: the agents as they go home. `known`:
    customers served so far, for the screen pop of a rich centre.
    """

    day: int
    waiting: tuple[int, ...] = ()
    crew: Crew | None = None
    contacts: Contacts | None = None
    draws: Draws | None = None
    due: tuple[tuple[int, int, float], ...] = ()
    cases: tuple[Case, ...] = ()
    known: Known | None = None


@dataclass(frozen=True)
class Results:
    """What one day leaves behind: records, and what travels to the next day.

    `calls` one row per attempt by phone, `legs` one per agent who handled a call (rich scenarios), `chats`,
    `messages` answered today, `cases` closed today or open, `presence` of the agents.
    """

    calls: Calls
    cases: Cases
    carry: Carry
    legs: Legs
    chats: Dialogues
    messages: Letters
    presence: Presence
    special_calls: SpecialCalls
    work: Work | None = None  # of a plain phone day the calls tell it


class Centre:
    """A contact centre; `run` takes one day's contacts through it. It draws nothing.

    `clock` is the engine's: the fast one unless a test wants SimPy as it comes (`sim.callcenter.clock.StockClock`). A day
    of plain queues needs no clock at all (`sim.callcenter.recursion`), unless `recursion` is False. The path is the same.
    """

    def __init__(
        self, scenario: Scenario, *, clock: Callable[[int], Any] = Clock, recursion: bool = True
    ) -> None:
        self.scenario = scenario
        self.clock, self.recursion = clock, recursion

    def run(
        self,
        contacts: Contacts,
        draws: Draws,
        staffing: Staffing | None = None,
        carry: Carry | None = None,
        trace: list[TraceRow] | None = None,
        *,
        crew: Crew | None = None,
    ) -> Results:
        """Return the records of one day.

        `staffing` is the scenario's own unless given; `trace`, if given, receives the events in order of
        time. Agents of the last interval stay until the line is empty. Callers who did not get through
        (busy, balked, abandoned) may try again with the next attempt's draws, unless that would be after
        closing. `crew` are the agents as people, where the scenario has that; by default those of `carry`,
        or `Crew.of(scenario)`. Raises InputError when contacts, draws, staffing and carry do not fit together.
        """
        validate(contacts, self.scenario)
        number = _day_number(contacts, carry)
        staffing = staffing or Staffing.of(self.scenario)
        _refuse_endless(self.scenario, contacts, draws, staffing)
        today = _today(number, contacts, draws, carry)
        crew = crew or (carry.crew if carry else None)
        book, known = (carry.cases, carry.known) if carry else ((), None)
        day = Day(self.scenario, today, staffing, crew=crew, book=book, known=known, clock=self.clock)
        day.run(recursion=self.recursion)
        calls = calls_of(day)
        day.floor.close(self.scenario.closing_seconds * 1000)
        waiting = tuple(calls["contact_id"][calls["outcome"] == "waiting"].tolist())
        results = Results(
            calls,
            day.case_desk.records() if day.case_desk else Cases.empty(),
            _carry(day, number, waiting),
            legs_of(day),
            day.chats.records() if day.chats else Dialogues.empty(),
            day.messages.records(),
            presence_of(day),
            register(calls, today.draws) if self.scenario.options.special else SpecialCalls.empty(),
            work_of(day),
        )
        if trace is not None:
            trace.extend(events_of(day, results))
        return results


def _refuse_endless(scenario: Scenario, contacts: Contacts, draws: Draws, staffing: Staffing) -> None:
    """Refuse callers who would wait for ever: their skill has no agent all day, and they never hang up."""
    served = {name for t in scenario.teams if any(staffing[t.name]) for name in (*t.skills, *t.overflow)}
    for skill in scenario.skills:
        if skill.name in served or skill.channel in WRITTEN:
            continue
        ids = contacts["contact_id"][contacts["skill"] == skill.name]
        patience = draws["patience"][np.isin(draws["contact_id"], ids)]
        if np.isinf(patience).any() and scenario.patience.law == "endless":
            raise InputError(
                f"staffing: agents for {skill.name!r} = 0 in every interval: with endless patience its callers would "
                "wait for ever; give a team that takes it at least one agent, or choose another patience law"
            )


def _today(number: int, contacts: Contacts, draws: Draws, carry: Carry | None) -> Today:
    """Put those carried over before today's; InputError when somebody would be there twice."""
    if carry is None or carry.contacts is None or carry.draws is None:
        return Today(number, contacts, draws)
    again = np.intersect1d(carry.contacts["contact_id"], contacts["contact_id"])
    if len(again):
        raise InputError(
            f"contacts: contact_id = {again[0]}: is still open from an earlier day; number every contact anew"
        )
    late = (number - carry.day) * DAY_SECONDS
    due = tuple((contact, attempt, at - late) for contact, attempt, at in carry.due)
    return Today(number, Contacts.joined(carry.contacts, contacts), Draws.joined(carry.draws, draws), due)


def _carry(day: Day, number: int, waiting: tuple[int, ...]) -> Carry:
    """Return what travels to the next day."""
    rows = day.rows
    crew = day.pace.next_day() if day.pace else None
    cases = tuple(day.case_desk.book.values()) if day.case_desk else ()
    known = day.known.after(day) if day.scenario.is_rich else None
    who = {rows.who[row] for row in day.messages.unanswered()} | {rows.who[row] for row, _ in rows.due}
    if not who:
        return Carry(number, waiting, crew, cases=cases, known=known)
    places = np.array(sorted(who), dtype=np.int64)
    contacts = rows.contacts.rows(places)
    draws = rows.draws.rows(np.isin(rows.draws["contact_id"], contacts["contact_id"]))
    numbers, attempts = rows.contacts["contact_id"], rows.draws["attempt"]
    due = tuple((int(numbers[rows.who[row]]), int(attempts[row]), at / 1000.0) for row, at in rows.due)
    return Carry(number, waiting, crew, contacts, draws, due, cases, known)


def _day_number(contacts: Contacts, carry: Carry | None) -> int:
    day = int(contacts["day"][0]) if len(contacts) else (carry.day + 1 if carry else 0)
    if carry is not None and carry.day >= day:
        raise InputError(
            f"carry: day = {carry.day}: must be before the day to run, {day}; run the days in their order"
        )
    return day
