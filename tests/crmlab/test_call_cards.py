import re
from collections import Counter

import pandas as pd
import pytest

from crmlab import call_cards
from crmlab.places import COURSE
from crmlab.words import Field, load
from sim.streams import Streams

SEEDS = range(30)
LAB = COURSE / "project03_phone_service" / "lab1_receiving_calls.toml"


@pytest.fixture(scope="module")
def dealt() -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    return [call_cards.deal(Streams(seed)) for seed in SEEDS]


@pytest.fixture(scope="module")
def fields() -> dict[str, Field]:
    return {field.name: field for field in load(LAB).form("register").fields}


def test_the_same_seed_deals_the_same_cards(dealt: list[tuple[pd.DataFrame, pd.DataFrame]]) -> None:
    for before, again in zip(dealt[3], call_cards.deal(Streams(3)), strict=True):
        pd.testing.assert_frame_equal(before, again)


def test_every_world_has_the_same_mix_in_an_order_of_its_own(
    dealt: list[tuple[pd.DataFrame, pd.DataFrame]],
) -> None:
    for cards, key in dealt:
        assert Counter(key["type"]) == Counter(call_cards.MIX)
        assert list(cards["call_id"]) == list(key["call_id"]) == [f"C{k + 1}" for k in range(len(key))]
    assert len({tuple(key["type"]) for _, key in dealt}) > 0.9 * len(dealt)


def test_cards_come_in_order_of_time_within_opening_hours(
    dealt: list[tuple[pd.DataFrame, pd.DataFrame]],
) -> None:
    for cards, _ in dealt:
        assert list(cards["at"]) == sorted(cards["at"])
        assert cards["at"].min() > "08:00" and cards["at"].max() < "20:00"


def test_no_account_is_told_twice_and_no_slot_stays_open(
    dealt: list[tuple[pd.DataFrame, pd.DataFrame]],
) -> None:
    for cards, _ in dealt:
        for language in ("note_zh", "note_en"):
            assert cards[language].is_unique
            assert not cards[language].str.contains(r"[{}]").any()
        assert cards["note_zh"].str.contains(r"[\u4e00-\u9fff]").all()
        assert not cards["note_en"].str.contains(r"[\u4e00-\u9fff]").any()


def test_both_languages_tell_of_the_same_order(dealt: list[tuple[pd.DataFrame, pd.DataFrame]]) -> None:
    told = 0
    for cards, _ in dealt:
        for zh, en in zip(cards["note_zh"], cards["note_en"], strict=True):
            if order := re.search(r"CH\d{6}", zh):
                told += 1
                assert order.group() in en
    assert told > 0


def test_a_card_shows_what_happened_and_not_what_it_is(
    dealt: list[tuple[pd.DataFrame, pd.DataFrame]],
) -> None:
    for cards, _ in dealt:
        assert not {"type", "now", "next_step"} & set(cards.columns)
        assert cards["number"].str.fullmatch(r"1\d\d\*{4}\d{4}").all()


def test_every_true_answer_can_be_chosen_in_the_form(
    dealt: list[tuple[pd.DataFrame, pd.DataFrame]], fields: dict[str, Field]
) -> None:
    for _, key in dealt:
        for name in ("type", "next_step"):
            assert set(key[name]) <= {value for value, _ in fields[name].options}


def test_special_calls_ask_for_the_steps_of_the_textbook(
    dealt: list[tuple[pd.DataFrame, pd.DataFrame]],
) -> None:
    for _, key in dealt:
        steps = key.set_index("type")["next_step"]
        assert steps["harassing"] == "evidence" and steps["threatening"] == "alert"
        # what is settled in the call needs nobody afterwards
        assert (key.loc[key["now"], "next_step"] == "close").all()
        assert (key.loc[~key["now"], "next_step"] != "close").all()
