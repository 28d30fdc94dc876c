"""How busy a day is: the expected contacts of each interval, with weekday, random factors and bursts."""

import numpy as np
from numpy.typing import NDArray

from sim.callcenter.options import Burst
from sim.scenario import Scenario
from sim.streams import Streams


def expected(scenario: Scenario, streams: Streams, day: int) -> NDArray[np.float64]:
    """Return the mean number of contacts in each interval of one day, given how busy the day is.

    `calls_per_hour` of the weekday, times its factor, the day's gamma factor, the intervals' own correlated
    factors, and the bursts that happen on this day. All random factors have mean 1; `streams` are the day's.
    """
    hours = scenario.interval_minutes / 60
    week = scenario.options.week
    rates = scenario.calls_per_hour if week is None else week.rates(day, scenario.calls_per_hour)
    mean = np.array([rate * hours for rate in rates])
    mean = mean * _day_factor(scenario, streams) * _interval_factors(scenario, streams)
    for k, burst in enumerate(scenario.options.bursts):
        mean = mean * _burst_factors(scenario, burst, float(streams.uniforms("burst", [k])[0]))
    return mean


def _day_factor(scenario: Scenario, streams: Streams) -> float:
    if scenario.busyness_cv <= 0:
        return 1.0
    shape = scenario.busyness_cv**-2.0
    return float(streams.generator("busyness").gamma(shape) / shape)


def _interval_factors(scenario: Scenario, streams: Streams) -> NDArray[np.float64]:
    """Return lognormal factors of mean 1 whose logarithms form a first-order autoregression."""
    told, count = scenario.options.busyness, scenario.intervals
    if told is None or not told.interval_cv:
        return np.ones(count)
    shocks = streams.normals("interval_busyness", np.arange(count))
    level = np.empty(count)
    level[0] = shocks[0]
    for k in range(1, count):
        level[k] = told.correlation * level[k - 1] + np.sqrt(1 - told.correlation**2) * shocks[k]
    spread = np.sqrt(np.log1p(told.interval_cv**2))
    return np.exp(spread * level - spread**2 / 2)


def _burst_factors(scenario: Scenario, burst: Burst, uniform: float) -> NDArray[np.float64]:
    """Return what a burst multiplies each interval with: its factor for the share of the interval it covers."""
    if uniform >= burst.probability:
        return np.ones(scenario.intervals)
    start = scenario.opening_minutes + scenario.interval_minutes * np.arange(scenario.intervals)
    overlap = np.minimum(start + scenario.interval_minutes, burst.start + burst.minutes) - np.maximum(
        start, burst.start
    )
    return 1 + (burst.factor - 1) * np.clip(overlap, 0, None) / scenario.interval_minutes
