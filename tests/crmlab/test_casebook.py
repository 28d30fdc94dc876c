import re
from collections import Counter
from typing import Any

import pandas as pd
import pytest

from crmlab import casebook, remedies
from sim.streams import Streams
from sim.workdays import Workdays

SEEDS = range(12)
Dealt = tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], dict[str, Any]]


@pytest.fixture(scope="module")
def dealt() -> list[Dealt]:
    return [casebook.deal(Streams(seed)) for seed in SEEDS]


def test_the_same_seed_deals_the_same_casebook(dealt: list[Dealt]) -> None:
    visible, truth, facts = casebook.deal(Streams(5))
    assert facts == dealt[5][2]
    for name, table in {**visible, **truth}.items():
        pd.testing.assert_frame_equal(table, {**dealt[5][0], **dealt[5][1]}[name])


def test_seeds_make_casebooks_of_their_own(dealt: list[Dealt]) -> None:
    assert len({tuple(visible["cases_new"]["note_zh"]) for visible, _, _ in dealt}) == len(dealt)
    assert len({str(facts["due"]) for _, _, facts in dealt}) == len(dealt)


def test_fifteen_cases_each_told_once_in_both_languages(dealt: list[Dealt]) -> None:
    for visible, _, _ in dealt:
        for lang in ("zh", "en"):
            notes = [*visible["cases_new"][f"note_{lang}"], *visible["cases_due"][f"note_{lang}"]]
            assert len(set(notes)) == len(notes) == 15
        for table in visible.values():
            for column in table.columns[table.columns.str.endswith(("_zh", "_en"))]:
                assert not table[column].str.contains(r"[{}]").any()
                chinese = table[column].str.contains(r"[\u4e00-\u9fff]")
                assert chinese.all() if column.endswith("_zh") else not chinese.any()


def test_what_is_to_be_decided_cannot_be_read_off_the_tables(dealt: list[Dealt]) -> None:
    for visible, _, _ in dealt:
        assert not {"severity", "level", "staff", "hurt", "found"} & set(visible["cases_new"])
        assert not {"due", "across", "level"} & set(visible["cases_due"])
        assert not {"step"} & set(visible["case_lines"])


def test_every_casebook_has_every_kind(dealt: list[Dealt]) -> None:
    for visible, _, facts in dealt:
        sorts = facts["sort"].values()
        assert Counter(one["severity"] for one in sorts)["complex"] == 3
        assert {one["level"] for one in sorts} == {"agent", "leader", "manager"}
        assert {one["severity"] for one in sorts} == {"simple", "ordinary", "complex"}
        assert Counter(facts["lines"].values()) == {
            **dict.fromkeys(("accept", "calm", "clarify", "discuss", "act", "thank"), 1),
            "never": 2,
        }
        assert len(visible["case_lines"]) == len(facts["lines"])


@pytest.mark.parametrize(
    ("amount", "severity", "staff", "hurt", "level"),
    [
        (200, "ordinary", False, False, "agent"),
        (201, "ordinary", False, False, "leader"),
        (50, "simple", True, False, "leader"),
        (50, "complex", False, False, "leader"),
        (1000, "complex", True, False, "leader"),
        (1001, "ordinary", False, False, "manager"),
        (50, "complex", False, True, "manager"),
    ],
)
def test_who_may_settle(amount: int, severity: str, staff: bool, hurt: bool, level: str) -> None:
    assert casebook.level_of(amount, severity, staff=staff, hurt=hurt) == level


@pytest.mark.parametrize(
    ("opened", "severity", "due"),
    [
        ("2026-09-14", "simple", "2026-09-15"),
        ("2026-09-18", "simple", "2026-09-20"),  # a Sunday that is worked
        ("2026-09-24", "ordinary", "2026-09-30"),  # Mid-Autumn, Friday to Sunday
        ("2026-09-30", "ordinary", "2026-10-10"),  # National Day, and a Saturday that is worked
        ("2026-09-29", "complex", "2026-10-09"),
    ],
)
def test_deadlines_count_working_days_only(opened: str, severity: str, due: str) -> None:
    calendar = Workdays(casebook.FIRST_DAY)
    day = (pd.Timestamp(opened) - pd.Timestamp(casebook.FIRST_DAY)).days
    assert calendar.date(casebook.due_day(day, severity)).isoformat() == due


def test_some_deadlines_cross_a_holiday_and_some_do_not(dealt: list[Dealt]) -> None:
    for visible, _, facts in dealt:
        assert 2 <= len(facts["across"]) <= 4 and set(facts["across"]) < set(facts["due"])
        opened = visible["cases_due"].set_index("case_id")["opened"]
        for case_id, day in facts["due"].items():
            gap = (pd.Timestamp(day) - pd.Timestamp(opened[case_id])).days
            assert gap > 0 and (case_id in facts["across"] or gap <= 5)


def test_thought_pays_and_no_one_remedy_suits_all(dealt: list[Dealt]) -> None:
    for visible, _, facts in dealt:
        plans, worth = facts["plans"], facts["values"]
        assert remedies.won(plans["expert"], worth, plans) == pytest.approx(1)
        assert remedies.won(plans["textbook"], worth, plans) > remedies.GOOD
        assert max(remedies.won(plans[name], worth, plans) for name in remedies.OWED) == pytest.approx(0)
        assert remedies.won(plans["rule"], worth, plans) < remedies.GOOD
        found = visible["cases_due"].set_index("case_id")["found"]
        for plan in (plans["rule"], plans["textbook"], plans["expert"]):
            assert all(plan[name] in remedies.allowed(found=kind) for name, kind in found.items())


def test_the_record_tells_the_law(dealt: list[Dealt]) -> None:
    record = pd.concat([visible["case_history"] for visible, _, _ in dealt])
    for (found, remedy), some in record[record["days"] == 1].groupby(["found", "remedy"]):
        chance = remedies.leaving(remedy, found=found)
        error = (chance * (1 - chance) / len(some)) ** 0.5
        assert abs(some["left"].mean() - chance) < 4 * error
    by_day = record.groupby("days")["left"].mean()
    assert by_day[5] - by_day[1] == pytest.approx(0.12, abs=0.03)


def test_the_dearest_causes_are_not_the_most_frequent(dealt: list[Dealt]) -> None:
    for visible, _, facts in dealt:
        causes = visible["case_causes"].assign(loss=lambda one: one["cases"] * one["cost"])
        dear = causes.nlargest(3, "loss")
        assert sorted(dear["cause"]) == facts["causes"]["top"] != sorted(causes.nlargest(3, "cases")["cause"])
        share = 100 * dear["loss"].sum() / causes["loss"].sum()
        assert facts["causes"]["share"] == pytest.approx(share, abs=0.01)
        loss = causes["loss"].sort_values(ascending=False).to_numpy()
        assert (loss[2] - loss[3]) / loss.sum() >= casebook.CLEAR_MARGIN


def test_english_fills_no_slot_that_chinese_leaves_open() -> None:
    book = casebook.book()
    for account in book["accounts"]:
        slots = [set(re.findall(r"\{(\w+)\}", account[lang])) - {"surname"} for lang in ("zh", "en")]
        assert slots[0] >= slots[1]
