"""The English edition of every project is complete, says the same, and runs."""

import re
import shutil
import warnings
from pathlib import Path

import nbformat
import pytest

from crmlab.places import COURSE
from crmlab.release import projects, release
from crmlab.translate import CHINESE, read, texts

PLACES = re.compile(r"\{[^{}]*\}")
FENCED = re.compile(r"`[^`]+`")


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every project released in English, in a home of its own."""
    home = tmp_path_factory.mktemp("home")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a text without translation warns
        for project in projects():
            release(project, home=home, lang="en", demo=True, size=1, quiet=True)
    return home / "release-en"


@pytest.mark.parametrize("project", projects())
def test_every_text_has_its_english_and_no_entry_is_left_over(project: str) -> None:
    wanted = {text for _, text in texts(COURSE / project)}
    known = read(project)
    assert [text[:40] for text in wanted - set(known)] == []
    assert [text[:40] for text in set(known) - wanted] == []


@pytest.mark.parametrize("project", projects())
def test_english_keeps_places_commands_and_outline_and_no_chinese(project: str) -> None:
    for chinese, english in read(project).items():
        assert not CHINESE.search(english), english
        assert sorted(PLACES.findall(chinese)) == sorted(PLACES.findall(english)), english
        assert sorted(FENCED.findall(chinese)) == sorted(FENCED.findall(english)), english
        marks = [
            [line.split(" ")[0] for line in text.splitlines() if line.startswith("#")]
            for text in (chinese, english)
        ]
        assert marks[0] == marks[1], english


@pytest.mark.slow
@pytest.mark.parametrize("project", projects())
def test_the_english_release_runs_and_shows_no_chinese(project: str, edition: Path, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    desk = tmp_path / project
    shutil.copytree(edition / project, desk)
    for path in sorted(desk.glob("lab*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(desk)}}).execute()
        shown = [
            *(cell.source for cell in notebook.cells),
            *(text for cell in notebook.cells for text in said(cell)),
        ]
        assert [CHINESE.findall(text)[:20] for text in shown if CHINESE.search(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("project", projects())
def test_a_hand_in_of_the_edition_is_marked_and_told_of_in_english(project: str, edition: Path) -> None:
    from crmlab.seat import setting
    from grader.course import Course
    from grader.feedback import feedback
    from grader.marking import mark

    home = edition.parent
    handed = home / "submitted" / "2026001" / project
    handed.mkdir(parents=True)
    for path in (edition / project).glob("lab*.ipynb"):
        shutil.copy(path, handed)
    course = Course(COURSE, home)
    (marked,) = mark(course, project, setting=setting(home, unsafe=True))
    assert (marked.status, marked.score) == ("graded", 0.0)
    pages = feedback(course, project)
    assert len(pages) == len(list(handed.glob("*.ipynb")))
    for page in pages:
        text = re.sub(r"<style.*?</style>|<[^>]+>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert "Where to look again" in text
        assert CHINESE.findall(text) == [], page.name


def said(cell) -> list[str]:
    """Return what a cell shows: printed text, HTML and plain forms."""
    found = []
    for out in cell.get("outputs", []):
        found += [out["text"]] if "text" in out else []
        found += [
            str(out["data"][kind])
            for kind in ("text/plain", "text/html", "image/svg+xml")
            if kind in out.get("data", {})
        ]
        assert out.output_type != "error", out
    return found
