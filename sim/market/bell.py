"""Normal numbers at a quarter of the usual price: the cosine by a half angle that needs no reduction, chunk by chunk."""

import numpy as np
from numpy.typing import NDArray

CHUNK = 16_384  # numbers at a time: what lies between stays in the cache


def normal(first: NDArray, second: NDArray) -> NDArray[np.float64]:
    """Return a standard normal number for two uniform ones in (0, 1), by Box and Muller 1958 as in `customers.normal`.

    cos 2πu = 2 sin(πt) cos(πt) with t = |u - 1/2| - 1/4, exact and within ±1/4: the sine of so small an angle takes one
    short way, that of any other a way that depends on where it lies. May differ from `customers.normal` in the last bits.
    """
    made = np.empty(len(first))
    for start in range(0, len(first), CHUNK):
        some = slice(start, start + CHUNK)
        _fill(made[some], first[some], second[some])
    return made


def _fill(made: NDArray, first: NDArray, second: NDArray) -> None:
    sine = np.abs(second - 0.5)
    sine -= 0.25
    sine *= np.pi
    np.sin(sine, out=sine)
    np.log(first, out=made)
    made *= -8.0  # sine and cosine stand for half the angle: twice the root of -2 log
    made *= 1.0 - sine * sine
    np.sqrt(made, out=made)
    made *= sine
