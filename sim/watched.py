"""Watched: a story that keeps what only chance brought, of every month the last, while the market lives it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market import experience
from sim.market.needs import Round, margin_awaited
from sim.market.prospects import Prospects, chances
from sim.market.scene import Scene
from sim.market.story import Story


class Watched(Story):
    """A story that keeps, of the last month, what only chance brought: margins, failures, returns beyond expectation."""

    luck: NDArray[np.float64]
    harm: NDArray[np.float64]
    back: NDArray[np.float64]
    to_come: NDArray[np.float64]
    ripe: NDArray[np.float64]  # the chance that an order comes at once, besides those that ripen
    owed: NDArray[np.float64]  # need that must still pass before anything ripens
    warm: list[tuple[NDArray, NDArray, NDArray]]  # of each month: prospects, the month, luck in winning them

    def start(self, n: int) -> None:
        """Begin with `n` customers of whose needs nothing is known."""
        self.ripe, self.owed = np.zeros((2, n))
        self.warm = []

    def begin(self, n: int) -> None:
        """Forget the last month, for `n` customers."""
        self.luck, self.harm, self.back, self.to_come = np.zeros((4, n))

    def buys(
        self, scene: Scene, state: Any, intensity: NDArray, since: NDArray, made: Round, margin: NDArray
    ) -> None:
        """Keep by how much the margin of orders, yuan, and the harm they do lie above what was to be expected."""
        each = margin_awaited(scene.settings, state.people, state.discount, scene.levers.price)
        came = np.bincount(made.who, margin, minlength=len(since))
        self.luck = came - self._awaited(intensity * (1.0 - since)) * each
        failed = experience.severity(scene, made)
        harm = experience.blow(scene, failed, np.array(experience.SILENT)) - experience.blow_awaited(scene)
        self.harm = np.bincount(made.who, harm, minlength=len(since)).astype(float)

    def _awaited(self, ahead: NDArray) -> NDArray[np.float64]:
        """Return how many orders were to be expected of each in a month in which `ahead` of need passes."""
        new = len(ahead) - len(self.ripe)
        self.ripe = np.concatenate([self.ripe, np.ones(new)])  # they come because they need something
        self.owed = np.concatenate([self.owed, np.zeros(new)])
        waits, buys = np.minimum(self.owed, ahead), ahead > 0.0
        self.owed -= waits
        made: NDArray[np.float64] = ahead - waits + self.ripe * buys
        self.ripe[buys] = 0.0
        return made

    def met(self, scene: Scene, prospects: Prospects, won: NDArray) -> None:
        """Keep by how much more than to be expected each prospect was won."""
        month = np.full(len(prospects), scene.month)
        self.warm.append((prospects.id.copy(), month, won - chances(scene, prospects)))

    def delayed(self, who: NDArray, later: NDArray) -> None:
        """Keep what needs put off or brought forward mean for orders: what is left of a need has one law at any time."""
        np.add.at(self.owed, who, later)
        sooner = np.minimum(self.owed, 0.0)
        self.ripe = 1.0 - (1.0 - self.ripe) * np.exp(sooner)
        self.owed -= sooner

    def wooed(self, who: NDArray, chance: NDArray, back: NDArray) -> None:
        """Keep by how much more than to be expected each came back."""
        self.back[who] += back - chance
        self.to_come[who] += chance
