"""Customer lifetime value: Dwyer's cases, flows, foreseen events, delivered value, and values from models."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.value import clv
from sim.value.bgnbd import BGNBD
from sim.value.gamma_gamma import GammaGamma

FLOWS = pd.DataFrame(
    {"customer_id": [1, 1, 2], "period": [0, 1, 2], "revenue": [100, 110, 121.0], "cost": [40, 0, 0.0]}
)
EVENT = pd.DataFrame(
    {
        "customer_id": [1, 1],
        "period": [1, 2],
        "probability": [0.5, 1],
        "revenue": [220, 121.0],
        "cost": [0, 0],
    }
)
OFFER = pd.DataFrame(
    {
        n: [k + 1.0]
        for k, n in enumerate(["product", "service", "people", "image", "money", "time", "mind", "effort"])
    }
)
rates, chances = st.floats(0, 0.5), st.floats(0, 1)


def test_dwyers_lost_for_good_as_berger_and_nasr_print_it():
    # Journal of Interactive Marketing 12 (1998), case 1: margin 260 a year, 50 of promotion, r = .75, d = 20 %, ten years
    made = clv.lost_for_good(margin=260, retention=0.75, rate=0.2, periods=10, cost=50, cost_in_mid=True)
    assert made["clv"].iloc[-1] == pytest.approx(568.78, abs=0.005)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 0.99), st.floats(0.01, 0.5))
def test_lost_for_good_tends_to_the_closed_sum(retention, rate):
    made = clv.lost_for_good(margin=10, retention=retention, rate=rate, periods=5000)
    assert made["clv"].iloc[-1] == pytest.approx(10 * (1 + rate) / (1 + rate - retention), rel=1e-6)
    later = clv.lost_for_good(margin=10, retention=retention, rate=rate, periods=5000, first=1)
    assert later["clv"].iloc[-1] == pytest.approx(made["clv"].iloc[-1] - 10, rel=1e-6, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(chances, min_size=1, max_size=4), rates)
def test_always_a_share_is_what_a_walk_through_all_its_ways_gives(buying, rate):
    # states: last purchase 1 … k periods ago, or gone
    now = np.zeros(len(buying) + 1)
    now[0] = 1.0
    worth, made = 50.0 - 3.0, clv.always_a_share(margin=50, buying=buying, rate=rate, periods=6, cost=3)
    for period in range(1, 7):
        buys = now[:-1] @ buying
        reached = now[:-1].sum()
        worth += (50 * buys - 3 * reached) / (1 + rate) ** period
        now = np.concatenate([[buys], now[:-1] * (1 - np.array(buying))])
        # who is not reached any more has fallen off the end
        now = now[: len(buying) + 1]
        now[-1] = 0
        assert made["buys"].iloc[period] == pytest.approx(buys)
    assert made["clv"].iloc[-1] == pytest.approx(worth)


@given(chances, rates)
def test_the_two_cases_agree_when_one_missed_period_is_the_end(chance, rate):
    share = clv.always_a_share(margin=7, buying=[chance], rate=rate, periods=9)
    lost = clv.lost_for_good(margin=7, retention=chance, rate=rate, periods=9)
    assert np.allclose(share["clv"], lost["clv"])


def test_flows_by_hand():
    made = clv.narrow(FLOWS, rate=0.1)
    assert made["clv"].tolist() == pytest.approx([160, 100])
    wide = clv.broad(FLOWS.assign(referral=[0, 11.0, 0], saving=[5.0, 0, 0]), rate=0.1)
    assert wide["clv"].tolist() == pytest.approx([175, 100])
    assert wide.loc[0, ["narrow", "referral", "information", "saving"]].tolist() == pytest.approx(
        [160, 10, 0, 5]
    )
    assert clv.customer_events(EVENT, rate=0.1)["clv"].tolist() == pytest.approx([200])


def test_broad_without_more_is_narrow():
    assert clv.broad(FLOWS, rate=0.2)["clv"].tolist() == clv.narrow(FLOWS, rate=0.2)["clv"].tolist()


def test_delivered_value_is_all_values_less_all_costs():
    made = clv.delivered_value(OFFER)
    assert made[["total_value", "total_cost", "delivered_value"]].iloc[0].tolist() == [10, 26, -16]


def test_value_from_models_is_expected_money_when_nothing_is_discounted():
    seen = pd.DataFrame(
        {"repeat_count": [0, 4], "t_x": [0, 30.0], "age": [39, 39.0], "mean_repeat": [0, 50.0]}
    )
    buying, money = BGNBD(0.243, 4.414, 0.793, 2.426), GammaGamma(6.25, 3.74, 15.44)
    made = clv.from_models(seen, buying, money, periods=12, rate=0.0, margin=0.3, unit=4.0)
    assert made["clv"].tolist() == pytest.approx(list(0.3 * buying.expected(seen, 48) * money.expected(seen)))
    less = clv.from_models(seen, buying, money, periods=12, rate=0.02, margin=0.3, unit=4.0)
    assert (less["clv"] < made["clv"]).all() and less["clv"].iloc[1] > less["clv"].iloc[0]


FIRM = {"margin": 10, "retention": 0.5, "rate": 0.1, "periods": 5}


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (
            lambda: clv.lost_for_good(**{**FIRM, "retention": 1.1}),
            "retention = 1.1: must be a number from 0 to 1",
        ),
        (lambda: clv.lost_for_good(**{**FIRM, "rate": -1}), "rate = -1: must be a number above -1"),
        (lambda: clv.lost_for_good(**{**FIRM, "periods": 2.5}), "periods = 2.5: must be a whole number"),
        (lambda: clv.lost_for_good(**{**FIRM, "margin": float("nan")}), "margin = nan"),
        (lambda: clv.lost_for_good(**FIRM, first=2), "first = 2"),
        (lambda: clv.lost_for_good(**{**FIRM, "periods": 0}, first=1), "periods = 0: must reach period 1"),
        (lambda: clv.always_a_share(margin=1, buying=[0.5, 2], rate=0, periods=1), "buying, row 2 = 2.0"),
        (lambda: clv.narrow(FLOWS.assign(cost=np.nan), rate=0), "cost, row 1 = nan"),
        (lambda: clv.narrow(FLOWS.assign(customer_id=[1, None, 2]), rate=0), "customer_id, row 2 = empty"),
        (lambda: clv.customer_events(EVENT.assign(probability=7), rate=0), "probability, row 1 = 7"),
        (lambda: clv.delivered_value(OFFER.drop(columns="mind")), "needs the column 'mind'"),
    ],
)
def test_what_has_no_value_is_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call()
