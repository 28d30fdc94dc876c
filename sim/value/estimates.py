"""An estimate and how sure it is: value, interval, number of answers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import number, numbers, refuse


class Estimate(NamedTuple):
    """A value with the interval [low, high] of the stated confidence, and n, the answers it rests on."""

    value: float
    low: float
    high: float
    n: int


def normal_quantile(confidence: float) -> float:
    """Return z with P(|Z| ≤ z) = confidence, for confidence strictly between 0 and 1."""
    from scipy.special import ndtri

    if not 0 < number(confidence, "confidence") < 1:
        refuse("confidence", confidence, "must lie between 0 and 1", "write 0.95 for 95 %")
    return float(ndtri((1 + confidence) / 2))


def weighted(
    values: ArrayLike, weights: ArrayLike | None, name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values and weights that add up to the effective number of answers, (Σw)²/Σw² (L. Kish 1965).

    Raises InputError for a bad value or weight, no values, weights of another number, or weights that are all 0.
    """
    given = numbers(values, name)
    if not len(given):
        refuse(name, "none", "there is nobody to speak for", "give at least one answer")
    if weights is None:
        return given, np.ones(len(given))
    weight = numbers(weights, "weights", low=0)
    if len(weight) != len(given):
        refuse(
            "weights", f"{len(weight)} values", f"each of the {len(given)} answers needs one", "give one each"
        )
    if not weight.max() > 0:
        refuse("weights", 0, "somebody must count", "give weights above 0")
    weight = weight / weight.max()
    return given, weight * weight.sum() / np.sum(weight**2)


def share(hits: ArrayLike, *, weights: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
    """Return the share of hits (1 or 0 each) with the interval of E. B. Wilson, JASA 22 (1927); never outside 0-1."""
    hit, weight = weighted(hits, weights, "hits")
    n = float(weight.sum())
    p = float(weight @ hit / n)
    low, high = wilson(p, n, confidence)
    return Estimate(p, low, high, len(hit))


def wilson(p: float, n: float, confidence: float) -> tuple[float, float]:
    """Return Wilson's interval of a share p seen among n."""
    z = normal_quantile(confidence)
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    below = 1 + z * z / n
    # the limits of 0 and 1 are exact; the formula misses them by rounding
    low = 0.0 if p <= 0 else float(max(0.0, (middle - half) / below))
    high = 1.0 if p >= 1 else float(min(1.0, (middle + half) / below))
    return min(low, p), max(high, p)


def mean(
    values: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    confidence: float = 0.95,
    scale: tuple[float, float] = (-np.inf, np.inf),
    name: str = "values",
) -> Estimate:
    """Return the mean with Student's interval (W. S. Gosset 1908), kept on the scale; one answer may mean anything on it."""
    from scipy.special import stdtrit

    normal_quantile(confidence)
    given, weight = weighted(values, weights, name)
    n = float(weight.sum())
    middle = float(np.clip(weight @ given / n, given.min(), given.max()))
    if n <= 1 + 1e-9:
        return Estimate(middle, float(scale[0]), float(scale[1]), len(given))
    spread = np.sqrt(weight @ (given - middle) ** 2 / (n - 1) / n)
    half = float(spread * stdtrit(n - 1, (1 + confidence) / 2))
    return Estimate(
        middle, max(float(scale[0]), middle - half), min(float(scale[1]), middle + half), len(given)
    )
