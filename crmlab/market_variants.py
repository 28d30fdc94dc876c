"""Variants of a market: seeds whose difficulty, measured by automatic solvers, lies in a narrow band."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmlab import contract_solvers, market_solvers, project_solvers
from crmlab.market_replay import Recipe
from crmlab.market_solvers import Cut
from sim.errors import InputError
from sim.market import Market
from sim.market.story import Story
from sim.policy import Actions, Policy, Selling, Steady, View

MOST_TRIES = 200
Solver = Callable[[Cut], NDArray[np.float64]]


@dataclass(frozen=True)
class Case:
    """What is asked of every student of a market: its size, what a variant must be like, and who solves it.

    `band` is that of the reference solver's area under the curve; a list of a fifth must hold `pass_mark` of what the best
    could, and the naive one stays under `naive_most`; `ranks` are the policies from best to worst.
    """

    market: str
    customers: int
    months: int
    later: int
    band: tuple[float, float]
    naive_most: float
    pass_mark: float
    solvers: Mapping[str, Solver]
    policies: tuple[Policy, ...]
    ranks: tuple[str, ...]
    cut: Callable[["Case", Market, Story, Story], Cut]


@dataclass(frozen=True)
class Difficulty:
    """How hard a variant is: area under the curve of the reference solver, what the three solvers' lists hold,
    the policies from best to worst, and the key of its answers.
    """

    case: Case
    seed: int
    auc: float
    naive: float
    textbook: float
    expert: float
    ranks: tuple[str, ...]
    key: tuple[int, ...]

    @property
    def accepted(self) -> bool:
        """Whether the variant is as hard as the others."""
        low, high = self.case.band
        fair = self.naive < self.case.naive_most < self.case.pass_mark < self.expert
        return low <= self.auc <= high and fair and self.ranks == self.case.ranks


@dataclass(frozen=True)
class WinBack:
    """Calls to those silent for half a year."""

    name: str = "win-back"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return a call to a sixth of the silent, in turn."""
        ids, last = view.customers["customer_id"], view.customers["last_day"]
        silent = ids[(last >= 0) & (last < view.day - 180)]
        return Actions(winback={"call": silent[silent % 6 == view.month % 6]})


@dataclass(frozen=True)
class CouponsForAll:
    """A coupon for everybody, every month."""

    name: str = "coupons for all"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return a coupon for all."""
        return Actions(campaigns={"coupon": view.customers["customer_id"]})


@dataclass(frozen=True)
class HoldTheLeaving:
    """A save offer to those who gave notice."""

    name: str = "hold the leaving"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return an offer to everybody under notice."""
        ids = view.customers["customer_id"]
        return Actions(save=ids[view.customers["leaves_day"] >= view.day])


@dataclass(frozen=True)
class OffersForAll:
    """A save offer for everybody, every month."""

    name: str = "offers for all"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return an offer for all."""
        return Actions(save=view.customers["customer_id"])


@dataclass(frozen=True)
class CallOnTheQuoted:
    """A visit to who has the authority, in accounts that have a quote."""

    name: str = "call on the quoted"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return a visit to each account with a quote."""
        ids = view.customers["customer_id"]
        return Actions(selling=Selling(visits={"authority": ids[view.customers["quoted"] > 0]}))


