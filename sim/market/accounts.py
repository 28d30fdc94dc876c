"""Accounts: customers that are firms, with people who have the money, the authority and the need."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.market import prospects
from sim.market.bell import normal
from sim.market.customers import Customers
from sim.market.growing import join
from sim.market.scene import Scene
from sim.market.settings import Section
from sim.market.story import Story
from sim.streams import Streams

ROLES = ("money", "authority", "need")
MONTH_KEY = 4096  # a number of an account and a month: id * MONTH_KEY + month
SEAT_STEP = 1000  # salesperson_id = seat * SEAT_STEP + how many sat there before
USUAL_WARMTH = 0.35
OWN, ASKED = 0, 1
SENT = ("own", "asked")


@dataclass
class Accounts:
    """Row k belongs to customer k; three rows stand for the people of ROLES, degrees and warmth 0-1.

    `hidden` is how much money, authority and need there is, `seen` what the firm guesses of it, `warmth` the
    relation with each person. `plan` is how much of the wait for the next project is left, exponential.
    """

    hidden: NDArray
    seen: NDArray
    warmth: NDArray
    employees: NDArray
    industry: NDArray
    pace: NDArray  # projects a month, by need, before industry and mood
    plan: NDArray
    projects: NDArray  # how many so far
    programme: NDArray  # a key account now

    def __len__(self) -> int:
        return len(self.employees)

    def copy(self) -> "Accounts":
        """Return a copy that may be changed."""
        return Accounts(*(getattr(self, f.name).copy() for f in fields(self)))

    def join(self, others: "Accounts") -> None:
        """Add others after the last."""
        join(self, others)

    @property
    def relation(self) -> NDArray[np.float64]:
        """The mean warmth over the three people."""
        return (self.warmth[0] + self.warmth[1] + self.warmth[2]) / 3.0


def opened(settings: Section, streams: Streams, people: Customers) -> Accounts:
    """Return the accounts of `people`, and make what they spend fit the size of the firm.

    Who was a prospect keeps the money, authority and need of that time.
    """
    told, n, founder = settings.accounts, len(people), people.joined < 0
    numbers = streams.quads("account", people.id, blocks=2)
    hidden, seen = prospects.degrees(settings, streams, people.id, people.channel, founder)
    size = np.exp(told.employees_spread * normal(numbers[0], numbers[1]))
    people.level *= size**told.size_power
    shares = np.cumsum([one.share for one in told.industries.values()])
    industry = np.searchsorted(shares[:-1] / shares[-1], numbers[2])
    warmth = np.where(founder, 0.15 + 0.45 * people.bond, told.start_warmth)
    return Accounts(
        hidden=hidden,
        seen=seen,
        warmth=np.stack([warmth] * 3),
        employees=np.maximum(np.rint(told.employees_typical * size), 1.0).astype(np.int64),
        industry=industry.astype(np.int8),
        pace=settings.sales.projects * np.exp(settings.sales.need_pull * (hidden[2] - 0.5)),
        plan=-np.log(numbers[3]),
        projects=np.zeros(n, dtype=np.int16),
        programme=np.zeros(n, dtype=bool),
    )


def enter(scene: Scene, people: Customers, accounts: Accounts, who: NDArray, story: Story) -> None:
    """Note accounts that the firm has from now on: what it knows of them, and apart from it what is true."""
    story.add(
        "accounts",
        customer_id=people.id[who],
        industry=accounts.industry[who],
        employees=accounts.employees[who],
        **{f"{role}_seen": accounts.seen[k, who] for k, role in enumerate(ROLES)},
    )
    story.add(
        "truth_account",
        customer_id=people.id[who],
        **{role: accounts.hidden[k, who] for k, role in enumerate(ROLES)},
    )


def reveal(scene: Scene, people: Customers, accounts: Accounts, story: Story) -> None:
    """Note how warm the relation with each person of each account is now (truth)."""
    here = np.flatnonzero(people.alive)
    story.add(
        "truth_warmth",
        customer_id=people.id[here],
        month=np.full(len(here), scene.month, dtype=np.int16),
        **{role: accounts.warmth[k, here].astype(np.float32) for k, role in enumerate(ROLES)},
    )


def key(people: Customers, who: NDArray, month: int) -> NDArray[np.int64]:
    """Return the number that belongs to an account and a month."""
    return people.id[who] * MONTH_KEY + month


def salesperson(story: Story, seats: NDArray, month: int) -> NDArray[np.int32]:
    """Return who sits on each seat in a month: another number after each who left."""
    leaves = story.surroundings.leaves[:month]
    number = np.arange(leaves.shape[1]) * SEAT_STEP + leaves.sum(axis=0)
    return number.astype(np.int32).take(seats)
