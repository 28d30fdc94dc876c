"""Persons: names, addresses and numbers that fit together, and belong to an id alone."""

import re
import tomllib

import numpy as np

from sim import people
from sim.streams import Streams

IDS = np.arange(1, 4001)
CITIES = tomllib.loads((people.DATA / "places.toml").read_text(encoding="utf-8"))["cities"]
PINYIN = tomllib.loads((people.DATA / "pinyin.toml").read_text(encoding="utf-8"))
MADE = people.persons(Streams(3), IDS)


def test_a_person_stays_the_same_whoever_else_is_asked_for() -> None:
    some = people.persons(Streams(3), IDS[::-1][:50])
    for name in people.COLUMNS:
        assert some[name].tolist() == MADE[name][::-1][:50].tolist(), name


def test_province_city_and_district_belong_together() -> None:
    for province, city, district in zip(MADE["province"], MADE["city"], MADE["district"], strict=True):
        assert district in CITIES[f"{province}/{city}"]["districts"]


def test_phones_and_addresses_for_mail_all_differ() -> None:
    assert len(set(MADE["phone"])) == len(set(MADE["e_mail"])) == len(IDS)
    assert all(re.fullmatch(r"1\d{10}", phone) for phone in MADE["phone"])


def test_a_number_drawn_twice_goes_to_the_smaller_id() -> None:
    class Few(Streams):
        """Streams whose first try gives everybody the same number."""

        def uniforms(self, purpose, who, use=0):  # type: ignore[no-untyped-def]
            return np.full(len(who), 0.5) if use == 0 else super().uniforms(purpose, who, use)

    phones = people.unique_phones(Few(1), np.array([7, 3, 9]))
    assert len(set(phones)) == 3 and phones[1] == "15800000000"


def test_mail_is_the_name_in_pinyin() -> None:
    for name, mail in list(zip(MADE["name"], MADE["e_mail"], strict=True))[:500]:
        surname = next(name[:n] for n in (2, 1) if name[:n] in PINYIN["surnames"] and len(name) > n)
        front = re.match(r"[a-z]+", mail).group()  # type: ignore[union-attr]
        given = "".join(PINYIN["given"].get(sign, "?") for sign in [name[len(surname) :]])
        if "?" in given:
            given = "".join(PINYIN["given"][sign] for sign in name[len(surname) :])
        assert front == PINYIN["surnames"][surname] + given, (name, mail)
        assert mail.endswith(".example")


def test_surnames_that_read_otherwise_as_surnames() -> None:
    assert {name: PINYIN["surnames"][name] for name in "单曾仇解查任"} == {
        "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "任": "ren",
    }  # fmt: skip


def test_the_english_edition_is_the_same_people_romanised() -> None:
    english = people.persons(Streams(3), IDS[:300], lang="en")
    assert english["phone"].tolist() == MADE["phone"][:300].tolist()
    assert english["e_mail"].tolist() == MADE["e_mail"][:300].tolist()
    for name in ("name", "city", "district", "street", "employer"):
        assert all(text.isascii() for text in english[name]), name


def test_names_repeat_as_in_life_and_common_ones_are_common() -> None:
    surnames = [name[0] for name in MADE["name"]]
    assert len(set(MADE["name"])) < len(IDS)
    assert surnames.count("王") > 5 * surnames.count("曾")
