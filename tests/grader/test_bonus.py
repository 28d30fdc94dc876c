"""Bonus points: on top and apart, a person's stay, ours are replaced, and nbgrader alone is not disturbed."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny
from golden import answered

from grader import bonus, export, feedback, lateness, marking, plain, release, report
from grader.course import Course
from grader.gradebook import scores
from grader.lateness import LateRule
from grader.marks import Mark
from grader.setting import Setting

TEST = """### BEGIN HIDDEN TESTS
assert more == 6, "积不对，请再乘一次。"
### END HIDDEN TESTS"""
RIGHT = {"answer": "total = a + b", "further": "more = a * b"}
SETTING = Setting(unsafe=True)


def with_extension(source: Path) -> Path:
    """Give the tiny course an extension of two bonus points after everything else."""
    path = source / tiny.PROJECT / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    test = tiny.code("product", TEST, grade=True, locked=True, points=0)
    test.metadata["crmlab"] = {"bonus": 2}
    solution = "### BEGIN SOLUTION\nmore = a * b\n### END SOLUTION"
    notebook.cells += [
        tiny.text("more", "## 进阶：乘一乘（附加 2 分）"),
        tiny.code("further", solution, solution=True),
        test,
    ]
    nbformat.write(notebook, path)
    return source


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = Course(with_extension(tiny.course(tmp_path)), tmp_path / "home", cell_seconds=3)
    release.generate(made, tiny.PROJECT)
    return made


def mark(course: Course, who: str | None = None, **about: Any) -> dict[str, Mark]:
    found = marking.mark(course, tiny.PROJECT, [who] if who else None, setting=Setting(unsafe=True, **about))
    return {one.student: one for one in found}


def credit(course: Course, who: str, new: float | str | None = "") -> float | None:
    """Return the extra credit of the bonus cell in the gradebook, after it was set to `new` as formgrader does."""
    where = (
        "FROM grade g JOIN base_cell b ON b.id = g.cell_id JOIN submitted_notebook n ON n.id = g.notebook_id "
        "JOIN submitted_assignment a ON a.id = n.assignment_id WHERE a.student_id = ? AND b.name = 'product'"
    )
    with closing(sqlite3.connect(course.home / "gradebook.db")) as db, db:
        if new != "":
            db.execute(f"UPDATE grade SET extra_credit = ? WHERE id IN (SELECT g.id {where})", (new, who))
        return db.execute(f"SELECT g.extra_credit {where}", (who,)).fetchone()[0]


def test_only_a_test_cell_without_points_has_a_bonus() -> None:
    good = tiny.code("product", TEST, grade=True, locked=True, points=0)
    good.metadata["crmlab"] = {"bonus": 2}
    assert bonus.of_cells([good]) == {"product": 2.0}
    for spoilt in ({}, {"bonus": "2"}, {"bonus": True}, {"bonus": -1}, {"bonus": None}, [2], None):
        good.metadata["crmlab"] = spoilt
        assert bonus.of_cells([good]) == {}
    for about in ({"points": 1}, {"solution": True, "points": 0}, {"grade": False}):
        cell = tiny.code("product", TEST, **{"grade": True, "locked": True, **about})
        cell.metadata["crmlab"] = {"bonus": 2}
        assert bonus.of_cell(cell) == 0
    assert bonus.of_release(Path("nowhere")) == {}


def test_a_bonus_makes_lateness_no_dearer_and_saves_nobody() -> None:
    assert LateRule(10).penalty(3600, score=12, max_score=10) == 1
    assert LateRule(100).penalty(3600, score=12, max_score=10) == 12
    assert LateRule(50).penalty(2 * 86_400, score=12, max_score=10) == 12


