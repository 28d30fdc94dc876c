"""The loyalty programme: points, rewards and tiers, in one of four modes."""

import numpy as np
from numpy.typing import NDArray

from sim.customers import TIERS, Customers
from sim.needs import Round
from sim.scene import Scene

EARN, REDEEM = 0, 1
KINDS = ("earn", "redeem")


def pull(scene: Scene, people: Customers) -> NDArray[np.float64] | float:
    """Return how much faster each buys because a reward is near (Kivetz, Urminsky and Zheng 2006)."""
    if not scene.levers.mode:
        return 1.0
    told = scene.settings.loyalty
    reward = told.modes[scene.levers.mode].reward
    near = (people.points >= told.near * reward) & (people.points < reward)
    return np.where(near, np.exp(told.haste), 1.0)


def rewards(scene: Scene, people: Customers, one: Round) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return what each order of a round is cheaper by a reward, yuan, and the points it takes."""
    if not scene.levers.mode:
        return np.zeros(len(one.who)), np.zeros(len(one.who), dtype=np.int64)
    mode = scene.settings.loyalty.modes[scene.levers.mode]
    redeems = (people.points[one.who] >= mode.reward) & (one.chance[1] < scene.settings.loyalty.redeem_share)
    return np.where(redeems, mode.worth, 0.0), np.where(redeems, int(mode.reward), 0)


def book(scene: Scene, people: Customers, one: Round, amount: NDArray, taken: NDArray) -> dict[str, NDArray]:
    """Book the points of a round's orders; return the rows of the ledger, what is taken before what is earned."""
    if not scene.levers.mode:
        return {}
    earned = np.floor(amount * scene.settings.loyalty.modes[scene.levers.mode].earn).astype(np.int64)
    before = people.points[one.who]
    people.points[one.who] += earned - taken
    spends = taken > 0
    return {
        "order_id": np.concatenate([one.order_id[spends], one.order_id]),
        "customer_id": np.concatenate([people.id[one.who][spends], people.id[one.who]]),
        "kind": np.concatenate([np.full(spends.sum(), REDEEM), np.full(len(earned), EARN)]),
        "delta": np.concatenate([-taken[spends], earned]),
        "balance": np.concatenate([(before - taken)[spends], before - taken + earned]),
    }


def grade(scene: Scene, people: Customers) -> None:
    """Set the tiers by the spending of the last twelve months."""
    people.tier[:] = 0
    for name in TIERS[1:]:
        people.tier += people.year >= scene.settings.loyalty.tiers[name] * 100.0
