"""The subscription market: contracts hold, notices are kept, bills add up, and levers do what they should."""

import numpy as np
import pandas as pd
import pytest

from sim import dataset, tables, truth
from sim.company import Company, board
from sim.errors import InputError
from sim.market import Market, blocks, usage
from sim.market.facts_subscription import UsualProvider
from sim.market.scene import Levers
from sim.market.settings import READY, kind_of, load, with_
from sim.market.story import Story
from sim.market.tables import hidden, seen
from sim.policy import Actions, Steady
from sim.scenario import load as centre_of

SETTINGS = load("subscription")
PEOPLE, SEED, MONTHS = 1500, 3, 20


@pytest.fixture(scope="module")
def story() -> Story:
    return Market(PEOPLE, SEED, settings=SETTINGS).run(MONTHS, UsualProvider(), truth=True)


@pytest.mark.slow
def test_every_table_passes_its_schema() -> None:
    made = dataset.build("subscription", customers=120, months=4, seed=2, with_truth=True, replications=1)
    assert {"contracts", "usage", "bills", "plan_changes", "notices", "retention"} < set(made.visible)
    assert {"truth_wish", "truth_value"} < set(made.truth)
    assert "order_lines" not in made.visible  # of shops only
    for name, frame in (made.visible | made.truth).items():
        tables.check(frame, name)
    assert {"term_12", "term_24", "alert"} < set(made.truth["truth_lever"]["lever"])


def test_nobody_inside_a_term_leaves_before_its_end_unless_he_pays_or_moves() -> None:
    firm = with_(SETTINGS, contract__buyout_share=0.0, churn__constant=0.0)
    told = Market(PEOPLE, SEED, settings=firm).run(MONTHS)
    lost, contracts = told.frame("truth_loss"), told.frame("contracts")
    last = contracts.sort_values("contract_id").groupby("customer_id").last()
    gone = lost[(lost["cause"] != "natural")].merge(last, on="customer_id")
    bound = gone[gone["term_months"] > 1]
    assert len(bound) > 20
    assert (bound["day"] >= bound["end_day"]).all()


def test_every_loss_had_its_notice_and_came_when_the_notice_said(story: Story) -> None:
    lost, notices = story.frame("truth_loss"), story.frame("notices")
    given = notices[notices["kind"] == "given"]
    both = lost.merge(given, left_on=["customer_id", "day"], right_on=["customer_id", "leaves_day"])
    assert len(lost) > 100 and len(both) == len(lost)
    assert (both["day_y"] <= both["day_x"]).all()


def test_a_wish_comes_before_its_notice(story: Story) -> None:
    wish = story.frame("truth_wish").groupby("customer_id")["day"].min()
    notices = story.frame("notices").groupby("customer_id")["day"].min()
    assert (notices >= wish.reindex(notices.index)).all()


def test_bills_add_up_and_nobody_is_billed_who_is_gone(story: Story) -> None:
    bills, lost = story.frame("bills"), story.frame("truth_loss")
    assert np.allclose(bills["amount"], bills["fee"] + bills["above"])
    assert (bills["paid_day"] > bills["day"]).all() and not bills["bill_id"].duplicated().any()
    for_good = lost[~lost["customer_id"].isin(lost["customer_id"][lost["life"] > 0])]
    people = story.customers()
    dead = for_good[for_good["customer_id"].isin(people.id[~people.alive])].set_index("customer_id")["day"]
    last = bills.groupby("customer_id")["day"].max()
    assert (last.reindex(dead.index) <= dead).all()
    assert people.spent.sum() == pytest.approx(
        story.frame("bills")["amount"].sum() + story.frame("orders")["amount"].sum()
    )


def test_use_falls_when_somebody_wants_out(story: Story) -> None:
    use, wish = story.frame("usage"), story.frame("truth_wish").groupby("customer_id")["day"].min()
    month = np.asarray(story.almanac.month_of(wish.to_numpy()))
    wished = pd.Series(month, index=wish.index)
    rows = use[use["customer_id"].isin(wished.index)]
    away = rows["month"] - rows["customer_id"].map(wished)
    before, after = (rows[away.between(*span)]["gigabytes"].mean() for span in ((-3, -1), (1, 2)))
    assert 0.45 < after / before < 0.85


def test_contracts_follow_one_another_without_a_gap_in_their_numbers(story: Story) -> None:
    contracts = story.frame("contracts")
    number = contracts["contract_id"] % 100
    assert (number.groupby(contracts["customer_id"]).diff().dropna() == 1).all()
    by_month = contracts["term_months"] == 1
    assert ((contracts["end_day"] == -1) == by_month).all()


def test_blocks_give_the_same_market() -> None:
    whole = Market(300, SEED, settings=SETTINGS).run(6, UsualProvider(), truth=True)
    apart = blocks.run(300, SEED, 6, blocks=3, policy=UsualProvider(), truth=True, settings=SETTINGS)
    for name in (*seen(SETTINGS), *hidden(SETTINGS)):
        pd.testing.assert_frame_equal(whole.frame(name), apart.frame(name))


