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
