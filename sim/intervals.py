"""Confidence intervals: of a mean over replications, and of the mean difference of two scenarios."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import InputError


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` replications with the half-width of its interval; NaN when too few have the measure."""

    mean: float
    half_width: float
    n: int

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.half_width

    @property
    def differs(self) -> bool:
        """Whether 0 lies outside: for a difference, that the two scenarios are told apart."""
        return self.low > 0 or self.high < 0


def estimate(values: Sequence[float], *, confidence: float = 0.95) -> Estimate:
    """Return the mean of independent values with its Student interval (Law 2015, section 4.5).

    Values that are NaN (a replication over nothing) are left out. Raises InputError unless
    0 < confidence < 1.
    """
    if not 0 < confidence < 1:
        raise InputError(f"confidence = {confidence!r}: must be between 0 and 1; give e.g. 0.95")
    known = np.asarray([value for value in values if not math.isnan(value)])
    n = len(known)
    if n == 0:
        return Estimate(math.nan, math.nan, 0)
    if n == 1:
        return Estimate(float(known[0]), math.nan, 1)
    from scipy.special import stdtrit  # the quantile alone; scipy.stats takes a second to load

    t = float(stdtrit(n - 1, (1 + confidence) / 2))
    return Estimate(float(known.mean()), t * float(known.std(ddof=1)) / math.sqrt(n), n)


def paired(first: Sequence[float], second: Sequence[float], *, confidence: float = 0.95) -> Estimate:
    """Return the mean of `second` - `first`, pair by pair: the replications met the same callers.

    Raises InputError when the lengths differ.
    """
    if len(first) != len(second):
        raise InputError(
            f"second = {len(second)} values: must be as many as in first = {len(first)}; "
            "compare the same replications"
        )
    return estimate([b - a for a, b in zip(first, second, strict=True)], confidence=confidence)
