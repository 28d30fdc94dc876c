"""Laws of random times: talk of mean 1 by its law and spread, and patience of any law."""

import math

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Patience
from sim.streams import Streams


def duration(
    law: str, cv: float, streams: Streams, purpose: str, ids: NDArray, use: int
) -> NDArray[np.float64]:
    """Return one time of mean 1 and coefficient of variation `cv` for each id.

    Laws: lognormal, exponential (cv is 1), gamma (cv = 1 / sqrt(k) is Erlang's law of k stages), constant.
    """
    if law == "exponential":
        return streams.exponentials(purpose, ids, use)
    if law == "constant" or cv == 0:
        return np.ones(len(ids))
    if law == "gamma":
        from scipy.special import gammaincinv

        shape = cv**-2.0
        return gammaincinv(shape, streams.uniforms(purpose, ids, use)) / shape
    spread = math.sqrt(math.log1p(cv**2))  # sigma of the logarithm
    return np.exp(spread * streams.normals(purpose, ids, use) - spread**2 / 2)


def patience(told: Patience, streams: Streams, ids: NDArray, use: int) -> NDArray[np.float64]:
    """Return how long each caller bears waiting, seconds; infinity for the endlessly patient.

    Laws: exponential; endless; weibull with `shape` (below 1: who has waited stays); lognormal and gamma
    with `shape` as coefficient of variation; constant; uniform from 0 to twice the mean; quantiles: the
    times in `quantiles` are reached by equal shares of callers, straight lines in between (any law).
    """
    if told.law == "endless":
        return np.full(len(ids), math.inf)
    if told.law == "exponential":
        return told.mean_seconds * streams.exponentials("patience", ids, use)
    if told.law == "weibull":
        stretched = streams.exponentials("patience", ids, use) ** (1 / told.shape)
        return told.mean_seconds / math.gamma(1 + 1 / told.shape) * stretched
    if told.law == "uniform":
        return 2 * told.mean_seconds * streams.uniforms("patience", ids, use)
    if told.law == "quantiles":
        steps = np.linspace(0.0, 1.0, len(told.quantiles))
        return np.interp(streams.uniforms("patience", ids, use), steps, told.quantiles)
    return told.mean_seconds * duration(told.law, told.shape, streams, "patience", ids, use)
