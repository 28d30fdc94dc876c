import re

import numpy as np

from sim import people
from sim.streams import Streams

IDS = np.arange(500)


def test_a_person_keeps_name_and_number_whoever_else_is_asked_for() -> None:
    streams = Streams(7)
    for made in (people.surnames, people.masked_phones):
        everybody = made(streams, IDS)
        assert made(streams, IDS[::-1][:40]) == everybody[::-1][:40]
        assert made(Streams(8), IDS) != everybody


def test_a_surname_is_one_chinese_sign_and_many_are_in_use() -> None:
    names = people.surnames(Streams(7), IDS)
    assert all(re.fullmatch(r"[\u4e00-\u9fff]", name) for name in names)
    assert len(set(names)) > 40


def test_a_masked_number_hides_its_middle_and_starts_like_a_mobile() -> None:
    phones = people.masked_phones(Streams(7), IDS)
    assert all(re.fullmatch(r"1\d\d\*{4}\d{4}", phone) for phone in phones)
    assert {phone[:3] for phone in phones} == set(people.PREFIXES)


def test_nobody_asked_for_is_nobody_made() -> None:
    assert people.surnames(Streams(7), []) == people.masked_phones(Streams(7), []) == []
