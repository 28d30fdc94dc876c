"""One day of the centre: what stands on the floor, who comes and goes, and the run from first to last."""

from collections.abc import Callable, Generator
from typing import Any

from sim.clock import Clock
from sim.contacts import Contacts, Draws
from sim.crew import Crew, Pace
from sim.floor import Floor
from sim.in_line import InLine
from sim.onward import Onward
from sim.options import Break
from sim.phone import Phone
from sim.rows import Rows
from sim.scenario import Scenario
from sim.staffing import Staffing

MINUTE = 60_000


class Day:
    """The centre while one day runs; what a scenario does not have is not built."""

    def __init__(
        self,
        scenario: Scenario,
        contacts: Contacts,
        draws: Draws,
        staffing: Staffing,
        *,
        crew: Crew | None = None,
        clock: Callable[[int], Any] = Clock,
    ) -> None:
        self.scenario, told = scenario, scenario.options
        self.clock: Any = clock(scenario.opening_seconds * 1000)
        self.rows = Rows(scenario, contacts, draws)
        self.floor = Floor(scenario, staffing.present(scenario), self.rows.waiting)
        self.phone = Phone(scenario, self.rows, self.floor, self.clock)
        self.in_line: InLine | None = None
        self.onward: Onward | None = None
        self.pace: Pace | None = None
        if scenario.is_rich:
            self.in_line = InLine(scenario, self.rows, self.floor, self.phone)
            self.onward = Onward(scenario, self.rows, self.phone)
            self.phone.joined, self.phone.talk_over = self.in_line.joined, self.onward.talk_over
            self.phone.greeting = self.greet
        if told.crew:
            self.pace = Pace(told.crew, crew or Crew.of(scenario), self.rows, self.floor)
        self.clock.process(self.shifts())
        self.break_time: dict[int, int] = {}
        self.floor.left = self.away
        for one in told.breaks:
            self.clock.process(self.breaks(one))
        self.clock.feed(self.rows.times, self.phone.dial, self.rows.first)

    def greet(self, now: int, row: int) -> bool:
        """An agent takes a call; return whether they talk as usual."""
        if self.pace is not None:
            self.pace.fit(now, row)
        if self.in_line is not None and row in self.phone.promised:
            return self.in_line.call_back(now, row)
        return True

    def shifts(self) -> Generator[Any, Any, None]:
        """Change the shift at the start of each interval: new agents take waiting callers at once."""
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
        if self.floor.come_back(seat):
            self.phone.free(now, seat)
