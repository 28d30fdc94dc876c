"""The market: laws that hold whatever the settings, and tables that are what their dictionary says."""

import numpy as np
import pytest

from sim import tables
from sim.market import Market
from sim.market import tables as market_tables
from sim.market.scene import Levers
from sim.market.settings import load
from sim.market.story import Story
from sim.policy import Actions, Steady, View

SIZE, MONTHS = 800, 9


class Busy:
    """A policy that uses every lever."""

    name = "busy"
    budget = None

    def act(self, view: View) -> Actions:
        ids = view.customers["customer_id"]
        silent = ids[view.customers["last_day"] < view.day - 90]
        return Actions(
            levers=Levers(mode="own", faq=0.5, follow_up=True, quality=0.2, service=0.2, agents=1.5),
            calls=view.prospects["prospect_id"][:20],
            campaigns={"coupon": ids[ids % 3 == view.month % 3]},
            care=ids[:40],
            save=ids[40:80],
            winback={"voucher": silent[::4]},
            prospecting={"exhibition": 2.0},
        )


@pytest.fixture(scope="module")
def story() -> Story:
    return Market(SIZE, 13).run(MONTHS, Busy(), truth=True)


def test_every_table_of_a_busy_market_is_what_its_dictionary_says(story: Story) -> None:
    for name in (*market_tables.SEEN, *market_tables.TRUTH):
        frame = story.frame(name)
        assert len(frame) > 0, name
        if name != "customers":  # its people are added by the data set
            tables.check(frame, name)


def test_the_same_seed_gives_the_same_tables_and_another_does_not() -> None:
    one, two, other = (Market(300, seed).run(4).frame("orders") for seed in (5, 5, 6))
    assert one.equals(two) and not one.equals(other)


def test_a_shorter_story_is_the_beginning_of_a_longer_one() -> None:
    short, long = Market(300, 5).run(3, Busy()), Market(300, 5).run(5, Busy())
    for name in ("orders", "service_contacts", "prospects", "loyalty_ledger"):
        early = long.frame(name)
        early = early[early["day"] < short.almanac.first[3]].reset_index(drop=True)
        assert early.equals(short.frame(name)), name


def test_a_policy_that_touches_nobody_leaves_every_table_as_it_is() -> None:
    class Looker:
        name, budget = "looker", 1e9

        def act(self, view: View) -> Actions:
            assert len(view.customers["spent"]) >= 300 and view.history("orders") is not None
            return Actions(campaigns={"coupon": []}, care=(), winback={"call": np.array([], dtype=int)})

    still, looked = Market(300, 5).run(5, truth=True), Market(300, 5).run(5, Looker(), truth=True)
    for name in (*market_tables.SEEN, *market_tables.TRUTH):
        assert still.frame(name).equals(looked.frame(name)), name


def test_further_founders_change_nobody_else() -> None:
    few, many = Market(200, 5).run(4), Market(400, 5).run(4)
    for name in ("orders", "service_contacts"):
        one, two = few.frame(name), many.frame(name)
        # Founders only: twice the founders also means twice the prospects.
        assert (
            one[one["customer_id"] <= 200]
            .reset_index(drop=True)
            .equals(two[two["customer_id"] <= 200].reset_index(drop=True))
        )


def test_treating_one_customer_changes_only_him_and_his_friends() -> None:
    base = Market(400, 5).run(6).frame("orders")
    care = Market(400, 5).run(6, Steady(Actions(care=[17], save=[17]))).frame("orders")
    mine = (base["customer_id"] % 10_000_000_000 == 17, care["customer_id"] % 10_000_000_000 == 17)
    assert base[~mine[0]].reset_index(drop=True).equals(care[~mine[1]].reset_index(drop=True))


def test_nobody_buys_before_he_joined_nor_after_he_left(story: Story) -> None:
    people, orders = story.customers(), story.frame("orders")
    joined = dict(
        zip(people.id.tolist(), story.frame("customers").set_index("customer_id")["joined_day"], strict=False)
    )
    frame = story.frame("customers").set_index("customer_id")
    assert (orders["day"].to_numpy() >= frame.loc[orders["customer_id"], "joined_day"].to_numpy()).all()
    truth = story.frame("truth_customer").set_index("customer_id").loc[orders["customer_id"]]
    gone = truth["lost_day"].to_numpy() >= 0
    assert (orders["day"].to_numpy()[gone] <= truth["lost_day"].to_numpy()[gone]).all()
    assert len(joined) == len(people)


def test_no_order_falls_between_a_loss_and_the_return(story: Story) -> None:
    losses, orders = story.frame("truth_loss"), story.frame("orders")
    winbacks = story.frame("winbacks")
    assert (losses["life"] > 0).any() or (story.customers().life > 0).any()
    for loss in losses.itertuples():
        mine = orders[orders["customer_id"] == loss.customer_id]
        later = mine[mine["day"] > loss.day]
        if len(later):
            offers = winbacks[winbacks["customer_id"] == loss.customer_id]["day"]
            back = offers[offers > loss.day].min()
            assert later["day"].min() >= back


