"""Leaving: every cause presses, together they wear endurance down; which one was it is the true cause."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.market.customers import Customers, endurance
from sim.market.scene import Scene
from sim.market.settings import Section
from sim.market.story import Story
from sim.streams import Streams

OLDEST = 999  # months of tenure after which habit grows no further
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


def shared(
    scene: Scene, people: Customers, rows: NDArray[np.int64], ties: Ties | None = None
) -> NDArray[np.float64]:
    """Return what acts on every cause for the customers at `rows`: frailty, habit that grows with tenure, a save
    offer, ties, a programme's lock.
    """
    tenure = (scene.month - people.joined.take(rows)).astype(np.int32)  # whole months; 0 in the first
    made = _habit(scene.settings.churn.lock_tenure).take(tenure, mode="clip")
    made *= people.frailty.take(rows)
    if people.held_left.any():
        made *= people.held.take(rows)
    if ties is not None:
        made *= ties.lock.take(rows)
    if scene.levers.mode:
        lock = scene.settings.loyalty.modes[scene.levers.mode].lock
        made *= np.exp(-lock * (1.0 + 0.5 * np.arange(4.0))).take(people.tier.take(rows))
    return made


@cache
def _habit(lock_tenure: float) -> NDArray[np.float64]:
    """Return what is left of the pressure at each month of tenure."""
    return (1.0 + np.arange(float(OLDEST))) ** -lock_tenure


def pressures(
    scene: Scene, people: Customers, rows: NDArray[np.int64], ties: Ties | None = None
) -> dict[str, NDArray | float]:
    """Return by how much each cause presses on the customers at `rows` now, before what all causes share.

    A number instead of an array where a cause presses on all alike; those that always do stand first, so that
    the sum of all is rounded in the same way whoever else is there.
    """
    told, felt = scene.settings.churn, ties or people
    product, service = felt.product_push.take(rows), felt.service_push.take(rows)
    weight = dict(zip(told.causes, told.weights, strict=True))
    stale = 1.0 + told.novelty_growth * scene.month * 0.5**scene.levers.quality
    half = 0.5 * weight["rival"]
    rival = (half * told.rival_push * scene.noise) * people.rival_sense.take(rows) + half
    price = (weight["price"] * scene.price_gap) * people.price_sense.take(rows) + weight["price"]
    return {
        "novelty": weight["novelty"] * stale,
        "staff": 0.0,
        "natural": weight["natural"],
        "quality": weight["quality"] * product,
        "service": service * _lifted(weight["service"], told.complaint_push, people.complaint.take(rows)),
        "price": np.maximum(price, 0.1 * weight["price"]),
        "rival": (product + service) * rival,
        "short_term": _lifted(weight["short_term"], told.fatigue_push, people.fatigue.take(rows)),
    }


def _lifted(weight: float, push: float, burden: NDArray) -> NDArray[np.float64] | float:
    """Return a weight as a burden lifts it; the weight itself where nobody bears any."""
    return (weight * push) * burden + weight if burden.any() else weight


def hazards(scene: Scene, people: Customers, ties: Ties | None = None) -> NDArray[np.float64]:
    """Return the hazard of this month, a month of 30.4 days: one row a customer, one column a cause.

    Competing risks: causes are independent given the customer's state, and the total is their sum. The
    constant part of the natural causes is shared by nobody's frailty.
    """
    told, all_ = scene.settings.churn, np.arange(len(people))
    each = pressures(scene, people, all_, ties)
    made = np.stack([np.broadcast_to(each[cause], len(people)) for cause in told.causes], axis=1)
    made = made * shared(scene, people, all_, ties)[:, None]
    made[:, told.causes.index("natural")] += told.constant
    if ties is not None:
        made[ties.gone] = 0.0
    return made


def strike(scene: Scene, people: Customers, cause: str, who: NDArray, size: NDArray, story: Story) -> None:
    """Take a blow off the endurance of `who`; where it breaks, the blow's cause is why they leave."""
    number = scene.settings.churn.causes.index(cause)
    if story.tells_truth:
        _tell_blows(scene, people, number, who, size, story)
    np.subtract.at(people.endurance, who, size)
    broken = who[(people.endurance[who] <= 0) & (people.struck[who] < 0) & people.alive[who]]
    people.struck[broken] = number


