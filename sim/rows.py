"""The rows of a day: every possible attempt of every contact as one row, and what becomes of it, in lists.

Plain lists of numbers, not an object for each call: that is what makes the day fast and its memory flat.
A further leg of a call (a transfer, an escalation) or a piece of work born inside the day is one more row.
"""

from array import array

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
    "unreached",
)
WAITING, ANSWERED, ABANDONED, BALKED, BUSY, SELF_SERVED, LEFT_MENU, UNREACHED = range(len(OUTCOMES))
ASKS = 0  # the way out of the menu of a caller who asks for an agent; else the outcome


class Rows:
    """What is known of each attempt from its birth, and what the day makes of it; times in milliseconds."""

    def __init__(self, scenario: Scenario, contacts: Contacts, draws: Draws) -> None:
        self.contacts, self.draws = contacts, draws
        first, attempts = rows_of(contacts, draws, scenario.attempts)
        owner = np.full(len(draws), NEVER)
        for use in range(attempts.max(initial=0)):
            has = attempts > use
            owner[first[has] + use] = np.flatnonzero(has)
        self.first: list[int] = first.tolist()
        self.count = len(draws)
        self._born(scenario, owner, attempts)
        # What a step only writes stands in packed arrays: less memory, and records come out without a copy.
        blank = array("q", [NEVER]) * self.count
        self.at, self.queued, self.answered = blank[:], blank[:], blank[:]
        self.ended, self.outcome = blank[:], array("q", [WAITING]) * self.count
        self.seat = [NEVER] * self.count
        self.waiting = [False] * self.count
        self.order: list[int] = []  # rows in the order they came in

    def _born(self, scenario: Scenario, owner: NDArray, attempts: NDArray) -> None:
        contacts, draws = self.contacts, self.draws
        used = owner >= 0
        self.times = clock(contacts["at"])
        names = [skill.name for skill in scenario.skills]
        skill = codes(contacts["skill"], names, "skill")
        priority = np.array([one.priority for one in scenario.skills])[skill]
        rank = priority * 2 + ~contacts["vip"]
        self.who: list[int] = owner.tolist()
        self.skill = _by_row(skill, owner, used)
        self.rank = _by_row(rank, owner, used)
        self.ivr, self.wrap_up = clock(draws["ivr"]), clock(draws["wrap_up"])
        self.talk, self.patience = clock(draws["talk"] + draws["hold"]), clock(draws["patience"])
        # One number decides the way out of the menu, from both ends, so that a change of one share leaves
        # the people of the other alone.
        ivr = scenario.ivr
        leaves = np.where(draws["self_service"] >= 1 - ivr.left_menu_share, LEFT_MENU, ASKS)
        self.way = np.where(draws["self_service"] < ivr.self_service_share, SELF_SERVED, leaves).tolist()
        self.balks = (draws["balk"] < scenario.patience.balk_share).tolist()
        last = np.ones(len(draws), dtype=bool)
        if len(contacts):
            last[used] = draws["attempt"][used] >= attempts[owner[used]]
        again = (draws["redial"] < scenario.redial.probability) & ~last
        self.redial_delay = clock(np.where(again, draws["redial_delay"], np.inf))


def _by_row(values: NDArray, owner: NDArray, used: NDArray) -> list[int]:
    made = np.zeros(len(owner), dtype=np.int64)
    made[used] = values[owner[used]]
    return made.tolist()


def clock(seconds: NDArray[np.float64]) -> list[int]:
    """Return whole milliseconds; infinity becomes NEVER."""
    made = np.rint(seconds * 1000.0)
    made[np.isinf(made)] = NEVER
    return made.astype(np.int64).tolist()
