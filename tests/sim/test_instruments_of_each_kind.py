"""Mailbox, questions and panel where customers have contracts or are firms: they tell of that market, varied, with their truth."""

import numpy as np
import pandas as pd
import pytest

from sim import dataset, instruments, tables
from sim.errors import InputError
from sim.instruments import mailbox
from sim.streams import Streams

pytestmark = pytest.mark.slow  # whole data sets of three markets

KINDS = ("subscription", "business")
SIZE = {"customers": 1000, "months": 18, "seed": 5}
NUMBERS = {  # where the number that a mail speaks of stands
    "order": ("orders", "order_id"),
    "bill": ("bills", "bill_id"),
    "contract": ("contracts", "contract_id"),
    "quote": ("quotes", "quote_id"),
    "project": ("opportunities", "opportunity_id"),
}


@pytest.fixture(scope="module")
def data() -> dict[str, dataset.Dataset]:
    return {kind: dataset.build(kind, **SIZE, with_truth=True, replications=0) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_instrument_but_baskets_left_its_tables(data: dict[str, dataset.Dataset], kind: str) -> None:
    made = data[kind]
    for frames, names in ((made.visible, instruments.SEEN), (made.truth, instruments.TRUTH)):
        for name in names:
            if name != "order_lines":
                assert len(frames[name]) > 0, name
                tables.check(frames[name], name)
    assert len(made.visible["mails"]) == len(made.truth["truth_mail"])
    assert len(made.visible["questions"]) == len(made.truth["truth_question"])


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_text_is_about_exists_and_came_before_it(data: dict[str, dataset.Dataset], kind: str) -> None:
    made = data[kind]
    for seen, hidden in (("mails", "truth_mail"), ("questions", "truth_question")):
        both = made.visible[seen].merge(made.truth[hidden], on="message_id")
        assert (both.loc[both["order_id"] < 0, "about"] == "none").all()
        for about, rows in both[both["order_id"] >= 0].groupby("about"):
            table, column = NUMBERS[str(about)]
            known = made.visible[table].set_index(column)
            assert (
                known.loc[rows["order_id"], "customer_id"].to_numpy() == rows["customer_id"].to_numpy()
            ).all()
            if "day" in known:
                assert (rows["day"].to_numpy() >= known.loc[rows["order_id"], "day"].to_numpy()).all(), about
    expected = {
        "subscription": {"order", "bill", "contract", "none"},
        "business": {"order", "quote", "project", "none"},
    }
    assert set(made.truth["truth_mail"]["about"]) == expected[kind]


@pytest.mark.parametrize("kind", ["retail", *KINDS])
def test_hundreds_of_questions_that_are_no_copies(kind: str) -> None:
    told = mailbox.settings(kind)["topics"]
    for lang in mailbox.LANGUAGES:
        asks = [text for one in told for text in one.get(f"ask_{lang}", [])]
        assert len(set(asks)) == len(asks) >= 70
        mails = [text for one in told for text in one[f"mail_{lang}"]]
        assert len(set(mails)) == len(mails) >= 50


@pytest.mark.parametrize("kind", KINDS)
def test_texts_differ_and_no_wording_prevails(data: dict[str, dataset.Dataset], kind: str) -> None:
    for name in ("mails", "questions"):
        texts = data[kind].visible[name]["text"]
        assert len(texts) > 500 and texts.nunique() > 0.93 * len(texts)
        assert texts.value_counts().iloc[0] <= 6
        assert not texts.str.contains(r"[{}]|None|nan").any()


@pytest.mark.parametrize("kind", KINDS)
def test_topics_fit_the_market_and_every_department_has_work(
    data: dict[str, dataset.Dataset], kind: str
) -> None:
    truth = data[kind].truth["truth_mail"]
    assert set(truth["topic"]) == {one["id"] for one in mailbox.settings(kind)["topics"]}
    assert (truth.groupby("topic")["department"].nunique() == 1).all()
    assert (
        truth["department"].nunique() >= 8 and truth["department"].value_counts(normalize=True).iloc[0] < 0.4
    )
    assert set(truth["priority"]) == {1, 2, 3}


def test_a_failed_delivery_a_notice_or_a_high_bill_shows_in_what_is_written(
    data: dict[str, dataset.Dataset],
) -> None:
    rows = data["subscription"].truth["truth_mail"]
    notices = data["subscription"].visible["notices"]
    given = notices.loc[notices["kind"] == "given", "customer_id"]
    leaving = rows[rows["topic"] == "notice"]
    assert leaving["customer_id"].isin(given).mean() > 0.5 > rows["customer_id"].isin(given).mean()
    firm = data["business"]
    failed = firm.truth["truth_failure"]["order_id"]
    about = firm.truth["truth_mail"]
    orders = about[about["about"] == "order"]
    trouble = orders["topic"].isin(["late_delivery", "defect", "wrong_goods", "wrong_invoice", "spare_parts"])
    hit = orders["order_id"].isin(failed)
    assert trouble[hit].mean() > 0.7 > 3 * trouble[~hit].mean()


def test_the_one_in_the_firm_whose_matter_it_is_writes(data: dict[str, dataset.Dataset]) -> None:
    firm = data["business"]
    both = firm.visible["mails"].merge(firm.truth["truth_mail"], on="message_id")
    people = firm.visible["account_contacts"].pivot(index="customer_id", columns="role", values="e_mail")
    mine = both[(both["customer_id"] >= 0) & ~both["sender"].str.contains("elsewhere")]
    for topic, role in (("invoice", "money"), ("contract_terms", "authority"), ("defect", "need")):
        rows = mine[mine["topic"] == topic]
        assert (rows["sender"].to_numpy() == people.loc[rows["customer_id"], role].to_numpy()).all(), topic


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_tell_of_the_same_things(data: dict[str, dataset.Dataset], kind: str) -> None:
    english = dataset.build(kind, **SIZE, lang="en", with_truth=True, replications=0)
    for name in ("truth_mail", "truth_question"):
        assert english.truth[name].equals(data[kind].truth[name])
    assert english.visible["panel"].equals(data[kind].visible["panel"])
    assert all(
        text.isascii() for text in [*english.visible["mails"]["text"], *english.visible["questions"]["text"]]
    )


def test_the_panel_of_a_contract_market_knows_one_provider_a_line(data: dict[str, dataset.Dataset]) -> None:
    wide = data["subscription"].visible["panel"].pivot(index="customer_id", columns="firm", values="orders")
    elsewhere = wide.drop(columns=0)
    met = elsewhere[elsewhere.sum(axis=1) > 0]
    assert (met.max(axis=1) > 0.9 * met.sum(axis=1)).mean() > 0.8  # nearly all of it at one rival
    alive = data["subscription"].truth["truth_customer"].set_index("customer_id")["alive"]
    share = (elsewhere.sum(axis=1) > 0).groupby(alive).mean()
    assert share[False] > 0.8 and 0.15 < share[True] < 0.35


def test_firms_keep_several_suppliers_and_the_panel_tells_the_till(data: dict[str, dataset.Dataset]) -> None:
    made = data["business"]
    panel, first = made.visible["panel"], made.visible["calendar"].groupby("month")["day"].min()
    wide = panel.pivot(index="customer_id", columns="firm", values="orders")
    suppliers = (wide > 0).sum(axis=1)
    assert 0.4 < (suppliers.between(2, 4)).mean() < 0.9
    late = made.visible["orders"][made.visible["orders"]["day"] >= first[6]]
    ours = panel[panel["firm"] == 0].set_index("customer_id")["amount"]
    bought = late.groupby("customer_id")["amount"].sum().reindex(ours.index).fillna(0.0)
    assert np.allclose(ours, bought)


def test_texts_of_bills_and_quotes_are_refused_when_odd() -> None:
    orders = pd.DataFrame(
        {"order_id": [1], "customer_id": [1], "day": [0], "at": [30_000], "amount": [9.0], "kind": ["parcel"]}
    )
    people = pd.DataFrame({"customer_id": [1], "e_mail": ["a@mail.example"]})
    with pytest.raises(InputError, match="kind = parcel: must be one of plain, trouble, bill"):
        mailbox.post(orders, people, Streams(1), market="subscription")
    with pytest.raises(InputError, match="market = 'bank': has no mailbox; choose one of business, retail"):
        mailbox.post(orders, people, Streams(1), market="bank")
