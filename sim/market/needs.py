"""Needs and orders: when a need is ripe the customer buys, in continuous time within the month."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.market.bell import normal
from sim.market.customers import ORDER_STEP, Customers
from sim.market.settings import Section
from sim.streams import Streams

ORDER = "order"  # four blocks of numbers an order: gap and basket, mood, chance, temper


@dataclass(frozen=True)
class Round:
    """Orders of one month. `who` is a place in Customers, `part` of the month gone, `chance` four uniform numbers.

    They stand in turns: first orders of the month, second orders, and so on; `ends` says where each turn ends,
    so nobody is in one turn twice.
    """

    who: NDArray
    order_id: NDArray
    part: NDArray
    z: NDArray  # the size of the basket, standard units
    trouble: NDArray  # uniform: decides failure
    mood: NDArray  # four uniform: how product and delivery turn out
    chance: NDArray  # four uniform: what comes after it
    ends: NDArray

    def turns(self) -> Iterator[slice]:
        """Yield the rows of each turn."""
        for start, end in pairwise([0, *self.ends.tolist()]):
            yield slice(start, end)


def ripen(people: Customers, streams: Streams, intensity: NDArray, since: NDArray | None = None) -> Round:
    """Return the orders of one month.

    `intensity` is the mean number of orders of each customer in this month, 0 for those who are gone; `since`
    the part of the month from which a customer is there. Needs run down at `intensity`: a time-changed
    Poisson process, exact, with one number an order instead of one a month (Daley and Vere-Jones 2003, 7.4).
    """
    left = 1.0 if since is None else 1.0 - since
    ahead = intensity * left
    who = np.flatnonzero(people.need < ahead)
    part = 1.0 - (ahead.take(who) - people.need.take(who)) / intensity.take(who)
    people.need -= ahead
    turns: list[tuple[NDArray, ...]] = []
    while len(who) or not turns:
        people.orders[who] += 1
        order_id = people.id.take(who) * ORDER_STEP + people.orders.take(who)
        first = streams.quads(ORDER, order_id)
        turns.append((who, order_id, part, first[1], first[2], first[3]))
        pace = intensity.take(who)
        following = part - np.log(first[0]) / pace
        # What is left of the need when the month ends; below 0 it was ripe before.
        people.need[who] = (following - 1.0) * pace
        again = following < 1.0
        who, part = who[again], following[again]
    who, order_id, part, radius, angle, trouble = (
        np.concatenate(column) for column in zip(*turns, strict=True)
    )
    more = streams.quads(ORDER, order_id, use=1, blocks=2)
    ends = np.cumsum([len(turn[0]) for turn in turns])
    return Round(who, order_id, part, normal(radius, angle), trouble, more[:4], more[4:], ends)


def delivered(
    streams: Streams, who: NDArray, order_id: NDArray, part: NDArray
) -> tuple[Round, NDArray[np.int64]]:
    """Return orders that did not ripen but were signed, each with the numbers that belong to it, and their order.

    `who` are places in Customers; the second result says which of those given stands in each row.
    """
    order = np.lexsort((part, who))
    first = np.flatnonzero(np.diff(who[order], prepend=-1))
    rank = np.arange(len(who)) - np.repeat(first, np.diff(np.append(first, len(who))))
    order = order[np.lexsort((part[order], rank))]
    rank = np.sort(rank)
    ends = np.searchsorted(rank, np.arange(rank[-1] + 1 if len(rank) else 1), side="right")
    who, order_id, part = who[order], order_id[order], part[order]
    numbers = streams.quads(ORDER, order_id, blocks=1)
    more = streams.quads(ORDER, order_id, use=1, blocks=2)
    z = normal(numbers[1], numbers[2])
    return Round(who, order_id, part, z, numbers[3], more[:4], more[4:], ends), order


def temper(streams: Streams, order_id: NDArray) -> NDArray[np.float64]:
    """Return four uniform numbers for each order: whether, when and why the customer speaks."""
    return streams.quads(ORDER, order_id, use=3)


def demand(settings: Section, people: Customers, price: float) -> NDArray[np.float64]:
    """Return by what each customer's rate is multiplied at a price (1 = usual): less the dearer, sooner the more they mind."""
    told = settings.buying
    minds = people.price_sense * (told.price_sense / max(settings.churn.price_push, 1e-9)) + told.price_pull
    return np.exp(minds * (1.0 - price))


def margin_awaited(
    settings: Section, people: Customers, discount: NDArray | float, price: float
) -> NDArray[np.float64]:
    """Return the mean margin of an order of each customer, yuan, before any reward: `amounts` in expectation."""
    from scipy.special import ndtr

    told, sd = settings.spending, settings.spending.within_sd
    floor = np.log(told.least / people.level) / sd
    usual = told.least * ndtr(floor) + people.level * np.exp(0.5 * sd * sd) * ndtr(sd - floor)
    return np.asarray(usual * (price * (1.0 - discount) - (1.0 - told.margin_share)))


def amounts(
    settings: Section, people: Customers, one: Round, discount: NDArray | float, price: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return amount and margin of a round's orders, yuan to the fen."""
    told = settings.spending
    usual = np.maximum(people.level.take(one.who) * np.exp(told.within_sd * one.z), told.least)
    amount = np.rint(usual * price * (1.0 - discount) * 100.0) / 100.0
    cost = np.rint(usual * (1.0 - told.margin_share) * 100.0) / 100.0
    return amount, np.rint((amount - cost) * 100.0) / 100.0
