"""The company: better service shortens waits, and only then fewer customers leave."""

import numpy as np
import pytest

from sim import tables
from sim.company import Chronicle, Company, board
from sim.market_settings import load as market_settings
from sim.policy import Actions, Steady
from sim.scenario import load
from sim.scene import Levers

MONTHS = 10


@pytest.fixture(scope="module")
def both() -> tuple[Chronicle, Chronicle]:
    """The same company with one agent a team, and with four: long talks, many questions, so that it matters."""
    centre = load("retail_hotline").with_(
        skills__enquiry__talk_mean_seconds=1500.0,
        skills__complaint__talk_mean_seconds=1500.0,
        ivr__self_service_share=0.0,
    )
    settings = market_settings("retail", voice__question_share=0.9)
    one = {team.name: (1,) * centre.intervals for team in centre.teams}
    few, many = (
        Company(8000, 1, scenario=centre, settings=settings, agents=one).run(
            MONTHS, Steady(Actions(levers=Levers(agents=times))), truth=True
        )
        for times in (1.0, 4.0)
    )
    return few, many


@pytest.mark.slow
def test_more_agents_shorten_the_wait(both: tuple[Chronicle, Chronicle]) -> None:
    few, many = (board(one) for one in both)
    assert few["wait"] > 30 > 2 > many["wait"]
    assert few["abandoned"] > many["abandoned"] + 0.05


@pytest.mark.slow
def test_more_agents_mean_less_churn_but_later(both: tuple[Chronicle, Chronicle]) -> None:
    def hazard(chronicle: Chronicle) -> np.ndarray:
        rows = chronicle.story.arrays("truth_month")
        return np.bincount(rows["month"], rows["hazard_service"]) / np.bincount(rows["month"])

    gap = hazard(both[0]) / hazard(both[1]) - 1.0
    assert gap[0] < 0.05  # the first month is hardly felt
    assert gap[3] > 2 * gap[0] and gap[6] > gap[3] > 0  # it builds up with every contact
    lost = [len(one.story.arrays("truth_loss")["cause"]) for one in both]
    assert lost[0] > lost[1]


@pytest.mark.slow
def test_every_contact_of_the_market_is_a_contact_of_the_centre(both: tuple[Chronicle, Chronicle]) -> None:
    for chronicle in both:
        contacts, calls = chronicle.story.frame("service_contacts"), chronicle.frame()
        assert set(contacts["contact_id"]) == set(calls["contact_id"])
        waits = calls.groupby("contact_id")["wait"].sum()
        assert np.allclose(waits.loc[contacts["contact_id"]].to_numpy(), contacts["wait"].to_numpy())
        through = calls[calls["outcome"].isin(["answered", "self_served"])]["contact_id"].unique()
        assert set(contacts[~contacts["abandoned"]]["contact_id"]) == set(through)
        tables.check(calls, "calls")


def test_a_company_without_agents_given_is_staffed_for_its_own_requests() -> None:
    made = Company(500, 1)
    assert all(agents >= 1 for plan in made.agents.values() for agents in plan)
    first, second = made.run(2), Company(500, 1).run(2)
    assert first.story.frame("orders").equals(second.story.frame("orders"))
    assert first.frame().equals(second.frame())
