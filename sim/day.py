"""One day of the centre: what stands on the floor, who comes and goes, and the run from first to last."""

from collections.abc import Callable, Generator
from typing import Any

from sim.clock import Clock, Timekeeper
from sim.contacts import Contacts, Draws
from sim.floor import NONE, Floor, Team
from sim.phone import Phone
from sim.rows import Rows
from sim.scenario import Scenario
from sim.staffing import Staffing


class Day:
    """The centre while one day runs."""

    def __init__(
        self,
        scenario: Scenario,
        contacts: Contacts,
        draws: Draws,
        staffing: Staffing,
        clock: Callable[[int], Timekeeper] = Clock,
    ) -> None:
        self.scenario = scenario
        self.clock: Any = clock(scenario.opening_seconds * 1000)
        self.rows = Rows(scenario, contacts, draws)
        self.floor = Floor(scenario, staffing, self.rows.waiting)
        self.phone = Phone(scenario, self.rows, self.floor, self.clock)
        self.clock.process(self.shifts())
        self.clock.feed(self.rows.times, self.phone.dial, self.rows.first)

    def shifts(self) -> Generator[Any, Any, None]:
        """Change the shift at the start of each interval: new agents take waiting callers at once."""
        for interval in range(self.scenario.intervals):
            for team in self.floor.teams:
                came = self.floor.change_shift(team, team.plan[interval], self.clock.now)
                self.take_over(team, came)
            yield self.clock.timeout(self.scenario.interval_minutes * 60_000)

    def take_over(self, team: Team, seats: list[int]) -> None:
        """Let agents who have just come take those who wait."""
        for _ in seats:
            row = self.floor.next_row(team)
            if row == NONE:
                break
            self.phone.serve(self.clock.now, row, team.free.popleft()[1])
