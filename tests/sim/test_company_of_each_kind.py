"""Contracts and accounts behind a contact centre: more agents, shorter waits, and with a lag fewer losses; less where locked in."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.company import Chronicle, Company, board
from sim.market.scene import Levers
from sim.market.settings import load as market_settings
from sim.policy import Actions, Steady
from sim.scenario import load

MONTHS, CUSTOMERS = 14, 8000
EARLY = slice(0, 2)
LATE = slice(6, 12)
KINDS = ("subscription", "business")


@dataclass(frozen=True)
class Pair:
    """The same company twice, under the same noise: with one agent a team, and with four."""

    few: Chronicle
    many: Chronicle

    def hazards(self, column: str, who: NDArray | None = None) -> NDArray[np.float64]:
        """Return mean hazards, a row a world, a column a month, of the same people in both: those there to the end."""
        rows = [one.story.arrays("truth_month") for one in (self.few, self.many)]
        people = who
        for told in rows:
            for month in (0, MONTHS - 1):
                there = told["customer_id"][told["month"] == month]
                people = there if people is None else np.intersect1d(people, there)
        means = []
        for told in rows:
            mine = np.isin(told["customer_id"], people)
            total = np.bincount(told["month"][mine], told[column][mine].astype(float), minlength=MONTHS)
            means.append(total / np.bincount(told["month"][mine], minlength=MONTHS))
        return np.stack(means)

    def more(self, column: str = "hazard_service", who: NDArray | None = None) -> NDArray[np.float64]:
        """Return by which part a hazard is higher with few agents, month by month."""
        few, many = self.hazards(column, who)
        return np.asarray(few / many - 1.0)

    def lost(self) -> list[NDArray[np.int64]]:
        """Return how many are lost in each month, with few agents and with many."""
        rows = [one.story.arrays("truth_loss")["lost_at"] for one in (self.few, self.many)]
        return [np.bincount(told.astype(int), minlength=MONTHS) for told in rows]


def company(kind: str) -> Pair:
    """Return the pair: long talks and many questions, so that one agent a team is too few."""
    centre = load("retail_hotline").with_(
        skills__enquiry__talk_mean_seconds=1500.0,
        skills__complaint__talk_mean_seconds=1500.0,
        ivr__self_service_share=0.0,
    )
    settings = market_settings(kind, voice__question_share=0.9, company__line_calls=0.0)
    one = {team.name: (1,) * centre.intervals for team in centre.teams}
    made = [
        Company(CUSTOMERS, 1, scenario=centre, settings=settings, agents=one).run(
            MONTHS, Steady(Actions(levers=Levers(agents=times))), truth=True
        )
        for times in (1.0, 4.0)
    ]
    return Pair(*made)


@pytest.fixture(scope="module")
def pairs() -> dict[str, Pair]:
    return {kind: company(kind) for kind in KINDS}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_more_agents_shorten_the_wait_and_more_get_through(pairs: dict[str, Pair], kind: str) -> None:
    few, many = board(pairs[kind].few), board(pairs[kind].many)
    assert few["wait"] > 100 and many["wait"] < 0.15 * few["wait"]
    assert few["abandoned"] > many["abandoned"] + 0.3 and few["solved"] < many["solved"] - 0.2


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_month_a_wait_is_shortened_changes_little_and_later_months_more(
    pairs: dict[str, Pair], kind: str
) -> None:
    gap = pairs[kind].more()
    assert gap.min() > 0
    assert gap[LATE].mean() > 1.5 * gap[EARLY].mean()  # satisfaction moves with every contact
    assert gap[0] < 0.6 * gap[LATE].max()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "fewer"), [("subscription", 15), ("business", 80)])
def test_more_agents_mean_fewer_losses(pairs: dict[str, Pair], kind: str, fewer: int) -> None:
    few, many = pairs[kind].lost()
    assert few.sum() - many.sum() > fewer
    assert (few - many)[4:].sum() > 0.5 * (few.sum() - many.sum())


@pytest.mark.slow
def test_a_contract_puts_the_losses_off(pairs: dict[str, Pair]) -> None:
    """Who wishes to leave gives notice first: three months on, few more are gone, unlike with accounts."""
    gaps = {kind: few - many for kind, (few, many) in _lost(pairs).items()}
    share = {kind: float(gap[:3].sum() / gap.sum()) for kind, gap in gaps.items()}
    assert abs(share["subscription"]) < 0.1 < share["business"]


@pytest.mark.slow
def test_where_customers_are_locked_in_the_same_waits_count_little(pairs: dict[str, Pair]) -> None:
    """Inside a term bad service raises the hazard by a tenth of a thousandth a month at most, by the month by more than ten times that."""
    pair = pairs["subscription"]
    states = [one.story.final for one in (pair.few, pair.many)]

    def same(mask: list[NDArray[np.bool_]]) -> NDArray[np.int64]:
        ids = [state.people.id[state.people.alive & some] for state, some in zip(states, mask, strict=True)]
        return np.intersect1d(*ids)

    held = same([state.contracts.ends >= MONTHS + 6 for state in states])
    free = same([~state.contracts.bound for state in states])
    assert len(held) > 2000 and len(free) > 2000
    rise = [
        float((few - many)[LATE].mean())
        for few, many in (pair.hazards("hazard_service", who) for who in (held, free))
    ]
    assert 0 < rise[0] < 1e-4 and rise[1] > 10 * rise[0]
    assert pair.more(who=held)[:6].mean() < 0.6 * pair.more(who=free)[:6].mean()  # nor by proportion


@pytest.mark.slow
def test_accounts_feel_waits_more_than_subscribers(pairs: dict[str, Pair]) -> None:
    """Nothing but warmth binds an account: its hazard by service rises by 0.29, a subscriber's by 0.18."""
    gap = {kind: float(pair.more()[LATE].mean()) for kind, pair in pairs.items()}
    assert gap["business"] > 1.3 * gap["subscription"] > 0.15


def _lost(pairs: dict[str, Pair]) -> dict[str, list[NDArray[np.int64]]]:
    return {kind: pair.lost() for kind, pair in pairs.items()}
