"""Truth: two futures of the same people, their value, and what a lever adds."""

import numpy as np
import pytest

from sim import futures, truth
from sim.market import Market
from sim.market.scene import Levers
from sim.market.settings import load
from sim.market.story import Story
from sim.market.usual import usual
from sim.policy import Actions, Steady
from sim.streams import Streams

pytestmark = pytest.mark.slow  # many futures


@pytest.fixture(scope="module")
def late() -> tuple[Market, truth.State]:
    market = Market(500, 7)
    return market, market.run(8).final


@pytest.mark.parametrize("levers", [Levers(price=1.1), Levers(price=0.9), Levers(quality=1.0)], ids=str)
def test_orders_that_differ_are_the_effect_and_nothing_else(levers: Levers) -> None:
    """A dearer world takes orders away and gives nobody any: no number is spent on somebody else in the other world."""
    counts = []
    for policy in (Steady(), Steady(Actions(levers=levers))):
        told = Market(2000, 7).run(18, policy).arrays("orders")["customer_id"]
        counts.append(dict(zip(*np.unique(told, return_counts=True), strict=True)))
    moved = np.array([counts[1].get(who, 0) - counts[0].get(who, 0) for who in {**counts[0], **counts[1]}])
    assert abs(moved.sum()) > 0.03 * sum(counts[0].values())
    assert np.abs(moved).sum() - abs(moved.sum()) < 0.01 * sum(counts[0].values())


def test_the_lost_are_worth_nothing_and_the_eager_most(late: tuple[Market, truth.State]) -> None:
    market, state = late
    people = state.people
    value = truth.clv(market, state, 12, replications=6).mean
    assert not value[~people.alive].any()
    keen = people.alive & (people.rate > np.quantile(people.rate, 0.8))
    assert value[keen].mean() > 3 * value[people.alive & ~keen].mean() > 0


def test_looking_into_the_future_leaves_the_present_alone(late: tuple[Market, truth.State]) -> None:
    market, state = late
    before = state.copy()
    truth.uplift(market, state, 3, replications=1, only=("save", "winback_call"))
    truth.calls(market, state, 3, replications=1)
    assert state.month == before.month
    for name in ("need", "endurance", "alive", "perceived", "points"):
        assert np.array_equal(getattr(state.people, name), getattr(before.people, name)), name


def test_the_lost_are_worth_something_to_a_firm_that_wins_back(late: tuple[Market, truth.State]) -> None:
    market, state = late
    lost = ~state.people.alive
    told = truth.clv(market, state, 12, policy=usual(market.settings), replications=3)
    assert told.mean[lost].sum() > 3 * np.sqrt((told.error[lost] ** 2).sum()) > 0
    assert (told.error >= 0).all() and told.reliability > 0.9


def test_two_independent_halves_agree_as_their_errors_promise(late: tuple[Market, truth.State]) -> None:
    """Reliability is what two sets of as many futures correlate by: measured, against what one set says of itself."""
    market, state = late
    other = market.with_streams(Streams(99, "market"))
    levers = ("coupon", "save", "winback_call", "price")
    halves = [truth.uplift(one, state, 12, replications=4, only=levers) for one in (market, other)]
    for lever in levers:
        one, two = (half[lever].value for half in halves)
        measured = np.corrcoef(one.mean, two.mean)[0, 1]
        # What rare events may bring is counted in, so that a set promises rather too little.
        assert measured > 0.7 and 0.4 < one.reliability < measured + 0.1, (lever, measured, one.reliability)
        apart = (one.mean - two.mean) / np.sqrt(one.error**2 + two.error**2 + 1e-12)
        assert np.quantile(np.abs(apart), 0.8) < 3.0  # errors from four futures have heavy tails


def test_chance_is_taken_out_without_moving_the_mean(late: tuple[Market, truth.State]) -> None:
    market, state = late
    guide = futures.guide(market, state, 12)
    several = [futures.future(market, state, 12, futures.nothing, k) for k in range(24)]
    plain = np.stack([one.lost.sum(axis=0) for one in several])
    assert abs(plain.sum(axis=1).mean()) < 4 * plain.sum(axis=1).std() / 24**0.5  # a martingale
    kept = np.stack([one.kept for one in several]).astype(float)
    stays = np.stack([one.stays(guide) for one in several])
    assert abs((kept - stays).sum(axis=1).mean()) < 4 * kept.sum(axis=1).std(ddof=1) / 24**0.5
    assert stays.var(axis=0).sum() < kept.var(axis=0).sum() / 5