def test_a_policy_that_touches_nobody_leaves_every_byte() -> None:
    market = Market(300, SEED, settings=SETTINGS)
    one = market.run(5, Steady())
    other = market.run(5, Steady(Actions(terms={"12": []}, alerts=[], save=[])))
    for name in seen(SETTINGS):
        pd.testing.assert_frame_equal(one.frame(name), other.frame(name))


@pytest.mark.slow
def test_common_noise_narrows_the_difference_of_two_policies() -> None:
    class Hold(UsualProvider):
        def act(self, view):  # type: ignore[no-untyped-def]
            ids = view.customers["customer_id"]
            return Actions(save=ids[view.customers["leaves_day"] >= view.day])

    gains, apart = [], []
    for seed in range(8):
        market = Market(600, seed, settings=SETTINGS)
        gains.append(truth.counterfactual(market, 10, Steady(), Hold()).difference)
        apart.append(
            truth.profit(Market(600, seed + 100, settings=SETTINGS).run(10, Hold()))
            - truth.profit(market.run(10))
        )
    assert np.var(apart) > 30 * np.var(gains)


def test_a_save_offer_is_worth_most_to_those_about_to_go() -> None:
    market = Market(600, SEED, settings=SETTINGS)
    story = market.run(8)
    gain = truth.uplift(market, story.final, 8, replications=2, only=("save",))["save"].value.mean
    leaving = story.final.contracts.quitting & story.final.people.alive
    assert gain[leaving].mean() > 5 * abs(gain[~leaving].mean())


def test_what_only_providers_can_do_is_refused_to_shops() -> None:
    with pytest.raises(InputError, match=r"policy 'steady', month 0: terms or alerts: this market has no"):
        Market(50, 1).run(1, Steady(Actions(terms={"12": [1]})))
    with pytest.raises(InputError, match=r"terms = '36': is none of 12, 24; correct the spelling"):
        Market(50, 1, settings=SETTINGS).run(1, Steady(Actions(terms={"36": [1]})))


def test_a_market_file_may_stand_on_another(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert kind_of(SETTINGS) == "subscription" and kind_of(load("retail")) == "retail"
    assert SETTINGS.calendar.plain() == load("retail").calendar.plain()
    own = tmp_path / "mine.toml"
    own.write_text('base = "subscription"\n[contract]\nlock = 0.5\n', encoding="utf-8")
    assert load(own).contract.lock == 0.5 and load(own).contract.notice_months == 1.0
    for text, rule in (
        ('base = "nowhere"', r"base = nowhere: must be one of business, retail, subscription"),
        (
            'base = "retail"\nkind = "nothing"',
            r"kind = nothing: must be one of business, retail, subscription",
        ),
        ('base = "subscription"\n[contract]\nlocks = 1.0', r"contract.locks = 1.0: is unknown here"),
    ):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=rule):
            load(own)


@pytest.mark.slow
def test_more_agents_shorten_the_wait_and_then_fewer_want_out() -> None:
    centre = centre_of("retail_hotline").with_(
        skills__enquiry__talk_mean_seconds=1500.0,
        skills__complaint__talk_mean_seconds=1500.0,
        ivr__self_service_share=0.0,
    )
    firm = with_(SETTINGS, voice__question_share=0.9, company__line_calls=0.0)
    one = {team.name: (1,) * centre.intervals for team in centre.teams}
    few, many = (
        Company(3000, 1, scenario=centre, settings=firm, agents=one).run(
            6, Steady(Actions(levers=Levers(agents=times))), truth=True
        )
        for times in (1.0, 4.0)
    )
    assert board(few)["wait"] > 30 > 2 > board(many)["wait"]
    press = [
        one.story.frame("truth_month").query("month >= 2 and hazard_service > 0")["hazard_service"].mean()
        for one in (few, many)
    ]
    assert press[0] > 1.03 * press[1]


def test_no_visible_column_is_a_hidden_one_or_nearly_so() -> None:
    home = READY / "subscription" / "demo"
    seen_by_all = {path.stem: pd.read_parquet(path) for path in home.glob("*.parquet")}
    truth_rows = pd.read_parquet(home / "truth" / "truth_customer.parquet").set_index("customer_id")
    known = truth_rows.select_dtypes("number").drop(columns=["lost_day"]).astype(float)
    for name in ("customers", "contracts", "usage", "bills"):
        rows = seen_by_all[name]
        assert not (set(rows) & (set(truth_rows) - {"customer_id"})), name
        mean = rows.select_dtypes(["number", "bool"]).astype(float).groupby(rows["customer_id"]).mean()
        for column in mean:
            simple = mean[column].reindex(known.index)
            if simple.std() > 0:
                assert not (known.corrwith(simple).abs() > 0.9).any(), (name, column)


def test_a_shop_has_no_contracts_to_ask_for():
    shop = Market(50, 1).run(1)
    with pytest.raises(ValueError, match="no contracts"):
        usage.contracts_of(shop.final)
