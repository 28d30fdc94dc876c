"""The business market: projects go forward or end, relations matter, salespeople leave with accounts, levers do what they should."""

import numpy as np
import pandas as pd
import pytest

from sim import dataset, people, tables, truth
from sim.company import Company, board
from sim.errors import InputError
from sim.market import Market, blocks, selling
from sim.market.facts_business import UsualSupplier
from sim.market.settings import READY, load, with_
from sim.market.story import Story
from sim.market.tables import hidden, seen
from sim.policy import Actions, Selling, Steady
from sim.streams import Streams

SETTINGS = load("business")
PEOPLE, SEED, MONTHS = 1200, 3, 20
ORDER = ["identified", "qualified", "proposal", "negotiation", "won", "lost"]


@pytest.fixture(scope="module")
def story() -> Story:
    return Market(PEOPLE, SEED, settings=SETTINGS).run(MONTHS, UsualSupplier(), truth=True)


@pytest.fixture(scope="module")
def data() -> dataset.Dataset:
    return dataset.build("business", customers=120, months=4, seed=2, with_truth=True, replications=1)


@pytest.mark.slow
def test_every_table_passes_its_schema(data: dataset.Dataset) -> None:
    assert {"accounts", "account_contacts", "salespeople", "opportunities", "quotes"} < set(data.visible)
    assert {"truth_account", "truth_opportunity", "truth_warmth", "truth_value"} < set(data.truth)
    assert "order_lines" not in data.visible  # of shops only
    for name, frame in (data.visible | data.truth).items():
        tables.check(frame, name)
    levers = {"visit_authority", "visit_money", "programme", "discount_10", "handover"}
    assert levers < set(data.truth["truth_lever"]["lever"])


@pytest.mark.slow
def test_a_customer_is_the_same_person_at_the_same_firm_in_every_market(data: dataset.Dataset) -> None:
    person = people.persons(Streams(2, "people"), np.arange(1, 121), women_share=0.55)
    known = data.visible["customers"].query("customer_id <= 120")
    assert (known["phone"] == person["phone"]).all() and (known["name"] == person["name"]).all()
    firms = data.visible["accounts"].query("customer_id <= 120")["firm"]
    assert (firms.to_numpy() == person["city"] + person["employer"]).all()
    contacts = data.visible["account_contacts"]
    mine = contacts[(contacts["role"] == "need") & (contacts["customer_id"] <= 120)]
    assert (mine["phone"].to_numpy() == person["phone"]).all()
    apart = contacts.drop_duplicates("person_id")
    assert not apart["phone"].duplicated().any()
    small = data.visible["accounts"].query("employees < 50")["customer_id"]
    people_of = contacts.groupby("customer_id")["person_id"].nunique()
    assert (people_of.loc[small] == 2).all() and (people_of.drop(small) == 3).all()


def test_a_project_goes_stage_by_stage_and_ends_once(story: Story) -> None:
    log = story.frame("opportunity_stages")
    log["step"] = log["stage"].map(ORDER.index)
    log = log.sort_values(["opportunity_id", "step"])
    assert (log.groupby("opportunity_id")["day"].diff().dropna() >= 0).all()
    forward = log[log["stage"] != "lost"].groupby("opportunity_id")["step"]
    assert (forward.first() == 0).all() and (forward.diff().dropna() == 1).all()
    ended = log[log["step"] >= 4]
    assert len(ended) > 300 and not ended["opportunity_id"].duplicated().any()
    assert set(log["opportunity_id"]) == set(story.frame("opportunities")["opportunity_id"])


def test_what_is_won_is_an_order_at_the_price_of_the_last_quote(story: Story) -> None:
    won = story.frame("opportunity_stages").query("stage == 'won'")
    quotes = story.frame("quotes").sort_values("quote_id").groupby("opportunity_id").last()
    orders = story.frame("orders").set_index("order_id").loc[won["order_id"]]
    assert len(won) > 100
    assert np.allclose(orders["amount"], quotes["amount"].loc[won["opportunity_id"]])
    assert (orders["day"].to_numpy() == won["day"].to_numpy()).all()
    assert (orders["customer_id"].to_numpy() == won["customer_id"].to_numpy()).all()


def test_what_salespeople_say_follows_the_truth_and_lies_above_it(story: Story) -> None:
    said, true = story.frame("opportunity_stages"), story.frame("truth_opportunity")
    both = said.merge(true, on=["opportunity_id", "stage"])
    both = both[both["stage"] == "proposal"]
    assert both["probability"].mean() > both["chance"].mean()
    assert 0.2 < both["probability"].corr(both["chance"]) < 0.95


