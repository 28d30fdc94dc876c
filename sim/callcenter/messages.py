"""Written contacts: e-mail, form and message board, answered by priority, and the promise of an answer."""

from typing import TYPE_CHECKING

import numpy as np

from sim.callcenter.parts import WRITTEN
from sim.callcenter.rows import NEVER
from sim.columns import Columns

if TYPE_CHECKING:
    from sim.callcenter.day import Day

DAY = 86_400_000


class Letters(Columns):
    """One row per message answered; columns in the data dictionary."""

    table = "messages"


class Messages:
    """The steps of a message: it is confirmed, waits in its department's line, and is answered.

    Nobody loses patience. At closing, agents put messages aside; what is not answered travels to the next
    day in the carry, at its old place in line.
    """

    def __init__(self, day: "Day") -> None:
        self.day, self.rows, self.floor = day, day.rows, day.floor
        self.done: list[int] = []
        self.here: list[int] = []

    def arrive(self, now: int, row: int) -> None:
        """A message comes in; an agent with nothing in hand takes it up at once."""
        rows, skill = self.rows, self.rows.skill[row]
        self.here.append(row)
        seat = self.floor.seat_for(skill) if now < self.day.phone.closing else NEVER
        if seat >= 0:
            self.work(now, row, seat)
        else:
            rows.waiting[row] = True
            self.floor.join(row, skill, rows.rank[row], rows.at[row])

    def work(self, now: int, row: int, seat: int) -> None:
        """An agent reads and answers it, and notes it down."""
        rows = self.rows
        self.floor.load[seat] = 1
        rows.seat[row], rows.answered[row] = seat, now
        if self.day.pace is not None:
            self.day.pace.fit(now, row)
        self.day.clock.plan(now + rows.talk[row] + rows.wrap_up[row], self.finish, row)

    def finish(self, now: int, row: int) -> None:
        """The answer is sent."""
        self.rows.ended[row] = now
        self.done.append(row)
        if self.day.case_desk is not None:
            self.day.case_desk.over(now, row, row, self._solved(row))
        self.day.phone.free(now, self.rows.seat[row])

    def _solved(self, row: int) -> bool:
        """Whether the answer solves the problem: the department's share, and the mood of who answers."""
        share = self.day.scenario.skills[self.rows.skill[row]].solved_share + self.rows.mood.get(row, 0.0)
        return bool(self.rows.draws["solved"][row] < share)

    def close(self) -> None:
        """At closing nobody begins another message."""
        scenario = self.day.scenario
        written = [k for k, skill in enumerate(scenario.skills) if skill.channel in WRITTEN]
        for team in self.floor.teams:
            for k in written:
                team.lines = [line for line in team.lines if line is not self.floor.lines[k]]

    def unanswered(self) -> list[int]:
        """Return the rows that nobody has answered, in the order they came in."""
        return [row for row in self.here if self.rows.answered[row] == NEVER]

    def records(self) -> Letters:
        """Return the messages answered today; times since midnight of the day each came in."""
        rows, told = self.rows, self.day.scenario.options.messages
        row = np.array(self.done, dtype=np.int64)
        if told is None or not len(row):
            return Letters.empty()
        who = np.array(rows.who, dtype=np.int64)[row]
        contacts = rows.contacts
        at = contacts["at"][who]
        late = (rows.number - contacts["day"][who]) * (DAY // 1000)
        began = np.array(rows.answered, dtype=np.int64)[row] / 1000.0 + late
        ended = np.array(rows.ended, dtype=np.int64)[row] / 1000.0 + late
        due = at + told.promise_hours * 3600
        names = ("day", "contact_id", "customer_id", "channel", "skill", "reason", "vip", "priority")
        return Letters(
            **{name: contacts[name][who] for name in names},
            at=at,
            auto_replied_at=at if told.auto_reply else np.full(len(row), np.nan),
            due_at=due,
            wait=np.round(began - at, 3),
            agent_id=self.floor.agent_ids()[np.array(rows.seat)[row]],
            answered_at=np.round(began, 3),
            handle=np.round(ended - began, 3),
            ended_at=np.round(ended, 3),
            in_time=ended <= due,
            solved=np.array([self._solved(one) for one in self.done]),
        )
