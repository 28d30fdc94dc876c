"""NPS, CSAT, CES, index, SERVQUAL, loyalty index: by hand, by law, and with intervals that cover."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.value import estimates
from sim.value.loyalty_index import MEASURES, loyalty_index
from sim.value.servqual import cronbach_alpha, gaps, overall
from sim.value.survey_scores import ces, csat, nps, satisfaction_index

tens = st.lists(st.integers(0, 10), min_size=1, max_size=60)


@settings(max_examples=25, deadline=None)
@given(tens)
def test_every_score_lies_in_its_interval_and_the_interval_on_its_scale(answers):
    fives, sevens = [1 + a % 5 for a in answers], [1 + a % 7 for a in answers]
    for told, low, high in ((nps(answers), -100, 100), (csat(fives), 0, 1), (ces(sevens), 1, 7)):
        assert low <= told.low <= told.value <= told.high <= high
        assert told.n == len(answers)


@settings(max_examples=25, deadline=None)
@given(tens)
def test_equal_weights_change_nothing_and_a_weight_of_two_is_two_people_on_average(answers):
    assert nps(answers, weights=[3.0] * len(answers)) == pytest.approx(nps(answers))
    doubled = nps([*answers, answers[0]]).value
    assert nps(answers, weights=[2.0, *[1.0] * (len(answers) - 1)]).value == pytest.approx(doubled)


def test_by_hand():
    assert nps([10] * 50 + [7] * 30 + [0] * 20).value == 30
    assert csat([5, 4, 3, 2]).value == 0.5
    assert ces([7, 5, 3]).value == 5
    # Wilson's interval of 5 in 10, as in every textbook
    assert csat([5] * 5 + [1] * 5)[1:3] == pytest.approx((0.2366, 0.7634), abs=1e-4)
    # Student: mean 5, sd 2, n = 3, t = 4.3027
    assert estimates.mean([3, 5, 7])[1:3] == pytest.approx((5 - 4.9683, 5 + 4.9683), abs=1e-3)


def test_one_answer_says_next_to_nothing():
    assert ces([7])[:3] == (7, 1, 7)
    assert nps([10]).low < -50 and csat([5]).low < 0.25


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.85, 0.1, 0.05), (0.1, 0.1, 0.8)])
@pytest.mark.parametrize("n", [30, 200])
def test_95_intervals_of_nps_hold_the_truth_about_95_times_in_100(shares, n):
    rng = np.random.default_rng(7)
    truth = 100 * (shares[0] - shares[2])
    told = [nps(rng.choice([10, 8, 2], size=n, p=shares)) for _ in range(600)]
    held = np.mean([t.low <= truth <= t.high for t in told])
    assert 0.92 <= held <= 0.985


def test_the_index_weighs_attributes_and_scales_to_a_hundred():
    answers = pd.DataFrame({"quality": [5, 5], "speed": [1, 1]})
    assert satisfaction_index(answers, {"quality": 3, "speed": 1}).value == 75


def servqual(rows: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    own = rng.normal(size=rows)
    told = []
    for dimension, items in (("reliability", 5), ("empathy", 5)):
        for item in range(items):
            seen = np.clip(np.rint(4.5 + own + 0.6 * rng.normal(size=rows)), 1, 7)
            for who in range(rows):
                told.append((who, dimension, item, 6, seen[who]))
    return pd.DataFrame(told, columns=["respondent_id", "dimension", "item", "expectation", "perception"])


def test_servqual_gaps_follow_from_the_answers():
    table = servqual(300)
    made = gaps(table).set_index("dimension")
    part = table[table["dimension"] == "empathy"]
    assert made.loc["empathy", "gap"] == pytest.approx(part["perception"].mean() - 6)
    assert (made["low"] < made["gap"]).all() and (made["gap"] < made["high"]).all()
    assert (made["alpha"] > 0.8).all()
    assert overall(gaps(table)) == pytest.approx(made["gap"].mean())
    assert overall(gaps(table), {"reliability": 1, "empathy": 0}) == pytest.approx(
        made.loc["reliability", "gap"]
    )


def test_alpha_by_theory():
    rng = np.random.default_rng(3)
    own = rng.normal(size=(20_000, 1))
    # k parallel items of correlation rho: alpha = k·rho / (1 + (k − 1)·rho); here rho = 1/2, k = 4
    assert cronbach_alpha(own + rng.normal(size=(20_000, 4))) == pytest.approx(0.8, abs=0.01)
    assert np.isnan(cronbach_alpha([[1, 2]])) and np.isnan(cronbach_alpha([[1, 1], [1, 1]]))


def loyal(**changes: float) -> pd.DataFrame:
    best = dict(zip(MEASURES, (1.0, 0.0, 1, 5, 1), strict=True))
    return pd.DataFrame([{"customer_id": 1, **best, **changes}])


def test_the_loyalty_index_runs_from_0_to_100():
    assert loyalty_index(loyal())["index"].tolist() == [100]
    worst = loyal(
        repurchase=0, choosing_minutes=99, price_sensitivity=5, quality_tolerance=1, rival_interest=5
    )
    assert loyalty_index(worst)["index"].tolist() == [0]
    assert loyalty_index(loyal(choosing_minutes=30))["index"].tolist() == pytest.approx([90])
    weights = dict.fromkeys(MEASURES, 0.0) | {"repurchase": 2}
    assert loyalty_index(loyal(repurchase=0.25), importance=weights)["index"].tolist() == [25]


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: nps([11]), "NPS answer, row 1 = 11.0: must be a whole number from 0 to 10"),
        (lambda: nps([]), "NPS answer = none: there is nobody to speak for"),
        (lambda: nps([9, float("nan")]), r"NPS answer, row 2 = nan.*\(1 in all\)"),
        (lambda: csat([0]), "CSAT answer, row 1 = 0"),
        (lambda: ces([3.5]), "CES answer, row 1 = 3.5"),
        (lambda: csat([5], weights=[1, 2]), "weights = 2 values"),
        (lambda: csat([5], weights=[0]), "somebody must count"),
        (lambda: csat([5], weights=[-1]), "weights, row 1 = -1"),
        (lambda: csat([5], confidence=95), "confidence = 95: must lie between 0 and 1"),
        (lambda: satisfaction_index(pd.DataFrame({"a": [1]}), {}), "importance = {}"),
        (lambda: satisfaction_index(pd.DataFrame({"a": [1]}), {"a": 0}), "importance = 0"),
        (lambda: satisfaction_index(pd.DataFrame({"a": [1]}), {"b": 1}), "needs the column 'b'"),
        (lambda: satisfaction_index(pd.DataFrame({"a": [1]}), {"a": 1}, scale=(5, 1)), "scale = .*must rise"),
        (lambda: gaps(servqual(2).assign(perception=8)), "perception, row 1 = 8"),
        (lambda: gaps(pd.concat([servqual(2)] * 2)), "answered one item twice"),
        (lambda: overall(gaps(servqual(2)), {"empathy": 1}), "has no weight for reliability"),
        (lambda: overall(gaps(servqual(2)), {"empathy": 0, "reliability": 0}), "one dimension must count"),
        (lambda: cronbach_alpha([[1, np.nan], [1, 2]]), "answers = NaN"),
        (lambda: loyalty_index(loyal(repurchase=1.5)), "repurchase, row 1 = 1.5"),
        (lambda: loyalty_index(loyal(rival_interest=0)), "rival_interest, row 1 = 0"),
        (lambda: loyalty_index(loyal(), importance={"repurchase": 1}), "must weigh exactly"),
        (lambda: loyalty_index(loyal(), importance=dict.fromkeys(MEASURES, 0)), "one measure must count"),
    ],
)
def test_answers_off_the_scale_are_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call()
