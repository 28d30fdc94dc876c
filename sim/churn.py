"""Leaving: every cause has a clock that its own pressure runs down; the first to reach zero is the true cause."""

import numpy as np
from numpy.typing import NDArray

from sim.customers import Customers, clocks
from sim.scene import Scene
from sim.streams import Streams


def hazards(scene: Scene, people: Customers) -> NDArray[np.float64]:
    """Return the hazard of this month, cause by customer, a month of 30.4 days.

    Competing risks: causes are independent given the customer's state, and the total hazard is their sum.
    Frailty, switching cost and a save offer act on all of them but the constant part of the natural ones.
    """
    told = scene.settings.churn
    weight = dict(zip(told.causes, told.weights, strict=True))
    tenure = np.maximum(scene.month - people.joined, 0.0)
    shared = people.frailty * np.exp(people.saved - told.lock_relation * people.bond) * (1.0 + tenure) ** -told.lock_tenure
    if scene.levers.mode:
        shared *= np.exp(-scene.settings.loyalty.modes[scene.levers.mode].lock * (1 + 0.5 * people.tier))
    made = np.empty((len(told.causes), len(people)))
    both = 0.5 * (people.product_push + people.service_push)
    stale = 1.0 + told.novelty_growth * scene.month * 0.5**scene.levers.quality
    pressure = {
        "quality": people.product_push,
        "novelty": stale,
        "service": people.service_push * (1.0 + told.complaint_push * people.complaint),
        "price": np.maximum(1.0 + people.price_sense * scene.price_gap, 0.1),
        "staff": 0.0,
        "rival": both * (1.0 + told.rival_push * scene.noise * people.rival_sense),
        "short_term": 1.0 + told.fatigue_push * people.fatigue,
        "natural": 1.0,
    }
    for row, cause in enumerate(told.causes):
        np.multiply(shared * weight[cause], pressure[cause], out=made[row])
    made[told.causes.index("natural")] += told.constant
    return made


def strike(people: Customers, cause: int, who: NDArray, size: NDArray) -> None:
    """Add a blow to one cause: its clock jumps by `size`; a clock below zero means leaving this month."""
    np.subtract.at(people.clocks[cause], who, size)


def staff_blows(scene: Scene, people: Customers) -> None:
    """Let the customers of those who leave feel it, the more the closer the bond."""
    if scene.leaves.any():
        who = np.flatnonzero(people.alive & scene.leaves[people.keeper])
        size = scene.settings.staff.takes * people.bond[who] * people.frailty[who] * 10.0
        strike(people, scene.settings.churn.causes.index("staff"), who, np.minimum(size, 1.0))


def leave(scene: Scene, people: Customers, rate: NDArray, since: NDArray) -> NDArray[np.int64]:
    """Run the clocks down by one month at hazards `rate`; return the places of those who are lost now.

    `since` is the part of the month of each customer's last doing: nobody leaves before it.
    """
    before = people.clocks
    after = before - rate * (1.0 - _begun(scene, people))
    people.clocks = after
    lost = np.flatnonzero(people.alive & (after.min(axis=0) <= 0))
    if not len(lost):
        return lost
    with np.errstate(divide="ignore", invalid="ignore"):
        when = np.where(after[:, lost] <= 0, np.maximum(before[:, lost], 0.0) / rate[:, lost], np.inf)
    when = np.where(before[:, lost] <= 0, before[:, lost], when)  # struck already: the deepest blow first
    cause = when.argmin(axis=0)
    part = np.clip(np.minimum(when.min(axis=0), 1.0), 0.0, 1.0)
    people.alive[lost] = False
    people.cause[lost] = cause
    people.lost_at[lost] = scene.month + since[lost] + (1.0 - since[lost]) * part
    return lost


def come_back(scene: Scene, people: Customers, who: NDArray, offers: NDArray) -> NDArray[np.int64]:
    """Return the places of those among the lost `who` whom an offer brings back, and let them live on.

    `offers` are log odds. It depends on why they left, and on their tier; a third try is as good as none.
    """
    told, streams = scene.settings.winback, scene.streams
    lost = ~people.alive[who]
    who, offers = who[lost], offers[lost]
    base = np.array(told.base)[people.cause[who]]
    tries = people.tries[who].astype(np.int64)
    odds = np.log(base / (1 - base)) + offers + told.tier_pull * people.tier[who] - 0.7 * tries
    uniform = streams.quads("back", people.id[who] * 16 + np.minimum(tries, 15))[0]
    people.tries[who] = np.minimum(tries + 1, 15)
    back = who[uniform < 1.0 / (1.0 + np.exp(-odds))]
    revive(scene, people, back, streams)
    return back


def revive(scene: Scene, people: Customers, who: NDArray, streams: Streams) -> None:
    """Give the places `who` a further life, with clocks of its own."""
    people.life[who] += 1
    for life in np.unique(people.life[who]):
        some = who[people.life[who] == life]
        people.clocks[:, some] = clocks(streams, people.id[some], len(people.clocks), int(life))
    people.alive[who] = True
    people.frailty[who] *= scene.settings.winback.second_life
    people.lost_at[who] = np.nan
    people.cause[who] = -1
    people.complaint[who] = 0.0


def stated(scene: Scene, people: Customers, who: NDArray) -> NDArray[np.int64]:
    """Return what the lost `who` say when asked: a cause, or -1 for no reason; "price" is the polite lie."""
    told = scene.settings.churn
    uniform = scene.streams.quads("stated", people.id[who])[0]
    price = told.causes.index("price")
    said = np.where(uniform < told.stated_true + told.stated_price, price, -1)
    return np.where(uniform < told.stated_true, people.cause[who], said).astype(np.int64)


def _begun(scene: Scene, people: Customers) -> NDArray[np.float64]:
    """Return the part of the month that was over when each customer joined."""
    return np.clip(people.joined - scene.month, 0.0, 1.0)
