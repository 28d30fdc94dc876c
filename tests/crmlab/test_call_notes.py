import re
import string
import tomllib
from collections import Counter

import numpy as np
import pytest

from crmlab import call_cards
from crmlab.places import COURSE, DATASETS
from sim import people
from sim.streams import Streams

WORDS = tomllib.loads((DATASETS / "retail" / "call_notes.toml").read_text(encoding="utf-8"))
NOTES, SLOTS = WORDS["notes"], WORDS["slots"]
TYPES = {"enquiry", "order", "tracking", "complaint", "harassing", "threatening", "silent"}
WORLDS = range(200)


def slots_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_enough_notes_of_every_type() -> None:
    count = Counter(note["type"] for note in NOTES)
    assert set(count) == TYPES and sum(count.values()) >= 40
    assert all(count[kind] > Counter(call_cards.MIX)[kind] for kind in TYPES)


def test_no_note_stands_twice() -> None:
    for lang in ("zh", "en"):
        assert max(Counter(note[lang] for note in NOTES).values()) == 1


@pytest.mark.parametrize("note", NOTES, ids=[f"{n}-{note['type']}" for n, note in enumerate(NOTES)])
def test_a_note_has_its_words_in_both_languages(note: dict) -> None:
    assert set(note) == {"type", "now", "next_step", "zh", "en"}
    known = {"surname", "order", *(name.removesuffix("_zh") for name in SLOTS if name.endswith("_zh"))}
    assert slots_of(note["zh"]) <= known
    # an English note says "a customer", for the pinyin of a name is a guess
    assert slots_of(note["en"]) == slots_of(note["zh"]) - {"surname"}
    assert re.search(r"[一-鿿]", note["zh"]) and not re.search(r"[一-鿿]", note["en"])


@pytest.mark.parametrize("note", NOTES, ids=[f"{n}-{note['type']}" for n, note in enumerate(NOTES)])
def test_what_is_done_next_fits_the_type(note: dict) -> None:
    fixed = {"harassing": "evidence", "threatening": "alert", "silent": "close"}
    if note["type"] in fixed:
        assert note["next_step"] == fixed[note["type"]]
    else:
        assert note["next_step"] in {"close", "reply", "leader"}
    assert note["now"] == (note["next_step"] == "close")


def test_the_form_of_the_lab_offers_every_answer() -> None:
    path = COURSE / "project03_phone_service" / "lab1_receiving_calls.toml"
    options = tomllib.loads(path.read_text(encoding="utf-8"))["options"]
    assert {value for value, _ in options["types"]} == TYPES
    assert {value for value, _ in options["next"]} == {note["next_step"] for note in NOTES}


def test_the_slots_have_the_same_words_in_both_languages() -> None:
    assert {name[:-3]: len(SLOTS[name]) for name in SLOTS if name.endswith("_zh")} == {
        name[:-3]: len(SLOTS[name]) for name in SLOTS if name.endswith("_en")
    }


@pytest.mark.slow
def test_both_languages_of_a_card_name_the_same_order_and_product() -> None:
    pairs = dict(zip(SLOTS["product_zh"], SLOTS["product_en"], strict=True))
    pairs |= dict(zip(SLOTS["appliance_zh"], SLOTS["appliance_en"], strict=True))
    for seed in WORLDS:
        for card in call_cards.deal(Streams(seed))[0].itertuples():
            for zh, en in pairs.items():
                assert (zh in card.note_zh) == (en in card.note_en), card
            assert re.findall(r"CH\d{6}", card.note_zh) == re.findall(r"CH\d{6}", card.note_en)


@pytest.mark.slow
def test_the_place_of_a_special_call_says_nothing() -> None:
    places = Counter()
    for seed in WORLDS:
        _, key = call_cards.deal(Streams(seed))
        places.update(key.loc[key["type"] == "threatening", "call_id"])
    # 200 worlds over 8 places: 25 each, standard deviation 4.7; four of them
    assert set(places) == set(key["call_id"]) and all(abs(n - 25) <= 19 for n in places.values())


def test_surnames_are_as_common_as_the_word_list_says() -> None:
    from faker.providers.person.zh_CN import Provider

    names = Counter(people.surnames(Streams(7), np.arange(20_000)))
    weights = {name: weight for name, weight in Provider.last_names.items() if len(name) == 1}
    share = weights["王"] / sum(weights.values())
    # four standard errors of a share near 0.07 in 20,000 draws
    assert abs(names["王"] / 20_000 - share) < 0.008
    assert set(names) <= set(weights)