def _tell_blows(
    scene: Scene, people: Customers, cause: int, who: NDArray, size: NDArray, story: Story
) -> None:
    """Note blows, one row a customer, and what of each is borne: all of it, or what endurance was left."""
    whom, place = np.unique(who, return_inverse=True)
    blow, left = np.bincount(place, size, minlength=len(whom)), people.endurance[whom]
    here = people.alive[whom] & (left > 0.0) & (blow > 0.0)
    story.add(
        "truth_blow",
        customer_id=people.id[whom[here]],
        month=np.full(here.sum(), scene.month, dtype=np.int16),
        cause=np.full(here.sum(), cause, dtype=np.int8),
        hazard=blow[here],
        borne=np.minimum(blow, left)[here],
    )


def staff_blows(scene: Scene, people: Customers, story: Story, felt: NDArray | float = 1.0) -> None:
    """Let the customers of those who leave feel it, the more the closer the bond, times `felt` (one each, or one)."""
    if scene.leaves.any():
        who = np.flatnonzero(people.alive & scene.leaves[people.keeper])
        size = scene.settings.staff.takes * people.bond[who] * people.frailty[who] * 10.0
        size = size * np.broadcast_to(felt, len(people))[who]
        strike(scene, people, "staff", who, np.minimum(size, 1.0), story)


def at_risk(people: Customers, hazards: NDArray, month: int) -> NDArray[np.float64]:
    """Return for how much of this month each bears its hazards: 1, less for who joins in it or is lost by it.

    Occurrence and exposure: a cause's hazards times the time at risk, and its blows as far as borne, add up to
    its losses but for chance, since the endurance of each is exponential with mean 1.
    """
    total = hazards.sum(axis=1)
    there = np.clip(month + 1.0 - people.joined, 0.0, 1.0)
    lasts = np.maximum(people.endurance, 0.0) / np.maximum(total, 1e-300)
    return np.where(total > 0.0, np.minimum(there, lasts), 0.0)


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
    """Run the endurance of all who are there down by one month; return who has had enough: places, moments
    (months), causes.
    """
    here = np.flatnonzero(people.alive)
    common = shared(scene, people, here, ties)
    total = sum(pressures(scene, people, here, ties).values()) * common
    total += scene.settings.churn.constant
    joined = people.joined.take(here)
    fresh = np.flatnonzero(joined > scene.month)
    total[fresh] *= scene.month + 1.0 - joined[fresh]
    left = people.endurance.take(here) - total
    people.endurance[here] = left
    enough = np.flatnonzero(left <= 0 if ties is None else (left <= 0) & ~ties.gone.take(here))
    lost = here[enough]
    # A blow may break somebody on whom nothing else presses: then at once, at his last doing.
    part = np.clip(1.0 + left[enough] / np.maximum(total[enough], 1e-300), 0.0, 1.0)
    moment = scene.month + since[lost] + (1.0 - since[lost]) * part
    return lost, moment, _causes(scene, people, ties, lost, common[enough])


def _causes(
    scene: Scene, people: Customers, ties: Ties | None, lost: NDArray[np.int64], common: NDArray
) -> NDArray[np.int64]:
    """Return why each is lost: the blow that broke him, else a cause drawn by what pressed this month.

    `common` is what acts on every cause of theirs but the natural constant.
    """
    told, each = scene.settings.churn, pressures(scene, people, lost, ties)
    upto = np.empty((len(each), len(lost)))
    for row, cause in enumerate(told.causes):
        upto[row] = each[cause] * common
    upto[told.causes.index("natural")] += told.constant
    np.cumsum(upto, axis=0, out=upto)
    uniform = scene.streams.quads("cause", people.id[lost] * 16 + people.life[lost])[0]
    drawn = (upto < uniform * upto[-1]).sum(axis=0)
    return np.where(people.struck[lost] >= 0, people.struck[lost], drawn)


def come_back(
    scene: Scene, people: Customers, who: NDArray, offers: NDArray, story: Story
) -> NDArray[np.int64]:
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
    chance = 1.0 / (1.0 + np.exp(-odds))
    story.wooed(who, chance, uniform < chance)
    back = who[uniform < chance]
    revive(scene.settings, people, back, streams)
    return back


def revive(settings: Section, people: Customers, who: NDArray, streams: Streams) -> None:
    """Give the places `who` a further life, with clocks of its own."""
    people.life[who] += 1
    for life in np.unique(people.life[who]):
        some = who[people.life[who] == life]
        people.endurance[some] = endurance(streams, people.id[some], int(life))
    people.alive[who] = True
    people.frailty[who] *= settings.winback.second_life
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
