"""BG/NBD, Pareto/NBD and gamma-gamma: the published estimates, known parameters found again, laws, and huge counts."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from buyers import bgnbd_history, pareto_history, spending
from cdnow import bought, weeks
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.value import bgnbd, gamma_gamma, likelihood, pareto_nbd
from sim.value.bgnbd import BGNBD
from sim.value.gamma_gamma import GammaGamma
from sim.value.pareto_nbd import ParetoNBD
from sim.value.purchases import history

PUBLISHED_BG = BGNBD(0.243, 4.414, 0.793, 2.426)
PUBLISHED_PARETO = ParetoNBD(0.553, 10.578, 0.606, 11.669)
MODELS = [PUBLISHED_BG, PUBLISHED_PARETO]


def rows(*told: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(told, columns=["repeat_count", "t_x", "age"])


def test_cdnow_gives_the_published_bg_nbd():
    # Fader, Hardie and Lee, Marketing Science 24 (2005), table 2
    assert len(weeks()) == 2357
    made = bgnbd.fit(weeks())
    assert (made.r, made.alpha, made.a, made.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=6e-4)
    assert made.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert made.at_edge == ()


def test_cdnow_gives_the_published_pareto_nbd():
    # the same table
    made = pareto_nbd.fit(weeks())
    assert (made.r, made.s) == pytest.approx((0.553, 0.606), abs=6e-4)
    assert (made.alpha, made.beta) == pytest.approx((10.578, 11.669), abs=6e-3)
    assert made.log_likelihood == pytest.approx(-9595.0, abs=0.05)


def test_cdnow_gives_the_published_gamma_gamma():
    # Fader and Hardie's note (2013)
    made = gamma_gamma.fit(weeks())
    assert (made.p, made.q, made.v) == pytest.approx((6.25, 3.74, 15.44), abs=6e-3)


def test_the_models_forecast_the_next_39_weeks_of_cdnow():
    # no published figure: within 15 % is what we ask of a forecast over as long again as the fit
    later = history(bought(), until="1998-06-30")
    came = later["repeat_count"].sum() - weeks()["repeat_count"].sum()
    for made in (bgnbd.fit(weeks()), pareto_nbd.fit(weeks())):
        assert made.expected(weeks(), 39).sum() / came == pytest.approx(1, abs=0.15)


@pytest.mark.slow
def test_lifetimes_agrees_customer_by_customer():
    cdnow = weeks()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter, ParetoNBDFitter

        ours = (cdnow["repeat_count"], cdnow["t_x"], cdnow["age"])
        for fitter, mine in ((BetaGeoFitter, bgnbd), (ParetoNBDFitter, pareto_nbd)):
            theirs = fitter().fit(*ours)
            made = mine.fit(cdnow)
            expected = theirs.conditional_expected_number_of_purchases_up_to_time(39, *ours)
            assert np.allclose(made.expected(cdnow, 39), expected, atol=2e-3)
            assert np.allclose(made.p_alive(cdnow), theirs.conditional_probability_alive(*ours), atol=1e-3)


def test_one_customer_of_the_published_worksheet():
    # Fader, Hardie and Lee's worksheet for the BG/NBD, customer 1: 1.226 purchases in 39 weeks
    assert PUBLISHED_BG.expected(rows((2, 30.43, 38.86)), 39)[0] == pytest.approx(1.226, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "fit", "true"),
    [
        (bgnbd_history, bgnbd.fit, (0.6, 5.0, 0.8, 2.5)),
        (bgnbd_history, bgnbd.fit, (2.0, 20.0, 2.0, 9.0)),
        (pareto_history, pareto_nbd.fit, (0.7, 5.0, 0.9, 20.0)),
    ],
)
def test_known_buyers_are_found_again(make, fit, true):
    made = fit(make(*true))
    # four parameters trade off against each other; what they say of customers does not
    truth = type(made)(*true)
    ages = [4.0, 13.0, 26.0, 52.0]
    assert made.mean_repeats(ages) == pytest.approx(truth.mean_repeats(ages), rel=0.05)
    some = rows((0, 0, 52), (1, 10, 52), (3, 45, 52), (8, 50, 52))
    assert made.p_alive(some) == pytest.approx(truth.p_alive(some), abs=0.05)
    assert made.expected(some, 26) == pytest.approx(truth.expected(some, 26), rel=0.1)
    assert made.r == pytest.approx(true[0], rel=0.1)


def test_known_spending_is_found_again():
    made = gamma_gamma.fit(spending(6.0, 4.0, 15.0))
    assert (made.p, made.q) == pytest.approx((6, 4), rel=0.1)
    assert made.mean == pytest.approx(6 * 15 / 3, rel=0.03)


@pytest.mark.parametrize("make", [bgnbd_history, pareto_history])
def test_mean_repeats_are_those_of_the_simulated(make):
    true = (0.8, 6.0, 0.9, 3.0)
    model = (BGNBD if make is bgnbd_history else ParetoNBD)(*true)
    seen = make(*true, n=60_000)["repeat_count"]
    assert seen.mean() == pytest.approx(model.mean_repeats(52.0)[0], abs=4 * seen.std() / 60_000**0.5)


sizes = st.floats(0.05, 20)


@settings(deadline=None, max_examples=60)
@given(sizes, sizes, sizes, sizes, st.integers(0, 2000), st.floats(0, 1), st.floats(0.1, 500))
def test_laws_of_every_customer(r, alpha, a, b, x, late, age):
    seen = rows((x, late * age if x else 0, age)) if late * age > 0 else rows((0, 0, age))
    for model in (BGNBD(r, alpha, a, b), ParetoNBD(r, alpha, a, b)):
        alive = model.p_alive(seen)[0]
        assert 0 <= alive <= 1
        one, two = model.expected(seen, 10)[0], model.expected(seen, 20)[0]
        most = (r + seen["repeat_count"][0]) / (alpha + age)
        assert 0 <= one <= two * (1 + 1e-9) + 1e-12 and two <= 20 * most * (1 + 1e-6)
        assert model.expected(seen, 0)[0] == pytest.approx(0, abs=1e-12)
        last = seen.assign(t_x=seen["age"]) if seen["repeat_count"][0] else seen
        assert model.p_alive(last)[0] >= alive - 1e-12


@settings(deadline=None, max_examples=50)
@given(sizes, sizes, sizes, sizes, st.integers(0, 40), st.floats(0.01, 1), st.floats(0.5, 300))
def test_the_likelihood_falls_as_its_slope_says(r, alpha, a, b, x, late, age):
    seen = likelihood.buyers(rows((x, late * age if x else 0, age), (0, 0, age)))
    for model in (bgnbd, pareto_nbd):
        here = np.array([r, alpha, a, b])
        _, slopes = model.slope(here, seen)
        for k in range(4):
            step = np.zeros(4)
            step[k] = 1e-5 * here[k]
            rise = (model.slope(here + step, seen)[0] - model.slope(here - step, seen)[0]) / (2 * step[k])
            assert slopes[k] == pytest.approx(rise, rel=1e-3, abs=1e-5 * (1 + abs(slopes).max()))


@pytest.mark.parametrize("model", MODELS)
def test_huge_counts_stay_finite(model):
    seen = rows((10**6, 3000, 3000.5), (10**6, 10, 3000), (0, 0, 1e9), (10**9, 5e5, 5e5))
    assert np.isfinite(model.p_alive(seen)).all() and np.isfinite(model.expected(seen, 1000)).all()
    assert model.p_alive(seen)[1] == pytest.approx(0, abs=1e-12)
    assert model.expected(seen, 1)[3] == pytest.approx(2000 * model.p_alive(seen)[3], rel=1e-2)


def test_the_integral_is_the_published_hypergeometric_formula():
    from scipy.special import hyp2f1

    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    x, ages, ahead = np.array([0, 1, 2, 7, 25]), np.array([30, 38.86, 38.86, 20, 38]), 39.0
    z = ahead / (alpha + ages + ahead)
    power = ((alpha + ages) / (alpha + ages + ahead)) ** (r + x)
    printed = (a + b + x - 1) / (a - 1) * (1 - power * hyp2f1(r + x, b + x, a + b + x - 1, z))
    ours = PUBLISHED_BG.expected(rows(*zip(x, np.where(x > 0, ages, 0), ages, strict=True)), ahead)
    alive = PUBLISHED_BG.p_alive(rows(*zip(x, np.where(x > 0, ages, 0), ages, strict=True)))
    assert ours == pytest.approx(alive * printed, rel=1e-8)


def test_bg_nbd_has_no_gap_at_a_equal_to_one():
    seen = rows((3, 20, 30), (0, 0, 30))
    beside = [BGNBD(0.5, 5, a, 2).expected(seen, 26) for a in (0.999, 1.0, 1.001)]
    assert np.allclose(beside[1], (beside[0] + beside[2]) / 2, rtol=1e-4)


def test_pareto_nbd_has_no_gap_at_s_equal_to_one():
    beside = [ParetoNBD(0.5, 5, s, 8).mean_repeats([26, 52]) for s in (0.999, 1.0, 1.001)]
    assert np.allclose(beside[1], (beside[0] + beside[2]) / 2, rtol=1e-5)


def test_the_unit_of_time_changes_only_the_parameters_of_time():
    years = weeks().assign(t_x=weeks()["t_x"] / 52, age=weeks()["age"] / 52)
    by_week, by_year = bgnbd.fit(weeks()), bgnbd.fit(years)
    assert by_year.alpha * 52 == pytest.approx(by_week.alpha, rel=1e-3)
    assert by_year.expected(years, 0.75).sum() == pytest.approx(by_week.expected(weeks(), 39).sum(), rel=1e-3)


def test_buyers_who_are_all_alike_run_to_an_edge_that_is_told():
    rng = np.random.default_rng(2)
    x = rng.poisson(5, 800)
    alike = pd.DataFrame({"repeat_count": x, "t_x": np.where(x > 0, 51.0, 0.0), "age": 52.0})
    made = bgnbd.fit(alike)
    assert made.at_edge and made.mean_repeats(52.0)[0] == pytest.approx(x.mean(), rel=0.05)


def test_spending_draws_few_purchases_towards_the_mean():
    model = GammaGamma(6, 4, 15)
    told = pd.DataFrame({"repeat_count": [0, 1, 100, 10**9], "mean_repeat": [0, 90, 90, 90.0]})
    none, one, many, all_of_it = model.expected(told)
    assert none == pytest.approx(model.mean) and model.mean < one < many < all_of_it
    assert all_of_it == pytest.approx(90)


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        (rows((1, 5, 4)), "row 1 = 5.0: the last purchase cannot be later than the age"),
        (rows((0, 3, 4)), "who never bought again has t_x = 0"),
        (rows((2, 0, 4)), "bought again did so at an age above 0"),
        (rows((1.5, 1, 4)), "repeat_count, row 1 = 1.5: must be a whole number"),
        (rows((1, np.nan, 4)), "t_x, row 1 = nan"),
        (rows((-1, 0, 4)), "repeat_count, row 1 = -1"),
        (rows((1, 2, 4)).drop(columns="age"), "needs the column 'age'"),
        (rows((1, 2, 4)), "1 customers: a model needs at least 10"),
        (rows(*[(0, 0, 4)] * 12), "customers who bought again"),
    ],
)
@pytest.mark.parametrize("fit", [bgnbd.fit, pareto_nbd.fit])
def test_impossible_histories_are_refused(fit, table, rule):
    with pytest.raises(InputError, match=rule):
        fit(table)


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: BGNBD(0, 1, 1, 1), "r = 0: must be a number above 0"),
        (lambda: ParetoNBD(1, 1, float("nan"), 1), "s = nan"),
        (lambda: GammaGamma(1, -1, 1), "q = -1"),
        (lambda: GammaGamma(1, 0.9, 1).mean, "amounts so unequal have no mean"),
        (lambda: PUBLISHED_BG.expected(rows((0, 0, 1)), -1), "ahead = -1"),
        (lambda: gamma_gamma.fit(spending(6, 4, 15, n=9)), "9 customers with repeats"),
        (lambda: gamma_gamma.fit(spending(6, 4, 15, n=20).assign(mean_repeat=0.0)), "mean_repeat, row 1"),
        (
            lambda: GammaGamma(1, 0.9, 1).expected(pd.DataFrame({"repeat_count": [0], "mean_repeat": [0.0]})),
            "no mean",
        ),
    ],
)
def test_impossible_models_are_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call()


def test_a_likelihood_that_is_nowhere_finite_is_refused():
    with pytest.raises(InputError, match="no parameters make these purchases possible"):
        likelihood.maximise(lambda p: (float("nan"), p), ("r",), [[1.0]])


@pytest.mark.parametrize(("x", "t_x"), [(0, 0.0), (3, 0.2)])
def test_the_rule_of_integration_reaches_deaths_that_nearly_all_come_late(x, t_x):
    """Against the integral over the time of death itself; a rule that stops too early misses a part in a thousand."""
    from scipy.integrate import quad

    r, alpha, s, beta, age = 1.0, 0.5, 12.0, 11.0, 10.0
    at = lambda y: s * beta**s / (beta + y) ** (s + 1) * alpha**r / (alpha + y) ** (r + x)  # noqa: E731
    dead = sum(quad(at, a, b, epsabs=1e-16)[0] for a, b in ((t_x, 1.0), (1.0, 3.0), (3.0, age)))
    alive = (beta / (beta + age)) ** s * alpha**r / (alpha + age) ** (r + x)
    exact = math.lgamma(r + x) - math.lgamma(r) + math.log(dead + alive)
    seen = likelihood.buyers(rows((x, t_x, age)))
    assert pareto_nbd.log_likelihood((r, alpha, s, beta), seen)[0] == pytest.approx(exact, abs=1e-8)