def test_a_contact_follows_its_order_and_complaints_their_failure(story: Story) -> None:
    contacts, orders = story.frame("service_contacts"), story.frame("orders").set_index("order_id")
    assert (contacts["day"].to_numpy() > orders.loc[contacts["order_id"], "day"].to_numpy()).all()
    failed = set(story.frame("truth_failure")["order_id"])
    ended = contacts[(contacts["skill"] == "complaint") & (contacts["day"] < story.almanac.first[MONTHS - 3])]
    assert set(ended["order_id"]) <= failed


def test_points_add_up_and_never_fall_below_nothing(story: Story) -> None:
    rows = story.frame("loyalty_ledger")
    assert rows["balance"].min() >= 0
    total = rows.groupby("customer_id")["delta"].sum()
    points = story.frame("customers").set_index("customer_id")["points"]
    assert (points.loc[total.index] == total).all() and points.sum() == total.sum()


def test_hazards_by_cause_are_never_negative_and_falling_satisfaction_raises_them(story: Story) -> None:
    rows = story.frame("truth_month")
    hazards = rows[[c for c in rows if c.startswith("hazard_")]]
    assert (hazards >= 0).all().all()
    unhappy = rows["satisfaction"] < rows["satisfaction"].quantile(0.2)
    assert hazards["hazard_quality"][unhappy].mean() > 2 * hazards["hazard_quality"][~unhappy].mean()


def test_what_is_spent_is_what_is_done(story: Story) -> None:
    costs = story.frame("costs").groupby("kind")["amount"].sum()
    settings = load("retail")
    assert costs["calls"] == len(story.frame("interviews")) * settings.prospects.call_cost
    assert costs["winback voucher"] == len(story.frame("winbacks")) * settings.winback.costs.voucher
    delivered = story.frame("exposures")["delivered"].sum()
    assert costs["campaign coupon"] == pytest.approx(delivered * settings.levers.campaigns.coupon.cost)


def test_only_those_who_agreed_get_a_campaign(story: Story) -> None:
    consent = story.frame("customers").set_index("customer_id")["consent"]
    rows = story.frame("exposures")
    assert (consent.loc[rows["customer_id"]].to_numpy() == rows["delivered"].to_numpy()).all()


@pytest.mark.parametrize(
    ("lever", "table", "better"),
    [
        (Levers(quality=2.0), "truth_failure", "fewer"),
        (Levers(faq=1.0), "service_contacts", "fewer"),
        (Levers(price=1.3), "orders", "fewer"),
        (Levers(price=0.8), "orders", "more"),
    ],
    ids=str,
)
def test_a_lever_pulls_the_way_it_should(lever: Levers, table: str, better: str) -> None:
    base, pulled = (
        len(Market(1000, 3).run(6, Steady(Actions(levers=one))).frame(table)) for one in (Levers(), lever)
    )
    assert pulled < base if better == "fewer" else pulled > base


def test_more_is_spent_on_a_channel_and_more_people_come_by_it() -> None:
    pushed = Steady(Actions(prospecting={"blog": 3.0, "street": 0.0}))
    several = [Market(1000, 3).run(3, policy).frame("prospects") for policy in (Steady(), pushed)]
    base, more = (one[one["day"] >= 0] for one in several)
    count = [one["channel"].value_counts() for one in (base, more)]
    assert count[1]["blog"] == pytest.approx(3 * count[0]["blog"], rel=0.05) and "street" not in count[1]
    assert set(base[base["channel"] == "forum"]["prospect_id"]) == set(
        more[more["channel"] == "forum"]["prospect_id"]
    )


def test_the_firm_begins_with_prospects_and_wins_as_many_newcomers_at_once_as_later() -> None:
    for kind in ("retail", "subscription", "business"):
        story = Market(12_000, 3, settings=load(kind)).run(24)
        first = story.frame("prospects")
        early = first[first["day"] < 0]
        assert len(early) and (early["day"] > -31 * story.settings.prospects.months_open).all(), kind
        people = story.customers()
        came = np.bincount(people.joined[people.joined >= 0].astype(int), minlength=24)
        # What grows in the first year is what friends bring and how rivals stand, not an empty book.
        assert came[:6].mean() > 0.6 * came[12:].mean(), kind


def test_prospects_with_all_three_convert_and_those_without_do_not() -> None:
    story = Market(3000, 3).run(8)
    truth = story.frame("truth_prospect")
    score = (truth["money"] * truth["authority"] * truth["need"]) ** (1 / 3)
    won = truth["prospect_id"].isin(story.frame("customers")["customer_id"])
    assert won[score > 0.7].mean() > 4 * won[score < 0.3].mean()
