"""Stages of a relation: what they are read from, and that they tell who will be lost and who will buy."""

import numpy as np
import pytest

from sim.market import Market
from sim.market.customers import STAGES, founders
from sim.market.settings import load
from sim.market.stages import DISPLEASED, FEW, MANY, RARE, stages
from sim.streams import Streams

EXPLORATION, BUILD_UP, STABLE, DECLINE = range(len(STAGES))


@pytest.fixture
def people():
    ids = np.arange(1, 5)
    made = founders(load("retail"), Streams(1), ids, np.zeros(4, dtype=np.int8))
    made.joined[:], made.last_order[:], made.rate[:] = 0.0, 10.0, 1.0
    made.product[:] = made.service[:] = made.delight[:] = 0.0
    made.orders[:] = [1, FEW + 1, MANY, MANY]
    return made


def test_orders_lead_from_exploration_over_build_up_to_stability(people):
    assert stages(people, 10.5).tolist() == [EXPLORATION, BUILD_UP, STABLE, STABLE]
    people.product[:], people.service[:] = -0.4, -0.4  # not settled: nobody is at home
    assert stages(people, 10.5).tolist() == [EXPLORATION, BUILD_UP, BUILD_UP, BUILD_UP]


@pytest.mark.parametrize("why", ["displeased", "silent", "lost"])
def test_decline_may_follow_any_stage(people, why):
    now = 10.5
    if why == "displeased":
        people.product[:] = people.service[:] = DISPLEASED - 0.1
    elif why == "silent":
        now += RARE + 0.1
    else:
        people.alive[:] = False
    assert stages(people, now).tolist() == [DECLINE] * 4


@pytest.fixture(scope="module", params=["retail", "subscription", "business"])
def months(request):
    told = Market(3000, 3, settings=load(request.param)).run(18, truth=True).frame("truth_month")
    told["hazard"] = told[[name for name in told if name.startswith("hazard_")]].sum(axis=1)
    told = told.sort_values(["customer_id", "month"])
    told["next"] = told.groupby("customer_id")["stage"].shift(-1)
    return told


def test_the_further_a_relation_the_safer_and_decline_is_dangerous(months):
    hazard = months.groupby("stage")["hazard"].mean()
    assert hazard["exploration"] > hazard["build_up"] > hazard["stable"]
    assert hazard["decline"] > 2 * hazard["stable"]


def test_relations_go_forward_or_into_decline_but_never_back_to_exploration(months):
    moves = set(map(tuple, months.dropna(subset="next")[["stage", "next"]].drop_duplicates().to_numpy()))
    assert {(stage, "decline") for stage in ("exploration", "build_up", "stable")} <= moves
    assert {("exploration", "build_up"), ("build_up", "stable")} <= moves
    assert not {("build_up", "exploration"), ("stable", "exploration")} & moves
