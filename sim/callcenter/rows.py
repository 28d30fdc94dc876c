"""The rows of a day: every possible attempt of every contact as one row, and what becomes of it, in lists.

Plain lists of numbers, not an object for each call: that is what makes the day fast and its memory flat.
A further leg of a call (a transfer, an escalation) or a piece of work born inside the day is one more row.
"""

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.contacts import Contacts, Draws, codes, rows_of
from sim.scenario import Scenario

NEVER = -1  # the patience of a caller who never hangs up; a moment that has not come
OUTCOMES = (
    "waiting",
    "answered",
    "abandoned",
    "balked",
    "busy",
    "self_served",
    "left_menu",
)
HOUR = 3_600_000
WAITING, ANSWERED, ABANDONED, BALKED, BUSY, SELF_SERVED, LEFT_MENU = range(len(OUTCOMES))
AGENT, TRANSFER, LEADER, MANAGER = "agent", "transfer", "leader", "manager"  # kinds of legs
FIRST_IN_LINE = -1  # the rank of a further leg: the customer has been through a line already
ASKS = 0  # the way out of the menu of a caller who asks for an agent; else the outcome


class Rows:
    """What is known of each attempt from its birth, and what the day makes of it; times in milliseconds."""

    def __init__(self, scenario: Scenario, contacts: Contacts, draws: Draws, number: int) -> None:
        self.contacts, self.draws, self.number = contacts, draws, number
        first, attempts = rows_of(contacts, draws, scenario.attempts)
        owner = np.full(len(draws), NEVER)
        for use in range(attempts.max(initial=0)):
            has = attempts > use
            owner[first[has] + use] = np.flatnonzero(has)
        self.first: list[int] = first.tolist()
        self.count = len(draws)
        self.special: dict[int, str] = {}  # harassment and its like
        self._born(scenario, owner, attempts)
        self._take_special(scenario)
        at = np.full(self.count, NEVER)
        at[first] = self.times
        # A step writes only what cannot be told from birth: for a plain call that is seat and moment of the
        # answer. When it came in is known, it asks for an agent when the menu is over, and it ends when the
        # talk is over. Packed arrays: less memory, and records come out without a copy.
        blank = array("q", [NEVER]) * self.count
        self.answered, self.ended, self.seat = blank[:], blank[:], blank[:]
        self.outcome = array("q", [WAITING]) * self.count
        self.at = array("q", at.astype(np.int64).tobytes())
        self.waiting = [False] * self.count
        self.order: list[int] = []  # rows in the order they came in
        self._blanks: list[tuple[Any, Any]] = [
            *((values, NEVER) for values in (self.answered, self.ended, self.seat, self.patience)),
            *((values, 0) for values in (self.outcome, self.ivr, self.wrap_up, self.way)),
            *((values, False) for values in (self.waiting, self.balks)),
            (self.redial_delay, NEVER),
            (self.direct, True),
            (self.last, True),
        ]
        self._arrays: dict[str, NDArray[np.int64]] = {}
        # Of few rows only:
        self.origin: dict[int, int] = {}  # leg -> the row of its attempt
        self.kind: dict[int, str] = {}  # what a leg is
        self.repeats: set[int] = set()  # attempts made because the problem was not solved
        self.hosted: dict[int, int] = {}  # row of an agent in a conference -> the leader's leg
        self.call_back: dict[int, str] = {}  # whether who was called back was reached
        self.mood: dict[int, float] = {}  # what the agent's mood adds to the share solved
        self.solved: dict[int, bool] = {}
        self.due: list[tuple[int, int]] = []  # attempts of later days, and when

    def arrivals(
        self, due: tuple[tuple[int, int, float], ...], opening: int, closing: float
    ) -> tuple[list[int], list[int]]:
        """Return who comes in: times, and the row of the attempt, in order of time.

        Who is carried over from another day is there before all others, or comes when a further attempt is due: who meant to
        call at night calls in the first hour, and who means to call on a later day stays in `due`.
        """
        old = np.flatnonzero(self.contacts["day"] != self.number)
        if not len(old):
            return self.times, self.first
        place = {int(number): k for k, number in enumerate(self.contacts["contact_id"])}
        times, rows = np.array(self.times), np.array(self.first)
        times[old] = min(opening, times.min(where=self.contacts["day"] == self.number, initial=opening)) - 1
        today = np.ones(len(times), dtype=bool)
        for number, attempt, at in due:
            k, moment = place[number], round(at * 1000)
            row = self.first[k] + attempt - 1
            self.repeats.add(int(row))
            if moment >= closing:
                self.due.append((row, moment))
                today[k] = False
                continue
            times[k] = moment if moment >= opening else opening + moment % HOUR
            rows[k] = row
            self.at[row] = int(times[k])
        order = np.flatnonzero(today)[np.argsort(times[today], kind="stable")]
        return times[order].tolist(), rows[order].tolist()

    def day_of(self, who: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of the day for the records of these contacts."""
        return np.full(len(who), self.number)

    def array(self, name: str) -> NDArray[np.int64]:
        """Return one of the lists as an array, made once; only when the day is over."""
        if name not in self._arrays:
            self._arrays[name] = np.array(getattr(self, name), dtype=np.int64)
        return self._arrays[name]

    def clock(self, column: str) -> list[int]:
        """Return one column of the draws in milliseconds, by row."""
        return clock(self.draws[column])

    def add(self, now: int, parent: int, skill: int, talk: int, kind: str) -> int:
        """Add a further leg of a call, or a piece of work of no call (parent -1); return its row."""
        row = self.count
        self.count += 1
        self.kind[row] = kind
        self.who.append(NEVER if parent == NEVER else self.who[parent])
        if parent != NEVER:
            self.origin[row] = self.origin.get(parent, parent)
        self.skill.append(skill)
        self.rank.append(FIRST_IN_LINE)
        self.talk.append(talk)
        self.at.append(now)
        for values, value in self._blanks:
            values.append(value)
        return row

    def _born(self, scenario: Scenario, owner: NDArray, attempts: NDArray) -> None:
        contacts, draws = self.contacts, self.draws
        used = owner >= 0
        self.times = clock(contacts["at"] + (contacts["day"] - self.number) * 86_400.0)
        names = [skill.name for skill in scenario.skills]
        skill = codes(contacts["skill"], names, "skill")
        priority = np.array([one.priority for one in scenario.skills])[skill]
        rank = priority * 20 + contacts["priority"] * 2 + ~contacts["vip"]
        self.born_who, self.born_skill = owner, _by_row(skill, owner, used)
        self.who: list[int] = listed(owner)
        self.born_rank = _by_row(rank, owner, used)
        self.skill, self.rank = listed(self.born_skill), listed(self.born_rank)
        self.ivr, self.wrap_up = clock(draws["ivr"]), clock(draws["wrap_up"])
        self.hold = np.rint(draws["hold"] * 1000.0).astype(np.int64)
        self.talk, self.patience = (
            clock(draws["talk"] + draws["hold"]),
            clock(draws["patience"]),
        )  # hold is in it
        # One number decides the way out of the menu, from both ends, so that a change of one share leaves
        # the people of the other alone.
        ivr = scenario.ivr
        leaves = np.where(draws["self_service"] >= 1 - ivr.left_menu_share, LEFT_MENU, ASKS)
        own = (one.self_service_share for one in scenario.skills)
        share = np.array([ivr.self_service_share if one is None else one for one in own])[self.born_skill]
        way = np.where(draws["self_service"] < share, SELF_SERVED, leaves)
        self.way: list[int] = listed(way)
        self.direct: list[bool] = listed((draws["ivr"] == 0) & (way == ASKS))
        self.balks: list[bool] = listed(draws["balk"] < scenario.patience.balk_share)
        last = np.ones(len(draws), dtype=bool)
        if len(contacts):
            last[used] = draws["attempt"][used] >= attempts[owner[used]]
        self.last: list[bool] = listed(last)
        again = (draws["redial"] < scenario.redial.probability) & ~last
        self.redial_delay = clock(np.where(again, draws["redial_delay"], np.inf))

    def _take_special(self, scenario: Scenario) -> None:
        """Give the special calls their kind and their time; nobody gets a leader, or solves anything, in them."""
        told = scenario.options.special
        if told is None:
            return
        kinds = ("silent", "harassment", "threat")
        edges = np.cumsum([told.silent_share, told.harassment_share, told.threat_share])
        code = np.searchsorted(edges, self.draws["special"], side="right")
        talk = self.clock("special_talk")
        for row in np.flatnonzero(code < len(kinds)).tolist():
            self.special[row] = kinds[code[row]]
            self.talk[row], self.hold[row] = talk[row], 0


def _by_row(values: NDArray, owner: NDArray, used: NDArray) -> NDArray[np.int64]:
    made = values[owner] if len(values) else np.zeros(len(owner), dtype=np.int64)
    return np.where(used, made, 0)


def listed(values: NDArray) -> list[Any]:
    """Return the list of an array; where all are equal, of one and the same number, which costs little."""
    if len(values) and (values == values[0]).all():
        return [values[0].item()] * len(values)
    return values.tolist()


def ticks(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole milliseconds; infinity becomes NEVER."""
    made = np.rint(seconds * 1000.0)
    made[np.isinf(made)] = NEVER
    return made.astype(np.int64)


def clock(seconds: NDArray[np.float64]) -> list[int]:
    """Return whole milliseconds as a list; infinity becomes NEVER."""
    return listed(ticks(seconds))
