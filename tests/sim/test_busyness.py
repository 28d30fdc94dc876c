"""How busy a day is: weekdays, correlated factors, bursts, and that a plain scenario knows none of them."""

import numpy as np
import pytest

from sim.callcenter.busyness import expected
from sim.contacts import arrivals
from sim.scenario import Scenario, load
from sim.streams import Streams

FLAT = load("retail_hotline").with_(busyness_cv=0, calls_per_hour=[100] * 12)


def means(scenario, days=1, seed=3):
    return np.array([expected(scenario, Streams(seed).under("day", day), day) for day in range(days)])


def test_a_plain_day_is_its_rates():
    assert means(FLAT).tolist() == [[100.0] * 12]


def test_weekdays_follow_one_another_from_the_first():
    week = {"factors": [1, 2, 3, 4, 5, 0.5, 0], "first_weekday": 4}
    told = means(FLAT.with_(week=week), days=8)[:, 0] / 100
    assert told.tolist() == [5, 0.5, 0, 1, 2, 3, 4, 5]


def test_a_burst_covers_its_share_of_the_intervals():
    burst = {"start": "09:30", "minutes": 60, "factor": 3.0}
    assert means(FLAT.with_(bursts=[burst]))[0][:4].tolist() == [100, 200, 200, 100]


def test_a_burst_happens_on_its_share_of_days():
    burst = {"start": "10:00", "minutes": 60, "factor": 3.0, "probability": 0.25}
    hit = (means(FLAT.with_(bursts=[burst]), days=400)[:, 2] > 100).mean()
    assert abs(hit - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 400)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_factors_of_neighbouring_intervals_correlate_as_told(correlation):
    scenario = FLAT.with_(busyness={"interval_cv": 0.3, "correlation": correlation})
    factors = means(scenario, days=600) / 100
    logs = np.log(factors)
    assert abs(factors.mean() - 1) < 0.03 and abs(factors.std() - 0.3) < 0.03
    for lag in (1, 2):
        found = np.corrcoef(logs[:, :-lag].ravel(), logs[:, lag:].ravel())[0, 1]
        assert abs(found - correlation**lag) < 0.05


def test_a_busy_interval_adds_people_and_changes_nobody():
    burst = FLAT.with_(bursts=[{"start": "10:00", "minutes": 60, "factor": 2.0}])
    calm, full = (arrivals(one, Streams(5), 1)[0] for one in (FLAT, burst))
    there = np.isin(full["contact_id"], calm["contact_id"])
    assert there.sum() == len(calm) < len(full)
    assert full["at"][there].tolist() == calm["at"].tolist()


def test_the_options_survive_a_round_trip():
    scenario = FLAT.with_(
        busyness={"interval_cv": 0.3, "correlation": 0.5},
        bursts=[{"start": "09:30", "minutes": 60, "factor": 3.0}],
        week={"factors": [1] * 7},
    )
    assert Scenario.from_plain(scenario.plain()) == scenario
