"""The class report of a class that nobody had to grade: every list in it, in both languages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import books
import pytest
import tiny
from test_feedback_page import HOSTILE, edition, handed, marked

from grader import pace
from grader.course import Course
from grader.errors import GraderError
from grader.report import facts, report

pytestmark = pytest.mark.slow  # a class is released and marked

WORLDS = {"2401": "001", "2402": "001", "2403": "002", "2404": "002", "2405": "002"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    folder = tmp_path_factory.mktemp("report")
    course = Course(tiny.course(folder), folder / "home")
    edition(course.home / "release", course, "中文")
    about = '[[labs]]\nid = "lab1_sum"\nminutes = 20\n'
    (course.home / "release" / tiny.PROJECT / "project.toml").write_text(about, encoding="utf-8")
    books.listed(course, ("2401", "王一", "一班"), ("2402", HOSTILE, "一班"), ("2409", "没来", "一班"))
    points: books.Points = {"2401": {"total": 4.0, "why": 2.0}, "2402": {"total": 4.0, "why": None}}
    points |= {f"240{n}": {"total": 0.0, "why": 0.5 * (n - 3)} for n in (3, 4, 5)}
    for student in points:
        marked(course, student)
        handed(course, student, {"where": "a" if student < "2403" else "b", "total": 5})
    spent = {
        "a": "2026-11-23T08:00:00+08:00",
        "b": "2026-11-23T08:10:00+08:00",
        "c": "2026-11-23T09:30:00+08:00",
    }
    path = course.step("submitted", "2401", tiny.PROJECT) / "answers.json"
    plain = json.loads(path.read_text(encoding="utf-8")) | {"when": {"lab1_sum": spent}}
    path.write_text(json.dumps(plain), encoding="utf-8")
    yield books.keep(course, points, undecided={"2406": f"坏了 {HOSTILE}"})


@pytest.fixture(scope="module")
def told(graded: Course) -> dict[str, Any]:
    return facts(graded, tiny.PROJECT, variants=WORLDS)


def test_the_commonest_slip_is_told_in_its_authors_words_with_the_wrong_answer(told: dict[str, Any]) -> None:
    (one,) = told["slips"]
    assert one.sentences == [("两数之和不对，请再加一次。", 3)]
    assert one.answers == [("在哪里 → <乙>", 3)]


def test_who_is_stuck_where_is_told_by_section(told: dict[str, Any]) -> None:
    (one,) = told["stuck"]
    assert (one["heading"], one["nothing"], one["some"]) == ("两数之和", ["2403"], ["2404", "2405"])


def test_worlds_are_compared_and_odd_ones_are_marked(graded: Course, told: dict[str, Any]) -> None:
    assert [(w["world"], w["count"], w["mean"], w["odd"]) for w in told["worlds"]] == [
        ("001", 2, 5.0, True),
        ("002", 3, 0.5, True),
    ]
    mixed = {**WORLDS, "2401": "002", "2403": "001"}
    assert not any(world["odd"] for world in facts(graded, tiny.PROJECT, variants=mixed)["worlds"])


def test_time_is_told_beside_what_was_planned(told: dict[str, Any]) -> None:
    (one,) = told["paces"]
    assert (one["median"], one["planned"], one["count"]) == (25, 20, 1)


@pytest.mark.parametrize(
    ("times", "took"),
    [
        ({}, None),
        ({"a": "2026-01-01T08:00:00"}, None),
        ({"a": "x", "b": 3, "c": None}, None),
        ({"a": "2026-01-01T08:00", "b": "2026-01-01T08:04"}, 4.0),
    ],
)
def test_minutes_are_those_between_saved_answers(times: dict[str, Any], took: float | None) -> None:
    assert pace.minutes(times) == took


def test_who_could_not_be_graded_and_who_is_absent_are_listed(told: dict[str, Any]) -> None:
    assert [row["student"] for row in told["undecided"]] == ["2406"]
    assert next(row["status"] for row in told["rows"] if row["student"] == "2409") == "没有交"
    assert (told["middle"], told["pending"], told["listed"]) == (1, 1, 3)


@pytest.mark.parametrize(("lang", "sentence"), [("zh", "谁卡在哪里"), ("en", "Who is stuck where")])
def test_the_page_is_whole_inert_and_escaped_in_both_languages(
    graded: Course, lang: str, sentence: str
) -> None:
    path = report(graded, tiny.PROJECT, variants=WORLDS, lang=lang)
    page = path.read_text(encoding="utf-8")
    assert sentence in page and "default-src 'none'" in page
    assert "<script" not in page and "<img" not in page and "://" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_unknown_language_is_refused(graded: Course) -> None:
    with pytest.raises(GraderError, match="没有语言 fr；可用的语言：zh、en"):
        report(graded, tiny.PROJECT, lang="fr")


def test_a_class_without_worlds_or_release_has_a_report_too(tmp_path: Path) -> None:
    course = Course(tiny.course(tmp_path), tmp_path / "home")
    page = report(course, tiny.PROJECT).read_text(encoding="utf-8")
    assert "每份数据的人太少" in page and "没有发现" in page
