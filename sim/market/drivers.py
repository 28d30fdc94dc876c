"""What drives a project: how fast it goes on, and what may end it, given people, price and rivals."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.accounts import USUAL_WARMTH, Accounts
from sim.market.customers import Customers, lasting
from sim.market.scene import Scene
from sim.market.settings import Section

if TYPE_CHECKING:
    from sim.market.pipeline import Opportunities

MONEY, AUTHORITY, NEED = 0, 1, 2
MATTERS = (NEED, AUTHORITY, MONEY)  # in the first three stages; in the last everybody does
MIDDLE = 0.5


@dataclass(frozen=True)
class Drivers:
    """Hazards a month of open projects, a column a project, for every stage that they may be in this month.

    `on` is the hazard of the next stage and `total` that with all losses, a row a stage; `against` multiplies what
    the settings say of each cause of loss, a row a cause; `chance` is how likely it is won from each stage on.
    """

    on: NDArray[np.float64]
    against: NDArray[np.float64]
    total: NDArray[np.float64]
    chance: NDArray[np.float64]

    def put(self, rows: NDArray, others: "Drivers") -> None:
        """Put what drives some projects now in the place of what did."""
        for f in fields(self):
            getattr(self, f.name)[:, rows] = getattr(others, f.name)

    def steps(self, told: Section, rows: NDArray, stage: NDArray) -> NDArray[np.float64]:
        """Return the running sums of hazards of some projects in their stages: going on, then each cause."""
        made = np.empty((1 + len(self.against), len(rows)))
        made[0] = self.on.take(stage * self.on.shape[1] + rows)
        np.multiply(usual_losses(told).T.take(stage, axis=1), self.against.take(rows, axis=1), out=made[1:])
        for cause in range(1, len(made)):
            made[cause] += made[cause - 1]
        return made


def drivers(scene: Scene, people: Customers, accounts: Accounts, open_: "Opportunities") -> Drivers:
    """Return what drives open projects this month."""
    told, who = scene.settings.sales, open_.who
    warm = accounts.warmth.take(who, axis=1)
    warm -= USUAL_WARMTH
    everybody = (warm[0] + warm[1] + warm[2]) / 3.0
    on = _pace(told, people, open_, [*(warm[role] for role in MATTERS), everybody])
    against = np.empty((len(told.causes), len(open_)))
    for row, role in enumerate(MATTERS):
        lack = told.degree_push * (accounts.hidden[role].take(who) - MIDDLE) + told.warmth_push * warm[role]
        np.exp(-lack, out=against[row])
    against[told.causes.index("price")] = _dear(scene, people, open_)
    noise = told.rival_push * scene.noise * people.rival_sense.take(who)
    against[told.causes.index("rival")] = (0.5 + noise) * np.exp(-told.warmth_push * everybody)
    total = on + _losses(told, against)
    return Drivers(on, against, total, _chances(on / total))


def usual_losses(told: Section) -> NDArray[np.float64]:
    """Return the hazard of each cause of loss if nothing speaks for or against, a row a stage."""
    shares = np.array([told.identified, told.qualified, told.proposal, told.negotiation])
    return np.array(told.drop)[:, None] * shares


def _pace(
    told: Section, people: Customers, open_: "Opportunities", whom: list[NDArray]
) -> NDArray[np.float64]:
    """Return the hazard of going on, a row a stage; `whom` is the warmth with those who matter in each."""
    who = open_.who
    mood = lasting(people.product.take(who), people.service.take(who)) + people.delight.take(who)
    mood *= told.mood_pull
    new = told.new_task * (open_.kind == 0)
    made = np.empty((len(whom), len(who)))
    for stage, warm in enumerate(whom):
        np.exp(told.warmth_pull * warm + mood + new, out=made[stage])
        made[stage] *= told.speed[stage]
    return made


def _losses(told: Section, against: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the hazard of being lost, a row a stage."""
    usual = usual_losses(told)
    made = usual[:, :1] * against[0]
    for cause in range(1, len(against)):
        made += usual[:, cause, None] * against[cause]
    return made


def _chances(on: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how likely each is won from a stage on as things stand: the product over that stage and the later ones."""
    made = on.copy()
    for stage in range(len(on)):
        for later in range(stage + 1, len(on)):
            made[stage] *= on[later]
    return made


def _dear(scene: Scene, people: Customers, open_: "Opportunities") -> NDArray[np.float64]:
    """Return by how much our price weighs against us: the discount for it, the gap to the rivals against it."""
    told = scene.settings.sales
    sense = people.price_sense.take(open_.who) / scene.settings.churn.price_push
    return np.asarray(
        np.exp(told.gap_push * scene.price_gap - told.discount_push * open_.discount * (0.5 + sense))
    )
