"""The declared targets: a market of the shipped settings meets them, whatever the seed, and others do not."""

import pytest

from sim.market import facts, facts_response, facts_service, targets
from sim.market.settings import load


def test_every_target_has_its_measure_and_every_measure_its_target() -> None:
    assert facts_service.AFTER_DAYS and facts_response.AHEAD_MONTHS
    assert {one.name for one in targets.targets()} == set(facts.MEASURES)
    for one in targets.targets():
        assert one.low <= one.value <= one.high and one.source and one.unit
        assert facts.MEASURES[one.name].__doc__


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_retail_market_meets_its_targets(seed: int) -> None:
    failed = {one.target.name: one.observed for one in targets.check(seed) if not one.passed}
    assert not failed


@pytest.mark.slow
def test_a_market_of_equal_customers_who_never_tire_is_noticed() -> None:
    settings = load("retail", buying__rate_shape=50.0, churn__shape=50.0, churn__scale_months=4000.0)
    found = {one.target.name: one for one in targets.check(1, customers=15_000, months=26, settings=settings)}
    for name in ("variance_to_mean", "past_predicts_next", "one_time_buyers", "fall_of_repeats"):
        assert not found[name].passed, name
