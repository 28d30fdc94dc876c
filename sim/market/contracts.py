"""Contracts: who is bound by which plan and term, one array a trait, row by row beside the customers."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.market.bell import normal
from sim.market.customers import Customers
from sim.market.growing import join
from sim.market.settings import Section
from sim.streams import Streams

MONTH_KEY = 4096  # a number of a customer and a month: id * MONTH_KEY + month
CONTRACT_STEP = 100  # contract_id = customer_id and two digits for the contract of that customer
MOMENT = 1e-6  # months; a contract ends with a month: so long before the next
NEW, RENEWED, ROLLED, OFFERED = 0, 1, 2, 3
HOW = ("new", "renewed", "rolled", "offered")
GIVEN, WITHDRAWN = 0, 1
NOTICES = ("given", "withdrawn")
SAVE, ALERT, TERM = 0, 1, 2
ACTS = ("save", "alert", "term")


@dataclass
class Contracts:
    """Row k belongs to customer k. Times in months; nan: not so. `term` is a place in the settings' terms.

    `wish` is when somebody made up his mind to leave (hidden), `notice` when he says so, `leaves` when he
    will be gone. Terms end with a month; a contract by the month has no end.
    """

    plan: NDArray
    term: NDArray
    ends: NDArray
    number: NDArray
    use: NDArray  # gigabytes a month, when neither pleased nor displeased
    habit: NDArray  # what he thinks his use is
    wish: NDArray
    notice: NDArray
    leaves: NDArray
    saves: NDArray  # save offers so far

    def __len__(self) -> int:
        return len(self.plan)

    def copy(self) -> "Contracts":
        """Return a copy that may be changed."""
        return Contracts(*(getattr(self, f.name).copy() for f in fields(self)))

    def join(self, others: "Contracts") -> None:
        """Add others after the last."""
        join(self, others)

    @property
    def bound(self) -> NDArray[np.bool_]:
        """Who is inside a term."""
        return ~np.isnan(self.ends)

    @property
    def quitting(self) -> NDArray[np.bool_]:
        """Who has made up his mind to leave."""
        return ~np.isnan(self.wish)


def signed(settings: Section, streams: Streams, people: Customers) -> Contracts:
    """Return the contracts of `people` at month 0, or when they joined if that is later.

    Who is slow to leave takes a longer term. Founders whose first term is over took another, or run on by the month.
    """
    told, n = settings.contract, len(people)
    numbers = streams.quads("contract", people.id, blocks=2)
    use = told.usage.typical * np.exp(told.usage.spread * normal(numbers[0], numbers[1]))
    term = _chosen(told, people, numbers[2])
    months = np.array(told.terms)[term].astype(float)
    age = np.maximum(-people.joined, 0.0)
    over = (months > 1) & (age > months)
    term[over & (numbers[3] >= told.renew_share)] = 0
    months = np.array(told.terms)[term].astype(float)
    served = np.floor(age / months)
    ends = np.where(months > 1, np.ceil(people.joined + (served + 1.0) * months), np.nan)
    blank = np.full(n, np.nan)
    return Contracts(
        plan=fitting(settings, use),
        term=term.astype(np.int8),
        ends=ends,
        number=np.ones(n, dtype=np.int16),
        use=use,
        habit=use.copy(),
        wish=blank,
        notice=blank.copy(),
        leaves=blank.copy(),
        saves=np.zeros(n, dtype=np.int16),
    )


def fitting(settings: Section, use: NDArray) -> NDArray[np.int8]:
    """Return the smallest plan that holds a use, the largest if none does."""
    most = [plan.allowance for plan in settings.contract.plans.values()]
    return np.searchsorted(np.array(most[:-1]), use).astype(np.int8)


def column(settings: Section, name: str) -> NDArray[np.float64]:
    """Return one figure of every plan, in their order."""
    return np.array([plan[name] for plan in settings.contract.plans.values()])


def key(people: Customers, who: NDArray, month: int) -> NDArray[np.int64]:
    """Return the number that belongs to a customer and a month."""
    return people.id[who] * MONTH_KEY + month


def _chosen(told: Section, people: Customers, uniform: NDArray) -> NDArray[np.int64]:
    # By rank of uniform number and frailty together, on the scale of log odds: the frail choose short terms.
    held = np.log(np.maximum(people.frailty, 1e-12)) + 3.0
    odds = np.log(uniform) - np.log1p(-uniform) - told.choosing * np.clip(held, -4.0, 4.0)
    upto = np.cumsum(told.shares)[:-1]
    return np.searchsorted(np.log(upto / (1.0 - upto)), odds)
