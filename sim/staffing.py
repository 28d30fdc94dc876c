"""Staffing: how many agents of each team work in each interval of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import InputError
from sim.reading import Reader
from sim.scenario import MOST_AGENTS, Scenario


@dataclass(frozen=True)
class Staffing:
    """Agents of each team by interval; made by `from_plain` or `of`, which check it."""

    agents: tuple[tuple[str, tuple[int, ...]], ...]
    interval_seconds: int

    def __getitem__(self, team: str) -> tuple[int, ...]:
        try:
            return dict(self.agents)[team]
        except KeyError:
            names = ", ".join(name for name, _ in self.agents)
            raise InputError(f"staffing: {team!r} is no team; the teams are {names}") from None

    @property
    def paid_seconds(self) -> int:
        """The paid time of all agents, seconds."""
        return sum(sum(plan) for _, plan in self.agents) * self.interval_seconds

    def present(self, scenario: Scenario) -> "Staffing":
        """Return who is really there: each team without its shrinkage, rounded so that the day's sum is right.

        What one interval rounds away the next gets, so nobody is drawn and the mean holds.
        """
        made = []
        for team in scenario.teams:
            plan, rest = [], 0.5
            for agents in self[team.name]:
                exact = agents * (1 - team.shrinkage) + rest
                there = min(int(exact + 1e-9), agents)
                plan.append(there)
                rest = exact - there
            made.append((team.name, tuple(plan)))
        return Staffing(tuple(made), self.interval_seconds)

    def plain(self) -> dict[str, list[int]]:
        """Return the plan as plain data: team to agents by interval."""
        return {team: list(plan) for team, plan in self.agents}

    @classmethod
    def of(cls, scenario: Scenario) -> "Staffing":
        """Return the plan that the scenario itself proposes."""
        return cls(tuple((t.name, t.agents) for t in scenario.teams), scenario.interval_minutes * 60)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], scenario: Scenario) -> "Staffing":
        """Return the plan of plain data; InputError unless it fits the scenario's teams and hours."""
        if not isinstance(plain, Mapping):
            raise InputError(
                f"staffing = {str(plain)[:60]}: must be team names with lists of agents; "
                'write {"team": [agents of each interval]}'
            )
        read = Reader(plain, "staffing")
        made = tuple(
            (team.name, read.numbers(team.name, scenario.intervals, whole=True, high=MOST_AGENTS))
            for team in scenario.teams
        )
        read.done()
        return cls(made, scenario.interval_minutes * 60)
