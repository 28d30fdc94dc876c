"""The desk of telephone skills: everybody's own, told in two languages, its answers not to be read off the tables."""

import re
from collections import Counter
from typing import Any

import pandas as pd
import pytest

from crmlab import phone_card, phone_skills, skill_answers
from sim.streams import Streams

SEEDS = range(30)
SCENES = phone_skills.book()["scenes"]
Dealt = tuple[dict[str, pd.DataFrame], dict[str, Any]]


@pytest.fixture(scope="module")
def dealt() -> list[Dealt]:
    return [phone_skills.deal(Streams(seed)) for seed in SEEDS]


def test_the_same_seed_deals_the_same_desk_and_others_deal_others(dealt: list[Dealt]) -> None:
    visible, facts = phone_skills.deal(Streams(5))
    assert facts == dealt[5][1]
    for name, table in visible.items():
        pd.testing.assert_frame_equal(table, dealt[5][0][name])
    assert len({str(facts) for _, facts in dealt}) == len(dealt)


def test_every_table_is_told_in_both_languages_and_nothing_is_left_to_fill(dealt: list[Dealt]) -> None:
    for visible, _ in dealt:
        for table in visible.values():
            for column in table.columns[table.columns.str.endswith(("_zh", "_en"))]:
                assert not table[column].str.contains(r"[{}]").any()
                chinese = table[column].str.contains(r"[\u4e00-\u9fff]")
                assert chinese.all() if column.endswith("_zh") else not chinese.any()


def test_what_is_to_be_decided_cannot_be_read_off_the_tables(dealt: list[Dealt]) -> None:
    for visible, _ in dealt:
        columns = {column for table in visible.values() for column in table.columns}
        assert not {"kind", "skill", "feature", "good", "better"} & columns


def test_every_desk_has_every_kind(dealt: list[Dealt]) -> None:
    for visible, facts in dealt:
        ready = Counter(facts["ready"].values())
        assert (
            ready["never"] == 2 and set(ready) == {*phone_skills.KINDS, "never"} and sum(ready.values()) == 8
        )
        skills = list(facts["call"].values())
        assert skills[0] == "welcome" and len(skills) == 10
        assert set(skills) == {"welcome", "listen", "open", "closed", "restate", "other"}
        assert len({one["feature"] for one in facts["slips"].values()}) == 6
        assert [*visible["skill_call"]["line_id"]] == [*facts["call"]]


def test_the_better_line_is_the_one_of_the_book(dealt: list[Dealt]) -> None:
    good = {one["good_zh"] for one in phone_skills.book()["slips"]}
    for visible, facts in dealt:
        for row in visible["skill_slips"].itertuples():
            lines = dict(re.findall(r"^([ABC])\. (.+)$", row.note_zh, re.MULTILINE))
            assert set(lines) == {"A", "B", "C"}
            assert lines[facts["slips"][row.mend_id]["better"]] in good


def test_the_letter_of_the_better_line_tells_nothing(dealt: list[Dealt]) -> None:
    letters = Counter(one["better"] for _, facts in dealt for one in facts["slips"].values())
    assert all(40 <= letters[letter] <= 80 for letter in "ABC"), letters


def test_what_was_said_to_a_line_left_out_goes_with_the_next(dealt: list[Dealt]) -> None:
    book = [beat["customer_zh"] for call in phone_skills.book()["calls"] for beat in call["beats"]]
    for visible, _ in dealt:
        told = "".join(visible["skill_call"]["note_zh"])
        assert 10 <= sum(one in told for one in set(book)) <= 12  # those after the last line are gone


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene["said_en"][:20])
def test_a_good_card_is_heard_as_one_and_a_poor_one_is_not(scene: dict[str, str], lang: str) -> None:
    said = scene[f"said_{lang}"]
    card = skill_answers.good_card(said, lang)
    assert all(phone_card.does(part, line, lang, before=[said]) for part, line in card.items())
    if lang == "zh":
        poor = skill_answers.POOR_CARD
        assert not any(phone_card.does(part, line, lang, before=[said]) for part, line in poor.items())


@pytest.mark.parametrize(
    ("part", "line", "lang"),
    [
        ("opening", "您好，请讲。", "zh"),
        ("opening", "您好，澄湖优品，怎么又是您，烦不烦啊？", "zh"),
        ("question", "是您自己弄坏的吧？", "zh"),
        ("refusal", "百分之百给您办到，我保证！", "zh"),
        ("refusal", "不行就是不行，别再打来了。", "zh"),
        ("opening", "Chenghu Select, what, you again?", "en"),
        ("refusal", "Rules are rules, so stop calling.", "en"),
        ("question", "", "zh"),
        ("question", None, "zh"),
        ("question", 7, "en"),
    ],
)
def test_what_hurts_or_says_nothing_is_no_part_of_a_card(part: str, line: object, lang: str) -> None:
    assert not phone_card.does(part, line, lang)


@pytest.mark.parametrize(
    "line",
    [
        "今天晚上送不到，最快明天中午，到了我先打电话。",
        "打车的钱我们赔不了，箱子今天就给您换新的。",
        "洗过的被子按规定不能退款，我请厂家上门给您修补，行吗？",
        "一小时内到不了，明天上午第一家就去您那里。",
    ],
)
def test_a_friendly_refusal_with_a_way_out_is_heard(line: str) -> None:
    assert phone_card.does("refusal", line, "zh") and not phone_card.hurts(line, "zh")
