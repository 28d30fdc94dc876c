"""Feedback pages: what a student may see, and nothing that loads or acts."""

import re

import nbformat
import pytest
import tiny
from golden import Class, hand_in

from grader import feedback, marking, release
from grader.course import Course
from grader.errors import GraderError


def page_of(team: Class, student: str) -> str:
    (page,) = [page for page in team.pages if page.parents[1].name == student]
    return page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_graded_hand_in_has_a_page_and_no_other(team: Class) -> None:
    graded = sorted(mark.student for mark in team.marks.values() if mark.status == "graded")
    assert [page.parents[1].name for page in team.pages] == graded


@pytest.mark.slow
def test_no_page_holds_a_hidden_test_a_traceback_or_an_outside_address(team: Class) -> None:
    for page in team.pages:
        html = page.read_text(encoding="utf-8")
        assert "secret_answer" not in html
        assert "HIDDEN TESTS" not in html
        assert "<script" not in html
        assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", html)


@pytest.mark.slow
def test_a_failed_task_shows_its_authors_sentence_alone(team: Class) -> None:
    html = page_of(team, "wrong")
    assert "两数之和不对，请再加一次。" in html
    assert "AssertionError" not in html


@pytest.mark.slow
def test_an_unfinished_task_says_where_to_look(team: Class) -> None:
    assert "前面的格子还没有完成" in page_of(team, "blank")


@pytest.mark.slow
def test_points_and_open_manual_work_are_told(team: Class) -> None:
    html = page_of(team, "right")
    assert '<span class="p">4 / 4</span>' in html
    assert "还有 1 题等老师看" in html
    assert "<title>project01_tiny · lab1_sum · 评分反馈</title>" in html


@pytest.mark.slow
def test_an_english_notebook_gets_an_english_page(course: Course) -> None:
    release.generate(course, tiny.PROJECT)
    path = hand_in(course, "right") / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["crmlab"] = {"language": "en"}
    nbformat.write(notebook, path)
    marking.mark(course, tiny.PROJECT)
    (page,) = feedback.feedback(course, tiny.PROJECT)
    assert "wait for your teacher" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_page_that_cannot_be_made_is_named_with_its_cure(course: Course) -> None:
    release.generate(course, tiny.PROJECT)
    hand_in(course, "right", who="2401")
    marking.mark(course, tiny.PROJECT)
    graded = course.step("autograded", "2401", tiny.PROJECT) / tiny.NOTEBOOK
    graded.chmod(0o644)
    graded.write_text("{", encoding="utf-8")
    with pytest.raises(
        GraderError, match=r"学生 2401 的反馈页没有做成：.*请用 grade --student 2401 --force 重评"
    ):
        feedback.feedback(course, tiny.PROJECT)


def test_an_unknown_project_is_refused(course: Course) -> None:
    with pytest.raises(GraderError, match="没有名为 nothing 的项目"):
        feedback.feedback(course, "nothing")
