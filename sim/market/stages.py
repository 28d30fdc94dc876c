"""Stages of a relation: exploration, build-up, stable, decline, which may follow any of them."""

import numpy as np
from numpy.typing import NDArray

from sim.market.customers import STAGES, Customers

DISPLEASED = -0.6  # below this satisfaction a relation declines
SETTLED = -0.3  # from this on it can be stable
RARE = 3.0  # it also declines when the customer was silent for so many times the usual gap
FEW, MANY = 2, 6  # orders: up to FEW they explore, from MANY on they are at home


def stages(people: Customers, now: float) -> NDArray[np.int8]:
    """Return the code of each customer's stage at `now` (months), as in `customers.STAGES`."""
    quiet = now - np.where(np.isnan(people.last_order), np.maximum(people.joined, 0.0), people.last_order)
    usual = 1.0 / np.maximum(people.rate, 0.02)
    before = np.floor(people.rate * np.maximum(-people.joined, 0.0))  # orders before the story began
    known, mood = people.orders + before, people.satisfaction
    stage = np.where(known <= FEW, STAGES.index("exploration"), STAGES.index("build_up"))
    stage = np.where((known >= MANY) & (mood >= SETTLED), STAGES.index("stable"), stage)
    fading = ~people.alive | (mood < DISPLEASED) | (quiet > RARE * usual)
    return np.where(fading, STAGES.index("decline"), stage).astype(np.int8)
