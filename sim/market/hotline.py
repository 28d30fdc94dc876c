"""The hotline as the market sees it: requests in, outcomes out; here the plain stand-in for the contact centre."""

from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.market.requests import COMPLAINT, Requests, load
from sim.market.scene import Scene


@dataclass(frozen=True)
class Outcomes:
    """What became of each request: seconds waited, whether hung up, solved, times transferred, who answered.

    `missed` is 1 for who hung up though a hotline as usual would have answered him, -1 for the reverse, else 0.
    """

    wait: NDArray
    abandoned: NDArray
    solved: NDArray
    transfers: NDArray
    agent_id: NDArray
    missed: NDArray

    def rows(self, which: NDArray | slice) -> "Outcomes":
        """Return the outcomes that a mask, places or a slice select."""
        return Outcomes(*[getattr(self, name)[which] for name in NAMES])


NAMES = tuple(f.name for f in fields(Outcomes))


class Hotline(Protocol):
    """Whoever answers the requests of a month: this stand-in, or the contact centre of `sim.company`."""

    def answer(self, scene: Scene, requests: Requests, vip: NDArray) -> Outcomes:
        """Return the outcome of every request, in their order; `vip` says who is served first."""
        ...

    def staffed(self, agents: float) -> float:
        """Return how many times the usual staff is really there, and paid, when the lever stands at `agents`."""
        ...


class StandIn:
    """Waits are exponential and independent; they grow with a power of the load an agent has. For a market by itself."""

    def staffed(self, agents: float) -> float:
        """Return the lever itself: parts of people are paid by the hour."""
        return agents

    def answer(self, scene: Scene, requests: Requests, vip: NDArray) -> Outcomes:
        """Return the outcome of every request."""
        told, ids = scene.settings.hotline, requests.contact_id
        numbers = scene.streams.quads("hotline", ids, blocks=2)
        first, second = numbers[:4], numbers[4:]
        times = (load(scene) / max(scene.levers.agents, 1e-6)) ** told.wait_power
        usual = -np.log(first[0]) * told.wait_seconds * np.where(vip, 0.5, 1.0)
        # Multiplied through, so that more agents shorten every single wait.
        wait = usual * times
        patience = -np.log(first[1]) * told.patience_seconds
        abandoned = wait > patience
        missed = abandoned.astype(np.int8) - (usual > patience)
        chance = np.where(requests.skill == COMPLAINT, told.solved_complaint, told.solved_enquiry)
        return Outcomes(
            wait=np.rint(np.minimum(wait, patience)),
            abandoned=abandoned,
            solved=~abandoned & (first[2] < chance),
            transfers=(~abandoned & (first[3] < told.transfer_share)).astype(np.int64),
            agent_id=np.where(abandoned, -1, 1001 + np.floor(second[0] * 24).astype(np.int64)),
            missed=missed,
        )