@dataclass(frozen=True)
class VisitsForAll:
    """A visit to all three people of everybody, every month."""

    name: str = "visits for all"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return visits to all."""
        ids = view.customers["customer_id"]
        return Actions(selling=Selling(visits=dict.fromkeys(("money", "authority", "need"), ids)))


def _buyers(case: Case, market: Market, story: Story, quiet: Story) -> Cut:
    tables = {name: _both(story, quiet, name) for name in ("orders", "service_contacts")}
    days = market.almanac.first[[case.months, case.months + case.later]]
    return market_solvers.cut(tables["orders"], story.arrays("service_contacts"), int(days[0]), int(days[1]))


def _leavers(case: Case, market: Market, story: Story, quiet: Story) -> Cut:
    names = ("bills", "notices", "contracts", "usage", "service_contacts")
    tables = {name: _both(story, quiet, name) for name in names}
    people = story.frame("customers").sort_values("customer_id")
    joined = people[["customer_id", "joined_day"]].to_numpy()
    days = market.almanac.first[[case.months, case.months + case.later]]
    return contract_solvers.cut(tables, joined, int(days[0]), int(days[1]))


def _winners(case: Case, market: Market, story: Story, quiet: Story) -> Cut:
    names = ("opportunities", "opportunity_stages", "accounts", "visits")
    tables = {name: _both(story, quiet, name) for name in names}
    days = market.almanac.first[[case.months, case.months + case.later]]
    return project_solvers.cut(tables, int(days[0]), int(days[1]))


def _both(story: Story, quiet: Story, name: str) -> dict[str, NDArray]:
    """Return a table of a story and of the months that follow it."""
    later = quiet.arrays(name)
    return {
        column: np.concatenate([rows, later[column]]) if later else rows
        for column, rows in story.arrays(name).items()
    }


def _solvers(home: object) -> dict[str, Solver]:
    return {name: getattr(home, name) for name in ("naive", "textbook", "expert")}


CASES = {
    "retail": Case(
        market="retail",
        customers=2500,
        months=12,
        later=6,
        band=(0.755, 0.775),  # the middle of what seeds give
        naive_most=0.45,
        pass_mark=0.60,
        solvers=_solvers(market_solvers),
        policies=(WinBack(), CouponsForAll()),
        ranks=("win-back", "nothing", "coupons for all"),
        cut=_buyers,
    ),
    "subscription": Case(
        market="subscription",
        customers=4000,
        months=18,
        later=6,
        band=(0.670, 0.688),
        naive_most=0.30,
        pass_mark=0.44,
        solvers=_solvers(contract_solvers),
        policies=(HoldTheLeaving(), OffersForAll()),
        ranks=("hold the leaving", "nothing", "offers for all"),
        cut=_leavers,
    ),
    "business": Case(
        market="business",
        customers=4000,
        months=18,
        later=6,
        band=(0.734, 0.752),
        naive_most=0.34,
        pass_mark=0.62,
        solvers=_solvers(project_solvers),
        policies=(CallOnTheQuoted(), VisitsForAll()),
        ranks=("call on the quoted", "nothing", "visits for all"),
        cut=_winners,
    ),
}


def case_of(market: str) -> Case:
    """Return the case of a market; InputError, naming those there are, if it has none."""
    if market not in CASES:
        raise InputError(
            f"market = {market!r}: there are no variants of it; choose one of {', '.join(CASES)}"
        )
    return CASES[market]


def difficulty(seed: int, case: Case) -> Difficulty | None:
    """Return how hard the variant of a seed is; None, early, when the reference solver is outside its band."""
    present = Recipe(case.market, case.customers, seed, case.months, case.later).present()
    nothing = Steady(name="nothing")
    quiet = present.future(nothing)
    one = case.cut(case, present.market, present.story, quiet)
    area = market_solvers.reference_auc(one)
    if not case.band[0] <= area <= case.band[1]:
        return None
    gains = {policy.name: present.worth(policy) for policy in (*case.policies, nothing)}
    held = {name: market_solvers.captured(solver(one), one) for name, solver in case.solvers.items()}
    return Difficulty(
        case=case,
        seed=seed,
        auc=area,
        **held,
        ranks=tuple(sorted(gains, key=lambda name: -gains[name])),
        key=_key(present.story, one, gains[case.policies[0].name] - gains["nothing"]),
    )


def _key(story: Story, one: Cut, gain: float) -> tuple[int, ...]:
    spent = np.sort(story.customers().spent)[::-1]
    best = int((np.cumsum(spent) <= 0.8 * spent.sum()).sum())
    return best, round(spent.sum()), round(gain), int(one.outcome.sum())


def accepted(
    start: int, count: int, *, tries: int = MOST_TRIES, market: str = "retail"
) -> Iterator[Difficulty]:
    """Yield `count` accepted variants, trying seeds from `start` on; InputError when `tries` a variant are not enough."""
    found, case = 0, case_of(market)
    keys: set[tuple[int, ...]] = set()
    for seed in range(start, start + count * tries):
        if found == count:
            return
        one = difficulty(seed, case)
        if one is not None and one.accepted and one.key not in keys:
            keys.add(one.key)
            found += 1
            yield one
    if found < count:
        raise InputError(
            f"tries = {tries}: only {found} of {count} variants are as hard as they should be; allow more tries"
        )
