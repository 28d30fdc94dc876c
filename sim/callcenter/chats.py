"""Chats: an agent holds several at once, and some customers leave without a sign."""

from typing import TYPE_CHECKING

import numpy as np

from sim.callcenter.options import Chat
from sim.callcenter.rows import ABANDONED, ANSWERED, NEVER, WAITING
from sim.columns import Columns

if TYPE_CHECKING:
    from sim.callcenter.day import Day


class Dialogues(Columns):
    """One row per chat; columns in the data dictionary."""

    table = "chats"


class Chats:
    """The steps of a chat: it waits for an agent with a place free, and may be dead when it is opened.

    An agent who is in a chat takes further chats, up to `concurrency`, and nothing else until all are over.
    """

    def __init__(self, day: "Day", told: Chat) -> None:
        self.day, self.rows, self.floor, self.told = day, day.rows, day.floor, told
        self.skills = {k for k, skill in enumerate(day.scenario.skills) if skill.channel == "chat"}
        self.leaves_silently = (day.rows.draws["silent"] < told.silent_share).tolist()
        self.dead: dict[
            int, int
        ] = {}  # customers who have gone without a sign, and when an agent opened the chat
        self.beside: dict[int, int] = {}  # chats in the agent's hands when this one began
        self.order: list[int] = []

    def arrive(self, now: int, row: int) -> None:
        """Somebody asks for a chat: to an idle agent, else to one with a place free, else into the line."""
        rows, skill = self.rows, self.rows.skill[row]
        self.order.append(row)
        seat = self.floor.seat_for(skill)
        if seat < 0:
            seat = self.floor.place_beside(skill)
        if seat >= 0:
            self.work(now, row, seat)
            return
        rows.waiting[row] = True
        self.floor.join(row, skill, rows.rank[row], now)
        if rows.patience[row] != NEVER:
            self.day.clock.plan_late(now + rows.patience[row], self.lose_patience, row)

    def lose_patience(self, now: int, row: int) -> None:
        """The customer leaves; the line forgets only who says so."""
        rows = self.rows
        if rows.waiting[row]:
            rows.outcome[row], rows.ended[row] = ABANDONED, now
            if self.leaves_silently[row]:
                self.dead[row] = NEVER
            else:
                rows.waiting[row] = False

    def work(self, now: int, row: int, seat: int) -> None:
        """An agent opens the chat, and fills the places still free with others who wait."""
        rows, floor = self.rows, self.floor
        while row >= 0:
            floor.load[seat] += 1
            rows.seat[row] = seat
            self._begin(now, row, floor.load[seat])
            full = floor.load[seat] >= self.told.concurrency
            row = NEVER if full else floor.next_of(floor.team_at[seat], self.skills)
        floor.offer_place(seat, not full)

    def _begin(self, now: int, row: int, chats: int) -> None:
        rows = self.rows
        if row in self.dead:
            self.dead[row] = now
            rows.talk[row] = round(self.told.silent_seconds * 1000)
        else:
            rows.answered[row], rows.outcome[row], self.beside[row] = now, ANSWERED, chats
            if self.day.pace is not None:
                self.day.pace.fit(now, row)
            rows.talk[row] = round(rows.talk[row] * (1 + self.told.slowdown * (chats - 1)))
        self.day.clock.plan(now + rows.talk[row], self.finish, row)

    def finish(self, now: int, row: int) -> None:
        """A chat is over; with others still open the agent takes only another chat."""
        rows, floor, seat = self.rows, self.floor, self.rows.seat[row]
        if row not in self.dead:
            rows.ended[row] = now
        floor.load[seat] -= 1
        if not floor.load[seat]:
            floor.offer_place(seat, False)
            self.day.phone.free(now, seat)
        elif not floor.gone[seat]:
            following = floor.next_of(floor.team_at[seat], self.skills)
            if following >= 0:
                self.work(now, following, seat)
            else:
                floor.offer_place(seat, True)

    def records(self) -> Dialogues:
        """Return the chats of the day, in the order they came in."""
        rows = self.rows
        row = np.array(self.order, dtype=np.int64)
        if not len(row):
            return Dialogues.empty()
        who = np.array(rows.who, dtype=np.int64)[row]
        answered_at, ended = np.array(rows.answered)[row], np.array(rows.ended)[row]
        at, code = np.array(rows.at)[row], np.array(rows.outcome)[row]
        answered, waiting = code == ANSWERED, code == WAITING
        left = np.where(answered, answered_at, np.where(waiting, self.day.clock.now, ended))
        share = np.array([s.solved_share for s in self.day.scenario.skills])[np.array(rows.skill)[row]]
        mood = np.array([rows.mood.get(one, 0.0) for one in self.order])
        seat = np.where(answered, np.array(rows.seat)[row], NEVER)
        names = ("contact_id", "customer_id", "skill", "reason", "vip")
        return Dialogues(
            day=rows.day_of(who),
            **{name: rows.contacts[name][who] for name in names},
            at=at / 1000.0,
            wait=(left - at) / 1000.0,
            outcome=np.array(["waiting", "answered", "abandoned"])[code],
            silent=[one in self.dead for one in self.order],
            agent_id=np.append(self.floor.agent_ids(), NEVER)[seat],
            answered_at=np.where(answered, answered_at / 1000.0, np.nan),
            beside=[self.beside.get(one, 0) for one in self.order],
            talk=np.where(answered, np.array(rows.talk)[row] / 1000.0, np.nan),
            ended_at=np.where(waiting, np.nan, ended / 1000.0),
            solved=answered & (rows.draws["solved"][row] < share + mood),
        )
