"""The floor: seats, the teams that sit there by interval, the lines of callers, and who answers whom."""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.staffing import Staffing

AGENT_STEP = 10_000  # agent_id = team number * 10 000 + place in the team, both from 1
NONE = -1  # no seat, no row

Place = tuple[int, int, int, int]  # class, queued at, serial, row: who stands before whom
Line = list[Place]  # a heap; those who have hung up stay in it until they reach the head


class Team:
    """One team: its seats, how many of them are on duty, and which agents are free and since when."""

    __slots__ = ("end", "first", "free", "lines", "plan", "size")

    def __init__(self, first: int, plan: Sequence[int], lines: list[Line]) -> None:
        self.first = self.end = first  # seats first, first + 1, … end - 1 are on duty
        self.plan = plan
        self.size = max(plan, default=0)
        self.lines = lines  # in the order the team prefers them
        self.free: deque[tuple[int, int]] = deque()  # (free since, seat), longest first


class Floor:
    """Seats are numbered through all teams; `waiting` tells of each row whether it still stands in line."""

    def __init__(self, scenario: Scenario, staffing: Staffing, waiting: list[bool]) -> None:
        self.waiting = waiting
        self.lines: list[Line] = [[] for _ in scenario.skills]
        self.late: list[Line] = [[] for _ in scenario.skills]  # those who have waited long enough to overflow
        self.most_idle = scenario.options.routing == "most_idle"
        code = {skill.name: k for k, skill in enumerate(scenario.skills)}
        self.teams: list[Team] = []
        self.team_at: list[Team] = []  # by seat
        for told in scenario.teams:
            lines = [self.lines[code[name]] for name in told.skills]
            lines += [self.late[code[name]] for name in told.overflow]
            team = Team(len(self.team_at), staffing[told.name], lines)
            self.teams.append(team)
            self.team_at += [team] * team.size
        self.load = [0] * len(self.team_at)  # contacts in hand, by seat
        self.away: set[int] = set()  # seats on a break, or due for one after the call in hand
        self.levels = [self._levels(scenario, skill.name) for skill in scenario.skills]
        self.helpers = [
            [[floor for told, floor in zip(scenario.teams, self.teams, strict=True) if s.name in told.overflow]]
            for s in scenario.skills
        ]
        self._serial = 0

    def _levels(self, scenario: Scenario, skill: str) -> list[list[Team]]:
        """Return the teams that take a skill, those who prefer it most first."""
        deepest = max(len(told.skills) for told in scenario.teams)
        pairs = list(zip(scenario.teams, self.teams, strict=True))
        levels = (
            [team for told, team in pairs if told.skills[k : k + 1] == (skill,)] for k in range(deepest)
        )
        return [level for level in levels if level]

    def agent_ids(self) -> NDArray[np.int64]:
        """Return the agent's number of each seat."""
        numbers = [np.arange(1, team.size + 1) + AGENT_STEP * (k + 1) for k, team in enumerate(self.teams)]
        return np.concatenate(numbers).astype(np.int64)

    def seat_for(self, skill: int) -> int:
        """Take the agent who answers this skill now, or NONE: own teams first, then who is free longest."""
        level = self.levels[skill]
        if len(level) == 1 and len(level[0]) == 1:  # one team takes it: nothing to choose
            free = level[0][0].free
            return free.popleft()[1] if free else NONE
        return self._take(level)

    def helper_for(self, skill: int) -> int:
        """Take an agent of a team that helps a skill only when its callers have waited long, or NONE."""
        return self._take(self.helpers[skill])

    def _take(self, levels: list[list[Team]]) -> int:
        for teams in levels:
            best: Team | None = None
            for team in teams:
                if team.free and (best is None or self._before(team, best)):
                    best = team
            if best is not None:
                return best.free.popleft()[1]
        return NONE

    def _before(self, team: Team, other: Team) -> bool:
        if self.most_idle:
            return len(team.free) > len(other.free)
        return team.free[0][0] < other.free[0][0]

    def join(self, row: int, skill: int, rank: int, now: int) -> None:
        """Let a row stand in line; a lower rank goes first, then whoever queued earlier."""
        self._serial += 1
        heappush(self.lines[skill], (rank, now, self._serial, row))

    def overflow(self, row: int, skill: int, rank: int, queued: int) -> None:
        """Let a row that waits already stand in the line of the helping teams, too, at its old place."""
        heappush(self.late[skill], (rank, queued, 0, row))

    def next_row(self, team: Team) -> int:
        """Take the next row out of the team's lines, or NONE: by rank, then whoever has waited longest."""
        waiting, best = self.waiting, None
        for line in team.lines:
            while line and not waiting[line[0][3]]:
                heappop(line)
            if line and (best is None or line[0] < best[0]):
                best = line
        return heappop(best)[3] if best is not None else NONE

    def release(self, now: int, seat: int) -> int:
        """Return the next row for a seat that has no contact in hand, or NONE; who is off duty goes."""
        self.load[seat] = 0
        team = self.team_at[seat]
        if seat >= team.end or seat in self.away:
            return NONE
        row = self.next_row(team)
        if row < 0:
            team.free.append((now, seat))
        return row

    def change_shift(self, team: Team, agents: int, now: int) -> list[int]:
        """Put `agents` on duty; return the seats that came free. Who leaves finishes the call in hand."""
        before, team.end = team.end, team.first + agents
        if team.end < before:
            team.free = deque(entry for entry in team.free if entry[1] < team.end)
            return []
        came = [s for s in range(before, team.end) if not self.load[s] and s not in self.away]
        team.free.extend((now, seat) for seat in came)
        return came

    def leave(self, seat: int) -> None:
        """Send a seat on its break: at once if free, else after the call in hand."""
        self.away.add(seat)
        team = self.team_at[seat]
        team.free = deque(entry for entry in team.free if entry[1] != seat)