def test_the_true_chance_is_the_share_that_is_won(story: Story) -> None:
    # Without levers or salespeople who leave nothing moves the chance but moods and cooling relations.
    calm = with_(SETTINGS, staff__leaving=0.0, accounts__warmth_keep=1.0, accounts__own_visits_share=0.0)
    told = Market(6000, 5, settings=calm).run(24, truth=True)
    log = told.frame("truth_opportunity")
    ended = log.groupby("opportunity_id")["stage"].last()
    assert ended.isin(ORDER).all()
    quoted = log[(log["stage"] == "proposal") & (log["day"] < 400)].set_index("opportunity_id")
    won = quoted.index.isin(log[log["stage"] == "won"]["opportunity_id"])
    bound = 4 * np.sqrt(0.25 / len(won))
    assert abs(won.mean() - quoted["chance"].mean()) < bound + 0.02
    high = quoted["chance"] > quoted["chance"].median()
    assert won[high].mean() > won[~high].mean() + 0.15


@pytest.mark.parametrize("role", ["money", "authority", "need"])
def test_who_lacks_one_of_the_three_wins_less(story: Story, role: str) -> None:
    told = (
        story.frame("truth_opportunity")
        .groupby("opportunity_id")
        .agg(customer_id=("customer_id", "first"), won=("stage", lambda stages: "won" in set(stages)))
    )
    degree = story.frame("truth_account").set_index("customer_id")[role].loc[told["customer_id"]].to_numpy()
    won = told["won"].to_numpy()
    low, high = np.quantile(degree, [1 / 3, 2 / 3])
    assert won[degree > high].mean() > 1.15 * won[degree < low].mean()


def test_visits_tell_what_is_so_and_warm_the_relation(story: Story) -> None:
    visits, true = story.frame("visits"), story.frame("truth_account").set_index("customer_id")
    right = true.to_numpy()[
        true.index.get_indexer(visits["customer_id"]),
        visits["role"].map({"money": 0, "authority": 1, "need": 2}),
    ]
    assert np.abs(visits["said"] - right).mean() < 0.06
    market = Market(300, SEED, settings=SETTINGS)
    ids = np.arange(1, 301)
    cold, warm = (
        market.run(3, Steady(Actions(selling=Selling(visits=visits))), truth=True).frame("truth_warmth")
        for visits in ({}, {"authority": ids})
    )
    both = cold.merge(warm, on=["customer_id", "month"])
    assert (both["authority_y"] >= both["authority_x"]).all()  # some were visited unasked
    assert both["authority_y"].mean() > both["authority_x"].mean() + 0.15
    assert np.allclose(both["money_x"], both["money_y"])


def test_salespeople_leave_with_relations_and_accounts_and_care_keeps_them() -> None:
    firm = with_(SETTINGS, staff__leaving=0.05)
    market = Market(2500, SEED, settings=firm)
    everybody = np.arange(1, 2501)
    careless, careful = (
        market.run(12, Steady(Actions(selling=Selling(handover=ids))), truth=True)
        for ids in (np.zeros(0, dtype=int), everybody)
    )
    gone = [(one.frame("truth_loss")["cause"] == "staff").sum() for one in (careless, careful)]
    assert gone[0] > 1.5 * gone[1] > 0
    moves = careless.frame("handovers")
    assert not moves["careful"].any() and careful.frame("handovers")["careful"].mean() > 0.9
    assert (moves["to_salesperson"] == moves["from_salesperson"] + 1).all()
    staff = careless.frame("salespeople").set_index("salesperson_id")
    assert (staff["until_day"].loc[moves["from_salesperson"]].to_numpy() == moves["day"].to_numpy()).all()


