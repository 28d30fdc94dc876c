"""BG/NBD: purchases at a rate of one's own until a coin, tossed after each purchase, ends the relation.

Rates differ as a gamma (r, alpha), drop-out chances as a beta (a, b). Source: P. Fader, B. Hardie and K. L. Lee,
"“Counting your customers” the easy way: an alternative to the Pareto/NBD model", Marketing Science 24 (2005).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import number, numbers
from sim.value import likelihood
from sim.value.likelihood import Buyers

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("r", "alpha", "a", "b")
NODES, CHUNK = 161, 20_000
SMALL = 40.0  # exp(-40) of the density is nothing


@dataclass(frozen=True)
class BGNBD:
    """A fitted or given model; times in the unit of the history. `at_edge` names parameters the data cannot tell."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    at_edge: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in NAMES:
            number(getattr(self, name), name, low=0, above=True)

    def p_alive(self, history: "pd.DataFrame") -> NDArray[np.float64]:
        """Return the chance that each customer is still one; 1 for who never bought again (the model's own rule)."""
        from scipy.special import expit

        x, t_x, age = likelihood.columns(history).T
        gone = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
        gone = gone + (self.r + x) * np.log1p((age - t_x) / (self.alpha + t_x))
        return np.where(x > 0, expit(-gone), 1.0)

    def expected(self, history: "pd.DataFrame", ahead: float) -> NDArray[np.float64]:
        """Return the purchases to expect of each customer within the next `ahead` units of time."""
        further = number(ahead, "ahead", low=0)
        x, _, age = likelihood.columns(history).T
        return self.p_alive(history) * self._while_alive(self.r + x, self.b + x, further / (self.alpha + age))

    def mean_repeats(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return the mean number of repeat purchases of a random new customer by each age."""
        given = numbers(times, "times", low=0)
        shape = np.full(given.shape, self.r)
        return self._while_alive(shape, np.full(given.shape, self.b), given / self.alpha)

    def _while_alive(
        self, shape: NDArray[np.float64], stays: NDArray[np.float64], time: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return E[(1 − (1 + p·time)^−shape) / p] for p from Beta(a, stays): purchases of one who is alive now.

        This is the authors' Gaussian hypergeometric function as the integral it comes from. SciPy's function errs by parts in ten
        thousand and takes seconds for some of its arguments; here the integrand in log(p/(1 − p)) has one peak.
        """
        made = np.empty(len(shape))
        for start in range(0, len(shape), CHUNK):
            here = slice(start, start + CHUNK)
            made[here] = _mean_over_beta(self.a, stays[here], shape[here], time[here])
        return made


def _mean_over_beta(
    a: float, b: NDArray[np.float64], shape: NDArray[np.float64], time: NDArray[np.float64]
) -> NDArray[np.float64]:
    width = np.sqrt((a + b) / (a * b))  # of the peak, in log odds
    reach = np.arcsinh(SMALL * np.maximum(1 / a, 1 / b) / width + 3)
    v = np.linspace(-1, 1, NODES)[:, None] * reach
    u = np.clip(np.log(a / b) + width * np.sinh(v), -690, 690)  # beyond, exp(u) leaves the numbers
    stay, leave = -np.logaddexp(0, u), -np.logaddexp(0, -u)  # log(1 − p), log p
    density = a * leave + b * stay
    weight = np.exp(density - density.max(axis=0)) * np.cosh(v)
    p = np.exp(leave)
    return np.sum(weight * -np.expm1(-shape * np.log1p(p * time)) / p, axis=0) / weight.sum(axis=0)


def fit(history: "pd.DataFrame") -> BGNBD:
    """Return the model most likely to give this history (`repeat_count, t_x, age`); InputError for too little of it."""
    found = likelihood.fitted(
        history,
        slope,
        log_likelihood,
        NAMES,
        times=("alpha",),
        starts=[[1.0, 1.0, 1.0, 1.0], [0.3, 0.2, 0.5, 3.0]],
    )
    r, alpha, a, b = found.values
    return BGNBD(r, alpha, a, b, found.log_likelihood, found.at_edge)


def log_likelihood(parameters: ArrayLike, seen: Buyers) -> NDArray[np.float64]:
    """Return the log-likelihood of each kind of buyer under (r, alpha, a, b), in logarithms throughout."""
    both, alive, gone = _parts(parameters, seen)
    return both + np.logaddexp(alive, gone)


def slope(parameters: ArrayLike, seen: Buyers) -> tuple[float, NDArray[np.float64]]:
    """Return the mean log-likelihood of a buyer and its derivative by r, alpha, a and b."""
    from scipy.special import expit, psi

    r, alpha, a, b = np.asarray(parameters, dtype=float)
    x, t_x, age, weight = seen
    both, alive, gone = _parts(parameters, seen)
    left = np.where(x > 0, expit(gone - alive), 0.0)  # the chance to have left
    stays = 1 - left
    until = stays / (alpha + age) + left / (alpha + t_x)
    tosses = psi(a + b) - psi(a + b + x)
    by = (
        psi(r + x) - psi(r) - stays * np.log1p(age / alpha) - left * np.log1p(t_x / alpha),
        r / alpha - (r + x) * until,
        tosses + left / a,
        # betaln(a, b + x) gives psi(b + x), betaln(a + 1, b + x - 1) gives psi(b + x - 1)
        tosses + psi(b + x) - psi(b) - left / np.where(x > 0, b + x - 1, 1.0),
    )
    share = weight / weight.sum()
    value = float(share @ (both + np.logaddexp(alive, gone)))
    return value, np.array([share @ part for part in by])


def _parts(parameters: ArrayLike, seen: Buyers) -> tuple[NDArray[np.float64], ...]:
    """Return what both ways have in common, and the logarithms of the two: still a customer, or left at once after t_x."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = np.asarray(parameters, dtype=float)
    x, t_x, age, _ = seen
    both = gammaln(r + x) - gammaln(r) - betaln(a, b)
    # r·log(alpha) − (r + x)·log(alpha + age), without the difference of large numbers when alpha is large
    alive = betaln(a, b + x) - r * np.log1p(age / alpha) - x * np.log(alpha + age)
    gone = betaln(a + 1, b + np.maximum(x, 1) - 1) - r * np.log1p(t_x / alpha) - x * np.log(alpha + t_x)
    return both, alive, np.where(x > 0, gone, -np.inf)
