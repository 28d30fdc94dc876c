"""Declared targets: every stylised fact with its value, what passes, and its source; and the check of a market."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError
from sim.market.settings import Section, kind_of
from sim.market.story import Story

SOURCES = {
    "retail": Path(__file__).with_suffix(".toml"),
    "subscription": Path(__file__).with_name("targets_subscription.toml"),
    "business": Path(__file__).with_name("targets_business.toml"),
}
CUSTOMERS, MONTHS = 60_000, 30  # fewer newcomers or months would make some measures too uncertain
LONGER = {
    "business": 42
}  # months: a salesperson who leaves is followed for a year on either side, and there are few
LEAST_CUSTOMERS, LEAST_MONTHS = 5_000, 26


@dataclass(frozen=True)
class Target:
    """One fact: the figure of its source, and from where to where a market passes."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    disputed: bool = False


@dataclass(frozen=True)
class Finding:
    """What a market shows of one target."""

    target: Target
    observed: float

    @property
    def passed(self) -> bool:
        """Whether the market is near enough."""
        return self.target.low <= self.observed <= self.target.high


def targets(kind: str = "retail") -> tuple[Target, ...]:
    """Return every declared target of a kind of market."""
    plain = tomllib.loads(SOURCES[kind].read_text(encoding="utf-8"))
    return tuple(Target(name, **told) for name, told in plain.items())


def findings(story: Story) -> list[Finding]:
    """Return what a story shows, target by target; it must have been run with truth, business as usual."""
    from sim.market import facts

    measures_of_all_kinds()
    evidence = facts.Evidence(story)
    told = targets(kind_of(story.settings))
    return [Finding(target, facts.MEASURES[target.name](evidence)) for target in told]


def measures_of_all_kinds() -> None:
    """Load the files whose functions enter themselves among the measures."""
    from sim.market import facts_business, facts_response, facts_service, facts_subscription  # noqa: F401


def check(
    seed: int, *, customers: int = CUSTOMERS, months: int | None = None, settings: Section | None = None
) -> list[Finding]:
    """Run a market for the check and return its findings; as many months as its kind needs unless given.

    InputError when it would be too small to measure.
    """
    from sim.market import Market
    from sim.market.settings import FIRST
    from sim.market.usual import usual

    if months is None:
        months = LONGER.get(kind_of(settings) if settings else FIRST, MONTHS)
    for name, value, least in (("customers", customers, LEAST_CUSTOMERS), ("months", months, LEAST_MONTHS)):
        if value < least:
            raise InputError(
                f"{name} = {value}: the check needs at least {least} to measure anything; take more"
            )
    market = Market(customers, seed, settings=settings)
    return findings(market.run(months, usual(market.settings), truth=True))
