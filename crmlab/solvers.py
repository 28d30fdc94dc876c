"""Staffing solvers: what a naive, a textbook and an expert planner would hand in for a world."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab.replay import split

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

BLOCKS = 6  # two-hour blocks
# What a plan aims at on the calls it is made from; next week will not be last week, the promise is 0.80.
# The centre does about a point worse than the formula says (teams are not one pool, callers redial).
TEXTBOOK_AIM, EXPERT_AIM = 0.86, 0.87
FIRST_AIM = 0.80  # of the formula's plan that the textbook planner tries first; trying only adds
MOST_ROUNDS = 40


def naive(scenario: "Scenario") -> list[int]:
    """Return the same number of agents all day, in about the hours the scenario's own plan pays."""
    from sim.staffing import Staffing

    hours = Staffing.of(scenario).paid_seconds / 3600
    return [int(hours * 3600 / scenario.interval_minutes / 60 / scenario.intervals)] * BLOCKS


def textbook(contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    """Return the plan that tries agents on one day's board until the day looks good with some room.

    An agent is added where most callers are served late.
    """
    plan = _by_formula(contacts, draws, scenario, FIRST_AIM)
    for _ in range(MOST_ROUNDS):
        late, level = _late(contacts, draws, plan, scenario)
        if level >= TEXTBOOK_AIM:
            break
        plan[int(np.argmax(late))] += 1
    return plan


def expert(contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    """Return the plan of least hours that Erlang A finds for a whole week's average calls, hour by hour."""
    return _by_formula(contacts, draws, scenario, EXPERT_AIM)


def _by_formula(
    contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario", aim: float
) -> list[int]:
    """Start from the offered load of each block; add the agent who serves most callers in time.

    Starting lower would mislead: below the load the first agents help little, and greed would pass by.
    """
    calls, aht = _volumes(contacts, draws, scenario)
    per_hour = 60 / scenario.interval_minutes
    members = np.arange(scenario.intervals).reshape(BLOCKS, -1)
    plan = [max(int(calls[block].mean() * per_hour * aht / 3600), 1) for block in members]
    now = [_in_time(calls[block], aht, n, scenario) for block, n in zip(members, plan, strict=True)]
    after = [_in_time(calls[block], aht, n + 1, scenario) for block, n in zip(members, plan, strict=True)]
    while sum(now) < aim * calls.sum() and sum(plan) < BLOCKS * MOST_ROUNDS:
        best = int(np.argmax(np.subtract(after, now)))
        plan[best] += 1
        now[best] = after[best]
        after[best] = _in_time(calls[members[best]], aht, plan[best] + 1, scenario)
    return plan


def _in_time(calls: np.ndarray, aht: float, agents: int, scenario: "Scenario") -> float:
    """Return how many callers of some intervals Erlang A answers in time."""
    from sim.theory import erlang_a

    per_hour, patience = 60 / scenario.interval_minutes, scenario.patience.mean_seconds
    in_time = 0.0
    for count in calls.tolist():
        formula = erlang_a(
            calls_per_hour=count * per_hour, aht_seconds=aht, agents=agents, patience_seconds=patience
        )
        in_time += count * formula.service_level(scenario.service_level_seconds)
    return in_time


def _volumes(
    contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario"
) -> tuple[np.ndarray, float]:
    """Return the calls of an average day that ask for an agent, by interval, and their mean handle time."""
    first = draws[draws["attempt"] == 1].set_index("contact_id").loc[contacts["contact_id"]]
    way, ivr = first["self_service"].to_numpy(), scenario.ivr
    asks = (way >= ivr.self_service_share) & (way < 1 - ivr.left_menu_share)
    interval = (contacts["at"].to_numpy()[asks] - scenario.opening_seconds) // (
        scenario.interval_minutes * 60
    )
    places = np.clip(interval, 0, scenario.intervals - 1).astype(int)
    calls = np.bincount(places, minlength=scenario.intervals) / contacts["day"].nunique()
    return calls, float(first[asks][["talk", "wrap_up"]].sum(axis=1).mean())


def _late(
    contacts: "pd.DataFrame", draws: "pd.DataFrame", plan: list[int], scenario: "Scenario"
) -> tuple[np.ndarray, float]:
    """Return callers not served in time by block, and the service level of the plan."""
    from crmlab.replay import run_days
    from sim import metrics

    calls = run_days(contacts, draws, split(plan, scenario), scenario)
    limit = scenario.service_level_seconds
    asked = calls[calls["outcome"].isin(["answered", "abandoned", "balked", "waiting"])]
    late = ~((asked["outcome"] == "answered") & (asked["wait"] <= limit))
    block = _block(asked["at"].to_numpy(), scenario)
    return (
        np.bincount(block[late.to_numpy()], minlength=BLOCKS),
        metrics.service_level(calls, seconds=limit),
    )


def _block(at: np.ndarray, scenario: "Scenario") -> np.ndarray:
    width = scenario.intervals * scenario.interval_minutes * 60 / BLOCKS
    return np.clip((at - scenario.opening_seconds) // width, 0, BLOCKS - 1).astype(int)
