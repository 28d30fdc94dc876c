"""The company: months of market and days of contact centre, each acting on the other."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError
from sim.market import Market
from sim.market.almanac import MONTH_DAYS
from sim.market.exchange import Agents, Exchange
from sim.market.requests import SKILLS
from sim.market.settings import Section
from sim.market.story import Story
from sim.policy import Policy, Steady
from sim.records import Calls
from sim.scenario import Scenario, load
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd


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
    """A market whose requests a contact centre answers.

    `scenario` is the centre. A small shop would never see a queue on a line of its own, so it shares the line of its group:
    sister shops bring what is missing to `line_calls` a day (settings, `company`). The teams are staffed for all of them
    unless `agents` (team to agents by interval) is given. Raises InputError when the centre lacks a skill or the hours of the market.
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
        told, own = trial.settings.company, _requests_a_day(trial)
        self.sisters = max(told.line_calls - own, 0.0)
        self.agents = agents or fitted(self.scenario, own + self.sisters, told.staff_margin)

    def run(self, months: int, policy: Policy | None = None, *, truth: bool = False) -> Chronicle:
        """Return the story of the first months and the calls in it."""
        exchange = Exchange(self.scenario, self.agents, Streams(self.seed), self.sisters)
        market = Market(self.customers, self.seed, settings=self.settings, hotline=exchange)
        return Chronicle(market.run(months, policy or Steady(), truth=truth), exchange.calls)


def fitted(scenario: Scenario, calls_a_day: float, margin: float = 0.5) -> dict[str, tuple[int, ...]]:
    """Return agents of each team by interval for so many calls a day, by the square-root rule (Halfin, Whitt 1981).

    Agents = load + `margin` times its root, of what the menu leaves over. The shape of the day is the scenario's own.
    """
    left = 1.0 - scenario.ivr.self_service_share - scenario.ivr.left_menu_share
    handle = {
        s.name: left * s.share * (s.talk_mean_seconds + s.wrap_up_mean_seconds) for s in scenario.skills
    }
    scale = calls_a_day / max(scenario.expected_calls, 1e-9)
    plan: dict[str, tuple[int, ...]] = {}
    for team in scenario.teams:
        first = team.skills[0]
        peers = sum(other.skills[0] == first for other in scenario.teams)
        erlangs = [rate * scale * handle[first] / 3600.0 / peers for rate in scenario.calls_per_hour]
        plan[team.name] = tuple(max(1, math.ceil(load_ + margin * math.sqrt(load_))) for load_ in erlangs)
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
