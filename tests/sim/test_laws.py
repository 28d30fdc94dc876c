"""The laws of talk and patience: their means and spreads, and any law by its quantiles."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.callcenter import laws
from sim.callcenter.parts import Patience
from sim.scenario import load
from sim.streams import Streams

IDS = np.arange(20_000)
STREAMS = Streams(12)


@pytest.mark.parametrize(
    ("law", "cv"),
    [("lognormal", 1.3), ("exponential", 1.0), ("gamma", 0.5), ("gamma", 2.0), ("constant", 0.0)],
)
def test_talk_has_mean_one_and_its_spread(law, cv):
    told = laws.duration(law, cv, STREAMS, "talk", IDS, 0)
    assert abs(told.mean() - 1) < 4 * max(cv, 0.001) / math.sqrt(len(IDS))
    assert abs(told.std() - cv) < 0.1 * max(cv, 0.01)


PATIENCE = [
    (Patience("exponential", 120.0, 0.0), stats.expon(scale=120)),
    (Patience("weibull", 120.0, 0.0, 0.6), stats.weibull_min(0.6, scale=120 / math.gamma(1 + 1 / 0.6))),
    (Patience("uniform", 120.0, 0.0), stats.uniform(0, 240)),
    (Patience("gamma", 120.0, 0.0, 0.5), stats.gamma(4, scale=30)),
    (Patience("lognormal", 120.0, 0.0, 0.8), stats.lognorm(math.sqrt(math.log1p(0.64)), scale=120 / math.sqrt(1.64))),
    (Patience("quantiles", 1.0, 0.0, 1.0, (0.0, 60.0, 60.0, 300.0)), None),
]  # fmt: skip


@pytest.mark.parametrize(("told", "law"), PATIENCE, ids=[told.law for told, _ in PATIENCE])
def test_patience_follows_its_law(told, law):
    drawn = laws.patience(told, STREAMS, IDS, 0)
    if law is not None:
        assert stats.kstest(drawn, law.cdf).pvalue > 0.001
    else:  # a third leaves evenly in the first minute, a third at the announcement, a third later
        assert abs((drawn == 60).mean() - 1 / 3) < 0.015 and abs((drawn < 60).mean() - 1 / 3) < 0.015
        assert drawn.max() <= 300


def test_constant_and_endless_patience():
    assert set(laws.patience(Patience("constant", 90.0, 0.0), STREAMS, IDS, 0)) == {90.0}
    assert np.isinf(laws.patience(Patience("endless", 90.0, 0.0), STREAMS, IDS, 0)).all()


def test_a_law_by_quantiles_is_read_and_told_again():
    plain = load("retail_hotline").plain()
    plain["patience"] |= {"law": "quantiles", "quantiles": [0.0, 30.0, 60.0, 60.0, 600.0]}
    scenario = type(load("retail_hotline")).from_plain(plain)
    assert scenario.patience.quantiles[-1] == 600 and type(scenario).from_plain(scenario.plain()) == scenario
