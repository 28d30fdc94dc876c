"""Pareto/NBD: purchases at a rate of one's own until an unseen death at a rate of one's own.

Purchase rates differ as a gamma (r, alpha), death rates as a gamma (s, beta). Source: D. Schmittlein, D. Morrison and
R. Colombo, "Counting your customers", Management Science 33 (1987). The integral over the time of death is taken in
the variable q = ((alpha + t_x) / (alpha + y))^(r + x + s), where its integrand stays between two bounds.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import number, numbers
from sim.value import likelihood
from sim.value.likelihood import Buyers

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("r", "alpha", "s", "beta")
NODES, REACH = 181, 4.6  # places of the rule, out to exp(-150): where few die late, that is where they are


@dataclass(frozen=True)
class ParetoNBD:
    """A fitted or given model; times in the unit of the history. `at_edge` names parameters the data cannot tell."""

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float = float("nan")
    at_edge: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in NAMES:
            number(getattr(self, name), name, low=0, above=True)

    def p_alive(self, history: "pd.DataFrame") -> NDArray[np.float64]:
        """Return the chance that each customer is still one."""
        from scipy.special import expit

        seen = likelihood.each(history)
        alive, gone, _, _ = _parts((self.r, self.alpha, self.s, self.beta), seen)
        return expit(alive - gone)

    def expected(self, history: "pd.DataFrame", ahead: float) -> NDArray[np.float64]:
        """Return the purchases to expect of each customer within the next `ahead` units of time."""
        further = number(ahead, "ahead", low=0)
        x, _, age = likelihood.columns(history).T
        rate = (self.r + x) / (self.alpha + age)
        return self.p_alive(history) * rate * self._life(self.beta + age, np.full(len(x), further))

    def mean_repeats(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return the mean number of repeat purchases of a random new customer by each age."""
        given = numbers(times, "times", low=0)
        return self.r / self.alpha * self._life(np.full(given.shape, self.beta), given)

    def _life(self, beta: NDArray[np.float64], ahead: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean time alive within `ahead`: beta/(s − 1)·(1 − (beta/(beta + ahead))^(s − 1)), smooth at s = 1."""
        from scipy.special import exprel

        log = np.log1p(ahead / beta)
        return beta * log * exprel(-(self.s - 1) * log)


def fit(history: "pd.DataFrame") -> ParetoNBD:
    """Return the model most likely to give this history (`repeat_count, t_x, age`); InputError for too little of it."""
    found = likelihood.fitted(
        history,
        slope,
        log_likelihood,
        NAMES,
        times=("alpha", "beta"),
        starts=[[1.0, 1.0, 1.0, 1.0], [0.5, 0.3, 0.5, 0.3]],
    )
    r, alpha, s, beta = found.values
    return ParetoNBD(r, alpha, s, beta, found.log_likelihood, found.at_edge)


def log_likelihood(parameters: ArrayLike, seen: Buyers) -> NDArray[np.float64]:
    """Return the log-likelihood of each kind of buyer under (r, alpha, s, beta), in logarithms throughout."""
    from scipy.special import gammaln

    r = np.asarray(parameters, dtype=float)[0]
    alive, gone, _, _ = _parts(parameters, seen)
    return gammaln(r + seen.repeats) - gammaln(r) + np.logaddexp(alive, gone)


def slope(parameters: ArrayLike, seen: Buyers) -> tuple[float, NDArray[np.float64]]:
    """Return the mean log-likelihood of a buyer and its derivative by r, alpha, s and beta."""
    from scipy.special import expit, gammaln, psi

    r, alpha, s, beta = np.asarray(parameters, dtype=float)
    x, _, age, weight = seen
    alive, gone, y, chance = _parts(parameters, seen)

    def mean(over: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sum(chance * over, axis=0)

    died = expit(gone - alive)
    lives = 1 - died
    by = (
        psi(r + x) - psi(r) - lives * np.log1p(age / alpha) - died * mean(np.log1p(y / alpha)),
        r / alpha - (r + x) * (lives / (alpha + age) + died * mean(1 / (alpha + y))),
        died / s - lives * np.log1p(age / beta) - died * mean(np.log1p(y / beta)),
        s / beta - lives * s / (beta + age) - died * (s + 1) * mean(1 / (beta + y)),
    )
    share = weight / weight.sum()
    value = float(share @ (gammaln(r + x) - gammaln(r) + np.logaddexp(alive, gone)))
    return value, np.array([share @ part for part in by])


def _parts(parameters: ArrayLike, seen: Buyers) -> tuple[NDArray[np.float64], ...]:
    """Return the logarithms of the two ways to have this history, alive at the end or dead since the last purchase,
    then possible times of death and, for each, its chance among the dead.
    """
    r, alpha, s, beta = np.asarray(parameters, dtype=float)
    x, t_x, age, _ = seen
    alive = -r * np.log1p(age / alpha) - x * np.log(alpha + age) - s * np.log1p(age / beta)
    power = r + x + s
    span = np.log1p((age - t_x) / (alpha + t_x))
    width = -np.expm1(-power * span)  # q runs over the last `width` below 1
    at, weight = _nodes()
    q = np.exp(-power * span) + np.multiply.outer(at, width)
    y = (alpha + t_x) * np.exp(-np.log(q) / power) - alpha
    logs = (s + 1) * np.log((alpha + y) / (beta + y))
    top = logs.max(axis=0)
    each = weight[:, None] * np.exp(logs - top)
    with np.errstate(divide="ignore"):  # nobody can have died in no time: log 0
        dead = np.log(s) - np.log(power) + np.log(width * each.sum(axis=0)) + top
    dead = dead + s * np.log(beta) - s * np.log(alpha + t_x)
    dead = dead - r * np.log1p(t_x / alpha) - x * np.log(alpha + t_x)
    return alive, dead, y, each / each.sum(axis=0)


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places in (0, 1) and weights of the double exponential rule (H. Takahasi and M. Mori 1974).

    It is at ease with what bends sharply at an end, as the logarithm of q does near 0.
    """
    t = np.linspace(-REACH, REACH, NODES)
    at = 1 / (1 + np.exp(-np.pi * np.sinh(t)))
    weight = np.cosh(t) / (2 * np.cosh(np.pi / 2 * np.sinh(t))) ** 2
    return at, weight / weight.sum()
