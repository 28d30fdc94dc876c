"""The contact centre of one day: trunks, voice menu, distribution of calls and agents, on SimPy."""

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.contacts import Contacts, Draws, codes, rows_of, validate
from sim.errors import InputError
from sim.floor import Line, Team, longest_free
from sim.records import Calls, Cases, calls_of
from sim.scenario import Scenario
from sim.staffing import Staffing
from sim.tracing import TraceRow, events

__all__ = ["Call", "Calls", "Carry", "Cases", "Centre", "Results"]

Timer = Any  # a simpy.Timeout whose value is its Call
NEVER = -1  # the patience of a caller who never hangs up; the clock counts whole milliseconds


@dataclass(frozen=True)
class Carry:
    """What the next day must know: the last day run, and the contacts still in line when it ended."""

    day: int
    waiting: tuple[int, ...] = ()


@dataclass(frozen=True)
class Results:
    """What one day leaves behind: records of calls and cases, and what travels to the next day."""

    calls: Calls
    cases: Cases
    carry: Carry


class Call:
    """One attempt on its way through the centre; times in milliseconds since midnight."""

    __slots__ = (
        "agent",
        "answered",
        "at",
        "attempt",
        "ended",
        "outcome",
        "place",
        "queued",
        "row",
        "skill",
        "team",
        "waiting",
        "who",
    )

    def __init__(self, who: int, attempt: int, row: int, at: int, skill: int) -> None:
        self.who = who  # row of the contact
        self.attempt = attempt
        self.row = row  # row of its draws
        self.at = at
        self.skill = skill
        self.outcome = "waiting"
        self.queued = self.answered = self.ended = self.place = self.agent = -1
        self.team: Team | None = None
        self.waiting = False


