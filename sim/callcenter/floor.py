"""The floor: seats, the teams that sit there by interval, the lines of callers, and who answers whom."""

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.staffing import Staffing

AGENT_STEP = 10_000  # agent_id = team number * 10 000 + place in the team, both from 1
NONE = -1  # no seat, no row

Place = tuple[int, int, int, int]  # class, queued at, serial, row: who stands before whom
LOGGED_IN, LOGGED_OUT, BREAK_BEGAN, BREAK_OVER = "logged_in", "logged_out", "break_began", "break_over"
Line = list[Place]  # a heap; those who have hung up stay in it until they reach the head


class Team:
    """One team: its seats, how many of them are on duty, and which agents are free and since when."""

    __slots__ = ("end", "first", "free", "lines", "places", "plan", "size")

    def __init__(self, first: int, plan: Sequence[int], lines: list[Line]) -> None:
        self.first = self.end = first  # seats first, first + 1, … end - 1 are on duty
        self.plan = plan
        self.size = max(plan, default=0)
        self.lines = lines  # in the order the team prefers them
        self.free: deque[tuple[int, int]] = deque()  # (free since, seat), longest first
        self.places: set[int] = set()  # seats in a chat that may take another one


class Floor:
    """Seats are numbered through all teams; `waiting` tells of each row whether it still stands in line."""

    __slots__ = (
        "_serial",
        "away",
        "came",
        "gone",
        "helpers",
        "here",
        "late",
        "left",
        "levels",
        "lines",
        "load",
        "log",
        "most_idle",
        "only",
        "prefers",
        "team_at",
        "teams",
        "waiting",
    )

    def __init__(self, scenario: Scenario, staffing: Staffing, waiting: list[bool]) -> None:
        self.waiting = waiting
        self.lines: list[Line] = [[] for _ in scenario.skills]
        self.late: list[Line] = [[] for _ in scenario.skills]  # those who have waited long enough to overflow
        self.most_idle = scenario.options.routing == "most_idle"
        self.prefers = scenario.options.next_call == "preferred_skill"
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
        self.here: set[int] = set()  # seats whose agent is logged in
        self.log: list[
            tuple[int, int, str]
        ] = []  # when which seat logged in or out, or began or ended a break
        self.left: Callable[[int, int], None] = lambda now, seat: None  # told when a break really begins
        self.came = [0] * len(self.team_at)  # when each seat's agent came on duty
        self.gone = [True] * len(self.team_at)  # seats that take no further contact: off duty or away
        self.levels = [self._levels(scenario, skill.name) for skill in scenario.skills]
        # The team of a skill that only one team takes: who asks need not choose.
        self.only = [level[0][0] if len(level) == len(level[0]) == 1 else None for level in self.levels]
        self.helpers = [
            [
                [
                    floor
                    for told, floor in zip(scenario.teams, self.teams, strict=True)
                    if s.name in told.overflow
                ]
            ]
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
        return self._take(self.levels[skill])

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

    def release(self, now: int, seat: int) -> int:
        """Return the next row for a seat with nothing in hand, or NONE: by rank, then who waits longest.

        Where agents go by preference, the skill their team names first comes before both. Who is off duty goes, and who finds nobody in line is free.
        """
        self.load[seat] = 0
        if self.gone[seat]:
            self._go(now, seat)
            return NONE
        team, waiting, best = self.team_at[seat], self.waiting, None
        for line in team.lines:
            while line and not waiting[line[0][3]]:
                heappop(line)
            if line and (best is None or line[0] < best[0]):
                best = line
                if self.prefers:
                    break
        if best is not None:
            row = heappop(best)[3]
            waiting[row] = False
            return row
        team.free.append((now, seat))
        return NONE

    def next_of(self, team: Team, skills: set[int]) -> int:
        """Take the next row out of a team's lines of these skills only, or NONE."""
        best: Line | None = None
        for skill in skills:
            line = self.lines[skill]
            while line and not self.waiting[line[0][3]]:
                heappop(line)
            mine = any(line is other for other in team.lines)
            if mine and line and (best is None or line[0] < best[0]):
                best = line
        if best is None:
            return NONE
        row = heappop(best)[3]
        self.waiting[row] = False
        return row

    def offer_place(self, seat: int, offered: bool) -> None:
        """Note whether an agent in a chat has a place free for another one."""
        places = self.team_at[seat].places
        if offered and not self.gone[seat]:
            places.add(seat)
        else:
            places.discard(seat)

    def place_beside(self, skill: int) -> int:
        """Return the agent with the fewest chats in hand who may take one more of this skill, or NONE."""
        for teams in self.levels[skill]:
            seats = [seat for team in teams for seat in team.places]
            if seats:
                return min(seats, key=lambda seat: (self.load[seat], seat))
        return NONE

    def change_shift(self, now: int, team: Team, agents: int) -> list[int]:
        """Put `agents` on duty; return the seats to be released. Who leaves finishes the call in hand."""
        before, team.end = team.end, team.first + agents
        self._leave(team, range(team.end, before))
        for seat in range(team.end, before):
            if not self.load[seat]:
                self._log_out(now, seat)
        for seat in range(before, team.end):
            self.gone[seat] = seat in self.away
            self.came[seat] = now
            if seat not in self.here:  # else held over by a call since the last shift
                self.here.add(seat)
                self.log.append((now, seat, LOGGED_IN))
        return [seat for seat in range(before, team.end) if not self.load[seat]]

    def leave(self, now: int, seat: int) -> None:
        """Send a seat on its break: at once if nothing is in hand, else after that."""
        self.away.add(seat)
        self._leave(self.team_at[seat], range(seat, seat + 1))
        if not self.load[seat]:
            self._go(now, seat)

    def _go(self, now: int, seat: int) -> None:
        """The agent in this seat, with nothing in hand, begins the break or goes home."""
        if seat in self.away:
            self.log.append((now, seat, BREAK_BEGAN))
            self.left(now, seat)
        else:
            self._log_out(now, seat)

    def _log_out(self, now: int, seat: int) -> None:
        if seat in self.here:
            self.here.discard(seat)
            self.log.append((now, seat, LOGGED_OUT))

    def come_back(self, now: int, seat: int) -> bool:
        """End a break; return whether the agent, being on duty with nothing in hand, is to be released."""
        self.away.discard(seat)
        self.gone[seat] = seat >= self.team_at[seat].end
        if seat in self.here:
            self.log.append((now, seat, BREAK_OVER))
            if self.gone[seat]:
                self._log_out(now, seat)
        return not self.gone[seat] and not self.load[seat]

    def close(self, closing: int) -> None:
        """The day is over: who is still there logged out at closing, or when the last call in hand was over."""
        for team in self.teams:
            for since, seat in team.free:
                self._log_out(max(since, closing), seat)
        self.log.sort(key=lambda one: one[0])

    def _leave(self, team: Team, seats: range) -> None:
        for seat in seats:
            self.gone[seat] = True
            team.places.discard(seat)
        if seats:
            team.free = deque(entry for entry in team.free if entry[1] not in seats)
