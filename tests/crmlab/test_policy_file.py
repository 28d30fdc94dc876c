"""A policy on paper: what a student hands in as JSON does on the market what it says, or is refused in one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import judging, market_replay, policy_file
from crmlab.errors import LabError
from crmlab.market_replay import Recipe, between, tried
from crmlab.market_variants import CouponsForAll
from sim.errors import InputError
from sim.market import Market
from sim.market.settings import load
from sim.plan import plan
from sim.policy import Actions, Steady, View
from sim.truth import profit

SMALL = Recipe("retail", 400, 7, months=9, later=3)
CALL_THE_SILENT = {
    "schema": 1,
    "actions": [
        {
            "do": "winback",
            "with": "call",
            "where": [{"column": "silent_days", "from": 150}],
            "most_first": "spent",
            "at_most": 30,
        }
    ],
}


@pytest.fixture(scope="module")
def present():
    return SMALL.present()


@pytest.fixture(scope="module")
def view(present) -> View:
    seen = []

    class Look:
        name, budget = "look", None

        def act(self, view):
            seen.append(
                View(
                    **{
                        **vars(view),
                        "customers": {name: view.customers[name].copy() for name in view.customers},
                        "prospects": {name: view.prospects[name].copy() for name in view.prospects},
                    }
                )
            )
            return Actions()

    present.future(Look())
    return seen[0]


def acts(view: View, *steps, **more) -> Actions:
    return policy_file.of({"schema": 1, "actions": list(steps), **more}).act(view)


def test_a_list_and_a_threshold_are_carried_out(view):
    ids = view.customers["customer_id"]
    done = acts(view, {"do": "care", "who": ids[:3].tolist()}, {"do": "care", "who": ids[2:5].tolist()})
    assert done.care.tolist() == ids[:5].tolist()
    rich = acts(view, {"do": "campaign", "with": "coupon", "where": [{"column": "spent", "from": 20000}]})
    assert rich.campaigns["coupon"].tolist() == ids[view.customers["spent"] >= 20000].tolist()


@pytest.mark.parametrize(("word", "sign"), [("most_first", -1), ("least_first", 1)])
def test_where_not_all_are_served_the_first_in_order_are(view, word, sign):
    done = acts(
        view, {"do": "save", "where": [{"column": "orders", "from": 1}], word: "orders", "at_most": 5}
    )
    counts = view.customers["orders"]
    best = np.sort(sign * counts[counts >= 1])[:5]
    chosen = np.isin(view.customers["customer_id"], done.save)
    assert len(done.save) == 5 and np.sort(sign * counts[chosen]).tolist() == best.tolist()


def test_silence_counts_from_the_last_order_or_the_first_day(view):
    told = acts(view, {"do": "care", "where": [{"column": "silent_days", "from": 100, "to": 130}]}).care
    since = np.maximum(view.customers["last_day"], view.customers["joined_day"])
    quiet = view.day - since
    assert set(told) == set(view.customers["customer_id"][(quiet >= 100) & (quiet <= 130)])
    new = acts(view, {"do": "care", "where": [{"column": "known_days", "to": 60}]}).care
    assert set(new) == set(view.customers["customer_id"][view.day - view.customers["joined_day"] <= 60])


def test_prospects_are_called_by_what_is_seen_of_them(view):
    done = acts(view, {"do": "call", "where": [{"column": "money_seen", "from": 0.5}]})
    assert set(done.calls) == set(view.prospects["prospect_id"][view.prospects["money_seen"] >= 0.5])


def test_months_levers_and_budget_are_the_files(view):
    step = {"do": "care", "who": [int(view.customers["customer_id"][0])], "months": [view.month + 1]}
    assert np.size(acts(view, step).care) == 0
    assert acts(view, levers={"price": 0.9, "mode": "points"}).levers.price == 0.9
    assert policy_file.of({"schema": 1, "budget": 500, "name": "省钱"}).budget == 500


def test_the_same_policy_written_and_in_python_earns_the_same(present):
    written = policy_file.of({"schema": 1, "actions": [{"do": "campaign", "with": "coupon", "where": []}]})
    assert profit(present.future(written)) == profit(present.future(CouponsForAll()))
    assert present.worth(written) == present.worth(CouponsForAll()) != present.worth(Steady())


def test_a_written_policy_is_tried_between_two_known_ones():
    key = json.loads(json.dumps(market_replay.key(SMALL, CouponsForAll(), Steady())))
    assert tried(Steady(), key).share == 1 and tried(CouponsForAll(), key).share == 0
    own = tried(
        policy_file.of(
            {
                "schema": 1,
                "actions": [{"do": "campaign", "with": "coupon", "where": [{"column": "orders", "from": 3}]}],
            }
        ),
        key,
    )
    assert 0 < own.share < 1 and own.profit == key["naive"] + own.share * (key["expert"] - key["naive"])


@pytest.mark.parametrize(
    ("steps", "more", "said"),
    [
        ([{"do": "care", "who": [999_999_999]}], {}, "knows nobody of this number"),
        ([{"do": "care", "where": [{"column": "truth_churn"}]}], {}, "cannot be seen"),
        ([{"do": "campaign", "with": "gold", "where": []}], {}, "gold"),
        ([{"do": "campaign", "with": "coupon", "where": []}], {"budget": 1}, "at most its budget"),
        ([{"do": "term", "with": "12", "where": []}], {}, "no contracts"),
        ([{"do": "visit", "with": "need", "where": []}], {}, "no firms"),
        ([], {"levers": {"price": 50}}, "price"),
        ([], {"budget": float("nan")}, "budget"),
    ],
)
def test_a_policys_failure_is_told_as_its_own_and_earns_nothing(steps, more, said):
    key = {"recipe": vars(SMALL), "naive": 1.0, "expert": 2.0}
    done = tried(policy_file.of({"schema": 1, "actions": steps, **more}), key)
    assert done.share == 0 and "policy 'policy.json'" in done.refused and said in done.refused


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ([], "全文"),
        ({}, "缺少 schema"),
        ({"schema": 2}, "没有 2"),
        ({"schema": 1, "action": []}, "不认识 action"),
        ({"schema": 1, "budget": "1"}, "应是数"),
        ({"schema": 1, "budget": -1}, "应在 0 到"),
        ({"schema": 1, "actions": [{"do": "sing"}]}, "actions → 0 → do：没有 sing"),
        ({"schema": 1, "actions": [{"do": "care", "who": ["1"]}]}, "应是整数"),
        ({"schema": 1, "actions": [{"do": "care"}]}, "who 列出编号"),
        ({"schema": 1, "actions": [{"do": "care", "who": [], "where": []}]}, "请写其中一个"),
        ({"schema": 1, "actions": [{"do": "care", "with": "x", "who": []}]}, "请改 care"),
        ({"schema": 1, "actions": [{"do": "winback", "who": []}]}, "请改 winback"),
        ({"schema": 1, "name": "长" * 61}, "太长，最多 60"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_place(plain, said):
    with pytest.raises(LabError, match=said):
        policy_file.of(plain)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 100_000, "\ufeff{}", '{"schema": 1, "name": "' + "x" * policy_file.MOST_BYTES + '"}'],
)
def test_a_spoilt_file_is_refused(tmp_path: Path, text: str):
    (tmp_path / "policy.json").write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=r"policy\.json"):
        policy_file.read(tmp_path / "policy.json")


def test_the_policy_is_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    (tmp_path / "policy.json").write_text(json.dumps(CALL_THE_SILENT), encoding="utf-8-sig")
    assert judging.evidence("policy").plain == CALL_THE_SILENT


def test_between_two_alike_nothing_lies():
    with pytest.raises(LabError, match="分不出高低"):
        between(1.0, naive=2.0, expert=2.0)
    assert [between(x, naive=4.0, expert=2.0) for x in (5.0, 4.0, 3.0, 2.0, 0.0)] == [0, 0, 0.5, 1, 1]


NUMBER = st.integers(-(10**400), 10**400) | st.floats()
STEP = st.fixed_dictionaries(
    {"do": st.sampled_from(["call", "campaign", "care", "save", "winback", "term", "alert"])},
    optional={
        "with": st.sampled_from(["coupon", "call", "12", "x"]),
        "who": st.lists(st.integers(-1, 500) | st.sampled_from([1.0, 2**63, True]), max_size=4),
        "where": st.lists(
            st.fixed_dictionaries(
                {"column": st.sampled_from(["spent", "orders", "silent_days", "consent", "x"])},
                optional={"from": NUMBER, "to": NUMBER},
            ),
            max_size=2,
        ),
        "most_first": st.sampled_from(["spent", "x"]),
        "at_most": NUMBER,
        "months": st.lists(st.integers(0, 12) | st.just(9.0), max_size=3),
    },
)
PLAN = st.fixed_dictionaries(
    {"schema": st.just(1)},
    optional={
        "actions": st.lists(STEP, max_size=3),
        "budget": NUMBER,
        "name": st.text(max_size=5),
        "levers": st.dictionaries(
            st.sampled_from(["price", "agents", "mode", "follow_up"]),
            NUMBER | st.booleans() | st.just("points"),
        ),
        "prospecting": st.dictionaries(st.sampled_from(["search", "x"]), NUMBER),
    },
)


@settings(max_examples=150, deadline=None)
@given(plain=PLAN)
def test_any_policy_is_refused_in_a_sentence_or_carried_out(present, plain):
    try:
        policy = policy_file.of(plain)
    except LabError as refusal:
        assert "policy.json" in str(refusal)
        return
    here = present.story.final.copy()
    look = present.market._view(here, present.story)
    try:
        plan(present.market.settings, policy, look, 400.0)
    except InputError as failure:
        assert str(failure).startswith("policy ")


def test_a_written_policy_may_visit_and_discount_where_customers_are_firms() -> None:
    written = policy_file.of(
        {
            "schema": 1,
            "actions": [
                {"do": "visit", "with": "authority", "where": [{"column": "quoted", "from": 1}]},
                {"do": "discount", "with": "10", "where": [{"column": "employees", "from": 200}]},
                {"do": "programme", "where": [], "most_first": "spent", "at_most": 5},
                {"do": "handover", "where": [{"column": "owner_leaves", "from": 1}]},
            ],
        }
    )
    story = Market(400, 2, settings=load("business")).run(6, written)
    visits, quotes = story.frame("visits"), story.frame("quotes")
    assert set(visits["role"][visits["why"] == "asked"]) == {"authority"}
    assert set(quotes["discount"]) == {0.0, 0.1}
    assert (story.frame("key_accounts").groupby("month").size() <= 5).all()
    assert story.frame("handovers")["careful"].mean() > 0.9  # newcomers of the month were not seen yet
