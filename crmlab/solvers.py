"""Staffing solvers: what a naive, a textbook and an expert planner would hand in for a world."""

from typing import TYPE_CHECKING

import numpy as np

from crmlab.replay import split

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

BLOCKS = 6  # two-hour blocks
TEXTBOOK_AIM, EXPERT_AIM = 0.86, 0.84  # above the promise of 0.80, for next week will not be last week
MOST_ROUNDS = 40


def naive(scenario: "Scenario") -> list[int]:
    """Return the same number of agents all day, in about the hours the scenario's own plan pays."""
    from sim.staffing import Staffing

    hours = Staffing.of(scenario).paid_seconds / 3600
    return [int(hours * 3600 / scenario.interval_minutes / 60 / scenario.intervals)] * BLOCKS


def textbook(contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    """Return the plan that tries agents on one day's board until the day looks good with some room."""
    return _grow(contacts, draws, scenario, TEXTBOOK_AIM)


def expert(contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    """Return the plan that does the same on a whole week of calls."""
    return _grow(contacts, draws, scenario, EXPERT_AIM)


def _grow(contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario", aim: float) -> list[int]:
    """Start from the offered load of each block; add an agent where most callers are served late."""
    plan = _load(contacts, draws, scenario)
    for _ in range(MOST_ROUNDS):
        late, level = _late(contacts, draws, plan, scenario)
        if level >= aim:
            break
        plan[int(np.argmax(late))] += 1
    return plan


def _load(contacts: "pd.DataFrame", draws: "pd.DataFrame", scenario: "Scenario") -> list[int]:
    first = draws[draws["attempt"] == 1].set_index("contact_id")
    asks = contacts[
        (first.loc[contacts["contact_id"], "self_service"] >= scenario.ivr.self_service_share).values
    ]
    handling = first.loc[asks["contact_id"], ["talk", "wrap_up"]].sum(axis=1).to_numpy()
    block = _block(asks["at"].to_numpy(), scenario)
    width = scenario.intervals * scenario.interval_minutes * 60 / BLOCKS * contacts["day"].nunique()
    erlangs = np.bincount(block, weights=handling, minlength=BLOCKS) / width
    return [max(int(np.ceil(load)), 1) for load in erlangs]


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
