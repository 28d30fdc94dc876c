"""The company: better service shortens waits, and only then fewer customers leave."""

import numpy as np
import pytest

from sim import tables
from sim.company import Chronicle, Company, board
from sim.market.exchange import seats
from sim.market.scene import Levers
from sim.market.settings import load as market_settings
from sim.policy import Actions, Steady, View
from sim.scenario import load

MONTHS = 10


@pytest.fixture(scope="module")
def both() -> tuple[Chronicle, Chronicle]:
    """The same company with one agent a team, and with four: long talks, many questions, so that it matters."""
    centre = load("retail_hotline").with_(
        skills__enquiry__talk_mean_seconds=1500.0,
        skills__complaint__talk_mean_seconds=1500.0,
        ivr__self_service_share=0.0,
    )
    settings = market_settings("retail", voice__question_share=0.9, company__line_calls=0.0)
    one = {team.name: (1,) * centre.intervals for team in centre.teams}
    few, many = (
        Company(8000, 1, scenario=centre, settings=settings, agents=one).run(
            MONTHS, Steady(Actions(levers=Levers(agents=times))), truth=True
        )
        for times in (1.0, 4.0)
    )
    return few, many


def more_hazard(both: tuple[Chronicle, Chronicle]) -> np.ndarray:
    """By which part the hazard by service is higher in the first of two worlds, month by month.

    Of those who are there to the end in both: the same people, so the leavers do not flatter the worse world.
    """
    rows = [one.story.arrays("truth_month") for one in both]
    last = int(rows[0]["month"].max())
    there = [told["customer_id"][told["month"] == month] for told in rows for month in (0, last)]
    people = there[0]
    for others in there[1:]:
        people = np.intersect1d(people, others)
    means = []
    for told in rows:
        mine = np.isin(told["customer_id"], people)
        means.append(np.bincount(told["month"][mine], told["hazard_service"][mine].astype(float)))
    return np.asarray(means[0] / means[1] - 1.0)


@pytest.mark.slow
def test_more_agents_shorten_the_wait(both: tuple[Chronicle, Chronicle]) -> None:
    few, many = (board(one) for one in both)
    assert few["wait"] > 30 > 2 > many["wait"]
    assert few["abandoned"] > many["abandoned"] + 0.05


@pytest.mark.slow
def test_more_agents_mean_less_churn_but_later(both: tuple[Chronicle, Chronicle]) -> None:
    gap = more_hazard(both)
    assert 0 < gap[0] < 0.05  # the first month is hardly felt
    assert gap[6:].mean() > 1.5 * gap[:2].mean()  # it builds up with every contact
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


@pytest.fixture(scope="module")
def usual() -> tuple[Chronicle, Chronicle]:
    """The company as it comes, and with three times the agents."""
    few, many = (
        Company(8000, 1).run(12, Steady(Actions(levers=Levers(agents=times))), truth=True)
        for times in (1.0, 3.0)
    )
    return few, many


@pytest.mark.slow
def test_as_it_comes_people_wait_and_about_four_fifths_are_answered_in_time(
    usual: tuple[Chronicle, Chronicle],
) -> None:
    few, many = (board(one) for one in usual)
    assert 5 < few["wait"] < 40 and many["wait"] < 1
    calls = usual[0].frame()
    queued = calls[calls["outcome"].isin(["answered", "abandoned"])]
    in_time = ((queued["outcome"] == "answered") & (queued["wait"] <= 20)).mean()
    assert 0.70 < in_time < 0.92  # the usual promise is 80 % in 20 s


@pytest.mark.slow
def test_as_it_comes_more_agents_mean_less_churn_with_a_lag(usual: tuple[Chronicle, Chronicle]) -> None:
    gap = more_hazard(usual)
    assert gap.min() > 0
    assert gap[6:].mean() > 1.2 * gap[:2].mean()  # it builds up


