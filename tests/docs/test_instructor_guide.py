"""The instructor guide, typed in from top to bottom: a class of two goes the whole round with its commands."""

import shutil
from pathlib import Path

import nbformat
import pytest
import tiny
from openpyxl import Workbook, load_workbook
from pages import ROOT, Page
from typer.testing import CliRunner

from crmlab.collect import collect
from crmlab.commands import assemble, classroom
from crmlab.handin import submit
from crmlab.release import release

GUIDE = Page(ROOT / "docs/instructor-guide.md")
ELSEWHERE = {
    ("teach",): "tests/crmlab/test_desk.py",
    ("kit",): "tests/crmlab/test_kit.py",
    ("build",): "tests/crmlab/test_authoring.py",
    ("check",): "tests/crmlab/test_lint.py",
    ("grade", "--by-hand"): "tests/grader/test_by_hand.py",
}
"""Commands that open something or look at the course itself, and who runs them."""


def elsewhere(words: list[str]) -> str | None:
    return next((where for some, where in ELSEWHERE.items() if set(some) <= set(words)), None)


def test_what_is_not_typed_in_here_is_run_elsewhere() -> None:
    left = [words for words in GUIDE.commands if elsewhere(words)]
    assert len(left) >= len(ELSEWHERE)
    for where in ELSEWHERE.values():
        assert (ROOT / where).exists()


def hand_in(desk: Path, released: Path, student: str, answer: str) -> Path:
    project = desk / student / tiny.PROJECT
    shutil.copytree(released, project, ignore=shutil.ignore_patterns("data"))
    notebook = nbformat.read(project / tiny.NOTEBOOK, as_version=4)
    notebook.cells[2].source = answer
    nbformat.write(notebook, project / tiny.NOTEBOOK)
    return submit(desk / student, tiny.PROJECT, student)


@pytest.mark.slow
def test_the_guide_works_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(classroom, "COURSE", tiny.course(tmp_path))
    monkeypatch.setattr("crmlab.release.projects", lambda course=None: [tiny.PROJECT])
    for name, value in {"course": tmp_path / "course", "world": tiny.world, "quiet": True}.items():
        monkeypatch.setitem(release.__kwdefaults__, name, value)  # bound when the function was defined
    monkeypatch.setitem(collect.__kwdefaults__, "course", tmp_path / "course")
    for name in ("class.csv", "class2.csv"):
        (tmp_path / name).write_text(
            "学号,姓名,班级\n2026001,王一,一班\n2026002,李二,一班\n", encoding="gb18030"
        )
    (tmp_path / "usb").mkdir()
    (tmp_path / "handins").mkdir()
    book = Workbook()
    book.active.append(["学号", "成绩", "总评"])
    book.active.append(["2026001", None, "=B2*0.4"])
    book.save(tmp_path / "downloaded.xlsx")
    for words in GUIDE.commands:
        if elsewhere(words):
            continue
        typed = [word.replace("project03_phone_service", tiny.PROJECT) for word in words]
        home = [] if "--home" in typed else ["--home", "grading"]
        if words[0] == "collect":
            for student, answer in (("2026001", "total = 5"), ("2026002", "total = 6")):
                shutil.copy(
                    hand_in(tmp_path / "desks", tmp_path / "grading/release" / tiny.PROJECT, student, answer),
                    "handins",
                )
        if words[0] == "restore":
            next((tmp_path / "usb").glob("*.zip")).rename(tmp_path / "usb" / "monday.zip")
        said = CliRunner().invoke(assemble(), [*typed, *home])
        assert said.exit_code == 0, f"{' '.join(typed)}: {said.output} {said.exception!r}"
    page = load_workbook(tmp_path / "filled.xlsx").active
    assert (page["B2"].value, page["C2"].value) == (66.67, "=B2*0.4")
    assert (tmp_path / "grading/again/submitted/2026001" / tiny.PROJECT / tiny.NOTEBOOK).exists()
