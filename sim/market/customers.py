"""Customers: what they are and what they feel, one array a trait, hidden from everybody in the story."""

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.bell import pair
from sim.market.gathering import put_rows, rows_of
from sim.market.settings import Section
from sim.streams import Streams

PRODUCT = 3  # the first attributes are the product's (quality, value, range), the others the five of service
STAGES = ("exploration", "build_up", "stable", "decline")
TIERS = ("none", "silver", "gold", "diamond")
ORDER_STEP = 10_000  # order_id = customer_id and four digits for the order of that customer
SMALL = ("channel", "life", "cause", "struck", "tier", "tries", "friends", "held_left")  # fit into a byte
EDGE = 24.0  # log odds where the table of the gamma law ends
PRODUCT_PART = 0.56  # what the product's attributes weigh together


@dataclass
class Customers:
    """Everybody who ever bought, one row each in every array; times in months, parts counted.

    `endurance` is how much hazard is left until a customer leaves, `need` how much of need until the next
    order: both exponential with mean 1, both run down as fast as life goes. `product_push`, `service_push` and
    `eager` follow from satisfaction and are kept beside it, since it moves only when something is lived through.
    """

    id: NDArray
    joined: NDArray
    channel: NDArray
    keeper: NDArray  # who in the firm looks after them
    consent: NDArray
    rate: NDArray  # orders a month, when neither pleased nor displeased
    level: NDArray  # median basket, yuan
    frailty: NDArray  # the switching cost of a bond counted in
    price_sense: NDArray
    rival_sense: NDArray
    complain: NDArray  # log odds
    bond: NDArray  # relation to the keeper, 0-1
    offer: NDArray  # answer to campaigns, standard units
    persuade: NDArray  # answer to being held back, standard units
    expected: NDArray
    perceived: NDArray
    product: NDArray
    service: NDArray
    delight: NDArray
    product_push: NDArray
    service_push: NDArray
    eager: NDArray  # orders a month as they feel now
    complaint: NDArray
    fatigue: NDArray
    held: NDArray  # factor on the hazard, while a save offer works
    held_left: NDArray
    endurance: NDArray
    struck: NDArray  # the cause of a blow that broke the endurance, -1 for none
    need: NDArray
    alive: NDArray
    life: NDArray
    lost_at: NDArray
    cause: NDArray
    orders: NDArray
    contacts: NDArray
    complaints: NDArray
    last_order: NDArray
    last_day: NDArray  # of the last order; -1 for none in the story
    spent: NDArray  # yuan, all life
    year: NDArray  # fen, the last 12 months
    points: NDArray
    tier: NDArray
    tries: NDArray  # win-back offers so far
    friends: NDArray

    def __len__(self) -> int:
        return len(self.id)

    def __getstate__(self) -> dict[str, NDArray]:
        """Return the columns alone: what is sent to another process has no room to spare."""
        return {name: getattr(self, name) for name in NAMES}

    def copy(self) -> "Customers":
        """Return a copy that may be changed."""
        return Customers(**{name: getattr(self, name).copy() for name in NAMES})

    def rows(self, which: NDArray) -> "Customers":
        """Return the customers that a mask or places select."""
        return Customers(**{name: getattr(self, name)[which] for name in NAMES})

    def join(self, others: "Customers") -> None:
        """Add others after the last. Room is made for half as many again, so that joining stays cheap."""
        old, new = len(self), len(self) + len(others)
        room: dict[str, NDArray] = self.__dict__.setdefault("_room", {})
        for name in NAMES:
            mine = getattr(self, name)
            there = room.get(name)
            if there is None or len(there) < new or mine.base is not there:
                room[name] = there = np.empty((new + new // 2, *mine.shape[1:]), dtype=mine.dtype)
                there[:old] = mine
            there[old:new] = getattr(others, name)
            setattr(self, name, there[:new])

    @property
    def satisfaction(self) -> NDArray[np.float64]:
        """How satisfied each is now, standard units; delight after a recovery counts."""
        return lasting(self.product, self.service) + self.delight


NAMES = tuple(f.name for f in fields(Customers))


def lasting(product: NDArray, service: NDArray) -> NDArray[np.float64]:
    """Return overall satisfaction without the delight of the moment."""
    return PRODUCT_PART * product + (1.0 - PRODUCT_PART) * service


def founders(settings: Section, streams: Streams, ids: NDArray, channel: NDArray) -> Customers:
    """Return customers who joined before month 0 and are still there.

    With gamma frailty (shape s, scale b) a customer is alive after T months with probability (b / (b + T))**s,
    and his frailty is then gamma with scale b + T (Schmittlein, Morrison and Colombo 1987): no warm-up needed.
    """
    shape, scale = settings.churn.shape, settings.churn.scale_months
    age = _ages(shape, scale, settings.customers.founders_age_months, streams.uniforms("age", ids))
    made = born(settings, streams, ids, joined=-age, channel=channel, scale=scale + age)
    orders = np.floor(made.rate * age).astype(np.int64)
    # Expectation has followed perception for as long as they have bought.
    settled = ((1.0 - settings.experience.expecting) ** orders)[:, None]
    made.expected[:] = made.perceived + (made.expected - made.perceived) * settled
    feel(settings, made, np.arange(len(made)), settle=1.0)
    return made


def born(
    settings: Section,
    streams: Streams,
    ids: NDArray,
    *,
    joined: NDArray,
    channel: NDArray,
    scale: NDArray | float | None = None,
) -> Customers:
    """Return new customers; every trait depends on seed and id alone."""
    n, told = len(ids), settings.experience
    numbers = streams.quads("person", ids, blocks=4)
    one, two, three, four = numbers[:4], numbers[4:8], numbers[8:12], numbers[12:]
    offer, persuade = pair(two[0], two[1])
    complain, demand = pair(two[2], two[3])
    levels = np.array(told.levels)
    hopes = settings.customers.expectation_mean + settings.customers.expectation_sd * demand
    buying, spending, churn = settings.buying, settings.spending, settings.churn
    made = _blank(n, len(told.levels))
    bond = three[1] ** 2
    frailty = gamma_quantile(churn.shape, one[2]) / (churn.scale_months if scale is None else scale)
    rate = gamma_quantile(buying.rate_shape, one[0]) * buying.rate_mean / buying.rate_shape
    return replace(
        made,
        id=ids.astype(np.int64),
        joined=np.asarray(joined, dtype=float) + np.zeros(n),
        channel=channel.astype(np.int8),
        keeper=np.floor(four[0] * settings.staff.count).astype(np.int16),
        consent=four[1] < settings.customers.consent_share,
        rate=rate,
        level=spending.typical
        * _median(spending.between_shape)
        / gamma_quantile(spending.between_shape, one[1]),
        frailty=frailty * np.exp(-churn.lock_relation * bond),
        price_sense=-np.log(one[3]) * churn.price_push,
        rival_sense=three[0] * 2.0,
        complain=complain * settings.voice.propensity_sd,
        bond=bond,
        offer=offer,
        persuade=persuade,
        expected=levels + (hopes + (three[2] - 0.5) * 0.2)[:, None],
        perceived=levels + np.zeros((n, 1)),
        endurance=endurance(streams, ids),
        need=-np.log(four[2]),
        eager=rate.copy(),
    )


def endurance(streams: Streams, ids: NDArray, life: int = 0) -> NDArray[np.float64]:
    """Return the exponential amount of hazard that each bears in a life."""
    return streams.exponentials("life", ids, life)


def feel(settings: Section, people: Customers, who: NDArray, *, settle: float | NDArray) -> None:
    """Move the satisfaction of `who` by the part `settle` to what the gaps are now; losses weigh double."""
    perceived, expected = rows_of(people.perceived, who), rows_of(people.expected, who)
    _feel(settings, people, who, perceived - expected, settle)


def live(
    settings: Section, people: Customers, who: NDArray, perceived: NDArray, *, now: NDArray | float
) -> None:
    """Put what `who` (nobody twice) perceive at `now`, months, in its place; expectation and satisfaction follow."""
    told = settings.experience
    gap = perceived - rows_of(people.expected, who)
    put_rows(people.perceived, who, perceived)
    gap *= 1.0 - told.expecting
    put_rows(people.expected, who, perceived - gap)
    tenure = np.maximum(now - people.joined.take(who), 0.0)
    _feel(settings, people, who, gap, told.reaction / (1.0 + tenure / told.settling_months))


def _feel(settings: Section, people: Customers, who: NDArray, gap: NDArray, settle: NDArray | float) -> None:
    told = settings.experience
    felt = np.minimum(gap, 0.0)
    felt *= told.loss_weight - 1.0
    felt += gap
    product, service = people.product.take(who), people.service.take(who)
    # Column by column: a matrix product may round differently from machine to machine.
    product += settle * (_weighed(felt[:, :PRODUCT], told.weights[:PRODUCT]) - product)
    service += settle * (_weighed(felt[:, PRODUCT:], told.weights[PRODUCT:]) - service)
    people.product[who], people.service[who] = product, service
    pull = settings.buying.satisfaction_pull
    people.eager[who] = people.rate.take(who) * np.exp(pull * lasting(product, service))
    product *= -settings.churn.product_push
    service *= -settings.churn.service_push
    people.product_push[who], people.service_push[who] = np.exp(product), np.exp(service)


def _weighed(felt: NDArray, weights: tuple[float, ...]) -> NDArray[np.float64]:
    total = sum(weights)
    made = felt[:, 0] * (weights[0] / total)
    for k in range(1, len(weights)):
        made += felt[:, k] * (weights[k] / total)
    return made


def gamma_quantile(shape: float, uniform: NDArray) -> NDArray[np.float64]:
    """Return the gamma (scale 1) number at each uniform one, from a table of 8,193 places; error below 1e-4."""
    logs = _gamma_table(float(shape))
    place = (np.log(uniform) - np.log1p(-uniform) + EDGE) * ((len(logs) - 1) / (2 * EDGE))
    low = np.minimum(np.maximum(place.astype(np.int64), 0), len(logs) - 2)
    start = logs.take(low)
    return np.exp(start + (place - low) * (logs.take(low + 1) - start))


@cache
def _gamma_table(shape: float) -> NDArray[np.float64]:
    from scipy.special import gammainccinv, gammaincinv

    places = np.linspace(-EDGE, EDGE, 8193)
    lower, upper = 1.0 / (1.0 + np.exp(-places)), 1.0 / (1.0 + np.exp(places))
    # The upper tail from its own end, where 1 - u would lose its digits.
    made = np.where(places < 0, gammaincinv(shape, lower), gammainccinv(shape, upper))
    return np.log(np.maximum(made, 1e-300))


@cache
def _median(shape: float) -> float:
    return float(gamma_quantile(shape, np.array([0.5]))[0])


def _ages(shape: float, scale: float, longest: float, uniform: NDArray) -> NDArray[np.float64]:
    """Return how long ago a founder joined: even arrivals, thinned by who is still there."""
    grid = np.linspace(0.0, longest, 2001)
    there = (scale / (scale + grid)) ** shape
    upto = np.concatenate([[0.0], np.cumsum((there[1:] + there[:-1]) / 2)])
    return np.interp(uniform * upto[-1], upto, grid)


def _blank(n: int, attributes: int) -> Customers:
    wide = {"expected": attributes, "perceived": attributes}
    kinds: dict[str, Any] = dict.fromkeys(SMALL, np.int8)
    kinds |= dict.fromkeys(("id", "orders", "year", "points"), np.int64)
    kinds |= {
        "keeper": np.int16,
        "contacts": np.int32,
        "last_day": np.int32,
        "complaints": np.int32,
        "consent": bool,
        "alive": bool,
    }
    made = {
        name: np.zeros((n, wide[name]) if name in wide else n, dtype=kinds.get(name, np.float64))
        for name in NAMES
    }
    made["alive"][:] = True
    made["cause"][:] = made["struck"][:] = made["last_day"][:] = -1
    for name in ("lost_at", "last_order"):
        made[name][:] = np.nan
    for name in ("product_push", "service_push", "held"):
        made[name][:] = 1.0
    return Customers(**made)
