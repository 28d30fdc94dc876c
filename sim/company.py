"""The company: months of market and days of contact centre, each acting on the other."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.almanac import MONTH_DAYS
from sim.callcenter import Centre
from sim.contacts import Contacts, draws
from sim.errors import InputError
from sim.hotline import Outcomes
from sim.market import Market
from sim.market_settings import Section
from sim.policy import Policy, Steady
from sim.records import Calls
from sim.requests import SKILLS, Requests, reasons
from sim.scenario import Scenario, load
from sim.scene import Scene
from sim.staffing import Staffing
from sim.story import Story
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

Agents = Mapping[str, tuple[int, ...]]
ANSWERED = ("answered", "self_served")


class Exchange:
    """A hotline that is a contact centre: a month's requests become contacts, day by day, and come back as calls.

    `agents` is the usual plan; the lever `agents` of a month multiplies it, at least one agent a team stays.
    """

    def __init__(self, scenario: Scenario, agents: Agents, streams: Streams) -> None:
        self.scenario, self.agents = scenario, agents
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
        edges = np.append(np.flatnonzero(np.diff(requests.day, prepend=-1)), len(requests))
        for start, end in pairwise(edges):
            day = contacts.rows(slice(start, end))  # type: ignore[arg-type]
            mine = every.rows(slice(start * attempts, end * attempts))  # type: ignore[arg-type]
            results = self.centre.run(day, mine, staffing=staffing, carry=carry)
            carry = results.carry
            _fill(outcomes, results.calls, requests.contact_id[start:end], int(start))
            self.calls.append(results.calls)
        return outcomes

    def _contacts(self, scene: Scene, requests: Requests, vip: NDArray) -> Contacts:
        return Contacts(
            day=requests.day,
            contact_id=requests.contact_id,
            customer_id=requests.order_id // 10_000,
            channel=np.full(len(requests), "phone"),
            skill=np.array(SKILLS)[requests.skill],
            reason=np.array(reasons(scene.settings))[requests.reason],
            vip=vip,
            at=requests.at.astype(np.float64),
        )

    def _staffing(self, times: float) -> Staffing:
        plan = {team: [max(1, round(n * times)) for n in agents] for team, agents in self.agents.items()}
        return Staffing.from_plain(plan, self.scenario)


@dataclass
class Chronicle:
    """What a company leaves behind: the story of its market, and its calls, one row an attempt."""

    story: Story
    calls: list[Calls] = field(repr=False)

    def frame(self) -> "pd.DataFrame":
        """Return all calls as one DataFrame."""
        import pandas as pd

        made = pd.concat([one.frame() for one in self.calls] or [Calls.empty().frame()])
        return made.sort_values(["day", "at", "contact_id"], kind="stable", ignore_index=True)


class Company:
    """A retail market whose requests a contact centre answers.

    `scenario` is the centre; its teams are staffed for the requests of this market unless `agents` (team to
    agents by interval) is given. Raises InputError when the centre lacks a skill or the hours of the market.
    """

    def __init__(
        self,
        customers: int,
        seed: int,
        *,
        settings: Section | None = None,
        scenario: Scenario | None = None,
        agents: Agents | None = None,
    ) -> None:
        self.customers, self.seed, self.settings = customers, seed, settings
        self.scenario = scenario or load("retail_hotline")
        trial = Market(customers, seed, settings=settings)
        _fits(self.scenario, trial.settings)
        self.agents = agents or fitted(self.scenario, _requests_a_day(trial))

    def run(self, months: int, policy: Policy | None = None, *, truth: bool = False) -> Chronicle:
        """Return the story of the first months and the calls in it."""
        exchange = Exchange(self.scenario, self.agents, Streams(self.seed))
        market = Market(self.customers, self.seed, settings=self.settings, hotline=exchange)
        return Chronicle(market.run(months, policy or Steady(), truth=truth), exchange.calls)


def fitted(scenario: Scenario, calls_a_day: float) -> dict[str, tuple[int, ...]]:
    """Return agents of each team by interval for so many calls a day, by the square-root rule (Halfin, Whitt 1981).

    The shape of the day is the scenario's own.
    """
    handle = {s.name: s.share * (s.talk_mean_seconds + s.wrap_up_mean_seconds) for s in scenario.skills}
    scale = calls_a_day / max(scenario.expected_calls, 1e-9)
    plan: dict[str, tuple[int, ...]] = {}
    for team in scenario.teams:
        first = team.skills[0]
        peers = sum(other.skills[0] == first for other in scenario.teams)
        erlangs = [rate * scale * handle[first] / 3600.0 / peers for rate in scenario.calls_per_hour]
        plan[team.name] = tuple(max(1, math.ceil(load_ + math.sqrt(load_))) for load_ in erlangs)
    return plan


def _requests_a_day(market: Market) -> float:
    """Return how many requests a day the market makes, from its second month with the stand-in."""
    story = market.run(2)
    contacts = story.arrays("service_contacts")
    late = contacts["day"] >= market.almanac.first[1] if contacts else np.zeros(0, dtype=bool)
    return float(late.sum() / MONTH_DAYS)


def _fits(scenario: Scenario, settings: Section) -> None:
    missing = sorted(set(SKILLS) - {skill.name for skill in scenario.skills})
    if missing:
        raise InputError(
            f"company: skill {missing[0]!r} is missing in the centre; a market needs {', '.join(SKILLS)}, add it"
        )
    opens, closes = settings.calendar.office_hours
    if scenario.opening_seconds > opens * 3600 or scenario.closing_seconds < closes * 3600:
        raise InputError(
            f"company: office_hours = {opens}-{closes}: the centre is open from "
            f"{scenario.opening_seconds / 3600:g} to {scenario.closing_seconds / 3600:g}; make the hours fit"
        )


def _nothing(n: int) -> Outcomes:
    return Outcomes(
        wait=np.zeros(n),
        abandoned=np.ones(n, dtype=bool),
        solved=np.zeros(n, dtype=bool),
        transfers=np.zeros(n, dtype=np.int64),
        agent_id=np.full(n, -1),
    )


def _fill(outcomes: Outcomes, calls: Calls, ids: NDArray, start: int) -> None:
    """Write what a day's calls mean to those who made them: all waits of all attempts, and the end of it."""
    order = np.argsort(ids)
    place = start + order[np.searchsorted(ids[order], calls["contact_id"])]
    np.add.at(outcomes.wait, place, np.nan_to_num(calls["wait"]))
    through = np.isin(calls["outcome"], ANSWERED)
    outcomes.abandoned[place[through]] = False
    outcomes.solved[place[calls["solved"]]] = True
    reached = calls["agent_id"] >= 0
    outcomes.agent_id[place[reached]] = calls["agent_id"][reached]


def board(chronicle: Chronicle) -> dict[str, Any]:
    """Return the numbers of the hotline over the whole story: requests, mean wait (s), share given up, solved."""
    rows = chronicle.story.arrays("service_contacts")
    if not rows:
        return {"requests": 0, "wait": math.nan, "abandoned": math.nan, "solved": math.nan}
    return {
        "requests": len(rows["wait"]),
        "wait": float(rows["wait"].mean()),
        "abandoned": float(rows["abandoned"].mean()),
        "solved": float(rows["solved"].mean()),
    }
