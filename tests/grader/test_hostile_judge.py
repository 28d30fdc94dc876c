"""Attacks on the judge by way of functions, files and time: none wins, none learns what a test asks, all end."""

import json
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny
from nbformat.v4 import new_notebook

from grader import marking, release
from grader.course import Course
from grader.setting import Setting

HIDDEN = """import wave
### BEGIN HIDDEN TESTS
asked = [20261, 7, *range(20)]
for got, want in zip(map(double, asked), [2 * one for one in asked]):
    assert got == want, "翻倍不对。"
try:
    told = extra
except:
    told = 1
assert told == 1, "多给的数不对。"
### END HIDDEN TESTS"""
RIGHT = "extra = 1\ndef double(n):\n    return 2 * n"
EVIL = "import builtins\nbuiltins.zip = lambda *a: []\nbuiltins.map = lambda *a: []\n"
ANSWERS = {
    "honest": (RIGHT, "1"),
    "shadows-a-module": ("extra = 1\ndef double(n):\n    return n", "1"),
    "ends-the-loop": ("extra = 1\ndef double(n):\n    raise StopIteration", "1"),
    "hides-in-except": ("class Odd:\n    pass\nextra = Odd()\ndef double(n):\n    return 2 * n", "1"),
    "drags-on": ("import time\nextra = 1\ndef double(n):\n    time.sleep(1.6)\n    return 2 * n", "1"),
    "sleeps-in-every-cell": (RIGHT + "\nimport time\ntime.sleep(1.5)", "import time\ntime.sleep(1.5)"),
    "floods": ("extra = [[]] * 5_000_000\ndef double(n):\n    return [[]] * 5_000_000", "1"),
    "writes-questions": (
        "import os\nfrom pathlib import Path\nextra = 1\ndef double(n):\n"
        "    for place in (Path.home(), Path('.'), Path(os.environ['TMPDIR'])):\n"
        "        (place / 'seen').write_text(str(n))\n    return 2 * n",
        "import os\nfrom pathlib import Path\nprint('SEEN', [p.read_text() for p in "
        "(Path.home() / 'seen', Path('seen'), Path(os.environ['TMPDIR']) / 'seen') if p.exists()])",
    ),
    "leaves-links": (
        RIGHT
        + "\nimport os\nfrom pathlib import Path\nos.symlink(BOOK, 'book')\nos.symlink(COURSE, 'course')\n"
        "os.mkfifo('pipe')\nPath('kept').write_text('mine')",
        "from pathlib import Path\nprint('KEPT', Path('kept').read_text())\nfor name in ('book', 'course', 'pipe'):\n"
        "    print('LINK', Path(name).exists())",
    ),
}


def _project(folder: Path) -> Course:
    first = [
        tiny.code("answer", f"### BEGIN SOLUTION\n{RIGHT}\n### END SOLUTION", solution=True),
        tiny.code("double", HIDDEN, grade=True, locked=True, points=3),
    ]
    second = [
        tiny.code("look", "### BEGIN SOLUTION\nseen = 1\n### END SOLUTION", solution=True),
        tiny.code("seen", "assert True", grade=True, locked=True, points=1),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    target = folder / "course" / tiny.PROJECT
    target.mkdir(parents=True)
    for number, cells in enumerate((first, second)):
        nbformat.write(
            new_notebook(cells=cells, metadata={"kernelspec": kernel}), target / f"lab{number}.ipynb"
        )
    return Course(folder / "course", folder / "home", cell_seconds=2)


def _hand_in(course: Course, who: str, head: str, first: str, second: str) -> None:
    target = course.step("submitted", who, tiny.PROJECT)
    target.mkdir(parents=True)
    for number, source in enumerate((head + first, second)):
        notebook: Any = nbformat.read(
            course.home / "release" / tiny.PROJECT / f"lab{number}.ipynb", as_version=4
        )
        notebook.cells[0].source = source
        if who == "sleeps-in-every-cell":
            notebook.cells[1:1] = [nbformat.v4.new_code_cell(second) for _cell in range(40)]
        nbformat.write(notebook, target / f"lab{number}.ipynb")
    for name in ("wave.py", "json.py", "statistics.py", "sitecustomize.py"):
        if who == "shadows-a-module":
            (target / name).write_text(EVIL, encoding="utf-8")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every answer above handed in by one student and graded in one class."""
    course = _project(tmp_path_factory.mktemp("trial"))
    release.generate(course, tiny.PROJECT)
    head = f"BOOK = {str(course.home / 'gradebook.db')!r}\nCOURSE = {str(course.source)!r}\n"
    for who, (first, second) in ANSWERS.items():
        _hand_in(course, who, head, first, second)
    begun = time.monotonic()
    marks = marking.mark(course, tiny.PROJECT, setting=Setting(unsafe=True, workers=2))
    return {"course": course, "marks": {m.student: m for m in marks}, "seconds": time.monotonic() - begun}


def _shown(trial: dict[str, Any], who: str) -> str:
    path = trial["course"].step("autograded", who, tiny.PROJECT) / "lab1.ipynb"
    return str(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["outputs"])


@pytest.mark.slow
@pytest.mark.parametrize("who", ["shadows-a-module", "ends-the-loop", "hides-in-except"])
def test_a_wrong_function_earns_nothing_whatever_lies_beside_it(trial: dict[str, Any], who: str) -> None:
    assert (trial["marks"][who].status, trial["marks"][who].score) == ("graded", 1)  # of the second notebook


@pytest.mark.slow
@pytest.mark.parametrize("who", ["drags-on", "sleeps-in-every-cell", "floods"])
def test_what_takes_all_time_or_memory_is_stopped_and_told(trial: dict[str, Any], who: str) -> None:
    mark = trial["marks"][who]
    assert mark.status == "could_not_tell" and "lab0.ipynb" in mark.note, mark


@pytest.mark.slow
def test_what_a_test_asked_is_seen_by_no_later_cell(trial: dict[str, Any]) -> None:
    assert trial["marks"]["writes-questions"].score == 4
    assert "SEEN []" in _shown(trial, "writes-questions")


@pytest.mark.slow
def test_files_go_on_to_the_next_notebook_and_links_do_not(trial: dict[str, Any]) -> None:
    assert trial["marks"]["leaves-links"].score == 4
    shown = _shown(trial, "leaves-links")
    assert "KEPT mine" in shown and "LINK True" not in shown


@pytest.mark.slow
def test_the_honest_neighbour_keeps_all_points(trial: dict[str, Any]) -> None:
    assert trial["marks"]["honest"].score == 4
    assert not list(Path("/proc").glob("[0-9]*/cwd")) or not _left_behind(trial["course"])


def _left_behind(course: Course) -> list[str]:
    """Processes that still stand in a folder of the marker's scratch."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            where = str(place.readlink())
        except OSError:
            continue
        if "/marking-" in where and "(deleted)" in where:
            found.append(where)
    return found