def test_every_account_handed_over_had_a_salesperson_who_left(story: Story) -> None:
    left = story.frame("keepers")
    moves = story.frame("handovers")
    month = story.almanac.month_of(moves["day"].to_numpy())
    pairs = set(zip(left["month"], left["keeper"], strict=True))
    assert set(zip(month.tolist(), (moves["from_salesperson"] // 1000).tolist(), strict=True)) <= pairs


def test_blocks_give_the_same_market() -> None:
    whole = Market(300, SEED, settings=SETTINGS).run(8, UsualSupplier(), truth=True)
    apart = blocks.run(300, SEED, 8, blocks=3, policy=UsualSupplier(), truth=True, settings=SETTINGS)
    for name in (*seen(SETTINGS), *hidden(SETTINGS)):
        pd.testing.assert_frame_equal(whole.frame(name), apart.frame(name))


def test_a_policy_that_touches_nobody_leaves_every_byte() -> None:
    market = Market(300, SEED, settings=SETTINGS)
    nobody = Selling(visits={"money": []}, programme=[], discounts={"10": []}, handover=[])
    one, other = market.run(6, Steady()), market.run(6, Steady(Actions(selling=nobody)))
    for name in seen(SETTINGS):
        pd.testing.assert_frame_equal(one.frame(name), other.frame(name))


def test_a_new_account_changes_nobody_else() -> None:
    few, more = (Market(n, SEED, settings=with_(SETTINGS, prospects__volume=0.0)).run(6) for n in (100, 101))
    for name in ("orders", "opportunity_stages", "visits"):
        one, other = few.frame(name), more.frame(name)
        pd.testing.assert_frame_equal(
            one, other[other["customer_id"] <= 100].reset_index(drop=True), check_dtype=False
        )


@pytest.mark.slow
def test_common_noise_narrows_the_difference_of_two_policies() -> None:
    class Call(UsualSupplier):
        def act(self, view):  # type: ignore[no-untyped-def]
            ids = view.customers["customer_id"]
            return Actions(selling=Selling(visits={"money": ids[view.customers["quoted"] > 0]}))

    gains, apart = [], []
    for seed in range(8):
        market = Market(600, seed, settings=SETTINGS)
        gains.append(truth.counterfactual(market, 10, Steady(), Call()).difference)
        apart.append(
            truth.profit(Market(600, seed + 100, settings=SETTINGS).run(10, Call()))
            - truth.profit(market.run(10))
        )
    assert np.var(apart) > 30 * np.var(gains)


def test_a_discount_wins_more_and_costs_margin() -> None:
    market = Market(3000, SEED, settings=SETTINGS)
    ids = np.arange(1, 3001)
    plain, cut = (
        market.run(12, Steady(Actions(selling=Selling(discounts=discounts))))
        for discounts in ({}, {"15": ids})
    )
    won = [(one.frame("opportunity_stages")["stage"] == "won").sum() for one in (plain, cut)]
    assert won[1] > 1.02 * won[0]
    projects = [one.frame("orders").query("order_id % 10000 >= 5000") for one in (plain, cut)]
    share = [one["margin"].sum() / one["amount"].sum() for one in projects]
    assert share[1] < share[0] - 0.08


def test_what_only_suppliers_of_firms_can_do_is_refused_to_others() -> None:
    with pytest.raises(
        InputError, match=r"month 0: selling: the customers of this market are no firms; leave"
    ):
        Market(50, 1).run(1, Steady(Actions(selling=Selling(programme=[1]))))
    market = Market(50, 1, settings=SETTINGS)
    for wrong, rule in (
        (Selling(visits={"boss": [1]}), r"visits = 'boss': is none of money, authority, need; correct"),
        (Selling(discounts={"50": [1]}), r"discounts = '50': is none of 5, 10, 15; correct"),
        (Selling(programme=[99]), r"programme = 99: the firm knows nobody of this number"),
        (Selling(handover=["a"]), r"handover = \['a'\]: must be a list of whole numbers"),
        ({"visits": {}}, r"selling = .*: must be sim.policy.Selling; write selling=Selling"),
    ):
        with pytest.raises(InputError, match=rule):
            market.run(1, Steady(Actions(selling=wrong)))  # type: ignore[arg-type]


def test_a_budget_holds_for_visits_too() -> None:
    dear = Steady(Actions(selling=Selling(programme=list(range(1, 51)))), budget=1000.0)
    with pytest.raises(InputError, match=r"at most its budget of 1000.00; do less, .* key accounts"):
        Market(50, 1, settings=SETTINGS).run(1, dear)


def test_a_shop_has_no_accounts_to_ask_for() -> None:
    with pytest.raises(ValueError, match="no accounts"):
        selling.accounts_of(Market(50, 1).run(1).final)


@pytest.mark.slow
def test_the_contact_centre_answers_firms_too() -> None:
    told = Company(800, 1, settings=SETTINGS).run(3)
    numbers = board(told)
    assert numbers["requests"] > 50 and 0 <= numbers["abandoned"] < 0.5
    reasons = set(told.story.frame("service_contacts")["reason"])
    assert reasons <= {*SETTINGS.voice.reasons_enquiry, *SETTINGS.voice.reasons_complaint}


def test_no_visible_column_is_a_hidden_one_or_nearly_so() -> None:
    home = READY / "business" / "demo"
    shown = {path.stem: pd.read_parquet(path) for path in home.glob("*.parquet")}
    true = pd.read_parquet(home / "truth" / "truth_account.parquet").set_index("customer_id")
    for name in ("customers", "accounts", "opportunities", "quotes", "opportunity_stages"):
        rows = shown[name]
        assert not set(rows) & {"money", "authority", "need", "chance", "why"}, name
        mean = rows.select_dtypes(["number", "bool"]).astype(float).groupby(rows["customer_id"]).mean()
        for column in mean:
            simple = mean[column].reindex(true.index)
            if simple.std() > 0:
                assert not (true.corrwith(simple).abs() > 0.95).any(), (name, column)
