"""Gamma-gamma: money per purchase varies around a mean of one's own, and the means differ between customers.

Amounts are gamma (p, nu), and nu is gamma (q, v) over customers. Source: P. Fader and B. Hardie, "The gamma-gamma model
of monetary value", note (2013), after R. Colombo and W. Jiang, Journal of Interactive Marketing 13 (1999).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import need, number, numbers, refuse
from sim.value.likelihood import FEWEST, maximise

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("p", "q", "v")


@dataclass(frozen=True)
class GammaGamma:
    """A fitted or given model; v in the unit of money. `at_edge` names parameters the data cannot tell."""

    p: float
    q: float
    v: float
    log_likelihood: float = float("nan")
    at_edge: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in NAMES:
            number(getattr(self, name), name, low=0, above=True)

    @property
    def mean(self) -> float:
        """The mean money per purchase of a random customer, p·v/(q − 1); InputError when q ≤ 1: there is none."""
        if self.q <= 1:
            refuse("q", self.q, "amounts so unequal have no mean", "cap extreme amounts and fit again")
        return self.p * self.v / (self.q - 1)

    def expected(self, history: "pd.DataFrame") -> NDArray[np.float64]:
        """Return the money per purchase to expect of each customer: their own mean, drawn towards that of all."""
        need(history, ["repeat_count", "mean_repeat"], "history")
        x = numbers(history["repeat_count"], "repeat_count", low=0, whole=True)
        z = numbers(history["mean_repeat"], "mean_repeat")
        below = self.p * x + self.q - 1
        if (below <= 0).any():
            _ = self.mean  # refuses q
        return self.p * (self.v + x * z) / below


def fit(history: "pd.DataFrame") -> GammaGamma:
    """Return the model most likely to give `mean_repeat` of those with `repeat_count` above 0; the others say nothing.

    Raises InputError when a mean amount is not above 0 or fewer than ten customers bought again.
    """
    need(history, ["repeat_count", "mean_repeat"], "history")
    again = history[numbers(history["repeat_count"], "repeat_count", low=0, whole=True) > 0]
    if len(again) < FEWEST:
        refuse(
            "history",
            f"{len(again)} customers with repeats",
            f"needs at least {FEWEST}",
            "take a larger group",
        )
    x, z = (np.asarray(again[name], dtype=float) for name in ("repeat_count", "mean_repeat"))
    numbers(z, "mean_repeat", low=np.nextafter(0, 1))
    scale = float(np.exp(np.mean(np.log(z))))
    found = maximise(lambda p: slope(p, x, z / scale), NAMES, [[1.0, 1.0, 1.0], [6.0, 4.0, 0.5]])
    p, q, v = found.values
    return GammaGamma(p, q, v * scale, float(np.sum(log_likelihood((p, q, v * scale), x, z))), found.at_edge)


def log_likelihood(
    parameters: ArrayLike, x: NDArray[np.float64], z: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the log-likelihood of a mean of z over x purchases under (p, q, v)."""
    from scipy.special import betaln

    p, q, v = np.asarray(parameters, dtype=float)
    # with u = x·z/(v + x·z) the mean of x amounts is a beta prime: no power of z stands alone
    whole = v + x * z
    return -betaln(p * x, q) + q * np.log(v / whole) + p * x * np.log(x * z / whole) - np.log(z)


def slope(
    parameters: ArrayLike, x: NDArray[np.float64], z: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return the mean log-likelihood of a customer and its derivative by p, q and v."""
    from scipy.special import psi

    p, q, v = np.asarray(parameters, dtype=float)
    whole = v + x * z
    both = psi(p * x + q)
    by = (
        x * (both - psi(p * x) + np.log(x * z / whole)),
        both - psi(q) + np.log(v / whole),
        q / v - (p * x + q) / whole,
    )
    return float(np.mean(log_likelihood(parameters, x, z))), np.array([np.mean(part) for part in by])
