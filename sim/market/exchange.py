"""The exchange: a market's hotline that is a contact centre, on a line that sister shops may share."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.callcenter import Centre
from sim.contacts import Contacts, draws, poisson
from sim.market.hotline import Outcomes
from sim.market.requests import SKILLS, Requests, load, reasons
from sim.market.scene import Scene
from sim.records import Calls
from sim.scenario import Scenario
from sim.staffing import Staffing
from sim.streams import Streams

Agents = Mapping[str, tuple[int, ...]]
ANSWERED = ("answered", "self_served")
SISTER = 8 * 10**18  # contact_id of a call for a sister shop: from here on
DAY_STEP = 1_000_000


class Exchange:
    """A hotline that is a contact centre: a month's requests become contacts, day by day, and come back as calls.

    `agents` is the usual plan; the lever `agents` of a month multiplies the hours of each team over the day.
    `sisters` calls a day for sister shops wait in the same lines; they leave no record. What the firm does about
    questions its sisters do too: they share one page of answers as they share the line.
    """

    def __init__(self, scenario: Scenario, agents: Agents, streams: Streams, sisters: float = 0.0) -> None:
        self.scenario, self.agents, self.sisters = scenario, agents, sisters
        self.centre, self.streams = Centre(scenario), streams.under("centre")
        self.calls: list[Calls] = []

    def answer(self, scene: Scene, requests: Requests, vip: NDArray) -> Outcomes:
        """Return the outcome of every request, in their order; the records of calls are kept in `calls`."""
        outcomes = _nothing(len(requests))
        if not len(requests):
            return outcomes
        contacts = self._contacts(scene, requests, vip)
        every = draws(self.scenario, self.streams, contacts)
        staffing = self._staffing(scene.levers.agents)
        attempts, carry = self.scenario.redial.max_attempts, None
        edges = np.append(np.flatnonzero(np.diff(contacts["day"], prepend=-1)), len(contacts))
        place = np.argsort(requests.contact_id)
        for start, end in pairwise(edges.tolist()):
            day = contacts.rows(slice(start, end))  # type: ignore[arg-type]
            mine = every.rows(slice(start * attempts, end * attempts))  # type: ignore[arg-type]
            results = self.centre.run(day, mine, staffing=staffing, carry=carry)
            carry, calls = results.carry, results.calls
            if self.sisters:
                calls = calls.rows(calls["contact_id"] < SISTER)
            _fill(outcomes, calls, requests.contact_id, place)
            self.calls.append(calls)
        return outcomes

    def _contacts(self, scene: Scene, requests: Requests, vip: NDArray) -> Contacts:
        own = Contacts(
            day=requests.day,
            contact_id=requests.contact_id,
            customer_id=requests.order_id // 10_000,
            channel=np.full(len(requests), "phone"),
            skill=np.array(SKILLS)[requests.skill],
            reason=np.array(reasons(scene.settings))[requests.reason],
            vip=vip,
            at=requests.at.astype(np.float64),
        )
        if not self.sisters:
            return own
        made = Contacts.joined(own, self._sisters(np.unique(requests.day), self.sisters * load(scene)))
        return made.rows(np.lexsort((made["contact_id"], made["at"], made["day"])))

    def _sisters(self, days: NDArray, calls: float) -> Contacts:
        """Return the calls for sister shops on these days, so many a day on average, in the usual mix and shape of the day."""
        luck = self.streams.uniforms("sister calls", days).tolist()
        counts = np.array([poisson(calls, u) for u in luck])
        day = np.repeat(days, counts)
        ids = SISTER + day * DAY_STEP + np.concatenate([np.arange(n) for n in counts])
        told, one = self.scenario, self.streams.quads("sister call", ids)
        upto = np.concatenate([[0.0], np.cumsum(told.calls_per_hour)])
        edges = told.opening_seconds + np.arange(len(upto)) * told.interval_minutes * 60.0
        skill = np.searchsorted(np.cumsum([s.share for s in told.skills])[:-1], one[1], side="right")
        return Contacts(
            day=day,
            contact_id=ids,
            customer_id=np.zeros(len(ids), dtype=np.int64),
            channel=np.full(len(ids), "phone"),
            skill=np.array([s.name for s in told.skills])[skill],
            reason=np.array([s.reasons[0].name for s in told.skills])[skill],  # nobody asks
            vip=one[2] < told.vip_share,
            at=np.floor(np.interp(one[0] * upto[-1], upto, edges) * 1000.0) / 1000.0,
        )

    def staffed(self, agents: float) -> float:
        """Return the seats that are really there over those of the usual plan."""
        usual, now = (sum(map(sum, seats(self.agents, times).values())) for times in (1.0, agents))
        return now / max(usual, 1)

    def _staffing(self, times: float) -> Staffing:
        return Staffing.from_plain(seats(self.agents, times), self.scenario)


def seats(agents: Agents, times: float) -> dict[str, list[int]]:
    """Return a plan `times` as large: hour by hour whole people, over the day the right number of hours.

    Teams round in turn up and down, so that not all are away in the same hour; one person is always there.
    """
    made = {}
    for number, (team, plan) in enumerate(agents.items()):
        upto = np.floor(np.cumsum([0, *plan]) * times + (0.5 if number % 2 == 0 else 1e-9))
        made[team] = np.diff(upto).astype(int).tolist()
    first = next(iter(made))
    for hour in range(len(made[first])):
        if not any(plan[hour] for plan in made.values()):
            made[first][hour] = 1
    return made


def _nothing(n: int) -> Outcomes:
    return Outcomes(
        wait=np.zeros(n),
        abandoned=np.ones(n, dtype=bool),
        solved=np.zeros(n, dtype=bool),
        transfers=np.zeros(n, dtype=np.int64),
        agent_id=np.full(n, -1),
        missed=np.ones(n, dtype=np.int8),
    )


def _fill(outcomes: Outcomes, calls: Calls, ids: NDArray, order: NDArray) -> None:
    """Write what a day's calls mean to those who made them: all waits of all attempts, and the end of it.

    `order` sorts `ids`, the contacts of all requests.
    """
    place = order[np.searchsorted(ids[order], calls["contact_id"])]
    np.add.at(outcomes.wait, place, np.nan_to_num(calls["wait"]))
    through = np.isin(calls["outcome"], ANSWERED)
    outcomes.abandoned[place[through]] = False
    outcomes.missed[place[through]] = 0
    outcomes.solved[place[calls["solved"]]] = True
    reached = calls["agent_id"] >= 0
    outcomes.agent_id[place[reached]] = calls["agent_id"][reached]
