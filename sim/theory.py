"""Erlang's formulas: blocking (B), waiting (C) and waiting with abandonment (A), up to a million agents.

Rates are calls per hour, times are seconds. Sums run over logarithms, outward from the state "all agents
busy, nobody waits", so that nothing overflows. Formulas: A. K. Erlang 1917 (B, C); C. Palm 1957, and
A. Mandelbaum and S. Zeltyn, "Service engineering in action: the Palm/Erlang-A queue", 2007 (A).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

MOST_AGENTS = 10_000_000
NEGLIGIBLE = 45.0  # exp(-45) is 3e-20: terms this far below the largest change nothing


class ErlangC(NamedTuple):
    """A centre where everybody waits (M/M/c); shares 0 to 1, times in seconds, `queue` in callers."""

    calls_per_hour: float
    aht_seconds: float
    agents: int
    p_wait: float
    mean_wait: float
    queue: float
    occupancy: float

    @property
    def asa(self) -> float:
        """Average speed of answer, seconds: here the mean wait, for all are answered."""
        return self.mean_wait

    def service_level(self, seconds: float) -> float:
        """Return the share of all callers answered within `seconds`; InputError for a negative number."""
        _refuse("seconds", seconds, seconds >= 0, "must be 0 or more")
        if self.occupancy >= 1:
            return 0.0
        free = self.agents / self.aht_seconds - self.calls_per_hour / 3600
        return 1 - self.p_wait * math.exp(-free * seconds)


class ErlangA(NamedTuple):
    """A centre where callers hang up after an exponential patience (M/M/c+M).

    `mean_wait` is over all callers, `asa` over the answered, seconds; `queue` in callers; shares 0 to 1.
    """

    calls_per_hour: float
    aht_seconds: float
    agents: int
    patience_seconds: float
    p_wait: float
    p_abandon: float
    mean_wait: float
    asa: float
    queue: float
    occupancy: float

    def service_level(self, seconds: float) -> float:
        """Return the share of all callers answered within `seconds`; InputError for a negative number."""
        from scipy.special import betainc

        _refuse("seconds", seconds, seconds >= 0, "must be 0 or more")
        _, above, served = _states(self.calls_per_hour, self.aht_seconds, self.agents, self.patience_seconds)
        if not self.agents:
            return 0.0
        ahead = np.arange(len(above))
        per_patience = self.agents * self.patience_seconds / self.aht_seconds
        in_time = betainc(ahead + 1, per_patience + 1, -math.expm1(-seconds / self.patience_seconds))
        return float(1 - self.p_wait + np.sum(above * served * in_time))


def offered_load(*, calls_per_hour: float, aht_seconds: float) -> float:
    """Return the offered load in erlangs: arrival rate times mean handle time; InputError for bad values."""
    _refuse("calls_per_hour", calls_per_hour, 0 <= calls_per_hour < math.inf, "must be 0 or more")
    _refuse("aht_seconds", aht_seconds, 0 < aht_seconds < math.inf, "must be above 0")
    return calls_per_hour * aht_seconds / 3600


def erlang_b(*, calls_per_hour: float, aht_seconds: float, trunks: int) -> float:
    """Return the share of calls that find all trunks taken when nobody waits (M/M/c/c)."""
    load = offered_load(calls_per_hour=calls_per_hour, aht_seconds=aht_seconds)
    _refuse_agents("trunks", trunks)
    return _blocked(load, trunks)


def erlang_c(*, calls_per_hour: float, aht_seconds: float, agents: int) -> ErlangC:
    """Return the measures of M/M/c; a load not below the agents gives an endless queue: infinities."""
    load = offered_load(calls_per_hour=calls_per_hour, aht_seconds=aht_seconds)
    _refuse_agents("agents", agents)
    if load >= agents:
        return ErlangC(calls_per_hour, aht_seconds, agents, 1.0, math.inf, math.inf, 1.0)
    blocked, occupancy = _blocked(load, agents), load / agents
    p_wait = blocked / (1 - occupancy * (1 - blocked))
    mean_wait = p_wait * aht_seconds / (agents - load)
    queue = mean_wait * calls_per_hour / 3600
    return ErlangC(calls_per_hour, aht_seconds, agents, p_wait, mean_wait, queue, occupancy)


def erlang_a(*, calls_per_hour: float, aht_seconds: float, agents: int, patience_seconds: float) -> ErlangA:
    """Return the measures of M/M/c+M; any load is possible, for callers who lose patience leave."""
    load = offered_load(calls_per_hour=calls_per_hour, aht_seconds=aht_seconds)
    _refuse_agents("agents", agents)
    rule = "must be above 0 and finite; use erlang_c for callers who never hang up"
    _refuse("patience_seconds", patience_seconds, 0 < patience_seconds < math.inf, rule)
    given = (calls_per_hour, aht_seconds, agents, patience_seconds)
    if not load:
        return ErlangA(*given, float(agents == 0), float(agents == 0), 0.0, 0.0, 0.0, 0.0)
    below, above, served = _states(*given)
    ahead = np.arange(len(above))
    queue = float(np.sum(ahead * above))
    per_second = calls_per_hour / 3600
    p_abandon = queue / patience_seconds / per_second
    # With j ahead, each step forward takes 1 / (rate of all who may leave before me, and mine) on average.
    until = np.cumsum(1 / (agents / aht_seconds + (ahead + 1) / patience_seconds))
    p_served = below + float(np.sum(above * served))
    asa = float(np.sum(above * served * until)) / p_served if agents else math.nan
    occupancy = load * (1 - p_abandon) / agents if agents else math.nan
    return ErlangA(*given, float(np.sum(above)), p_abandon, queue / per_second, asa, queue, occupancy)


def agents_needed(
    *,
    calls_per_hour: float,
    aht_seconds: float,
    target: float = 0.8,
    seconds: float = 20,
    patience_seconds: float | None = None,
    max_occupancy: float = 1.0,
) -> int:
    """Return the fewest agents who answer a share `target` within `seconds`, not above `max_occupancy`.

    Erlang C, or Erlang A when `patience_seconds` is given. Raises InputError for impossible values.
    """
    _refuse("target", target, 0 < target < 1, "must be between 0 and 1, e.g. 0.8")
    _refuse("max_occupancy", max_occupancy, 0 < max_occupancy <= 1, "must be above 0 and at most 1")

    def enough(agents: int) -> bool:
        load: dict[str, float] = {"calls_per_hour": calls_per_hour, "aht_seconds": aht_seconds}
        made = (
            erlang_c(**load, agents=agents)
            if patience_seconds is None
            else erlang_a(**load, agents=agents, patience_seconds=patience_seconds)
        )
        return made.service_level(seconds) >= target and made.occupancy <= max_occupancy

    if not offered_load(calls_per_hour=calls_per_hour, aht_seconds=aht_seconds):
        return 0
    low, high = 0, 1
    while not enough(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _blocked(load: float, trunks: int) -> float:
    if not load:
        return float(trunks == 0)
    weights = _down(load, trunks)
    return float(math.exp(-weights.max()) / np.sum(np.exp(weights - weights.max())))


def _down(load: float, agents: int) -> NDArray[np.float64]:
    """Return the logarithms of the weights of c, c-1, … 0 busy agents, against that of c."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(agents, 0, -1) / load))])


