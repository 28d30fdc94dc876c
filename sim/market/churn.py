"""Leaving: every cause presses, together they wear endurance down; which one was it is the true cause."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market.customers import Customers, endurance
from sim.market.scene import Scene
from sim.streams import Streams

STAYS = -2  # the answer of one who says he is still a customer


@dataclass(frozen=True)
class Ties:
    """What binds customers beyond what they feel, one row each: `lock` multiplies every cause but the natural
    constant, the pushes stand for those of the customers, and who is `gone` in mind is not asked again.
    """

    lock: NDArray
    product_push: NDArray
    service_push: NDArray
    gone: NDArray


def shared(scene: Scene, people: Customers, ties: Ties | None = None) -> NDArray[np.float64]:
    """Return what acts on every cause: frailty, habit that grows with tenure, a save offer, ties, a programme's lock."""
    table = (1.0 + np.arange(0.0, 1000.0)) ** -scene.settings.churn.lock_tenure
    tenure = np.clip(scene.month - people.joined, 0.0, 998.0).astype(np.int64)
    made = table.take(tenure)
    made *= people.frailty
    made *= people.held
    if ties is not None:
        made *= ties.lock
    if scene.levers.mode:
        lock = scene.settings.loyalty.modes[scene.levers.mode].lock
        made *= np.exp(-lock * (1.0 + 0.5 * np.arange(4.0)))[people.tier]
    return made


def pressures(scene: Scene, people: Customers, ties: Ties | None = None) -> dict[str, NDArray | float]:
    """Return by how much each cause presses on each customer now, before what all causes share."""
    told, felt = scene.settings.churn, ties or people
    weight = dict(zip(told.causes, told.weights, strict=True))
    stale = 1.0 + told.novelty_growth * scene.month * 0.5**scene.levers.quality
    half = 0.5 * weight["rival"]
    rival = (half * told.rival_push * scene.noise) * people.rival_sense + half
    open_ = (weight["service"] * told.complaint_push) * people.complaint + weight["service"]
    price = (weight["price"] * scene.price_gap) * people.price_sense + weight["price"]
    return {
        "quality": weight["quality"] * felt.product_push,
        "novelty": weight["novelty"] * stale,
        "service": felt.service_push * open_,
        "price": np.maximum(price, 0.1 * weight["price"]),
        "staff": 0.0,
        "rival": (felt.product_push + felt.service_push) * rival,
        "short_term": (weight["short_term"] * told.fatigue_push) * people.fatigue + weight["short_term"],
        "natural": weight["natural"],
    }


def hazards(scene: Scene, people: Customers, ties: Ties | None = None) -> NDArray[np.float64]:
    """Return the hazard of this month, a month of 30.4 days: one row a customer, one column a cause.

    Competing risks: causes are independent given the customer's state, and the total is their sum. The
    constant part of the natural causes is shared by nobody's frailty.
    """
    told, each = scene.settings.churn, pressures(scene, people, ties)
    made = np.stack([np.broadcast_to(each[cause], len(people)) for cause in told.causes], axis=1)
    made = made * shared(scene, people, ties)[:, None]
    made[:, told.causes.index("natural")] += told.constant
    if ties is not None:
        made[ties.gone] = 0.0
    return made


def strike(people: Customers, cause: int, who: NDArray, size: NDArray) -> None:
    """Take a blow off the endurance of `who`; where it breaks, the blow's cause is why they leave."""
    np.subtract.at(people.endurance, who, size)
    broken = who[(people.endurance[who] <= 0) & (people.struck[who] < 0) & people.alive[who]]
    people.struck[broken] = cause


def staff_blows(scene: Scene, people: Customers, felt: NDArray | float = 1.0) -> None:
    """Let the customers of those who leave feel it, the more the closer the bond, times `felt` (one each, or one)."""
    if scene.leaves.any():
        who = np.flatnonzero(people.alive & scene.leaves[people.keeper])
        size = scene.settings.staff.takes * people.bond[who] * people.frailty[who] * 10.0
        size = size * np.broadcast_to(felt, len(people))[who]
        strike(people, scene.settings.churn.causes.index("staff"), who, np.minimum(size, 1.0))


