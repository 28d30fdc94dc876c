"""The author's own solution: what cannot be judged apart is graded in the student's process and flagged; what is wrong itself is told."""

import nbformat
import pytest
import tiny
from golden import answered

from grader import marking, model, release, report
from grader.course import Course

BOX = "### BEGIN SOLUTION\nclass Box:\n    value = 5\nbox = Box()\n### END SOLUTION"
BOX_TEST = "### BEGIN HIDDEN TESTS\nassert box.value == 5\n### END HIDDEN TESTS"
WRONG_TEST = "### BEGIN HIDDEN TESTS\nassert a + b == 6\n### END HIDDEN TESTS"
SUM = "total = a + b"
GRADED = {"grade": True, "locked": True}


@pytest.fixture
def odd(course: Course) -> Course:
    """The small course with one task that needs the student's process, and one that is wrong itself."""
    path = course.source / tiny.PROJECT / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [
        tiny.code("make", BOX, solution=True),
        tiny.code("box_test", BOX_TEST, points=2, **GRADED),
        tiny.code("wrong_test", WRONG_TEST, points=1, **GRADED),
    ]
    nbformat.write(notebook, path)
    release.generate(course, tiny.PROJECT)
    return course


CHEAT = "class Box:\n    def __getattr__(self, name):\n        return Any()\nclass Any:\n    def __eq__(self, other):\n        return True\nbox = Box()"


@pytest.mark.slow
def test_weak_cells_are_graded_and_flagged_and_broken_ones_are_told(odd: Course):
    answered(odd, "honest", answer=SUM, make=BOX)
    answered(odd, "wrong", answer=SUM, make="class Box:\n    value = 4\nbox = Box()")
    made = {mark.student: mark for mark in marking.mark(odd, tiny.PROJECT)}
    assert [made[who].score for who in ("honest", "wrong")] == [6, 4]
    assert all("weak" in mark.flags for mark in made.values())
    assert model.broken(odd, tiny.PROJECT) == [("lab1_sum", "wrong_test")]
    told = report.facts(odd, tiny.PROJECT)
    assert told["broken"] == [("lab1_sum", "wrong_test")]
    page = report.report(odd, tiny.PROJECT).read_text(encoding="utf-8")
    assert "检查格自己有错" in page and "wrong_test" in page


def test_a_course_that_was_never_graded_has_nothing_broken(course: Course):
    assert model.broken(course, tiny.PROJECT) == []
    (course.home / "judged").mkdir(parents=True)
    (course.home / "judged" / f"{tiny.PROJECT}.json").write_text("{", encoding="utf-8")
    assert model.broken(course, tiny.PROJECT) == []


@pytest.mark.slow
def test_who_deceives_a_weak_cell_is_flagged_and_one_that_never_runs_wins_nothing(odd: Course):
    answered(odd, "equal", answer=SUM, make=CHEAT)
    silent = "class Box:\n    value = 4\nbox = Box()\nget_ipython().run_cell = lambda *a, **k: None"
    answered(odd, "silent", answer=SUM, make=silent)
    made = {mark.student: mark for mark in marking.mark(odd, tiny.PROJECT)}
    assert made["silent"].score <= 4
    assert (
        "weak" in made["equal"].flags
    )  # a person is told to look: the cell was judged in the student's process


FILE_TEST = '### BEGIN HIDDEN TESTS\nfrom pathlib import Path\nassert Path("plays/note.txt").read_text() == "said"\n### END HIDDEN TESTS'


@pytest.mark.slow
def test_the_author_hands_in_what_lies_beside_and_a_change_of_it_is_noticed(course: Course):
    folder = course.source / tiny.PROJECT
    notebook = nbformat.read(folder / tiny.NOTEBOOK, as_version=4)
    notebook.cells += [tiny.code("file_test", FILE_TEST, points=1, **GRADED)]
    nbformat.write(notebook, folder / tiny.NOTEBOOK)
    note = folder / model.BESIDE / "plays" / "note.txt"
    note.parent.mkdir(parents=True)
    note.write_text("said", encoding="utf-8")
    release.generate(course, tiny.PROJECT)
    assert not list((course.home / "release").rglob("note.txt"))
    answered(course, "silent", answer=SUM)
    (mark,) = marking.mark(course, tiny.PROJECT)
    assert mark.score == 4 and model.broken(course, tiny.PROJECT) == []
    note.write_text("unsaid", encoding="utf-8")
    marking.mark(course, tiny.PROJECT, force=True)
    assert model.broken(course, tiny.PROJECT) == [("lab1_sum", "file_test")]
