"""The loyalty programme: points, rewards and tiers, in one of four modes."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from sim.market.customers import TIERS, Customers
from sim.market.scene import Scene

EARN, REDEEM = 0, 1
KINDS = ("earn", "redeem")


def pull(scene: Scene, people: Customers) -> NDArray[np.float64] | float:
    """Return how much faster each buys because a reward is near (Kivetz, Urminsky and Zheng 2006)."""
    if not scene.levers.mode:
        return 1.0
    told = scene.settings.loyalty
    reward = told.modes[scene.levers.mode].reward
    near = (people.points >= ceil(told.near * reward)) & (people.points < ceil(reward))  # points are whole
    return np.where(near, np.exp(told.haste), 1.0)


def rewards(
    scene: Scene, people: Customers, who: NDArray, margin: NDArray, chance: NDArray
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return what each order of `who` is cheaper by a reward, yuan, and the points it takes.

    The house takes points only where the order's margin is more than the reward: small baskets wait.
    """
    mode = scene.settings.loyalty.modes[scene.levers.mode]
    redeems = (people.points[who] >= mode.reward) & (chance < scene.settings.loyalty.redeem_share)
    redeems &= margin > mode.worth
    return np.where(redeems, mode.worth, 0.0), np.where(redeems, int(mode.reward), 0)


def book(
    scene: Scene, people: Customers, who: NDArray, order_id: NDArray, amount: NDArray, taken: NDArray
) -> dict[str, NDArray]:
    """Book the points of orders of `who` (nobody twice); return the rows of the ledger, takings before earnings."""
    earned = np.floor(amount * scene.settings.loyalty.modes[scene.levers.mode].earn).astype(np.int64)
    before = people.points[who]
    people.points[who] += earned - taken
    spends, ids, left = taken > 0, people.id[who], before - taken
    return {
        "order_id": np.concatenate([order_id[spends], order_id]),
        "customer_id": np.concatenate([ids[spends], ids]),
        "kind": np.concatenate([np.full(np.count_nonzero(spends), REDEEM), np.full(len(earned), EARN)]),
        "delta": np.concatenate([-taken[spends], earned]),
        "balance": np.concatenate([left[spends], left + earned]),
    }


def grade(scene: Scene, people: Customers) -> None:
    """Set the tiers by the spending of the last twelve months."""
    people.tier[:] = 0
    for name in TIERS[1:]:
        people.tier += people.year >= ceil(scene.settings.loyalty.tiers[name] * 100.0)  # whole fen
