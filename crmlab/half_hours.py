"""A morning staffed by the half hour: what Erlang's formulas ask for, and what a plan does on real callers."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from crmlab.replay import MOST_AGENTS, run_days, split

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.notebook import Lab
    from sim.scenario import Scenario

HALVES = 8  # half hours from opening on: a morning of four hours
LEVEL = 0.80  # the company's promise, over the morning
EXPERT_AIM = 0.84  # of the formula, on last week's mean calls; next week will not be last week
ROOM = 1.06  # hours of a good plan, of the expert's
MINUTES = 30


@dataclass(frozen=True)
class Morning:
    """How a plan did with the morning's callers, all days together: share in time, paid hours a day, share by half hour."""

    service_level: float
    hours: float
    levels: tuple[float, ...]


def fits(agents: Any) -> TypeGuard[list[int]]:
    """Return whether `agents` is a plan: a whole number, 0 to 60, for each half hour."""
    return (
        isinstance(agents, list)
        and [type(one) for one in agents] == [int] * HALVES
        and all(0 <= one <= MOST_AGENTS for one in agents)
    )


def tried(
    contacts: "pd.DataFrame", draws: "pd.DataFrame", agents: list[int], scenario: "Scenario"
) -> Morning:
    """Return how a plan does on every morning of `contacts`; in the afternoon the scenario's own people work.

    Raises LabError for an impossible plan.
    """
    from sim import metrics

    finer = _finer(scenario)
    later = [sum(team.agents[k] for team in finer.teams) for k in range(HALVES, finer.intervals)]
    calls = run_days(contacts, draws, split([*agents, *later], finer), finer)
    seconds = scenario.service_level_seconds
    mine = calls[calls["at"] < _noon(scenario)]
    halves = {one.start: one.board for one in metrics.by_interval(mine, minutes=MINUTES, seconds=seconds)}
    starts = [scenario.opening_seconds + MINUTES * 60 * k for k in range(HALVES)]
    return Morning(
        service_level=metrics.service_level(mine, seconds=seconds),
        hours=sum(agents) * MINUTES / 60,
        levels=tuple(halves[one].service_level if one in halves else 1.0 for one in starts),
    )


def judged(
    agents: list[int],
    days: "tuple[pd.DataFrame, pd.DataFrame]",
    calls: "pd.DataFrame",
    scenario: "Scenario",
) -> tuple[bool, bool]:
    """Return whether a plan keeps the promise on the mornings of `days` (contacts, draws), and whether it is cheap enough.

    In a week in which the expert's own plan, made from last week's `calls`, misses the promise, its level is enough.
    """
    known = expert(calls, scenario)
    level = tried(*days, agents, scenario).service_level
    kept = level >= LEVEL or level >= tried(*days, known, scenario).service_level
    return kept, sum(agents) <= ROOM * sum(known)


def volumes(calls: "pd.DataFrame", scenario: "Scenario") -> tuple[np.ndarray, float]:
    """Return how many callers of a mean morning in `calls` ask for an agent, by half hour, and their mean handle time."""
    asked = calls["outcome"].isin(["answered", "abandoned", "balked"]) & (calls["attempt"] == 1)
    mine = calls[asked & (calls["at"] < _noon(scenario))]
    half = (mine["at"].to_numpy() - scenario.opening_seconds) // (MINUTES * 60)
    counts = np.bincount(np.clip(half, 0, HALVES - 1).astype(int), minlength=HALVES)
    answered = calls[calls["outcome"] == "answered"]
    return counts / calls["day"].nunique(), float(answered[["talk", "wrap_up"]].sum(axis=1).mean())


