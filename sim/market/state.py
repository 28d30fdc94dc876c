"""The state of a market between two months: everything the next month must know."""

from copy import copy
from dataclasses import dataclass, field, replace

from numpy.typing import NDArray

from sim.market.accounts import Accounts
from sim.market.contracts import Contracts
from sim.market.customers import Customers
from sim.market.pipeline import Opportunities
from sim.market.prospects import Prospects
from sim.market.requests import Requests


@dataclass
class State:
    """Where a market stands between two months; `copy` it before a `step` that must leave it alone."""

    month: int
    people: Customers
    prospects: Prospects
    waiting: Requests  # on their way, due in a later month
    effects: NDArray | float = (
        0.0  # what campaigns of this month do to each rate, log; 0.0 for nothing to all
    )
    discount: NDArray | float = 0.0  # and what they take off its orders, a share
    recent: list[tuple[int, NDArray, NDArray]] = field(default_factory=list)  # fen of the last 12 months
    contracts: Contracts | None = None  # where customers are bound
    accounts: Accounts | None = None  # where they are firms
    pipeline: Opportunities = field(default_factory=Opportunities.none)  # their open projects

    def copy(self) -> "State":
        """Return a state of its own."""
        return replace(
            self,
            people=self.people.copy(),
            prospects=self.prospects.copy(),
            effects=copy(self.effects),
            discount=copy(self.discount),
            recent=list(self.recent),
            contracts=self.contracts and self.contracts.copy(),
            accounts=self.accounts and self.accounts.copy(),
            pipeline=self.pipeline.copy(),
        )
