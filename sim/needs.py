"""Needs and orders: when a need is ripe the customer buys, in continuous time within the month."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.customers import ORDER_STEP, Customers, gauss
from sim.market_settings import Section
from sim.streams import Streams


@dataclass(frozen=True)
class Round:
    """The orders of one round: at most one a customer. `who` is a place in Customers, `part` of the month gone.

    `chance` holds the four uniform numbers of the order that decide what comes after it, `voice` four more.
    """

    who: NDArray
    order_id: NDArray
    part: NDArray
    z: NDArray  # the size of the basket, standard units
    trouble: NDArray  # uniform: decides failure
    mood: NDArray  # four uniform: how product and delivery turn out
    chance: NDArray
    voice: NDArray  # four uniform: whether, when and why the customer speaks


def ripen(
    people: Customers, streams: Streams, intensity: NDArray, since: NDArray | None = None
) -> Iterator[Round]:
    """Yield the rounds of one month: first orders of the month, second orders, and so on.

    `intensity` is the mean number of orders of each customer in this month, 0 for those who are gone; `since`
    the part of the month from which a customer is there. Needs run down at `intensity`: a time-changed
    Poisson process, exact, with one number an order instead of one a month (Daley and Vere-Jones 2003, 7.4).
    """
    left = 1.0 if since is None else 1.0 - since
    ahead = intensity * left
    who = np.flatnonzero(people.need < ahead)
    part = 1.0 - (ahead[who] - people.need[who]) / intensity[who]
    people.need -= ahead
    while len(who):
        people.orders[who] += 1
        order_id = people.id[who] * ORDER_STEP + people.orders[who]
        numbers = streams.quads("order", order_id, blocks=4)
        first, mood, chance, voice = numbers[:4], numbers[4:8], numbers[8:12], numbers[12:]
        gap = -np.log(first[0])
        yield Round(who, order_id, part, gauss(first[1], first[2])[0], first[3], mood, chance, voice)
        following = part + gap / intensity[who]
        # What is left of the need when the month ends; below 0 it was ripe before.
        people.need[who] = (following - 1.0) * intensity[who]
        again = following < 1.0
        who, part = who[again], following[again]


def amounts(
    settings: Section, people: Customers, one: Round, discount: NDArray, price: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return amount and margin of a round's orders, yuan to the fen."""
    told = settings.spending
    usual = np.maximum(people.level[one.who] * np.exp(told.within_sd * one.z), told.least)
    amount = np.rint(usual * price * (1.0 - discount) * 100.0) / 100.0
    cost = np.rint(usual * (1.0 - told.margin_share) * 100.0) / 100.0
    return amount, np.rint((amount - cost) * 100.0) / 100.0
