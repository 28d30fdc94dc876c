"""Policies: what a firm may see and what it may do, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError
from sim.market.scene import Levers

NOBODY: tuple[int, ...] = ()


@dataclass(frozen=True)
class View:
    """What the firm knows before a month begins: visible tables up to the end of the last, read-only arrays.

    `customers` and `prospects` are as of now; `history` gives a visible table so far, as a dictionary of arrays.
    `served` is how many customers the firm pays staff, quality and fees for: those of the last twelve months.
    """

    month: int
    day: int
    customers: Mapping[str, NDArray]
    prospects: Mapping[str, NDArray]
    records: Mapping[str, Any] = field(repr=False)
    visible: tuple[str, ...] = field(repr=False, default=())
    served: int = 0

    def history(self, table: str) -> Mapping[str, NDArray]:
        """Return all rows of a visible table so far; InputError for a table that is not to be seen."""
        if table not in self.visible:
            raise InputError(
                f"view: table = {table!r}: cannot be seen; choose one of {', '.join(self.visible)}"
            )
        return self.records[table]()


@dataclass(frozen=True)
class Selling:
    """What a supplier does to accounts in a month; the values here are: nothing.

    `visits`: "money", "authority" or "need" to accounts where this person is called on. `programme`: key accounts.
    `discounts`: percent ("10") to accounts whose quotes of this month get it. `handover`: accounts that are handed
    over with care if their salesperson leaves this month.
    """

    visits: Mapping[str, ArrayLike] = field(default_factory=dict)
    programme: ArrayLike = NOBODY
    discounts: Mapping[str, ArrayLike] = field(default_factory=dict)
    handover: ArrayLike = NOBODY


@dataclass(frozen=True)
class Actions:
    """What the firm does in a month; ids are customer or prospect numbers. The values here are: nothing.

    `calls`: prospects to interview. `campaigns`: kind to customers (only those who consented get them).
    `care`: customers given personal attention. `save`: customers held back. `winback`: offer to customers
    thought lost. `prospecting`: channel to a multiple of what is usually spent on it. Where there are contracts,
    `terms`: months ("12") to customers offered such a term; `alerts`: customers told before they use too much.
    `selling` is what only a supplier of firms can do. `chances`: campaign to the chance with which a customer was to get it
    this month; left out, those who get it were sure to. It is noted beside who got it: what a campaign does is told from it.
    """

    levers: Levers = field(default_factory=Levers)
    calls: ArrayLike = NOBODY
    campaigns: Mapping[str, ArrayLike] = field(default_factory=dict)
    care: ArrayLike = NOBODY
    save: ArrayLike = NOBODY
    winback: Mapping[str, ArrayLike] = field(default_factory=dict)
    prospecting: Mapping[str, float] = field(default_factory=dict)
    terms: Mapping[str, ArrayLike] = field(default_factory=dict)
    alerts: ArrayLike = NOBODY
    selling: Selling = field(default_factory=Selling)
    chances: Mapping[str, float] = field(default_factory=dict)


class Policy(Protocol):
    """A firm's way of acting."""

    @property
    def name(self) -> str:
        """What refusals call it."""
        ...

    @property
    def budget(self) -> float | None:
        """The most a month may cost, yuan; None for no limit."""
        ...

    def act(self, view: View) -> Actions:
        """Return the actions of the month that begins."""
        ...


@dataclass(frozen=True)
class Steady:
    """The policy that does the same every month; `Steady()` does nothing."""

    actions: Actions = field(default_factory=Actions)
    name: str = "steady"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return the same actions whatever is seen."""
        return self.actions