class Centre:
    """A contact centre; `run` takes one day's contacts through it. It draws nothing."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def run(
        self,
        contacts: Contacts,
        draws: Draws,
        staffing: Staffing | None = None,
        carry: Carry | None = None,
        trace: list[TraceRow] | None = None,
    ) -> Results:
        """Return the records of one day.

        `staffing` is the scenario's own unless given; `trace`, if given, receives the events in order of
        time. Agents of the last interval stay until the line is empty. Callers who did not get through
        (busy, balked, abandoned) may try again with the next attempt's draws, unless that would be after
        closing. Raises InputError when contacts, draws, staffing and carry do not fit together.
        """
        validate(contacts, self.scenario)
        staffing = staffing or Staffing.of(self.scenario)
        number = _day_number(contacts, carry)
        day = Day(self.scenario, contacts, draws, staffing)
        day.env.run()
        calls = day.records()
        if trace is not None:
            trace.extend(events(calls))
        waiting = tuple(calls["contact_id"][calls["outcome"] == "waiting"].tolist())
        return Results(calls, Cases.empty(), Carry(number, waiting))


class Day:
    """The centre while one day runs: the clock, the floor, and the steps a call takes as callbacks."""

    def __init__(self, scenario: Scenario, contacts: Contacts, draws: Draws, staffing: Staffing) -> None:
        self.scenario = scenario
        self.contacts = contacts
        self.draws = draws
        # Any, because this clock counts whole milliseconds and SimPy's types say int or float.
        self.env: Any = simpy.Environment(initial_time=scenario.opening_seconds * 1000)
        self.closing = math.inf if scenario.closing_minutes == 24 * 60 else scenario.closing_seconds * 1000
        self.trunks_free = scenario.trunks
        self.calls: list[Call] = []
        self._take_columns()
        self._open_floor(staffing)
        self.next_contact = self.joined = 0
        self.env.process(self.shifts())
        self._await_contact()

    def _take_columns(self) -> None:
        contacts, draws = self.contacts, self.draws
        names = [skill.name for skill in self.scenario.skills]
        self.at = clock(contacts["at"])
        self.skill = codes(contacts["skill"], names, "skill").tolist()
        self.ordinary = (~contacts["vip"]).tolist()
        self.first_row, self.attempts = rows_of(contacts, draws, self.scenario.redial.max_attempts)
        self.ivr, self.talk, self.wrap_up = (clock(draws[c]) for c in ("ivr", "talk", "wrap_up"))
        self.redial_delay = clock(draws["redial_delay"])
        self.patience = clock(draws["patience"])
        ivr, redial = self.scenario.ivr, self.scenario.redial
        # One number decides the way out of the menu, from both ends, so that a change of one share leaves
        # the people of the other alone.
        self.helps_itself = (draws["self_service"] < ivr.self_service_share).tolist()
        self.leaves_menu = (draws["self_service"] >= 1 - ivr.left_menu_share).tolist()
        self.balks = (draws["balk"] < self.scenario.patience.balk_share).tolist()
        self.redials = (draws["redial"] < redial.probability).tolist()

    def _open_floor(self, staffing: Staffing) -> None:
        skills, teams = self.scenario.skills, self.scenario.teams
        place = {skill.name: k for k, skill in enumerate(skills)}
        self.lines = [Line() for _ in skills]
        self.teams = [
            Team(number, staffing[team.name], [self.lines[place[name]] for name in team.skills])
            for number, team in enumerate(teams)
        ]
        # For each skill, the teams that take it, those who prefer it most first.
        deepest = max(len(team.skills) for team in teams)
        self.levels: list[list[list[Team]]] = [
            [
                found
                for depth in range(deepest)
                if (
                    found := [
                        floor
                        for team, floor in zip(teams, self.teams, strict=True)
                        if team.skills[depth : depth + 1] == (skill.name,)
                    ]
                )
            ]
            for skill in skills
        ]

    def shifts(self) -> Generator[simpy.Event, Any, None]:
        """Change the shift at the start of each interval: new agents take waiting callers at once."""
        for interval in range(self.scenario.intervals):
            for team in self.teams:
                for _ in range(team.change_shift(team.plan[interval], self.env.now)):
                    call = team.next_call()
                    if call is None:
                        break
                    self.answer(call, team, team.free.popleft()[1])
            yield self.env.timeout(self.scenario.interval_minutes * 60_000)

    def _await_contact(self) -> None:
        if self.next_contact < len(self.at):
            self.env.timeout(self.at[self.next_contact] - self.env.now).callbacks.append(self.arrive)

    def arrive(self, _: Timer) -> None:
        """Let the next contact of the list call."""
        who = self.next_contact
        self.next_contact += 1
        self._await_contact()
        self.dial(who, 1)

    def dial(self, who: int, attempt: int) -> None:
        """PBX: give the call a trunk, or a busy signal."""
        row = self.first_row[who] + attempt - 1
        call = Call(who, attempt, row, self.env.now, self.skill[who])
        self.calls.append(call)
        if not self.trunks_free:
            self.lose(call, "busy")
            return
        self.trunks_free -= 1
        if self.ivr[row]:
            self.env.timeout(self.ivr[row], call).callbacks.append(self.leave_menu)
        else:
            self.choose(call)

    def leave_menu(self, event: Timer) -> None:
        """IVR: the time in the menu is over."""
        self.choose(event.value)

    def choose(self, call: Call) -> None:
        """IVR: the caller has been helped, leaves, or asks for an agent."""
        if self.helps_itself[call.row]:
            self.hang_up(call, "self_served")
        elif self.leaves_menu[call.row]:
            self.hang_up(call, "left_menu")
        else:
            self.distribute(call)

    def distribute(self, call: Call) -> None:
        """ACD: to the agent free longest, or into the line."""
        call.queued = self.env.now
        team = longest_free(self.levels[call.skill])
        if team is not None:
            self.answer(call, team, team.free.popleft()[1])
        elif self.balks[call.row]:
            self.hang_up(call, "balked")
        else:
            call.waiting = True
            self.joined += 1
            self.lines[call.skill].join(call, (self.ordinary[call.who], self.env.now, self.joined))
            if self.patience[call.row] != NEVER:
                self.env.timeout(self.patience[call.row], call).callbacks.append(self.lose_patience)

    def lose_patience(self, event: Timer) -> None:
        """The caller has waited long enough; an agent free in this very millisecond is still in time."""
        if event.value.waiting:
            self.env.timeout(0, event.value).callbacks.append(self.abandon)

    def abandon(self, event: Timer) -> None:
        """The caller hangs up; the place in the line is dropped when it comes to the head."""
        call = event.value
        if call.waiting:
            call.waiting = False
            self.hang_up(call, "abandoned")

    def answer(self, call: Call, team: Team, place: int) -> None:
        """CTI and CSR: the agent at this place of the team sees the customer's record and speaks."""
        team.busy[place] = True
        call.waiting = False
        call.team, call.place = team, place
        call.outcome = "answered"
        call.agent = team.first_id + place
        call.answered = self.env.now
        self.env.timeout(self.talk[call.row], call).callbacks.append(self.end_talk)

    def end_talk(self, event: Timer) -> None:
        """The trunk is free again; the agent writes up the call."""
        call = event.value
        call.ended = self.env.now
        self.trunks_free += 1
        if self.wrap_up[call.row]:
            self.env.timeout(self.wrap_up[call.row], call).callbacks.append(self.end_wrap_up)
        else:
            self.end_wrap_up(event)

    def end_wrap_up(self, event: Timer) -> None:
        """The agent goes home if the shift is over, else takes the next caller or is free."""
        team, place = event.value.team, event.value.place
        team.busy[place] = False
        if place >= team.on_duty:
            return
        call = team.next_call()
        if call is None:
            team.free.append((self.env.now, place))
        else:
            self.answer(call, team, place)

    def hang_up(self, call: Call, outcome: str) -> None:
        """End a call that no agent answered, and give its trunk back."""
        self.trunks_free += 1
        if outcome in ("self_served", "left_menu"):
            call.outcome, call.ended = outcome, self.env.now
        else:
            self.lose(call, outcome)

    def lose(self, call: Call, outcome: str) -> None:
        """Note a caller who did not get through, and whether there will be another attempt."""
        call.outcome, call.ended = outcome, self.env.now
        delay = self.redial_delay[call.row]
        again = self.redials[call.row] and call.attempt < self.attempts[call.who]
        if again and self.env.now + delay < self.closing:
            self.env.timeout(delay, call).callbacks.append(self.redial)

    def redial(self, event: Timer) -> None:
        """Try again."""
        self.dial(event.value.who, event.value.attempt + 1)

    def records(self) -> Calls:
        """Return one record per attempt, in the order the calls came in."""
        return calls_of(self.calls, self.scenario, self.contacts, self.draws, self.env.now)


def clock(seconds: NDArray[np.float64]) -> list[int]:
    """Return whole milliseconds; infinity becomes NEVER."""
    finite = np.isfinite(seconds)
    return np.where(finite, np.rint(np.where(finite, seconds, 0.0) * 1000.0), NEVER).astype(np.int64).tolist()


def _day_number(contacts: Contacts, carry: Carry | None) -> int:
    day = int(contacts["day"][0]) if len(contacts) else (carry.day + 1 if carry else 0)
    if carry is not None and carry.day >= day:
        raise InputError(
            f"carry: day = {carry.day}: must be before the day to run, {day}; run the days in their order"
        )
    return day
