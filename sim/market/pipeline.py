"""The pipeline: projects of accounts go from stage to stage until they are won, or lost for a cause."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.market.accounts import Accounts
from sim.market.bell import normal
from sim.market.customers import Customers
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
        if which.dtype == bool:
            which = np.flatnonzero(which)
        return Opportunities(*(getattr(self, f.name).take(which) for f in fields(self)))

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
    rate = _rates(scene, people, accounts)
    ahead = rate * (1.0 - since)
    ahead *= people.alive
    who = np.flatnonzero(accounts.plan < ahead)
    rate = rate.take(who)
    part = since.take(who) + accounts.plan.take(who) / rate
    accounts.plan -= ahead
    accounts.projects[who] += 1
    ids = people.id[who] * PROJECT_STEP + accounts.projects[who]
    luck = scene.streams.quads("project", ids, blocks=2)
    # What is left of the next wait when the month ends; a firm does not begin two projects in a month.
    accounts.plan[who] = np.maximum(-np.log(luck[0]) - (1.0 - part) * rate, 1e-9)
    size = (accounts.employees[who] / scene.settings.accounts.employees_typical) ** (
        scene.settings.accounts.size_power
    )
    budget = np.exp(
        told.money_pull * (accounts.hidden[0].take(who) - 0.5) + told.spread * normal(luck[1], luck[2])
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


def _rates(scene: Scene, people: Customers, accounts: Accounts) -> NDArray[np.float64]:
    """Return how many projects a month each account would begin, as it feels now."""
    factor = np.array([one.projects for one in scene.settings.accounts.industries.values()])
    made = np.divide(people.eager, people.rate, out=np.ones(len(people)), where=people.rate > 0)
    made *= factor.take(accounts.industry)
    made *= accounts.pace
    return made


def waits(streams: Streams, ids: NDArray, stage: NDArray) -> NDArray[np.float64]:
    """Return the exponential amount of hazard that each project bears in a stage."""
    return -np.log(streams.quads("stage", ids * STAGE_STEP + stage)[0])


def advance(
    scene: Scene,
    people: Customers,
    accounts: Accounts,
    open_: Opportunities,
    now: Drivers,
    start: NDArray,
    offers: NDArray,
) -> Moves:
    """Let the month pass over open projects, driven by `now`: return every change of stage; the projects follow.

    `start` is the part of the month from which each runs, `offers` the discount of each account's quotes of
    this month. Going on and the causes of loss compete, so the first of them to come decides.
    """
    rows, at, many = np.arange(len(open_)), start, len(open_)
    made: list[tuple[NDArray, ...]] = []
    while True:
        stage, clock = open_.stage.take(rows), open_.clock.take(rows)
        total = now.total.take(stage * many + rows)
        until = at + clock / total
        moves = until < 1.0
        stays = ~moves
        open_.clock[rows[stays]] = clock[stays] - total[stays] * (1.0 - at[stays])
        rows, at, stage = rows[moves], until[moves], stage[moves]
        if not len(rows):
            return Moves(*_in_time(made))
        steps = now.steps(scene.settings.sales, rows, stage)
        cause = _which(scene.streams, open_.id.take(rows) * STAGE_STEP + stage, steps)
        stage = np.where(cause < 0, stage + 1, LOST)
        open_.stage[rows] = stage
        _quoted_at(scene, people, accounts, open_, now, rows[stage == PROPOSAL], offers)
        goes_on = stage < WON
        chance = (stage == WON).astype(float)
        made.append((rows, at, stage, cause, chance))
        rows, at, stage = rows[goes_on], at[goes_on], stage[goes_on]
        chance[goes_on] = now.chance.take(stage * many + rows)
        open_.clock[rows] = waits(scene.streams, open_.id.take(rows), stage)


def _quoted_at(
    scene: Scene,
    people: Customers,
    accounts: Accounts,
    open_: Opportunities,
    now: Drivers,
    rows: NDArray,
    offers: NDArray,
) -> None:
    """Give the projects at `rows` this month's discount where it is larger; price drives them less from now on."""
    better = rows[offers[open_.who[rows]] > open_.discount[rows]]
    if len(better):
        open_.discount[better] = offers[open_.who[better]]
        now.put(better, drivers(scene, people, accounts, open_.rows(better)))


def _which(streams: Streams, key: NDArray, steps: NDArray) -> NDArray[np.int64]:
    """Return the cause of each that is lost (-1: it goes on), by a number of the project and stage (`key`)."""
    point = streams.quads("stage", key)[1] * steps[-1]
    place = np.zeros(len(key), dtype=np.int64)
    for upto in steps:
        place += upto < point
    return place - 1


def _in_time(made: list[tuple[NDArray, ...]]) -> tuple[NDArray, ...]:
    if not made:
        whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
        return whole, real, whole, whole, real
    columns = tuple(np.concatenate(several) for several in zip(*made, strict=True))
    # First by the 65,536th of a month, which is counting, and then what little is left: a quarter of the time.
    rough = np.argsort((columns[1] * 65_536.0).astype(np.uint16), kind="stable")
    order = rough.take(np.argsort(columns[1].take(rough), kind="stable"))
    return tuple(column.take(order) for column in columns)
