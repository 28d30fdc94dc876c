"""What the firm sees of its customers and prospects now, column by column, when somebody looks."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.market.almanac import Almanac
from sim.market.customers import Customers
from sim.market.prospects import Prospects


class Seen(Mapping[str, NDArray]):
    """Columns that are made when somebody first looks at them: read-only copies, through which nothing can be changed."""

    def __init__(self, **makers: Callable[[], NDArray]) -> None:
        self.makers = makers
        self.made: dict[str, NDArray] = {}

    def __getitem__(self, name: str) -> NDArray:
        if name not in self.made:
            self.made[name] = self.makers[name]().copy()
            self.made[name].flags.writeable = False
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.makers)

    def __len__(self) -> int:
        return len(self.makers)


def customers_seen(
    almanac: Almanac, people: Customers, own: Mapping[str, Callable[[], NDArray]] | None = None
) -> Seen:
    """Return what the firm knows of its customers now; days as whole numbers, -1 for no order in the story.

    `own` are the columns that only a market of its kind has.
    """
    same = ("channel", "keeper", "consent", "tier", "points", "orders", "spent", "contacts", "complaints")
    return Seen(
        customer_id=lambda: people.id,
        joined_day=lambda: almanac.day_of(people.joined),
        last_day=lambda: people.last_day.astype(np.int64),
        **{name: _column(people, name) for name in same},
        **(own or {}),
    )


def _column(people: Customers, name: str) -> Callable[[], NDArray]:
    return lambda: getattr(people, name)


def prospects_seen(almanac: Almanac, warm: Prospects) -> Seen:
    """Return what the firm knows of the prospects whose trail is warm."""
    return Seen(
        prospect_id=lambda: warm.id,
        channel=lambda: warm.channel,
        day=lambda: almanac.day_of(warm.created),
        referred_by=lambda: warm.referred_by,
        money_seen=lambda: warm.seen[0],
        authority_seen=lambda: warm.seen[1],
        need_seen=lambda: warm.seen[2],
        called=lambda: warm.called,
    )
