"""A register of people: in which place each number stands."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError


class Register:
    """The places of people by their numbers; it is put in order once, however many lists are looked up in it."""

    def __init__(self, ids: NDArray) -> None:
        self.ids = ids

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """The places in the order of the numbers. They come in runs that are sorted, which a stable sort joins fast."""
        return np.argsort(self.ids, kind="stable")

    @cached_property
    def sorted(self) -> NDArray:
        """The numbers in their order."""
        return self.ids[self.order]

    def places(self, asked: ArrayLike, where: str, what: str) -> NDArray[np.int64]:
        """Return the place of each number in a list, in their order and each once; InputError for what is none."""
        given = listed(asked)
        if given.size == 0:
            return np.zeros(0, dtype=np.int64)
        if given.ndim != 1 or given.dtype.kind not in "iu":
            raise InputError(
                f"{where}: {what} = {str(asked)[:60]}: must be a list of whole numbers; give ids"
            )
        given = _once(given)
        place = np.minimum(np.searchsorted(self.sorted, given), max(len(self.ids) - 1, 0))
        there = self.sorted[place] == given if len(self.ids) else np.zeros(len(given), dtype=bool)
        if not there.all():
            raise InputError(
                f"{where}: {what} = {given[~there][0]}: the firm knows nobody of this number; take ids from the view"
            )
        return self.order[place]


def _once(given: NDArray) -> NDArray:
    """Return numbers in order, each once; sorted in the way that is fast where they nearly are."""
    given = np.sort(given, kind="stable")
    return given[np.append(True, given[1:] != given[:-1])]


def listed(ids: Any) -> NDArray:
    """Return what was given as an array; an empty text in it stands for what is no list at all."""
    try:
        return np.asarray(ids)
    except (ValueError, TypeError, OverflowError):  # ragged, or what cannot be an array
        return np.array([""])
