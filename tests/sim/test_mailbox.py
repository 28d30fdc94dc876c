"""The mailbox: the same orders tell of the same things in both languages, varied, and sortable by reading only."""

import numpy as np
import pandas as pd
import pytest

from sim import tables
from sim.errors import InputError
from sim.instruments import mailbox
from sim.streams import Streams

S = Streams(3)


def shop(orders: int = 6000) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = np.arange(1, orders + 1)
    bought = pd.DataFrame(
        {
            "order_id": ids,
            "customer_id": ids % 300 + 1,
            "day": ids // 12,
            "at": 30_000 + ids % 1000,
            "amount": 88.5,
            "failed": ids % 10 == 0,
        }
    )
    who = np.arange(1, 301)
    return bought, pd.DataFrame({"customer_id": who, "e_mail": [f"c{k}@mail.example" for k in who]})


@pytest.fixture(scope="module")
def both() -> dict[str, mailbox.Post]:
    return {lang: mailbox.post(*shop(), S, lang=lang) for lang in mailbox.LANGUAGES}


def test_tables_are_what_their_dictionary_says(both: dict[str, mailbox.Post]) -> None:
    for post in both.values():
        for frame, name in zip(post, ("mails", "questions", "truth_mail", "truth_question"), strict=True):
            tables.check(frame, name)
        assert (post.mails["message_id"] == post.truth_mails["message_id"]).all()
        moment = post.mails["day"] * 86_400 + post.mails["at"]
        assert moment.is_monotonic_increasing


def test_both_languages_tell_of_the_same_things(both: dict[str, mailbox.Post]) -> None:
    assert both["zh"].truth_mails.equals(both["en"].truth_mails)
    assert both["zh"].truth_questions.equals(both["en"].truth_questions)
    assert both["zh"].mails["sender"].equals(both["en"].mails["sender"])
    assert all(text.isascii() for text in both["en"].mails["text"])
    assert not any("{" in text or "None" in text for post in both.values() for text in post.mails["text"])


def test_texts_are_varied_and_some_have_slips(both: dict[str, mailbox.Post]) -> None:
    for post in both.values():
        assert post.mails["text"].nunique() > 0.9 * len(post.mails)
        assert 0.15 < post.truth_mails["typo"].mean() < 0.29
    topics = {one["id"] for one in mailbox.settings()["topics"]}
    assert set(both["zh"].truth_mails["topic"]) == topics


def test_a_mail_follows_its_order_and_failed_orders_write_more(both: dict[str, mailbox.Post]) -> None:
    orders = shop()[0].set_index("order_id")
    truth = both["zh"].truth_mails
    about = truth[truth["order_id"] >= 0]
    mails = both["zh"].mails.set_index("message_id").loc[about["message_id"]]
    assert (mails["day"].to_numpy() >= orders.loc[about["order_id"], "day"].to_numpy()).all()
    failed = orders.loc[about["order_id"], "failed"].to_numpy()
    assert failed.mean() > 0.25  # 10 % of the orders
    assert (
        about.loc[failed, "topic"].isin(["late_delivery", "return_refund", "quality", "wrong_item"]).mean()
        > 0.6
    )
    assert (truth.loc[truth["order_id"] < 0, "customer_id"] == -1).all()


def test_a_number_or_an_hour_does_not_tell_the_topic(both: dict[str, mailbox.Post]) -> None:
    truth, mails = both["zh"].truth_mails, both["zh"].mails
    urgent = truth["priority"] == 1
    for column in ("message_id", "at"):
        assert abs(np.corrcoef(mails[column], urgent)[0, 1]) < 0.15


def test_pressing_raises_the_priority(both: dict[str, mailbox.Post]) -> None:
    usual = {one["id"]: one["priority"] for one in mailbox.settings()["topics"]}
    truth = both["zh"].truth_mails
    raised = truth["priority"] < truth["topic"].map(usual)
    words = mailbox.settings()["frame"]["urgent_zh"]
    presses = both["zh"].mails["text"].map(lambda text: any(w[:3] in text for w in words))
    assert raised.any() and presses[raised].mean() > 0.9


def test_other_orders_change_no_text() -> None:
    orders, customers = shop(2000)
    whole, part = (mailbox.post(some, customers, S) for some in (orders, orders.iloc[500:]))
    kept = whole.truth_mails["order_id"] > 500
    assert whole.mails.loc[kept, "text"].tolist() == (
        part.mails.loc[part.truth_mails["order_id"] > 500, "text"].tolist()
    )


def test_what_does_not_fit_is_refused() -> None:
    orders, customers = shop(200)
    with pytest.raises(InputError, match="lang = 'de': must be one of zh, en"):
        mailbox.post(orders, customers, S, lang="de")
    with pytest.raises(InputError, match=r"orders = columns .*: needs the column 'failed'"):
        mailbox.post(orders.drop(columns="failed"), customers, S)
    with pytest.raises(InputError, match=r"customer_id = \d+: is not among the customers; add the customer"):
        mailbox.post(orders, customers.iloc[:2], S)
