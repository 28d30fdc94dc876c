"""Hand-ins that are alike are asked about; ordinary ones are not."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny
from test_feedback_page import edition

from grader.course import Course
from grader.gradebook import Score, TaskScore
from grader.similar import Alike, similar

LONG = "我建议上午十点到十二点排的人最多，因为那两个小时来电最多，服务水平也掉到了百分之八十以下；晚上来电最少，排的人也最少。"


@pytest.fixture
def released(course: Course) -> Course:
    edition(course.home / "release", course, "中文")
    return course


def score(student: str, total: float) -> Score:
    return Score(
        student,
        total,
        6.0,
        0,
        (TaskScore("lab1_sum", "total", total, 4.0), TaskScore("lab1_sum", "why", 2.0, 2.0)),
    )


def hand_in(course: Course, who: str, answer: Any = None, *, why: str = "", **parts: Any) -> None:
    folder = course.step("submitted", who, tiny.PROJECT)
    folder.mkdir(parents=True)
    notebook = nbformat.read(course.source / tiny.PROJECT / tiny.NOTEBOOK, as_version=4)
    notebook.cells[2].source = 'lab.form("sum")'
    notebook.cells[4].source = why or f"{who} 的话"
    nbformat.write(notebook, folder / tiny.NOTEBOOK)
    plain = {"answers": {"lab1_sum": {"sum": answer}}, **parts}
    (folder / "answers.json").write_text(json.dumps(plain), encoding="utf-8")


def found(course: Course, points: dict[str, float], variants: dict[str, str] | None = None) -> list[Alike]:
    scores = {student: score(student, total) for student, total in points.items()}
    return similar(course, tiny.PROJECT, scores=scores, variants=variants or {})


def a_class(course: Course, copied: dict[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    """Ten students, each right in a world of their own, and one who lost points with `copied`."""
    points, variants = {}, {}
    for number in range(10):
        student = f"24{number:02d}"
        hand_in(
            course, student, {"where": "a", "total": 10 + number, "plan": [number, 3], "hour": f"{number}:00"}
        )
        points[student], variants[student] = 4.0, f"{number:03d}"
    hand_in(course, "2499", copied)
    return {**points, "2499": 0.0}, {**variants, "2499": "077"}


def test_answers_that_fit_another_students_world_are_asked_about(released: Course) -> None:
    points, variants = a_class(released, {"where": "a", "total": 13, "plan": [3, 3], "hour": "3:00"})
    (one,) = found(released, points, variants)
    assert (one.kind, one.students, one.where) == ("other_world", ("2499", "2403"), "求和")
    assert one.what == 'total = 13；plan = [3, 3]；hour = "3:00"'


@pytest.mark.parametrize(
    "honest",
    [
        {"where": "b", "total": 99, "plan": [9, 9], "hour": "12:00"},
        {"where": "a", "total": 13, "plan": [8, 8], "hour": "12:00"},
        {"where": "a", "total": 13, "plan": [4, 3], "hour": "5:00"},
        {},
        None,
    ],
)
def test_ordinary_wrong_answers_are_not(released: Course, honest: Any) -> None:
    points, variants = a_class(released, honest)
    assert found(released, points, variants) == []


def test_a_right_answer_in_ones_own_world_is_nobodys_copy(released: Course) -> None:
    points, variants = a_class(released, {"where": "a", "total": 13, "plan": [3, 3], "hour": "3:00"})
    variants["2499"] = "003"
    assert found(released, points, variants) == []


def test_texts_nearly_the_same_form_one_group(released: Course) -> None:
    hand_in(released, "2401", why=LONG)
    hand_in(released, "2402", why=LONG.replace("，", " , ").replace("建议", "觉得"))
    hand_in(
        released,
        "2403",
        why="完全不同的另一段话，说的是中午少一个人以后等待成倍变长，所以下午减两个工时，而不是在上午减人手。",
    )
    (one,) = found(released, dict.fromkeys(("2401", "2402", "2403"), 4.0))
    assert (one.kind, one.students, one.where) == ("same_text", ("2401", "2402"), "lab1_sum · why")


def test_short_texts_and_untouched_cells_are_never_alike(released: Course) -> None:
    for student in ("2401", "2402"):
        hand_in(released, student, why="因为加法。")
    assert found(released, {"2401": 4.0, "2402": 4.0}) == []


def play(course: Course, student: str, actions: list[Any]) -> None:
    folder = course.step("submitted", student, tiny.PROJECT) / "plays"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"scenario": "angry", "actions": actions}), encoding="utf-8")


def test_the_same_actions_are_asked_about_whatever_the_clock_says(released: Course) -> None:
    for student, shift in (("2401", 0), ("2402", 7), ("2403", 1)):
        hand_in(released, student)
        said = [{"say": f"line {n}" if student != "2403" else "other", "at": n + shift} for n in range(6)]
        play(released, student, said)
    (one,) = found(released, dict.fromkeys(("2401", "2402", "2403"), 4.0))
    assert (one.kind, one.students, one.where) == ("same_actions", ("2401", "2402"), "angry")


def test_the_same_times_of_saving_are_asked_about(released: Course) -> None:
    when = {"lab1_sum": {name: f"2026-11-23T08:0{n}:00+08:00" for n, name in enumerate(("a", "b", "c"))}}
    for student in ("2401", "2402"):
        hand_in(released, student, when=when)
    (one,) = found(released, {"2401": 4.0, "2402": 4.0})
    assert (one.kind, one.students) == ("same_actions", ("2401", "2402"))


def test_another_id_inside_is_asked_about(released: Course) -> None:
    hand_in(released, "2401", student="2407")
    (one,) = found(released, {"2401": 4.0})
    assert (one.kind, one.students) == ("other_id", ("2401", "2407"))


@pytest.mark.parametrize("raw", [b"{", b"[1]", b'{"actions": 3}', b'{"actions": [[[[[[[[[[1]]]]]]]]]]}'])
def test_spoilt_files_are_passed_over(released: Course, raw: bytes) -> None:
    for student in ("2401", "2402"):
        hand_in(released, student)
        play(released, student, [])
        folder = released.step("submitted", student, tiny.PROJECT)
        (folder / "plays" / "a.json").write_bytes(raw)
        (folder / tiny.NOTEBOOK).write_bytes(raw)
    assert found(released, {"2401": 4.0, "2402": 4.0}) == []


def test_a_folder_without_anything_is_passed_over(released: Course, tmp_path: Path) -> None:
    assert found(released, {"2401": 4.0}) == []