def leave(scene: Scene, people: Customers, since: NDArray) -> NDArray[np.int64]:
    """Run the endurance of all down by one month; return the places of those who are lost now.

    `since` is the part of the month of each customer's last doing: nobody leaves before it.
    """
    lost, moment, cause = decide(scene, people, since)
    part_with(people, lost, moment, cause)
    return lost


def part_with(people: Customers, lost: NDArray, moment: NDArray, cause: NDArray) -> None:
    """Let the customers at the places `lost` be gone, each at his moment (months) and for his cause."""
    people.cause[lost] = cause
    people.alive[lost] = False
    people.lost_at[lost] = moment


def decide(
    scene: Scene, people: Customers, since: NDArray, ties: Ties | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Run the endurance of all down by one month; return who has had enough: places, moments (months), causes."""
    each = pressures(scene, people, ties)
    total = sum(sorted(each.values(), key=np.ndim)) * shared(scene, people, ties)  # plain numbers first
    total += scene.settings.churn.constant
    fresh = people.joined > scene.month
    total[fresh] *= scene.month + 1.0 - people.joined[fresh]
    people.endurance -= total
    enough = (people.endurance <= 0) & people.alive
    lost = np.flatnonzero(enough if ties is None else enough & ~ties.gone)
    # A blow may break somebody on whom nothing else presses: then at once, at his last doing.
    part = np.clip(1.0 + people.endurance[lost] / np.maximum(total[lost], 1e-300), 0.0, 1.0)
    moment = scene.month + since[lost] + (1.0 - since[lost]) * part
    return lost, moment, _causes(scene, people, each, lost)


def _causes(
    scene: Scene, people: Customers, each: dict[str, NDArray | float], lost: NDArray
) -> NDArray[np.int64]:
    """Return why each is lost: the blow that broke him, else a cause drawn by what pressed this month."""
    columns = [np.broadcast_to(each[cause], len(people))[lost] for cause in scene.settings.churn.causes]
    upto = np.cumsum(np.stack(columns, axis=1), axis=1)
    uniform = scene.streams.quads("cause", people.id[lost] * 16 + people.life[lost])[0]
    drawn = (upto < (uniform * upto[:, -1])[:, None]).sum(axis=1)
    return np.where(people.struck[lost] >= 0, people.struck[lost], drawn)


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
        people.endurance[some] = endurance(streams, people.id[some], int(life))
    people.alive[who] = True
    people.frailty[who] *= scene.settings.winback.second_life
    people.lost_at[who] = np.nan
    people.cause[who] = people.struck[who] = -1
    people.complaint[who] = 0.0


def stated(scene: Scene, people: Customers, who: NDArray) -> NDArray[np.int64]:
    """Return what the lost `who` say when asked: a cause, or -1 for no reason; "price" is the polite lie."""
    told = scene.settings.churn
    uniform = scene.streams.quads("stated", people.id[who])[0]
    price = told.causes.index("price")
    said = np.where(uniform < told.stated_true + told.stated_price, price, -1)
    return np.where(uniform < told.stated_true, people.cause[who], said).astype(np.int64)


def answered(scene: Scene, people: Customers, who: NDArray) -> NDArray[np.int64]:
    """Return what `who`, thought lost, say to an offer: a cause, -1 for no reason, or STAYS: still a customer.

    Life is not so tidy that the answer tells who is gone: some of the lost are too polite to say so, and of those
    who are still there some say nothing and some complain of the price.
    """
    told, gone = scene.settings.churn, ~people.alive[who]
    said = np.full(len(who), STAYS)
    said[gone] = stated(scene, people, who[gone])
    # It belongs to the person, so that asking again does not find it out.
    luck = scene.streams.quads("answer", people.id[who] * 16 + people.life[who])
    said[gone & (luck[0] < scene.settings.winback.polite_share)] = STAYS
    here = ~gone & (luck[0] < scene.settings.winback.reserved_share)
    grumbles = luck[1] < told.stated_price
    said[here] = np.where(grumbles[here], told.causes.index("price"), -1)
    return said