@pytest.mark.slow
def test_one_good_month_shortens_the_waits_of_that_month_and_is_felt_for_months() -> None:
    class Once:
        name, budget = "once", None

        def act(self, view: View) -> Actions:
            return Actions(levers=Levers(agents=3.0 if view.month == 2 else 1.0))

    usual, once = (Company(8000, 2).run(7, policy, truth=True) for policy in (Steady(), Once()))
    waits = []
    for one in (usual, once):
        rows = one.story.arrays("service_contacts")
        month = one.story.almanac.month_of(rows["day"])
        waits.append(np.bincount(month, rows["wait"], minlength=7)[:7] / np.bincount(month, minlength=7)[:7])
    gap = more_hazard((usual, once))
    assert (waits[0][:2] == waits[1][:2]).all() and waits[0][2] > waits[1][2] + 5
    assert abs(waits[0][3:] / waits[1][3:] - 1.0).max() < 0.3  # the waits are as they were
    assert (gap[:2] == 0).all() and gap[2:].min() > 0  # but those who were served remember


def test_sister_shops_fill_a_small_line_and_leave_no_record() -> None:
    alone = market_settings("retail", company__line_calls=0.0)
    shared, own = Company(300, 1), Company(300, 1, settings=alone)
    assert shared.sisters > 250 and own.sisters == 0.0
    calls, first = (made.run(2).frame() for made in (shared, own))
    assert (calls["customer_id"] > 0).all()
    # The same people call; only further attempts may differ, by what came of the first.
    ids = [set(frame["contact_id"] // 10) for frame in (calls, first)]
    assert ids[0] == ids[1] and calls["wait"].sum() > first["wait"].sum()


@pytest.mark.slow
def test_half_the_staff_loses_more_customers_and_three_times_the_staff_fewer_but_later() -> None:
    stories = [
        Company(8000, 1).run(12, Steady(Actions(levers=Levers(agents=times)))).story
        for times in (0.5, 1.0, 3.0)
    ]
    waits = [float(story.arrays("service_contacts")["wait"].mean()) for story in stories]
    assert waits[0] > waits[1] + 5 > waits[2] + 10
    upto = []  # losses up to each month
    for story in stories:
        month = np.floor(story.arrays("truth_loss")["lost_at"]).astype(int)
        upto.append(np.cumsum(np.bincount(month, minlength=12)[:12]))
    worse, better = upto[0] - upto[1], upto[1] - upto[2]
    assert worse[11] > 0 and better[11] > 0
    assert (upto[0] - upto[2])[:3].mean() < 0.5 * (upto[0] - upto[2])[9:].mean()
    paid = [story.arrays("costs") for story in stories]
    hotline = [cost["amount"][cost["kind"] == "hotline"][0] for cost in paid]
    assert 0.45 < hotline[0] / hotline[1] < 0.65 and hotline[2] == pytest.approx(3 * hotline[1])


@pytest.mark.slow
def test_a_page_of_answers_shortens_the_waits_on_the_shared_line() -> None:
    plain, page = (
        board(Company(8000, 1).run(5, Steady(Actions(levers=Levers(faq=full))))) for full in (0.0, 1.0)
    )
    assert page["requests"] < 0.7 * plain["requests"] and page["wait"] < 0.8 * plain["wait"]


def test_seats_are_as_many_hours_as_are_paid_and_somebody_is_always_there() -> None:
    plan = {"enquiry": (1, 1, 2, 2, 1, 1), "complaint": (1, 1, 1, 1, 1, 1)}
    assert seats(plan, 1.0) == {team: list(hours) for team, hours in plan.items()}
    assert seats(plan, 3.0) == {team: [3 * n for n in hours] for team, hours in plan.items()}
    half = seats(plan, 0.5)
    assert sum(map(sum, half.values())) == 7 and all(map(any, zip(*half.values(), strict=True)))
    assert all(map(any, zip(*seats(plan, 0.1).values(), strict=True)))