def test_one_future_has_no_error_and_says_so(late: tuple[Market, truth.State]) -> None:
    told = truth.clv(*late, 2, replications=1)
    assert np.isnan(told.error).all() and np.isnan(told.reliability)


def test_every_lever_of_every_market_can_be_pulled() -> None:
    for name in ("retail", "subscription", "business"):
        settings = load(name)
        market = Market(60, 3, settings=settings)
        state = market.run(3).final
        told = truth.uplift(market, state, 2, replications=1)
        assert tuple(told) == truth.levers(market)
        assert {one.pull.scope for one in told.values()} == {"customer", "firm"}
        assert all(np.isfinite(one.value.mean).all() for one in told.values())


def test_a_call_is_worth_most_where_there_is_money_authority_and_need(
    late: tuple[Market, truth.State],
) -> None:
    market, state = late
    told = truth.calls(market, state, 12, replications=3)
    assert np.array_equal(told.prospect_id, state.prospects.id) and (told.more >= 0).all()
    good = np.cbrt(state.prospects.hidden.prod(axis=0))
    assert np.corrcoef(good, told.value.mean)[0, 1] > 0.5 and ((told.chance + told.more) <= 1).all()
    # What was said of chances is what comes: all warm prospects, followed without a call.
    won = []
    for k in range(12):
        later = market.with_streams(Streams(k, "later"))
        here = state.copy()
        here.prospects.clock[:] = later.streams.exponentials("clock", here.prospects.id)
        story = Story(market.settings, market.almanac, market.surroundings, state.month + 12)
        for _ in range(12):
            later.step(here, Steady(), story)
        won.append(np.isin(told.prospect_id, here.people.id).sum())
    assert np.mean(won) == pytest.approx(told.chance.sum(), abs=4 * np.sqrt(told.chance.sum() / 12))


@pytest.mark.slow
def test_uplift_follows_who_can_be_moved_and_is_not_the_risk(late: tuple[Market, truth.State]) -> None:
    market, state = late
    people = state.people
    told = truth.uplift(
        market, state, 12, replications=6, only=("save", "coupon", "newsletter", "winback_call")
    )
    gains = {lever: gain.value.mean for lever, gain in told.items()}
    here = people.alive & (people.rate > np.quantile(people.rate, 0.5))
    # Held back: who is not put off by it (persuade below 0) gains, who is woken up loses.
    easy, hard = here & (people.persuade < -0.7), here & (people.persuade > 0.7)
    assert gains["save"][easy].mean() > gains["save"][hard].mean()
    keen, cold = (here & people.consent & mask for mask in (people.offer > 0.7, people.offer < -0.7))
    assert gains["coupon"][keen].mean() > gains["coupon"][cold].mean()
    assert (gains["newsletter"][here & ~people.consent] == 0).all()
    # Only the lost can be won back; those still there get a call for nothing.
    assert gains["winback_call"][~people.alive].mean() > gains["winback_call"][people.alive].mean()
    risk = np.argsort(np.argsort(people.frailty[here])) / here.sum()
    gain = np.argsort(np.argsort(gains["save"][here])) / here.sum()
    assert abs(np.corrcoef(risk, gain)[0, 1]) < 0.6  # Ascarza 2018: high risk is not high uplift


def test_two_worlds_drift_apart_only_where_somebody_leaves_at_another_time() -> None:
    """Better quality spares failures: customers who stay equally long live nearly alike, order by order."""
    market, better = Market(1000, 4), Steady(Actions(levers=Levers(quality=1.0)))
    one, two = (market.run(18, policy) for policy in (Steady(), better))
    ids, books = np.arange(1, 1001), (one.income(), two.income())  # founders: the same people in both
    gone = [story.customers().lost_at[:1000] for story in (one, two)]
    alike = np.nan_to_num(np.floor(gone[0]), nan=-1.0) == np.nan_to_num(np.floor(gone[1]), nan=-1.0)
    brought = [
        np.bincount(told["customer_id"], told["margin"] / 100.0, 1001)[ids]
        for told in (
            {name: column[one["customer_id"] <= 1000] for name, column in one.items()} for one in books
        )
    ]
    moved = (brought[1] - brought[0]) ** 2
    assert alike.mean() > 0.8 and moved[alike].sum() < 0.2 * moved.sum()
