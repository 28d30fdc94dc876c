"""Luck: what only chance brought the customers of a future, in yuan, so that policies can be compared without it."""

import numpy as np
from numpy.typing import NDArray

from sim.futures import Future
from sim.market import Market
from sim.market.customers import Customers, born
from sim.market.needs import margin_awaited
from sim.market.settings import Section
from sim.streams import Streams

NEVER = 1e-9  # a hazard that is next to none
TYPICAL = 16_384  # people who say what a newcomer is like


def values(
    market: Market, future: Future, ids: NDArray[np.int64], start: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return numbers and margins, yuan, not discounted, with chance taken out, of the customers of a market's future from
    month `start`, whose numbers are `ids`, and of the prospects who might have become one.

    What came less what was to be expected of it is a martingale, of orders, failures, losses, returns and newcomers
    alike, and may be weighed by anything known before (control variates, Glasserman 2004, 4.1). What is at
    stake when somebody is lost, or comes back, is what he brought a month so far, for as long as his hazard so far lets
    him stay. It need not be right: on the mean over all chances nothing is added.
    """
    ahead = _ahead(future)
    made = future.margin.sum(axis=0) + future.spared(ahead) + (future.harm * ahead[:-1]).sum(axis=0)
    came = np.flatnonzero(~future.there[0] & future.there.any(axis=0))
    left = len(future.margin) - future.there[:, came].argmax(axis=0)
    usual = _usual(market.settings, len(future.margin))
    newcomers = _born(market.settings, market.streams, ids[came])
    made[came] -= _promise(market.settings, newcomers, left) - usual[left]
    met = future.met
    won = met.luck * usual[len(future.margin) + start - met.month]
    who, place = np.unique(np.concatenate([ids, met.id]), return_inverse=True)
    return who, np.bincount(place, np.concatenate([made, -won]), minlength=len(who)).astype(float)


def _ahead(future: Future) -> NDArray[np.float64]:
    """Return what each is to bring from each month on (rows; the last is the end) if it goes on as it has, yuan."""
    months, n = future.margin.shape
    stayed, borne = future.there.cumsum(axis=0), (future.hazard * future.there).cumsum(axis=0)
    brought = future.margin.cumsum(axis=0) / np.maximum(stayed, 1)
    usual = borne.sum(axis=1) / np.maximum(stayed.sum(axis=1), 1)
    hazard = (borne + usual[:, None]) / (stayed + 1)
    left = np.arange(months - 1.0, -1.0, -1.0)
    return np.concatenate([np.zeros((1, n)), brought * _stay(hazard, left[:, None])])


def _usual(settings: Section, months: int) -> NDArray[np.float64]:
    """Return what a newcomer promises on the mean with 0, 1, ... so many months left to him, yuan."""
    typical = _born(settings, Streams(0, "typical"), np.arange(1, TYPICAL + 1))
    return np.array([_promise(settings, typical, k).mean() for k in range(months + 1)])


def _born(settings: Section, streams: Streams, ids: NDArray[np.int64]) -> Customers:
    return born(settings, streams, ids, joined=np.zeros(1), channel=np.zeros(len(ids)))


def _promise(settings: Section, people: Customers, left: NDArray | int) -> NDArray[np.float64]:
    """Return what people bring in so many months by what they are, before they know the firm, yuan."""
    return people.rate * margin_awaited(settings, people, 0.0, 1.0) * _stay(people.frailty, left)


def _stay(hazard: NDArray, months: NDArray | int) -> NDArray[np.float64]:
    """Return for how many of the months ahead one is there in the mean, at a hazard a month."""
    return np.asarray(-np.expm1(-(hazard + NEVER) * months) / (hazard + NEVER))
