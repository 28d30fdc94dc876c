"""What drives a project: how fast it goes on, and what may end it, given people, price and rivals."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.accounts import USUAL_WARMTH, Accounts
from sim.market.customers import Customers
from sim.market.scene import Scene

if TYPE_CHECKING:
    from sim.market.pipeline import Opportunities

MONEY, AUTHORITY, NEED = 0, 1, 2
MATTERS = (NEED, AUTHORITY, MONEY)  # in the first three stages; in the last everybody does
MIDDLE = 0.5


@dataclass(frozen=True)
class Drivers:
    """Hazards a month of each project in its stage: `on` to the next one, `off` a row a cause of loss."""

    on: NDArray[np.float64]
    off: NDArray[np.float64]


def drivers(scene: Scene, people: Customers, accounts: Accounts, open_: "Opportunities") -> Drivers:
    """Return what drives open projects now."""
    told, who, stage = scene.settings.sales, open_.who, open_.stage
    warm = accounts.warmth[who] - USUAL_WARMTH
    everybody = (warm[:, 0] + warm[:, 1] + warm[:, 2]) / 3.0
    with_whom = np.select([stage == k for k in range(len(MATTERS))], [warm[:, k] for k in MATTERS], everybody)
    push = told.warmth_pull * with_whom + told.mood_pull * people.satisfaction[who]
    push = push + told.new_task * (open_.kind == 0)
    on = np.array(told.speed)[stage] * np.exp(push)
    weights = np.array([told.identified, told.qualified, told.proposal, told.negotiation])
    off = np.array(told.drop)[stage] * weights[stage].T
    for row, role in enumerate(MATTERS):
        lack = told.degree_push * (accounts.hidden[who, role] - MIDDLE) + told.warmth_push * warm[:, role]
        off[row] *= np.exp(-lack)
    off[told.causes.index("price")] *= _dear(scene, people, open_)
    noise = told.rival_push * scene.noise * people.rival_sense[who]
    off[told.causes.index("rival")] *= (0.5 + noise) * np.exp(-told.warmth_push * everybody)
    return Drivers(on, off)


def _dear(scene: Scene, people: Customers, open_: "Opportunities") -> NDArray[np.float64]:
    """Return by how much our price weighs against us: the discount for it, the gap to the rivals against it."""
    told = scene.settings.sales
    sense = people.price_sense[open_.who] / scene.settings.churn.price_push
    return np.asarray(
        np.exp(told.gap_push * scene.price_gap - told.discount_push * open_.discount * (0.5 + sense))
    )