def _states(
    calls_per_hour: float, aht_seconds: float, agents: int, patience_seconds: float
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return P(an agent is free), P(all busy, j wait) by j, and P(served) of a caller who finds j waiting."""
    load, per_patience = calls_per_hour * aht_seconds / 3600, aht_seconds / patience_seconds
    length = 64
    while True:
        up = np.cumsum(np.log(load / (agents + np.arange(1, length) * per_patience)))
        up = np.concatenate([[0.0], up])
        if up[-1] < up.max() - NEGLIGIBLE and up[-1] < up[-2]:
            break
        length *= 2
    down = _down(load, agents)[1:]
    largest = max(up.max(), down.max(initial=0.0))
    above, below = np.exp(up - largest), float(np.sum(np.exp(down - largest)))
    total = below + float(np.sum(above))
    served = agents / (agents + np.arange(1, length + 1) * per_patience)
    return below / total, above / total, served


def _refuse(name: str, value: float, fits: bool, rule: str) -> None:
    if not fits:
        raise InputError(f"{name} = {value!r}: {rule}; correct the number")


def _refuse_agents(name: str, value: int) -> None:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    _refuse(
        name, value, whole and 0 <= value <= MOST_AGENTS, f"must be a whole number from 0 to {MOST_AGENTS}"
    )
