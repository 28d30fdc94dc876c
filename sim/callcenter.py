"""The contact centre of one day: contacts with their draws go in, records come out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.clock import Clock
from sim.contacts import Contacts, Draws, validate
from sim.crew import Crew
from sim.day import Day
from sim.errors import InputError
from sim.legs import Legs, legs_of
from sim.records import Calls, Cases, calls_of
from sim.scenario import Scenario
from sim.staffing import Staffing
from sim.tracing import TraceRow, events

__all__ = ["Calls", "Carry", "Cases", "Centre", "Results"]


@dataclass(frozen=True)
class Carry:
    """What the next day must know: the last day run, and the contacts still in line when it ended."""

    day: int
    waiting: tuple[int, ...] = ()
    crew: Crew | None = None


@dataclass(frozen=True)
class Results:
    """What one day leaves behind: records of calls and cases, and what travels to the next day."""

    calls: Calls
    cases: Cases
    carry: Carry
    legs: Legs


class Centre:
    """A contact centre; `run` takes one day's contacts through it. It draws nothing.

    `clock` is the engine's: the fast one unless a test wants SimPy as it comes (`sim.clock.StockClock`).
    """

    def __init__(self, scenario: Scenario, *, clock: Callable[[int], Any] = Clock) -> None:
        self.scenario = scenario
        self.clock = clock

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
        crew = crew or (carry.crew if carry else None)
        day = Day(self.scenario, contacts, draws, staffing, crew=crew, clock=self.clock)
        day.clock.run()
        calls = calls_of(day)
        if trace is not None:
            trace.extend(events(calls))
        waiting = tuple(calls["contact_id"][calls["outcome"] == "waiting"].tolist())
        next_crew = day.pace.next_day() if day.pace else None
        return Results(calls, Cases.empty(), Carry(number, waiting, next_crew), legs_of(day))


def _day_number(contacts: Contacts, carry: Carry | None) -> int:
    day = int(contacts["day"][0]) if len(contacts) else (carry.day + 1 if carry else 0)
    if carry is not None and carry.day >= day:
        raise InputError(
            f"carry: day = {carry.day}: must be before the day to run, {day}; run the days in their order"
        )
    return day
