"""Normal numbers at a quarter of the usual price: the cosine by a half angle that needs no reduction, chunk by chunk."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

CHUNK = 16_384  # numbers at a time: what lies between stays in the cache


def normal(first: NDArray, second: NDArray) -> NDArray[np.float64]:
    """Return a standard normal number for two uniform ones in (0, 1), by Box and Muller 1958.

    cos 2πu = 2 sin(πt) cos(πt) with t = |u - 1/2| - 1/4, exact and within ±1/4: the sine of so small an angle takes one
    short way, that of any other a way that depends on where it lies.
    """
    made = np.empty_like(first)
    for some in _chunks(len(first)):
        _fill(made[some], first[some], second[some])
    return made


def pair(first: NDArray, second: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two standard normal numbers for two uniform ones; the first is that of `normal`.

    sin 2πu = (1 - 2 sin² πt), with the sign of 1/2 - u.
    """
    made, other = np.empty_like(first), np.empty_like(first)
    for some in _chunks(len(first)):
        sine, radius = _fill(made[some], first[some], second[some])
        sine *= sine
        sine *= -2.0
        sine += 1.0
        sine *= radius
        np.copysign(sine, 0.5 - second[some], out=other[some])
    return made, other


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, CHUNK):
        yield slice(start, start + CHUNK)


def _fill(made: NDArray, first: NDArray, second: NDArray) -> tuple[NDArray, NDArray]:
    """Put the normal numbers into `made`; return the sine of half the angle and the radius."""
    sine = np.abs(second - 0.5)
    sine -= 0.25
    sine *= np.pi
    np.sin(sine, out=sine)
    radius = np.log(first)
    radius *= -2.0
    np.sqrt(radius, out=radius)
    np.multiply(sine, sine, out=made)
    np.subtract(1.0, made, out=made)
    np.sqrt(made, out=made)
    made *= sine
    made *= 2.0
    made *= radius
    return sine, radius