def by_erlang_c(calls: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    """Return the people that Erlang C asks for in each half hour by itself, on last week's mean calls."""
    from sim.theory import agents_needed

    counts, aht = volumes(calls, scenario)
    seconds = scenario.service_level_seconds
    return [
        agents_needed(calls_per_hour=2 * one, aht_seconds=aht, target=LEVEL, seconds=seconds)
        for one in counts.tolist()
    ]


def naive(calls: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    """Return the plan of one who staffs the whole morning for its busiest half hour."""
    return [max(by_erlang_c(calls, scenario))] * HALVES


def expert(calls: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    """Return the cheapest plan by Erlang A that keeps the promise with some room on last week's mean calls.

    It begins with the work that comes in, and adds the agent who serves most callers in time.
    """
    counts, aht = volumes(calls, scenario)
    plan = [max(int(2 * one * aht / 3600), 1) for one in counts]
    now = [_in_time(one, aht, n, scenario) for one, n in zip(counts, plan, strict=True)]
    after = [_in_time(one, aht, n + 1, scenario) for one, n in zip(counts, plan, strict=True)]
    while sum(now) < EXPERT_AIM * counts.sum() and max(plan) < MOST_AGENTS:
        best = int(np.argmax(np.subtract(after, now)))
        plan[best] += 1
        now[best], after[best] = after[best], _in_time(counts[best], aht, plan[best] + 1, scenario)
    return plan


def asked_for(lab: "Lab") -> "pd.DataFrame":
    """Return what last week's mornings ask for by half hour: mean calls, and people by Erlang C."""
    import pandas as pd

    scenario, calls = lab.scenario(), lab.table("calls")
    half, mean_calls, people = lab.words.say("asked_columns").split("|")
    rows = {
        half: _labels(scenario),
        mean_calls: volumes(calls, scenario)[0].round(1),
        people: by_erlang_c(calls, scenario),
    }
    return pd.DataFrame(rows).set_index(half)


def compared(lab: "Lab", answer: Any) -> "pd.DataFrame | None":
    """Return a plan on the student's own Friday: service level by both formulas and by simulation; None without a plan."""
    import pandas as pd

    from sim.theory import erlang_c

    agents = answer.get("agents") if isinstance(answer, dict) else None
    if lab.unseen or not fits(agents):
        return None
    scenario, contacts = lab.scenario(), lab.table("contacts")
    made = tried(contacts, lab.table("draws"), agents, scenario)
    calls = lab.table("calls")
    counts, aht = volumes(calls[calls["day"] == calls["day"].max()], scenario)
    lines = []
    for label, count, n, level in zip(_labels(scenario), counts.tolist(), agents, made.levels, strict=True):
        patient = erlang_c(calls_per_hour=2 * count, aht_seconds=aht, agents=n).service_level(
            scenario.service_level_seconds
        )
        leaving = _in_time(count, aht, n, scenario) / count if count else 1.0
        lines.append([label, round(count), n, *(f"{one:.0%}" for one in (patient, leaving, level))])
    columns = lab.words.say("compared_columns").split("|")
    return pd.DataFrame(lines, columns=columns).set_index(columns[0])


def _finer(scenario: "Scenario") -> "Scenario":
    """Return the same centre, planned by the half hour."""
    times = scenario.interval_minutes // MINUTES

    def each(numbers: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(one for one in numbers for _ in range(times))

    teams = tuple(replace(team, agents=each(team.agents)) for team in scenario.teams)
    return replace(
        scenario, interval_minutes=MINUTES, calls_per_hour=each(scenario.calls_per_hour), teams=teams
    )


def _noon(scenario: "Scenario") -> int:
    return scenario.opening_seconds + HALVES * MINUTES * 60


def _labels(scenario: "Scenario") -> list[str]:
    starts = [scenario.opening_seconds // 60 + MINUTES * k for k in range(HALVES)]
    return [f"{one // 60:02d}:{one % 60:02d}" for one in starts]


def _in_time(count: float, aht: float, agents: int, scenario: "Scenario") -> float:
    """Return how many callers of a half hour Erlang A answers in time."""
    from sim.theory import erlang_a

    patience = scenario.patience.mean_seconds
    formula = erlang_a(calls_per_hour=2 * count, aht_seconds=aht, agents=agents, patience_seconds=patience)
    return count * formula.service_level(scenario.service_level_seconds)
