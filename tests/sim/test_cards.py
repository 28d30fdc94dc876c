"""Paper cards: whose they are is known, what is wrong with them is known, and nothing else is wrong."""

import numpy as np
import pandas as pd
import pytest

from sim import people, tables
from sim.errors import InputError
from sim.instruments import cards
from sim.streams import Streams

S, DAYS = Streams(3), 540


def known(n: int = 3000, lang: str = "zh") -> pd.DataFrame:
    ids = np.arange(1, n + 1)
    return pd.DataFrame(people.persons(Streams(1), ids, lang=lang)).assign(customer_id=ids)


@pytest.fixture(scope="module")
def drawer() -> cards.Cards:
    return cards.cards(known(), DAYS, S)


def test_tables_are_what_their_dictionary_says(drawer: cards.Cards) -> None:
    tables.check(drawer.cards, "paper_cards")
    tables.check(drawer.truth, "truth_card")
    assert drawer.cards["day"].is_monotonic_increasing and drawer.cards["day"].max() < DAYS


def test_a_person_has_one_newest_card_and_the_first_is_no_double(drawer: cards.Cards) -> None:
    each = drawer.truth.groupby("person_id")
    assert (each["newest"].sum() == 1).all() and (
        (~drawer.truth["double"]).groupby(drawer.truth["person_id"]).sum() == 1
    ).all()
    assert 0.25 < drawer.truth["double"].mean() < 0.45
    assert (drawer.truth["customer_id"] == -1).mean() > 0.05


def test_what_is_marked_is_wrong_and_nothing_else(drawer: cards.Cards) -> None:
    both = drawer.cards.merge(drawer.truth, on="card_id")
    both = both[both["customer_id"] >= 0].merge(known(), on="customer_id", suffixes=("", "_now"))
    for field in ("name", "gender", "birth_year"):
        marked = both["wrong"].str.split().map(lambda words, field=field: field in words)
        assert ((both[field] != both[f"{field}_now"]) == marked).all(), field
        assert marked.any(), field
    stale = both["stale"].str.contains("address")
    assert (both.loc[~stale, "city"] == both.loc[~stale, "city_now"]).all() and stale.mean() > 0.03
    written = both["phone"].str.replace("+86 ", "").str.replace("-", "")
    odd = both["wrong"].str.contains("phone") | both["stale"].str.contains("phone") | (written == "")
    assert (written[~odd] == both.loc[~odd, "phone_now"]).all()
    assert (written[odd & (written != "")] != both.loc[odd & (written != ""), "phone_now"]).all()


def test_news_of_yesterday_is_on_the_older_cards(drawer: cards.Cards) -> None:
    day = drawer.cards["day"]
    stale = drawer.truth["stale"] != ""
    assert day[stale].mean() < day[~stale].mean() - 60


def test_no_single_field_finds_the_doubles(drawer: cards.Cards) -> None:
    """Equal names are often others, equal persons often written differently: it takes several fields."""
    both = drawer.cards.merge(drawer.truth, on="card_id")
    same_name = both.groupby("name")["person_id"].nunique()
    assert (same_name > 1).mean() > 0.05
    several = both.groupby("person_id").filter(lambda rows: len(rows) > 1)
    assert (several.groupby("person_id")["phone"].nunique() > 1).mean() > 0.3
    family = both[both["person_id"] >= cards.FAMILY]
    phones = set(both.loc[both["customer_id"] >= 0, "phone"])
    assert family["phone"].isin(phones - {""}).mean() > 0.2


def test_other_people_change_no_card(drawer: cards.Cards) -> None:
    few = cards.cards(known().iloc[:500], DAYS, S)
    mine = drawer.truth["person_id"].isin(few.truth["person_id"])
    left = drawer.cards[mine].drop(columns="card_id").reset_index(drop=True)
    assert left.equals(few.cards.drop(columns="card_id"))


def test_english_cards_are_the_same_cards() -> None:
    zh, en = (cards.cards(known(400, lang), DAYS, S, lang=lang) for lang in ("zh", "en"))
    assert zh.truth[["person_id", "double", "stale"]].equals(en.truth[["person_id", "double", "stale"]])
    assert all(name.isascii() for name in en.cards["name"])


def test_few_people_and_bad_input() -> None:
    assert len(cards.cards(known(3), 30, S).cards) <= 30
    with pytest.raises(InputError, match="needs the column 'phone'"):
        cards.cards(known(5).drop(columns="phone"), DAYS, S)
    with pytest.raises(InputError, match="lang = 'de'"):
        cards.cards(known(5), DAYS, S, lang="de")
