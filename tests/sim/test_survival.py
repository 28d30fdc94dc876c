"""Survival: published curve, laws, causes that add up."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.value.survival import competing_causes, kaplan_meier, median_stay, survival_at

# Freireich et al. 1963, the group on 6-MP, the textbook example of the curve
DURATIONS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
KNOWN = pd.DataFrame({"duration": DURATIONS, "lost": [True] * 9 + [False] * 12})

people = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["none", "price", "service", "rival"])),
    min_size=1,
    max_size=40,
).map(
    lambda rows: pd.DataFrame(rows, columns=["duration", "cause"]).assign(
        lost=lambda df: df["cause"] != "none"
    )
)


def test_the_textbook_curve():
    curve = kaplan_meier(KNOWN)
    printed = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert survival_at(curve, list(printed)) == pytest.approx(list(printed.values()), abs=6e-4)
    assert median_stay(curve) == 23
    assert curve.loc[curve["time"] == 10, ["at_risk", "events", "censored"]].iloc[0].tolist() == [15, 1, 1]


def test_the_interval_is_greenwoods_on_the_log_log_scale():
    # by hand for the same data at 10: 3 of 21, 1 of 17 and 1 of 15 had an event until then
    at_risk_and_events = [(21, 3), (17, 1), (15, 1)]
    stay = math.prod(1 - d / n for n, d in at_risk_and_events)
    error = math.sqrt(sum(d / (n * (n - d)) for n, d in at_risk_and_events)) / abs(math.log(stay))
    curve = kaplan_meier(KNOWN).set_index("time")
    wanted = [stay ** math.exp(sign * 1.959964 * error) for sign in (1, -1)]
    assert curve.loc[10, ["low", "high"]].tolist() == pytest.approx(wanted, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(people)
def test_curves_fall_within_their_intervals_and_causes_add_up(table):
    curve = kaplan_meier(table)
    assert curve["time"].iloc[0] == 0 and curve["survival"].is_monotonic_decreasing
    assert (curve["low"] <= curve["survival"] + 1e-12).all() and (
        curve["survival"] <= curve["high"] + 1e-12
    ).all()
    assert curve["events"].sum() == table["lost"].sum() and curve[["events", "censored"]].sum().sum() == len(
        table
    )
    causes = competing_causes(table)
    assert np.allclose(causes.drop(columns="time").sum(axis=1), 1)
    assert causes["time"].tolist() == curve["time"].tolist()
    assert np.allclose(causes["survival"], curve["survival"])


@settings(max_examples=25, deadline=None)
@given(people.filter(lambda table: table["lost"].all()))
def test_without_censoring_the_curve_is_the_share_still_there(table):
    at = [0, 3, 7, 12]
    assert survival_at(kaplan_meier(table), at) == pytest.approx([(table["duration"] > t).mean() for t in at])


def test_nobody_lost_and_everybody_lost_at_once():
    stay = kaplan_meier(pd.DataFrame({"duration": [5.0], "lost": [0]}))
    assert stay["survival"].tolist() == [1, 1] and median_stay(stay) == np.inf
    assert np.isnan(survival_at(stay, [6])[0])
    gone = kaplan_meier(pd.DataFrame({"duration": [0.0, 0.0], "lost": [1, 1]}))
    assert gone[["time", "at_risk", "survival"]].to_numpy().tolist() == [[0, 2, 0]]


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: kaplan_meier(KNOWN.assign(duration=-1)), "duration, row 1 = -1"),
        (lambda: kaplan_meier(KNOWN.assign(lost=2)), "lost, row 1 = 2"),
        (lambda: kaplan_meier(KNOWN, confidence=1), "confidence = 1: must lie between 0 and 1"),
        (lambda: competing_causes(KNOWN), "needs the column 'cause'"),
        (lambda: competing_causes(KNOWN.assign(cause="time")), "cause = time: is the name of a column"),
        (lambda: survival_at(kaplan_meier(KNOWN), [-1]), "times, row 1 = -1"),
        (lambda: median_stay(kaplan_meier(KNOWN), left=2), "left = 2"),
    ],
)
def test_what_cannot_be_followed_is_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call()
