"""The express way: the steps of a phone call, run together so that a stage costs one step of the fast clock."""

from heapq import heappop, heappush
from typing import Any

from sim.callcenter.clock import RANK
from sim.callcenter.floor import NONE, Floor
from sim.callcenter.phone import Phone
from sim.callcenter.rows import ABANDONED, BALKED, BUSY, NEVER, Rows
from sim.scenario import Scenario


class Express(Phone):
    """The phone on the fast clock; the same path as `Phone`, bit for bit, which says more plainly what it does.

    Where nobody else is to be asked, who gets a seat speaks at once, and a seat that comes free takes the next
    caller in the same step. A step is put into the queue of the clock without a call in between. See decision
    0060 for what that saves.
    """

    __slots__ = ("entries", "on_lose_patience", "team_at", "turn")

    def __init__(self, scenario: Scenario, rows: Rows, floor: Floor, clock: Any) -> None:
        super().__init__(scenario, rows, floor, clock)
        self.entries, self.turn, self.team_at = clock.entries, clock.turn, floor.team_at
        self.on_lose_patience = self.lose_patience

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
            heappush(self.entries, (now + self.ivr[row], self.turn(), self.choose, row))

    def ask(self, now: int, row: int) -> None:
        """ACD: to the agent free longest, who speaks at once, or into the line."""
        skill = self.skill[row]
        team = self.only[skill]
        if team is None:
            seat = self.seat_for(skill)
        elif team.free:
            seat = team.free.popleft()[1]
        else:
            seat = NONE
        if seat >= 0 and self.greeting is not None:
            self.answer(now, row, seat)
        elif seat >= 0:
            self.load[seat] = 1
            self.seat[row], self.answered[row] = seat, now
            heappush(self.entries, (now + self.talk[row], self.turn(), self.on_end_talk, row))
        elif self.balks[row]:
            self.trunks_free += 1
            self.lose(now, row, BALKED)
        else:
            self.waiting[row] = True
            self.join(row, skill, self.rank[row], now)
            patience = self.patience[row]
            if patience != NEVER:
                heappush(self.entries, (now + patience, RANK + self.turn(), self.on_lose_patience, row))
            if self.joined is not None:
                self.joined(now, row)

    def lose_patience(self, now: int, row: int) -> None:
        """The caller hangs up; the place in the line is dropped when it comes to the head."""
        if self.waiting[row] and row not in self.promised:
            self.waiting[row] = False
            self.trunks_free += 1
            self.lose(now, row, ABANDONED)

    def end_talk(self, now: int, row: int) -> None:
        """The trunk is free again, unless the call goes on; the agent writes it up, or takes the next caller."""
        if self.talk_over is not None and not self.talk_over(now, row):
            return
        self.trunks_free += 1
        seat = self.seat[row]
        if self.wrap_up[row]:
            heappush(self.entries, (now + self.wrap_up[row], self.turn(), self.on_free, seat))
            return
        lines = self.team_at[seat].lines
        if (
            len(lines) > 1
            or self.floor.gone[seat]
            or self.greeting is not None
            or self.serve is not self.on_answer
        ):
            self.free(now, seat)
            return
        line, waiting = lines[0], self.waiting  # a team with one line need not choose
        while line:
            following = heappop(line)[3]
            if waiting[following]:
                waiting[following] = False
                self.seat[following], self.answered[following] = seat, now
                heappush(self.entries, (now + self.talk[following], self.turn(), self.on_end_talk, following))
                return
        self.load[seat] = 0
        self.team_at[seat].free.append((now, seat))
