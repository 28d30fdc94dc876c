"""Tables of arrays that grow: rows are added with room to spare, so that adding a few every month stays cheap."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray


def join(mine: Any, others: Any) -> None:
    """Add the rows of `others`, a dataclass of arrays, after those of `mine`, one of the same kind; rows are the last axis.

    Room is made for half as many again when there is none left.
    """
    room: dict[str, NDArray] = mine.__dict__.setdefault("_room", {})
    for f in fields(mine):
        old, more = getattr(mine, f.name), getattr(others, f.name)
        here, both = old.shape[-1], old.shape[-1] + more.shape[-1]
        there = room.get(f.name)
        if there is None or there.shape[-1] < both or old.base is not there:
            room[f.name] = there = np.empty((*old.shape[:-1], both + both // 2), dtype=old.dtype)
            there[..., :here] = old
        there[..., here:both] = more
        setattr(mine, f.name, there[..., :both])


def keep(mine: Any, which: NDArray[np.int64]) -> None:
    """Keep the rows at the places `which` of `mine`, a dataclass of arrays, in this order, and the room there is.

    There are two rooms by turns, so that rows are copied once and nothing is taken from where it is put.
    """
    room: dict[str, NDArray] = mine.__dict__.setdefault("_room", {})
    other: dict[str, NDArray] = mine.__dict__.setdefault("_other_room", {})
    for f in fields(mine):
        old, there = getattr(mine, f.name), other.get(f.name)
        if there is None or there.shape[-1] < len(which):
            there = np.empty((*old.shape[:-1], len(which) + len(which) // 2), dtype=old.dtype)
        kept = there[..., : len(which)]
        for row, taken in zip(np.atleast_2d(old), np.atleast_2d(kept), strict=True):
            row.take(which, out=taken, mode="clip")  # the places are ours; "raise" would copy once more
        if f.name in room:
            other[f.name] = room[f.name]
        room[f.name] = there
        setattr(mine, f.name, kept)
