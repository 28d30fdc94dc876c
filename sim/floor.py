"""The floor: teams of agents who come and go by interval, who is free longest, and the lines of callers."""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.callcenter import Call

AGENT_STEP = 10_000  # agent_id = team number * 10 000 + place in the team, both from 1


class Line:
    """The callers waiting for one skill: VIPs first, then the one who waits longest."""

    __slots__ = ("heap",)

    def __init__(self) -> None:
        self.heap: list[tuple[tuple[bool, int, int], Call]] = []

    def join(self, call: "Call", rank: tuple[bool, int, int]) -> None:
        """Add a caller; `rank` orders them and is unique."""
        heappush(self.heap, (rank, call))

    def head(self) -> "tuple[tuple[bool, int, int], Call] | None":
        """Return rank and call of the next caller, or None; those who have hung up are dropped here."""
        heap = self.heap
        while heap and not heap[0][1].waiting:
            heappop(heap)
        return heap[0] if heap else None

    def pop(self) -> None:
        """Take the head out."""
        heappop(self.heap)


class Team:
    """One team on the floor: who is on duty, who is free and since when."""

    __slots__ = ("busy", "first_id", "free", "lines", "on_duty", "plan")

    def __init__(self, number: int, plan: Sequence[int], lines: Sequence[Line]) -> None:
        self.first_id = AGENT_STEP * (number + 1) + 1
        self.plan = plan
        self.lines = lines  # in the order the team prefers them
        self.on_duty = 0
        self.free: deque[tuple[int, int]] = deque()  # (free since, place in the team), longest first
        self.busy = [False] * max(plan, default=0)

    def change_shift(self, agents: int, now: int) -> int:
        """Put `agents` on duty and return how many came; who leaves finishes the call in hand."""
        before, self.on_duty = self.on_duty, agents
        if agents < before:
            self.free = deque(entry for entry in self.free if entry[1] < agents)
            return 0
        came = [place for place in range(before, agents) if not self.busy[place]]
        self.free.extend((now, place) for place in came)
        return len(came)

    def next_call(self) -> "Call | None":
        """Take the next caller out of the team's lines: VIPs first, then whoever has waited longest."""
        best: Line | None = None
        for line in self.lines:
            head = line.head()
            if head is not None and (best is None or head[0] < best.heap[0][0]):
                best = line
        if best is None:
            return None
        call = best.heap[0][1]
        best.pop()
        return call


def longest_free(levels: Sequence[Sequence[Team]]) -> Team | None:
    """Return the team with the agent who is free longest, own teams before others; None if all are busy."""
    for teams in levels:
        best: Team | None = None
        for team in teams:
            if team.free and (best is None or team.free[0][0] < best.free[0][0]):
                best = team
        if best is not None:
            return best
    return None
