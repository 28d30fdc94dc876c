"""The way of a phone call: trunk, menu, line, agent, wrap-up, each a step of the clock."""

import math
from collections.abc import Callable

from sim.callcenter.clock import Timekeeper
from sim.callcenter.floor import NONE, Floor
from sim.callcenter.rows import ABANDONED, BALKED, BUSY, NEVER, Rows
from sim.scenario import Scenario

Hook = Callable[[int, int], bool]  # (now, row) -> whether the call goes its plain way


class Phone:
    """The steps a call takes; each says in one place what happens next. Times in milliseconds.

    The plain way is all here. What a scenario adds when a caller joins the line (`joined`), is answered
    (`greeting`) or the talk is over (`talk_over`) is asked only if it is there.
    """

    __slots__ = (
        "answered",
        "at",
        "balks",
        "came_in",
        "closing",
        "direct",
        "ended",
        "floor",
        "greeting",
        "ivr",
        "join",
        "joined",
        "load",
        "on_answer",
        "on_end_talk",
        "on_free",
        "only",
        "outcome",
        "patience",
        "plan",
        "plan_late",
        "promised",
        "rank",
        "release",
        "rows",
        "seat",
        "seat_for",
        "serve",
        "skill",
        "talk",
        "talk_over",
        "trunks_free",
        "waiting",
        "way",
        "wrap_up",
    )

    def __init__(self, scenario: Scenario, rows: Rows, floor: Floor, clock: Timekeeper) -> None:
        self.rows, self.floor = rows, floor
        self.plan, self.plan_late = clock.plan, clock.plan_late
        self.trunks_free = scenario.trunks
        midnight = scenario.closing_minutes == 24 * 60
        self.closing = math.inf if midnight else scenario.closing_seconds * 1000
        self.promised: set[int] = set()  # rows that wait at home for our call, and never lose patience
        self.joined: Hook | None = None
        self.greeting: Hook | None = None
        self.talk_over: Hook | None = None
        self.on_answer = self.answer
        self.serve: Callable[[int, int, int], None] = self.on_answer  # who comes next may be no phone call
        # The lists of every step, one look-up away.
        self.skill, self.rank, self.way = rows.skill, rows.rank, rows.way
        self.ivr, self.patience, self.talk, self.wrap_up = rows.ivr, rows.patience, rows.talk, rows.wrap_up
        self.waiting, self.seat, self.load = rows.waiting, rows.seat, floor.load
        self.at, self.answered, self.ended, self.direct = rows.at, rows.answered, rows.ended, rows.direct
        self.outcome, self.balks, self.came_in = rows.outcome, rows.balks, rows.order.append
        self.only, self.seat_for, self.join, self.release = (
            floor.only,
            floor.seat_for,
            floor.join,
            floor.release,
        )
        self.on_end_talk, self.on_free = self.end_talk, self.free  # bound once, not per call

    def dial(self, now: int, row: int) -> None:
        """PBX: give the call a trunk, or a busy signal."""
        self.came_in(row)
        if not self.trunks_free:
            self.lose(now, row, BUSY)
            return
        self.trunks_free -= 1
        if self.direct[row]:
            self.ask(now, row)
        else:
            self.plan(now + self.ivr[row], self.choose, row)

    def choose(self, now: int, row: int) -> None:
        """IVR: the caller has been helped, leaves, or asks for an agent."""
        if self.way[row]:
            self.trunks_free += 1
            self.outcome[row], self.ended[row] = self.way[row], now
        else:
            self.ask(now, row)

    def ask(self, now: int, row: int) -> None:
        """ACD: to the agent free longest, or into the line."""
        team = self.only[self.skill[row]]
        if team is None:
            seat = self.seat_for(self.skill[row])
        else:  # nothing to choose
            seat = team.free.popleft()[1] if team.free else NONE
        if seat >= 0:
            self.answer(now, row, seat)
        elif self.balks[row]:
            self.trunks_free += 1
            self.lose(now, row, BALKED)
        else:
            self.waiting[row] = True
            self.join(row, self.skill[row], self.rank[row], now)
            if self.patience[row] != NEVER:
                # Late in its moment: an agent free in this very millisecond is still in time.
                self.plan_late(now + self.patience[row], self.lose_patience, row)
            if self.joined is not None:
                self.joined(now, row)

    def lose_patience(self, now: int, row: int) -> None:
        """The caller hangs up; the place in the line is dropped when it comes to the head."""
        if self.waiting[row] and row not in self.promised:
            self.waiting[row] = False
            self.trunks_free += 1
            self.lose(now, row, ABANDONED)

    def answer(self, now: int, row: int, seat: int) -> None:
        """CTI and CSR: the agent in this seat sees the customer's record and speaks."""
        self.load[seat] = 1
        self.seat[row] = seat
        self.answered[row] = now
        if self.greeting is None or self.greeting(now, row):
            self.plan(now + self.talk[row], self.on_end_talk, row)

    def end_talk(self, now: int, row: int) -> None:
        """The trunk is free again, unless the call goes on with another agent; this one writes it up."""
        if self.talk_over is None or self.talk_over(now, row):
            self.trunks_free += 1
            if self.wrap_up[row]:
                self.plan(now + self.wrap_up[row], self.on_free, self.seat[row])
            else:
                self.free(now, self.seat[row])

    def free(self, now: int, seat: int) -> None:
        """The agent in this seat goes if the shift is over, else takes the next caller or is free."""
        following = self.release(now, seat)
        if following >= 0:
            self.serve(now, following, seat)

    def lose(self, now: int, row: int, outcome: int) -> None:
        """Note a caller who did not get through, and whether there will be another attempt."""
        self.outcome[row], self.ended[row] = outcome, now
        delay = self.rows.redial_delay[row]
        if delay != NEVER and now + delay < self.closing:
            self.at[row + 1] = now + delay
            self.plan(now + delay, self.dial, row + 1)
