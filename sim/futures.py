"""Futures: what may become of the customers of one present, told with as little chance as can be."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.market import Market, churn, prospects
from sim.market.customers import endurance
from sim.market.scene import Levers
from sim.market.state import State
from sim.market.story import Story
from sim.policy import Policy, Steady
from sim.streams import Streams
from sim.watched import Watched

MONTHLY_DISCOUNT = 0.008  # about 10 % a year
PILOTS = 6  # futures that only say where the others will lead
DEATHLESS = 1e4  # an endurance that nothing wears down
Course = Callable[[int], Policy]  # the policy of each month, counted from now


@dataclass(frozen=True)
class Guide:
    """What pilots expect of whoever is there when a month (row) begins: yuan from then on, chance to stay.

    The last row is the end. It need not be right: what it says is only added where chance alone decides, and on
    the mean over all futures that is nothing.
    """

    rest: NDArray[np.float64]
    stay: NDArray[np.float64]
    rest_variance: NDArray[np.float64]  # from pilot to pilot
    stay_variance: NDArray[np.float64]


@dataclass(frozen=True)
class Met:
    """Prospects whose trail was warm, a row a prospect and month: `luck` is by how much more than to be expected he was won."""

    id: NDArray[np.int64]
    month: NDArray[np.int64]
    luck: NDArray[np.float64]


@dataclass(frozen=True)
class Future:
    """One future of a market's customers: `margin` of each month (rows), yuan, less `luck`, the chance of orders.

    `there` is who had not made up his mind to leave when a month began, or came in it, `hazard` what he bore in it;
    `harm` is how much more hazard failures were to bring than was to be expected of his orders,
    `lost` and `back` are by how much more than to be expected somebody was lost or came back,
    `to_lose` and `to_come` what was to be expected, `kept` who was there at the end, `costs` what the firm spent in
    each month.
    """

    margin: NDArray[np.float64]
    luck: NDArray[np.float64]
    there: NDArray[np.bool_]
    hazard: NDArray[np.float64]
    harm: NDArray[np.float64]
    lost: NDArray[np.float64]
    back: NDArray[np.float64]
    to_lose: NDArray[np.float64]
    to_come: NDArray[np.float64]
    kept: NDArray[np.bool_]
    costs: NDArray[np.float64]
    met: Met

    def of_first(self, n: int) -> "Future":
        """Return the future of the first `n` customers: those of the present, without who came later."""
        names = [f.name for f in fields(self) if f.name not in ("costs", "met")]
        return replace(self, **{name: getattr(self, name)[..., :n] for name in names})

    @property
    def profit(self) -> float:
        """What came, luck and all: margin less costs, yuan."""
        return float(self.margin.sum() + self.luck.sum() - self.costs.sum())

    def value(self, guide: Guide) -> NDArray[np.float64]:
        """Return each customer's discounted margin, yuan.

        What came less what was to be expected is a martingale, of orders, losses and returns alike: it may be
        weighed by anything known before (control variates, Glasserman 2004, 4.1).
        """
        return (discount(len(self.margin))[:, None] * self.margin).sum(axis=0) + self.spared(guide.rest)

    def stays(self, guide: Guide) -> NDArray[np.float64]:
        """Return how sure each is to be a customer at the end; one future's may lie beyond 0-1, the mean does not."""
        return self.kept + self.spared(guide.stay)

    def doubt(self, variance: NDArray[np.float64], other: "Future | None" = None) -> NDArray[np.float64]:
        """Return the variance that losses and returns, or those that differ from another future's, may bring.

        Few futures may show none of them; what is at stake is then known from the pilots alone.
        """
        lose, come = self.to_lose, self.to_come
        if other is not None:
            lose, come = np.abs(lose - other.to_lose), np.abs(come - other.to_come)
        return (lose * variance[1:] + come * variance[:-1]).sum(axis=0)

    def spared(self, ahead: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what luck in losses and returns cost each, weighed by what was `ahead` when each month began."""
        return (self.lost * ahead[1:] - self.back * ahead[:-1]).sum(axis=0)


def discount(months: int) -> NDArray[np.float64]:
    """Return what a yuan of each month ahead is worth now."""
    return (1.0 + MONTHLY_DISCOUNT) ** -np.arange(float(months))


def nothing(month: int) -> Policy:
    """Return the policy that does nothing special, for every month."""
    return Steady()


def future(market: Market, state: State, months: int, course: Course, noise: int) -> Future:
    """Return what becomes of the customers of `state` in the months after it, under one noise."""
    here, futures = anew(market, state, "future", noise)
    return followed(futures, here, months, course).of_first(len(state.people))


def guide(market: Market, state: State, months: int) -> Guide:
    """Return what pilots in which nobody is lost, and all are back, expect of each customer; survival weighed in."""
    rest, stay = np.zeros((2, PILOTS, months + 1, len(state.people)))
    for k in range(PILOTS):
        here, futures = anew(market, state, "pilot", k)
        gone = np.flatnonzero(~here.people.alive)
        churn.revive(market.settings, here.people, gone, futures.streams)
        here.people.endurance[:] = DEATHLESS
        one = followed(futures, here, months, nothing).of_first(len(state.people))
        survives, worth = np.exp(-one.hazard), discount(months)[:, None] * one.margin
        value, chance = np.zeros(len(state.people)), np.ones(len(state.people))
        stay[k, months] = chance
        for t in reversed(range(months)):
            value, chance = worth[t] + survives[t] * value, survives[t] * chance
            rest[k, t], stay[k, t] = value, chance
    more = (1.0 + 1.0 / PILOTS) * PILOTS / (PILOTS - 1.0)
    return Guide(rest.mean(axis=0), stay.mean(axis=0), more * rest.var(axis=0), more * stay.var(axis=0))


def arrivals(market: Market, state: State, months: int, *, called: bool) -> NDArray[np.float64]:
    """Return the chance of each warm prospect to become a customer in each month (rows), called now or not."""
    warm, left, made = state.prospects.copy(), np.ones(len(state.prospects)), []
    for month in range(state.month, state.month + months):
        scene = market.scene(month, Levers())
        if called and month == state.month:
            prospects.interview(scene, warm, np.arange(len(warm)))
        warm.clock[:] = DEATHLESS
        prospects.decide(scene, warm)
        stays = np.exp(warm.clock - DEATHLESS)  # clocks are exponential
        made.append(left * (1.0 - stays))
        left *= stays * (warm.created > month + 1 - market.settings.prospects.months_open)
    return np.stack(made)


def worth_of_newcomers(market: Market, state: State, months: int, noise: int) -> NDArray[np.float64]:
    """Return the discounted margin of each warm prospect, yuan, in a future in which all are won at once."""
    here, futures = anew(market, state, "newcomers", noise)
    ids, story = here.prospects.id.copy(), _story(market, state.month + months)
    here.prospects.clock[:] = 0.0
    story.start(len(here.people))
    for _ in range(months):
        futures.step(here, Steady(), story)
    return (discount(months)[:, None] * _margins(market, story, state.month, months, ids)).sum(axis=0)


def _story(market: Market, months: int) -> Watched:
    return Watched(market.settings, market.almanac, market.surroundings, months)


def _margins(market: Market, story: Story, start: int, months: int, ids: NDArray) -> NDArray[np.float64]:
    """Return the margin of each of `ids` in each month (rows) from `start`, yuan."""
    paid = story.income()
    if not paid or not len(ids):
        return np.zeros((months, len(ids)))
    at = market.almanac.month_of(paid["day"]) - start
    return sums(paid["customer_id"], at, paid["margin"] / 100.0, ids, months)


def anew(market: Market, state: State, *path: str | int) -> tuple[State, Market]:
    """Return a copy of the present with all that lies ahead drawn anew, and a market of the same chances.

    Needs, endurance and clocks are exponential, so what is left of them has the same law.
    """
    here = state.copy()
    futures = market.with_streams(Streams(market.streams.seed, *path))
    streams, people = futures.streams, here.people
    people.need[:] = streams.exponentials("need again", people.id)
    people.endurance[:] = streams.exponentials("endurance again", people.id)
    here.prospects.clock[:] = streams.exponentials("clock again", here.prospects.id)
    futures.dealing.forget(here, streams)
    return here, futures


def followed(market: Market, here: State, months: int, course: Course) -> Future:
    """Run a market on from `here`, which is changed, and return the future of everybody in it at the end."""
    start, people = here.month, here.people
    story, told = _story(market, start + months), list[tuple[NDArray, ...]]()
    story.start(len(people))
    for k in range(months):
        n = len(people)
        story.begin(n)
        before, life, there = people.endurance.copy(), people.life.copy(), _undecided(here)
        market.step(here, course(k), story)
        new = len(people) - n
        before = np.concatenate([before, endurance(market.streams, people.id[n:])])
        there = np.concatenate([there, np.ones(new, dtype=bool)])
        hazard = np.maximum(before - people.endurance, 0.0)
        # Whoever was held or won back has an endurance of his own.
        mortal = there & (people.life == np.concatenate([life, np.zeros(new, dtype=life.dtype)]))
        to_lose = mortal * -np.expm1(-hazard)
        lost = mortal * (people.endurance <= 0.0) - to_lose
        told.append((there, hazard, lost, to_lose, story.back, story.to_come, story.luck, story.harm))
    there, hazard, lost, to_lose, back, to_come, luck, harm = (
        _padded(rows, len(people)) for rows in zip(*told, strict=True)
    )
    costs, spent = story.arrays("costs"), np.zeros(months)
    if costs:
        np.add.at(spent, costs["month"] - start, costs["amount"])
    return Future(
        margin=_margins(market, story, start, months, people.id) - luck,
        luck=luck,
        there=there,
        hazard=hazard,
        harm=harm,
        lost=lost,
        back=back,
        to_lose=to_lose,
        to_come=to_come,
        kept=_undecided(here),
        costs=spent,
        met=Met(*(np.concatenate(column) for column in zip(*story.warm, strict=True))),
    )


def _padded(rows: tuple[NDArray, ...], n: int) -> NDArray:
    """Return rows of growing length as one matrix, nothing where there was nobody yet."""
    made = np.zeros((len(rows), n), dtype=rows[0].dtype)
    for row, short in zip(made, rows, strict=True):
        row[: len(short)] = short
    return made


def _undecided(state: State) -> NDArray[np.bool_]:
    """Return who is there and has not made up his mind to leave."""
    people = state.people
    here: NDArray[np.bool_] = people.alive & (people.endurance > 0.0)
    return here if state.contracts is None else here & ~state.contracts.quitting


def sums(who: NDArray, row: NDArray, value: NDArray, ids: NDArray, rows: int) -> NDArray[np.float64]:
    """Return the sum of `value` for each row and each of `ids`; others are left out."""
    order = np.argsort(ids)
    place = np.minimum(np.searchsorted(ids[order], who), len(ids) - 1)
    mine = ids[order][place] == who
    made = np.zeros((rows, len(ids)))
    np.add.at(made, (row[mine], order[place[mine]]), value[mine])
    return made
