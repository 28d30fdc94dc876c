"""Marks that a person gives: kept at once, kept over regrading, never lost between two people."""

import shutil
from pathlib import Path

import books
import nbformat
import pytest
import tiny
from test_feedback_page import edition, marked

from grader import manual, marks
from grader.course import Course
from grader.errors import GraderError

WHY = ("2401", "lab1_sum", "why")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("manual")
    course = Course(tiny.course(folder), folder / "home")
    edition(course.home / "release", course, "中文")
    for student in ("2401", "2402"):
        marked(course, student)
    return books.keep(course, {"2401": {"total": 4.0, "why": None}, "2402": {"total": 4.0, "why": 0.0}})


@pytest.fixture
def course(kept: Course, tmp_path: Path) -> Course:
    shutil.copytree(kept.home, tmp_path / "home")
    return Course(kept.source, tmp_path / "home")


def look(course: Course, place: manual.Place = WHY) -> manual.Answer:
    return next(one for one in manual.answers(course, tiny.PROJECT) if one.place == place)


def give(
    course: Course, score: float | None, comment: str = "", *, words_only: bool = False
) -> manual.Answer:
    version = look(course).version
    return manual.give(
        course, tiny.PROJECT, WHY, score=score, comment=comment, version=version, words_only=words_only
    )


def regrade(course: Course, *, why: str | None = None) -> None:
    """Do what a regrading does: points given by hand are flagged for another look; the answer may be new."""
    from nbgrader.api import Gradebook

    manual.remember(course, tiny.PROJECT)
    with course.quietly("test"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        book.find_grade("why", "lab1_sum", tiny.PROJECT, "2401").needs_manual_grade = True
        book.db.commit()
    if why is not None:
        path = course.step("autograded", "2401", tiny.PROJECT) / tiny.NOTEBOOK
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[4].source = why
        nbformat.write(notebook, path)


def test_only_answers_in_words_are_listed(course: Course) -> None:
    first, second = manual.answers(course, tiny.PROJECT)
    assert (first.place, first.score, first.pending, first.heading) == (WHY, None, True, "两数之和")
    assert (second.student, second.score, second.pending) == ("2402", 0.0, False)


def test_a_mark_is_in_the_gradebook_at_once(course: Course) -> None:
    done = give(course, 1.5, " 很好 ")
    assert (done.score, done.comment, done.pending) == (1.5, "很好", False)
    assert books.everything(course)["2401"]["why"] == 1.5


def test_a_mark_can_be_taken_back(course: Course) -> None:
    give(course, 1.5)
    assert (give(course, None).score, look(course).pending) == (None, True)


def test_words_alone_leave_the_points_as_they_are(course: Course) -> None:
    assert (give(course, None, "看这里", words_only=True).pending, look(course).comment) == (True, "看这里")
    give(course, 1)
    assert give(course, None, "好", words_only=True).score == 1


def test_two_windows_lose_nothing(course: Course) -> None:
    seen = look(course).version
    give(course, 2, "第一个窗口")
    with pytest.raises(manual.Conflict, match="2401 的 why 刚才在别处改过，现在是 2 分") as conflict:
        manual.give(course, tiny.PROJECT, WHY, score=0, comment="第二个", version=seen)
    assert (conflict.value.now.score, conflict.value.now.comment) == (2, "第一个窗口")
    assert look(course).score == 2


def test_regrading_keeps_the_mark_of_an_unchanged_answer(course: Course) -> None:
    give(course, 1.5, "好")
    regrade(course)
    assert manual.settle(course, tiny.PROJECT) == []
    assert (look(course).score, look(course).comment, look(course).pending) == (1.5, "好", False)
    assert marks.load(course, tiny.PROJECT)["2401"].by_hand_pending == 0


def test_a_changed_answer_keeps_its_mark_in_sight_and_waits_for_a_person(course: Course) -> None:
    give(course, 1.5, "好")
    regrade(course, why="换了一段话")
    (again,) = manual.settle(course, tiny.PROJECT)
    assert (again.place, again.score, again.changed) == (WHY, 1.5, True)
    assert (look(course).score, look(course).pending, look(course).changed) == (1.5, True, True)
    assert marks.load(course, tiny.PROJECT)["2401"].by_hand_pending == 1


def test_the_zero_of_an_answer_left_blank_is_no_mark_of_a_person(course: Course) -> None:
    from nbgrader.api import Gradebook

    with course.quietly("test"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        grade = book.find_grade("why", "lab1_sum", tiny.PROJECT, "2401")
        grade.manual_score, grade.auto_score, grade.needs_manual_grade = None, 0.0, False
        book.db.commit()
    regrade(course, why="现在写了。")
    assert manual.settle(course, tiny.PROJECT) == [] and not look(course).changed


def test_marks_of_formgrader_are_kept_too(course: Course) -> None:
    from nbgrader.api import Gradebook

    with course.quietly("test"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        grade = book.find_grade("why", "lab1_sum", tiny.PROJECT, "2401")
        grade.manual_score, grade.needs_manual_grade = 0.5, False
        book.db.commit()
    regrade(course)
    manual.settle(course, tiny.PROJECT)
    assert (look(course).score, look(course).pending) == (0.5, False)


@pytest.mark.parametrize("score", [-1, 2.5, float("nan")])
def test_points_a_task_has_not_are_refused(course: Course, score: float) -> None:
    with pytest.raises(GraderError, match="why 的分数应在 0 到 2 之间"):
        give(course, score)
    assert look(course).pending


def test_an_answer_that_is_not_there_is_refused(course: Course) -> None:
    with pytest.raises(GraderError, match="2401 的 lab1_sum 里没有人工题 total"):
        manual.give(course, tiny.PROJECT, ("2401", "lab1_sum", "total"), score=1, comment="", version="")


def test_without_a_gradebook_nothing_can_be_marked(tmp_path: Path) -> None:
    empty = Course(tiny.course(tmp_path), tmp_path / "home")
    manual.remember(empty, tiny.PROJECT)
    with pytest.raises(GraderError, match="没有成绩册"):
        manual.answers(empty, tiny.PROJECT)
    with pytest.raises(GraderError, match="没有名为 nothing 的项目"):
        manual.answers(empty, "nothing")


def test_a_spoilt_notebook_has_nothing_to_mark(course: Course) -> None:
    (course.step("autograded", "2401", tiny.PROJECT) / tiny.NOTEBOOK).write_text("{", encoding="utf-8")
    assert [one.student for one in manual.answers(course, tiny.PROJECT)] == ["2402"]


def test_a_project_nobody_released_has_no_answers(course: Course) -> None:
    shutil.copytree(course.source / tiny.PROJECT, course.source / "project02_new", dirs_exist_ok=True)
    try:
        assert manual.answers(course, "project02_new") == []
    finally:
        shutil.rmtree(course.source / "project02_new")
