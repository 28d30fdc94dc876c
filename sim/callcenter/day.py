"""One day of the centre: what stands on the floor, who comes and goes, and the run from first to last."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.callcenter.cases import Case, CaseDesk
from sim.callcenter.chats import Chats
from sim.callcenter.clock import Clock, Step
from sim.callcenter.crew import Crew, Pace
from sim.callcenter.express import Express
from sim.callcenter.floor import Floor
from sim.callcenter.in_line import InLine
from sim.callcenter.known import Known
from sim.callcenter.messages import Messages
from sim.callcenter.onward import Onward
from sim.callcenter.options import Break
from sim.callcenter.parts import WRITTEN
from sim.callcenter.phone import Phone
from sim.callcenter.recursion import run
from sim.callcenter.rows import Rows
from sim.contacts import Contacts, Draws
from sim.scenario import Scenario
from sim.staffing import Staffing

MINUTE = 60_000
Serve = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Today:
    """Who may come in on a day: contacts of today and those carried over, and the further attempts due."""

    number: int
    contacts: Contacts
    draws: Draws
    due: tuple[tuple[int, int, float], ...] = ()  # contact_id, attempt, seconds since midnight of today


class Day:
    """The centre while one day runs; what a scenario does not have is not built."""

    def __init__(
        self,
        scenario: Scenario,
        today: Today,
        staffing: Staffing,
        *,
        crew: Crew | None = None,
        book: tuple[Case, ...] = (),
        known: Known | None = None,
        clock: Callable[[int], Any] = Clock,
    ) -> None:
        self.scenario, told = scenario, scenario.options
        self.known = known or Known.empty()
        self.rows = Rows(scenario, today.contacts, today.draws, today.number)
        opening, closing = scenario.opening_seconds * 1000, scenario.closing_seconds * 1000
        times, rows = self.rows.arrivals(today.due, opening, closing)
        self.clock: Any = clock(min([opening, *times[:1]]))
        self.floor = Floor(scenario, staffing.present(scenario), self.rows.waiting)
        self.agent_ids = self.floor.agent_ids()
        kind = Express if isinstance(self.clock, Clock) else Phone
        self.phone = kind(scenario, self.rows, self.floor, self.clock)
        self.pace = Pace(told.crew, crew or Crew.of(scenario), self.rows, self.floor) if told.crew else None
        self.in_line: InLine | None = None
        if scenario.is_rich:
            self._add_to_phone(book)
        self.clock.process(self.shifts())
        self.break_time: dict[int, int] = {}
        self.floor.left = self.away
        for one in told.breaks:
            self.clock.process(self.breaks(one))
        self.messages = Messages(self)
        self.chats = Chats(self, told.chat) if told.chat else None
        step = self._door()
        if self.phone.serve == self.serve:  # there is work that is put aside
            self.clock.plan(closing, self.close, 0)
        self.clock.feed(times, step, rows)

    def run(self, *, recursion: bool = True) -> None:
        """Let the day pass: by recursion if it may and it is a day of plain queues, else by the clock."""
        if not (recursion and isinstance(self.phone, Express) and run(self)):
            self.clock.run()

    def _add_to_phone(self, book: tuple[Case, ...]) -> None:
        scenario, phone = self.scenario, self.phone
        self.in_line = InLine(scenario, self.rows, self.floor, phone)
        onward = Onward(scenario, self.rows, phone)
        if scenario.options.complaints:
            self.case_desk = onward.case_desk = CaseDesk(self, scenario.options.complaints, book)
            phone.serve = self.serve
        phone.talk_over = onward.talk_over
        if not self.in_line.is_idle:
            phone.joined = self.in_line.joined
        if self.pace is not None or scenario.options.callback:
            phone.greeting = self.greet

    case_desk: CaseDesk | None = None

    def _door(self) -> Step:
        """Return the step by which a contact comes in: straight to the phone if there is nothing else."""
        channels = [skill.channel for skill in self.scenario.skills]
        if set(channels) == {"phone"}:
            return self.phone.dial
        letters = (self.messages.arrive, self.messages.work)
        ways = {"phone": (self.phone.dial, self.phone.answer)} | dict.fromkeys(WRITTEN, letters)
        if self.chats is not None:
            ways["chat"] = (self.chats.arrive, self.chats.work)
        self.ways = [ways[channel] for channel in channels]
        self.phone.serve = self.serve
        return self.arrive

    ways: Sequence[tuple[Step, Serve]] = ()

    def arrive(self, now: int, row: int) -> None:
        """Let a contact of any channel come in."""
        self.ways[self.rows.skill[row]][0](now, row)

    def serve(self, now: int, row: int, seat: int) -> None:
        """An agent takes up whatever comes next: a call, a chat, a message or a piece of work on a case."""
        if self.case_desk is not None and row in self.case_desk.tasks:
            self.case_desk.begin(now, row, seat)
        elif self.ways:
            self.ways[self.rows.skill[row]][1](now, row, seat)
        else:
            self.phone.answer(now, row, seat)

    def close(self, now: int, _: int) -> None:
        """At closing, messages and cases are put aside; who is on the phone or in a chat is served to the end."""
        self.messages.close()
        if self.case_desk is not None:
            self.case_desk.close()

    def greet(self, now: int, row: int) -> bool:
        """An agent takes a call; return whether they talk as usual."""
        if self.pace is not None:
            self.pace.fit(now, row)
        if self.in_line is not None and row in self.phone.promised:
            return self.in_line.call_back(now, row)
        return True

    def shifts(self) -> Generator[Any, Any, None]:
        """Change the shift at the start of each interval: new agents take waiting callers at once."""
        if self.clock.now < self.scenario.opening_seconds * 1000:
            yield self.clock.timeout(self.scenario.opening_seconds * 1000 - self.clock.now)
        if self.case_desk is not None:
            self.case_desk.morning(self.clock.now)
        for interval in range(self.scenario.intervals):
            for team in self.floor.teams:
                for seat in self.floor.change_shift(self.clock.now, team, team.plan[interval]):
                    self.phone.free(self.clock.now, seat)
            yield self.clock.timeout(self.scenario.interval_minutes * MINUTE)

    def breaks(self, told: Break) -> Generator[Any, Any, None]:
        """Send the agents on duty on a break, wave after wave."""
        yield self.clock.timeout(max(told.start * MINUTE - self.clock.now, 0))
        for wave in range(told.waves):
            for team in self.floor.teams:
                for seat in range(team.first + wave, team.end, told.waves):
                    if seat not in self.floor.away:
                        self.break_time[seat] = told.minutes * MINUTE
                        self.floor.leave(self.clock.now, seat)
            yield self.clock.timeout(told.minutes * MINUTE)

    def away(self, now: int, seat: int) -> None:
        """A break begins; its end is planned, however late it began."""
        self.clock.plan(now + self.break_time[seat], self.come_back, seat)

    def come_back(self, now: int, seat: int) -> None:
        """A break is over."""
        if self.floor.come_back(now, seat):
            self.phone.free(now, seat)
