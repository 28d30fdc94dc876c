"""Our marker against `nbgrader autograde`: the same class, the same release, each with a gradebook of its own.

`crmlab bench grader` prints wall seconds, the ratio and whether all scores are equal; `--students` sets the size.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = "project01_bench"
CONFIG = """
import sys
from pathlib import Path
from grader.course import Course
c = get_config()
c.merge(Course(source=Path("course").resolve(), home=Path("nbgrader").resolve()).config())
"""
OURS = """
import sys, time
from pathlib import Path
from grader import marking, children
from grader.course import Course
from grader.setting import PRELOAD, Setting
before = children.ForkServer.ready
def ready(self):
    before(self)
    WARM.append(time.perf_counter())
WARM = []
children.ForkServer.ready = ready
course = Course(Path("course").resolve(), Path("ours").resolve())
marking.mark(course, "project01_bench", setting=Setting(preload=(*PRELOAD, "simpy"), unsafe=True))
print(time.perf_counter() - WARM[0])
"""
TASKS = (
    ("import pandas as pd\ntable = pd.DataFrame({'a': [1, 2, 3], 'b': [4, 5, 6]})",
     "def total(frame):\n    return int(frame['a'].sum())", "return int(frame['a'].sum())", "return 0",
     "assert callable(total)\n### BEGIN HIDDEN TESTS\nassert total(table) == 6\nassert total(table * 2) == 12\n### END HIDDEN TESTS"),
    ("import simpy", "def ends(n):\n    env = simpy.Environment()\n    def p():\n        yield env.timeout(n)\n"
     "    env.process(p())\n    env.run()\n    return env.now", "return env.now", "return -1",
     "assert ends(1) >= 0\n### BEGIN HIDDEN TESTS\nassert ends(5) == 5\n### END HIDDEN TESTS"),
)  # fmt: skip


def course(folder: Path) -> None:
    """Write a course of two small notebooks, with an answer in words in each."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    def about(name: str, **flags: Any) -> dict[str, Any]:
        plain = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
        return {"nbgrader": {"grade_id": name, **plain, **flags}}

    project = folder / "course" / PROJECT
    project.mkdir(parents=True)
    for number, (given, answer, _right, _slip, test) in enumerate(TASKS):
        solution = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
        cells = [
            new_code_cell(given, metadata=about("given", locked=True)),
            new_code_cell(solution, metadata=about("answer", solution=True)),
            new_code_cell(test, metadata=about("test", grade=True, locked=True, points=10)),
            new_markdown_cell("因为", metadata=about("why", grade=True, solution=True, points=1.5)),
        ]
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        nbformat.write(
            new_notebook(cells=cells, metadata={"kernelspec": kernel}), project / f"lab{number}.ipynb"
        )


def hand_ins(folder: Path, students: int) -> None:
    """Let every third student slip in one notebook."""
    import nbformat

    release = folder / "ours" / "release" / PROJECT
    for student in range(students):
        for number, (_given, answer, right, slip, _test) in enumerate(TASKS):
            notebook = nbformat.read(release / f"lab{number}.ipynb", as_version=4)
            (cell,) = [
                c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "answer"
            ]
            cell.source = answer.replace(right, slip) if (student + number) % 3 == 0 else answer
            for home in ("ours", "nbgrader"):
                target = folder / home / "submitted" / f"s{student:04}" / PROJECT
                target.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebook, target / f"lab{number}.ipynb")


def scores(book: Path) -> list[tuple[Any, ...]]:
    """Return all automatic points of a gradebook, in a fixed order."""
    with sqlite3.connect(book) as db:
        return db.execute(
            "SELECT a.student_id, n.name, b.name, g.auto_score, g.needs_manual_grade FROM grade g "
            "JOIN submitted_notebook s ON s.id = g.notebook_id JOIN notebook n ON n.id = s.notebook_id "
            "JOIN submitted_assignment a ON a.id = s.assignment_id JOIN base_cell b ON b.id = g.cell_id "
            "ORDER BY 1, 2, 3"
        ).fetchall()


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    """Return the wall seconds of a command and what it printed."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    start = time.perf_counter()
    ran = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": beside}, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, ran.stdout


def main() -> None:
    """Make the class, grade it twice, print the table."""
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]
    from grader import release  # the package, not this file of the same name
    from grader.course import Course

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        course(folder)
        release.generate(Course(folder / "course", folder / "ours"), PROJECT)
        shutil.copytree(folder / "ours", folder / "nbgrader")
        hand_ins(folder, options.students)
        (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
        ours, told = timed([sys.executable, "-c", OURS], folder)
        program = str(Path(sys.executable).with_name("nbgrader"))
        theirs, _text = timed([program, "autograde", PROJECT], folder)
        warm = float(told.split()[-1])
        equal = scores(folder / "ours" / "gradebook.db") == scores(folder / "nbgrader" / "gradebook.db")
        print(f"{options.students} hand-ins of {len(TASKS)} notebooks, wall seconds")
        print(f"nbgrader autograde      {theirs:8.1f}")
        print(f"crmlab, cold            {ours:8.1f}   {theirs / ours:5.1f} x")
        print(f"crmlab, warm            {warm:8.1f}   {theirs / warm:5.1f} x")
        print(f"all points equal: {'yes' if equal else 'NO'}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
