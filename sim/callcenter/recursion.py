"""Plain queues without a clock: a caller speaks as soon as the first agent is free (Kiefer and Wolfowitz 1955)."""

from array import array
from collections import deque
from dataclasses import dataclass
from heapq import heapreplace
from typing import TYPE_CHECKING

import numpy as np

from sim.callcenter.floor import Team
from sim.callcenter.rows import ABANDONED, BALKED, NEVER, WAITING

if TYPE_CHECKING:
    from sim.callcenter.day import Day


@dataclass
class Told:
    """What the recursion finds out, by row: moments in milliseconds, seats, outcomes."""

    answered: "array[int]"
    ended: "array[int]"
    seat: "array[int]"
    outcome: "array[int]"


def run(day: "Day") -> bool:
    """Take the day's calls through the centre and return True, or return False where the theorem does not hold.

    It holds where nothing couples callers but the line they stand in: each skill has a team of its own, as
    many agents all day, no breaks; callers come straight into the line, in order, none goes before
    another, and nobody tries again; trunks never run out. Then caller after caller, with the moments at which
    the agents come free as the only state, the same path comes out as from the clock, bit for bit.
    """
    if not _holds(day):
        return False
    rows = day.rows
    blank = array("q", [NEVER]) * rows.count
    told = Told(blank[:], blank[:], blank[:], array("q", [WAITING]) * rows.count)
    agents = [_serve(day, skill, team, told) for skill, team in enumerate(day.floor.only) if team is not None]
    if None in agents or not _trunks_suffice(day, told):
        return False
    rows.answered[:], rows.ended[:] = told.answered, told.ended
    rows.seat[:], rows.outcome[:] = told.seat, told.outcome
    rows.order += rows.first
    for team, free in zip((team for team in day.floor.only if team is not None), agents, strict=True):
        day.floor.change_shift(day.scenario.opening_seconds * 1000, team, team.size)
        team.free = deque((entry[0], entry[3]) for entry in sorted(free or ()))
    return True


def _holds(day: "Day") -> bool:
    rows, count = day.rows, day.rows.count
    if day.scenario.is_rich or any(skill.channel != "phone" for skill in day.scenario.skills):
        return False
    if day.scenario.options.breaks or not all(rows.direct) or rows.redial_delay.count(NEVER) < count:
        return False
    if (rows.contacts["day"] != rows.number).any() or 0 < rows.wrap_up.count(0) < count:
        return False
    teams = [team for team in day.floor.only if team is not None and len(team.lines) == 1]
    alone = len(teams) == len(day.floor.only) == len(day.floor.teams)
    equals = (rows.born_rank[rows.born_skill == skill] for skill in range(len(teams)))
    return (
        alone
        and all(team.size and min(team.plan) == team.size for team in teams)
        and all((ranks == ranks[:1]).all() for ranks in equals)
    )


def _serve(day: "Day", skill: int, team: Team, told: Told) -> list[tuple[int, int, int, int]] | None:
    """Take the callers of one skill through; return the agents as (free at, …, seat), None where in doubt.

    Agents who come free in one millisecond do so in the order in which the clock would come to it: by when
    that step was planned, then by row. In doubt is a caller who does not stand in lines, and comes in the very
    millisecond in which an agent becomes free.
    """
    rows, opening = day.rows, day.scenario.opening_seconds * 1000
    patience, talk, wrap_up, balks, skills = rows.patience, rows.talk, rows.wrap_up, rows.balks, rows.skill
    answered, ended, seat, outcome = told.answered, told.ended, told.seat, told.outcome
    free = [(opening, NEVER, NEVER, team.first + place) for place in range(team.size)]
    for now, row in zip(rows.times, rows.first, strict=True):
        if skills[row] != skill:
            continue
        start, _, _, agent = free[0]
        if start < now:
            start = now
        elif balks[row]:
            if start == now:
                return None
            outcome[row], ended[row] = BALKED, now
            continue
        elif start - now > patience[row] != NEVER:
            outcome[row], ended[row] = ABANDONED, now + patience[row]
            continue
        answered[row], seat[row] = start, agent
        end = start + talk[row]
        after = wrap_up[row]
        heapreplace(free, (end + after, end if after else start, row, agent))
    return free


def _trunks_suffice(day: "Day", told: Told) -> bool:
    """Return whether no caller would have found all trunks taken; who hangs up as another comes counts still."""
    rows, trunks = day.rows, day.scenario.trunks
    if trunks >= len(rows.first):
        return True
    first = np.array(rows.first)
    answered = np.frombuffer(told.answered, dtype=np.int64)[first]
    over = np.where(
        answered >= 0, answered + np.array(rows.talk)[first], np.frombuffer(told.ended, dtype=np.int64)[first]
    )
    at = np.array(rows.times)
    inside = np.arange(1, len(at) + 1) - np.searchsorted(np.sort(over), at, side="left")
    return bool(inside.max(initial=0) <= trunks)