@pytest.mark.slow
def test_a_bonus_comes_on_top_and_an_absent_one_costs_nothing(course: Course, tmp_path: Path) -> None:
    answered(course, "both", **RIGHT)
    answered(course, "core", answer=RIGHT["answer"])
    answered(course, "only", further=RIGHT["further"])
    answered(course, "wrong", **{**RIGHT, "further": "more = 7"})
    liar = answered(course, "liar", **{**RIGHT, "further": "more = 7"}) / tiny.NOTEBOOK
    notebook = nbformat.read(liar, as_version=4)
    for cell in notebook.cells:
        cell.metadata["crmlab"] = {"bonus": 100}
    nbformat.write(notebook, liar)
    gone = answered(course, "gone", answer=RIGHT["answer"]) / tiny.NOTEBOOK
    notebook = nbformat.read(gone, as_version=4)
    notebook.cells = notebook.cells[:-3]
    nbformat.write(notebook, gone)

    made = mark(course)
    assert {who: (one.score, one.bonus, one.max_score) for who, one in made.items()} == {
        "both": (6, 2, 6), "core": (4, 0, 6), "only": (2, 2, 6), "wrong": (4, 0, 6), "liar": (4, 0, 6), "gone": (4, 0, 6),
    }  # fmt: skip
    assert {one.status for one in made.values()} == {"graded"}
    assert credit(course, "both") == 2
    known = scores(course, tiny.PROJECT)["both"]
    assert (known.score, known.raw, known.bonus) == (6, 4, 2)

    pages = {
        path.parent.parent.name: path.read_text("utf-8") for path in feedback.feedback(course, tiny.PROJECT)
    }
    assert "其中附加分 2（最多 2" in pages["both"] and "附加分 2 / 2" in pages["both"]
    assert "其中附加分 0（最多 2，不做不扣分）" in pages["core"]
    extension = pages["core"].split("进阶")[-2]
    assert 'class="section open"' in pages["core"] and "✗" not in extension
    told = report.facts(course, tiny.PROJECT)
    assert told["bonus"] == {"most": 2, "count": 2, "mean": 2}
    row = next(task for task in told["tasks"] if task["task"] == "product")
    assert (row["max_score"], row["mean"], row["difficulty"]) == ("+2", 0.67, 0.33)
    assert all("进阶" not in one["heading"] for one in told["stuck"])
    assert next(one for one in told["rows"] if one["student"] == "both")["bonus"] == "+2"
    assert "其中附加分" in report.report(course, tiny.PROJECT).read_text(encoding="utf-8")

    def table(**about: Any) -> dict[str, dict[str, str]]:
        lines = export.export(course, tmp_path / "grades.csv", **about).read_text("utf-8-sig").splitlines()
        return {one["student_id"]: one for one in csv.DictReader(lines)}

    assert (table()["both"]["score"], table()["both"]["bonus"], table()["both"]["max_score"]) == (
        "6.0",
        "2.0",
        "6.0",
    )
    with (
        closing(sqlite3.connect(course.home / "gradebook.db")) as db,
        db,
    ):  # a person gives the other two as well
        db.execute(
            "UPDATE grade SET manual_score = 2 WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'why')"
        )
    assert table()["both"]["score"] == "8.0" and table(cap=True)["both"]["score"] == "6.0"
    assert table(cap=True)["core"]["score"] == "6.0" and scores(course, tiny.PROJECT)["both"].score == 8


@pytest.mark.slow
def test_regrading_replaces_our_bonus_and_leaves_a_persons(course: Course) -> None:
    for who in ("ours", "theirs", "taken"):
        answered(course, who, **RIGHT)
    mark(course)
    credit(course, "theirs", 1.5)
    credit(course, "taken", None)
    for who in ("ours", "theirs", "taken"):
        path = course.step("submitted", who, tiny.PROJECT) / tiny.NOTEBOOK
        path.write_text(
            path.read_text(encoding="utf-8").replace("more = a * b", "more = 7"), encoding="utf-8"
        )
    made = mark(course)
    assert [credit(course, who) for who in ("ours", "theirs", "taken")] == [0, 1.5, None]
    assert {who: one.bonus for who, one in made.items()} == {"ours": 0, "theirs": 1.5, "taken": 0}


@pytest.mark.slow
def test_what_could_not_be_told_waits_for_a_person_whose_bonus_then_stays(course: Course) -> None:
    answered(course, "loop", answer=RIGHT["answer"], further="while True: pass")
    made = mark(course)["loop"]
    task = next(one for one in scores(course, tiny.PROJECT)["loop"].tasks if one.task == "product")
    assert (made.status, task.score, task.bonus) == ("could_not_tell", None, 0)
    credit(course, "loop", 1)
    marking.mark(course, tiny.PROJECT, ["loop"], force=True, setting=SETTING)
    task = next(one for one in scores(course, tiny.PROJECT)["loop"].tasks if one.task == "product")
    assert (task.score, task.bonus) == (0, 1)


@pytest.mark.slow
def test_by_nbgraders_rules_and_by_nbgrader_itself_there_is_no_bonus(course: Course) -> None:
    answered(course, "both", **RIGHT)
    assert mark(course, compat="nbgrader")["both"].score == 4
    assert credit(course, "both") == 0
    answered(course, "plain", **RIGHT)
    assert plain.autograde(course, tiny.PROJECT, "plain", [Path(tiny.NOTEBOOK).stem], {}) == []
    assert scores(course, tiny.PROJECT)["plain"].score == 4 and credit(course, "plain") is None
    assert mark(course, "plain")["plain"].bonus == 2, "our own marker may come after it"


@pytest.mark.slow
def test_lateness_takes_its_share_of_the_full_points_only(course: Course) -> None:
    folder = answered(course, "late", **RIGHT)
    (folder / "timestamp.txt").write_text("2026-09-01 13:00:00.0 UTC", encoding="ascii")
    lateness.due(course, tiny.PROJECT, "2026-09-01T12:00:00+00:00")
    lateness.keep(course, tiny.PROJECT, 50)
    made = mark(course)["late"]
    assert (made.score, made.penalty, made.bonus) == (3, 3, 2)
