"""The pipeline: projects of accounts go from stage to stage until they are won, or lost for a cause."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.market.accounts import Accounts
from sim.market.customers import Customers, normal
from sim.market.drivers import Drivers, drivers
from sim.market.scene import Scene
from sim.streams import Streams

PROJECT_STEP = 1000  # opportunity_id = customer_id and three digits for the project of that account
STAGE_STEP = 8  # a number of a project and a stage: opportunity_id * STAGE_STEP + stage
STAGES = ("identified", "qualified", "proposal", "negotiation", "won", "lost")
PROPOSAL, NEGOTIATION, WON, LOST = 2, 3, 4, 5
NEW_TASK, REBUY = 0, 1
KINDS = ("new_task", "modified_rebuy")  # Robinson, Faris and Wind 1967; straight rebuys are plain orders
LEFT = 5  # why a project is lost, after the causes of the settings: the account itself is gone


@dataclass
class Opportunities:
    """Every open project, one row each; `who` is a place in Customers, times in months, parts counted.

    `clock` is how much hazard is left until it leaves its stage, exponential with mean 1.
    """

    id: NDArray
    who: NDArray
    kind: NDArray
    stage: NDArray
    value: NDArray  # list price, yuan
    discount: NDArray
    quotes: NDArray
    clock: NDArray

    def __len__(self) -> int:
        return len(self.id)

    def rows(self, which: NDArray) -> "Opportunities":
        """Return the projects that a mask or places select."""
        return Opportunities(*(getattr(self, f.name)[which] for f in fields(self)))

    def copy(self) -> "Opportunities":
        """Return a copy that may be changed."""
        return self.rows(np.arange(len(self)))

    def join(self, others: "Opportunities") -> "Opportunities":
        """Return these and others after them."""
        names = [f.name for f in fields(self)]
        return Opportunities(*(np.concatenate([getattr(self, n), getattr(others, n)]) for n in names))

    @classmethod
    def none(cls) -> "Opportunities":
        """Return no project."""
        whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(whole, whole, whole, whole, real, real, whole, real)


@dataclass(frozen=True)
class Moves:
    """Projects that change their stage in a month, in order of time: `row` is a place among the open ones.

    `cause` is why a project was lost (-1 for the others), `chance` how likely it is won from its new stage on.
    """

    row: NDArray
    part: NDArray
    stage: NDArray
    cause: NDArray
    chance: NDArray


def arise(
    scene: Scene, people: Customers, accounts: Accounts, since: NDArray
) -> tuple[Opportunities, NDArray[np.float64]]:
    """Return the projects that accounts begin this month, at most one each, and at which part of it.

    The wait for a project is exponential and runs down faster where need is great and the mood good.
    """
    told = scene.settings.sales
    factor = np.array([one.projects for one in scene.settings.accounts.industries.values()])
    rate = told.projects * np.exp(told.need_pull * (accounts.hidden[:, 2] - 0.5))
    rate *= factor[accounts.industry] * np.where(people.rate > 0, people.eager / people.rate, 1.0)
    ahead = rate * (1.0 - since) * people.alive
    who = np.flatnonzero(accounts.plan < ahead)
    part = since[who] + accounts.plan[who] / rate[who]
    accounts.plan -= ahead
    accounts.projects[who] += 1
    ids = people.id[who] * PROJECT_STEP + accounts.projects[who]
    luck = scene.streams.quads("project", ids, blocks=2)
    # What is left of the next wait when the month ends; a firm does not begin two projects in a month.
    accounts.plan[who] = np.maximum(-np.log(luck[0]) - (1.0 - part) * rate[who], 1e-9)
    size = (accounts.employees[who] / scene.settings.accounts.employees_typical) ** (
        scene.settings.accounts.size_power
    )
    budget = np.exp(
        told.money_pull * (accounts.hidden[who, 0] - 0.5) + told.spread * normal(luck[1], luck[2])
    )
    made = Opportunities(
        id=ids,
        who=who,
        kind=np.where(luck[3] < told.new_share, NEW_TASK, REBUY),
        stage=np.zeros(len(who), dtype=np.int64),
        value=np.maximum(np.rint(told.typical * size * budget / 100.0), 1.0) * 100.0,
        discount=np.zeros(len(who)),
        quotes=np.zeros(len(who), dtype=np.int64),
        clock=waits(scene.streams, ids, np.zeros(len(who), dtype=np.int64)),
    )
    return made, part


def waits(streams: Streams, ids: NDArray, stage: NDArray) -> NDArray[np.float64]:
    """Return the exponential amount of hazard that each project bears in a stage."""
    return -np.log(streams.quads("stage", ids * STAGE_STEP + stage)[0])


def advance(
    scene: Scene,
    people: Customers,
    accounts: Accounts,
    open_: Opportunities,
    start: NDArray,
    offers: NDArray,
) -> Moves:
    """Let the month pass over open projects: return every change of stage; stages, clocks and discounts follow.

    `start` is the part of the month from which each runs, `offers` the discount of each account's quotes of
    this month. Going on and the causes of loss compete, so the first of them to come decides.
    """
    at, live = start.copy(), np.ones(len(open_), dtype=bool)
    made: list[tuple[NDArray, ...]] = []
    while True:
        rows = np.flatnonzero(live)
        now = drivers(scene, people, accounts, open_.rows(rows))
        total = now.on + now.off.sum(axis=0)
        wait = open_.clock[rows] / total
        moves = at[rows] + wait < 1.0
        stay = rows[~moves]
        open_.clock[stay] -= total[~moves] * (1.0 - at[stay])
        live[stay] = False
        rows = rows[moves]
        if not len(rows):
            break
        at[rows] += wait[moves]
        cause, won = _which(scene.streams, open_.rows(rows), now, moves)
        open_.stage[rows] = np.where(won, open_.stage[rows] + 1, LOST)
        quoted = rows[open_.stage[rows] == PROPOSAL]
        open_.discount[quoted] = np.maximum(open_.discount[quoted], offers[open_.who[quoted]])
        over = open_.stage[rows] >= WON
        open_.clock[rows] = waits(scene.streams, open_.id[rows], open_.stage[rows])
        chance = np.where(over, open_.stage[rows] == WON, chances(scene, people, accounts, open_.rows(rows)))
        made.append((rows, at[rows], open_.stage[rows], cause, chance))
        live[rows[over]] = False
    return Moves(*_in_time(made))


def chances(scene: Scene, people: Customers, accounts: Accounts, open_: Opportunities) -> NDArray[np.float64]:
    """Return how likely each open project is won as things stand: the product over the stages before it."""
    chance, here = np.ones(len(open_)), open_.copy()
    for stage in range(WON):
        here.stage[:] = stage
        now = drivers(scene, people, accounts, here)
        on = now.on / (now.on + now.off.sum(axis=0))
        chance *= np.where(open_.stage <= stage, on, 1.0)
    return chance


def _which(
    streams: Streams, open_: Opportunities, now: Drivers, moves: NDArray
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the cause of each that is lost (-1: none), and who goes on, by a number of the project and stage."""
    uniform = streams.quads("stage", open_.id * STAGE_STEP + open_.stage)[1]
    upto = np.cumsum(np.vstack([now.on[moves], now.off[:, moves]]), axis=0)
    place = (upto < uniform * upto[-1]).sum(axis=0)
    return np.where(place == 0, -1, place - 1), place == 0


def _in_time(made: list[tuple[NDArray, ...]]) -> tuple[NDArray, ...]:
    if not made:
        whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
        return whole, real, whole, whole, real
    columns = tuple(np.concatenate(several) for several in zip(*made, strict=True))
    order = np.lexsort((columns[0], columns[1]))
    return tuple(column[order] for column in columns)
