"""Marking: right, wrong, could not tell; and no hand-in stops the class."""

import json
import os

import pytest
import tiny
from golden import CASES, Class, expected, hand_in, student

from grader import marking, marks, release
from grader.course import Course
from grader.errors import GraderError


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_every_golden_hand_in_gets_the_outcome_on_record(team: Class, case: str) -> None:
    mark, wanted = team.marks[student(case)], expected(case)
    note = wanted.pop("note")
    assert {name: getattr(mark, name) for name in wanted} == wanted
    assert note in mark.note


@pytest.mark.slow
def test_a_student_outside_the_class_list_is_graded_and_flagged(team: Class) -> None:
    flagged = [mark.student for mark in team.marks.values() if "unlisted" in mark.flags]
    assert flagged == ["wrong"]


@pytest.mark.slow
def test_what_was_handed_in_stays_as_it_was(team: Class) -> None:
    submitted = team.course.step("submitted", "bom-and-crlf", tiny.PROJECT) / tiny.NOTEBOOK
    assert submitted.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.slow
def test_unchanged_hand_ins_are_left_alone_and_the_kernel_sees_its_student(course: Course) -> None:
    release.generate(course, tiny.PROJECT)
    for who in ("2401", "2402"):
        notebook = hand_in(course, "right", who=who) / tiny.NOTEBOOK
        source = notebook.read_text(encoding="utf-8")
        asks = "import os\\ntotal = int(os.environ['TINY_TOTAL'])"
        notebook.write_text(source.replace("total = a + b", asks), encoding="utf-8")
    asked: list[str] = []

    def environment(who: str) -> dict[str, str]:
        asked.append(who)
        return {"TINY_TOTAL": "5" if who == "2401" else "6"}

    first = marking.mark(course, tiny.PROJECT, environment=environment)
    again = marking.mark(course, tiny.PROJECT, environment=environment)
    assert [mark.score for mark in first] == [4, 0]
    assert again == first
    assert sorted(set(asked)) == ["2401", "2402"]
    asked.clear()
    assert "TINY_TOTAL" not in os.environ

    marking.mark(course, tiny.PROJECT, ["2402"], force=True, environment=environment)
    assert set(asked) == {"2402"}


@pytest.mark.slow
def test_an_environment_that_cannot_be_made_is_a_row_not_an_end(course: Course) -> None:
    release.generate(course, tiny.PROJECT)
    hand_in(course, "right")

    def broken(who: str) -> dict[str, str]:
        raise ValueError("没有这名学生的数据")

    (mark,) = marking.mark(course, tiny.PROJECT, environment=broken)
    assert (mark.status, mark.score) == ("could_not_tell", None)
    assert "没有这名学生的数据" in mark.note


@pytest.mark.slow
def test_a_renamed_notebook_is_graded_and_two_are_named_with_their_cure(course: Course) -> None:
    release.generate(course, tiny.PROJECT)
    folder = hand_in(course, "right")
    (folder / tiny.NOTEBOOK).rename(folder / "我的作业.ipynb")
    (mark,) = marking.mark(course, tiny.PROJECT)
    assert (mark.score, mark.note) == (4, "我的作业.ipynb 当作 lab1_sum.ipynb 评分")
    (folder / "我的作业 (2).ipynb").write_bytes((folder / "我的作业.ipynb").read_bytes())
    (mark,) = marking.mark(course, tiny.PROJECT)
    assert mark.note == f"没有找到笔记本 {tiny.NOTEBOOK}；请让学生不要改文件名，重新交一次"


@pytest.mark.slow
def test_an_unreadable_time_stamp_costs_nothing(course: Course) -> None:
    release.generate(course, tiny.PROJECT)
    (hand_in(course, "right") / "timestamp.txt").write_text("昨天", encoding="utf-8")
    (mark,) = marking.mark(course, tiny.PROJECT)
    assert (mark.score, mark.note) == (4, "交作业的时间读不出来，按没有时间处理")


def test_an_unknown_project_is_refused_with_the_known_ones(course: Course) -> None:
    with pytest.raises(GraderError, match=r"project99_none.*project01_tiny"):
        marking.mark(course, "project99_none")


def test_a_project_that_was_never_released_is_refused(course: Course) -> None:
    with pytest.raises(GraderError, match="还没有发布过"):
        marking.mark(course, tiny.PROJECT)


@pytest.mark.slow
def test_a_student_without_a_hand_in_is_refused_by_name(team: Class) -> None:
    with pytest.raises(GraderError, match=r"absent.*没有交过"):
        marking.mark(team.course, tiny.PROJECT, ["absent"])


def test_outcomes_survive_a_round_trip(course: Course) -> None:
    kept = {
        "2401": marks.Mark(
            "2401", tiny.PROJECT, "could_not_tell", None, 6.0, note="原因", flags=("unlisted",)
        )
    }
    marks.save(course, tiny.PROJECT, kept)
    assert marks.load(course, tiny.PROJECT) == kept
    assert json.loads(marks.path_of(course, tiny.PROJECT).read_text(encoding="utf-8"))[0]["score"] is None
