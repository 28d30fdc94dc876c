"""Our marker against `nbgrader autograde`: the same class, the same release, each with a gradebook of its own.

`crmlab bench grader` prints wall seconds, the ratio and whether all scores are equal. `--students` sets the size,
`--theirs` how many of them nbgrader grades, too (its time is then told by the hand-in); `--long 1000` adds a class
of that size and the memory it takes, and `--linear` looks whether nbgrader's time grows with the class. Cold is a new
Python to its end: imports, fork server, database, autograded notebooks, and what nbgrader does not make, feedback pages
and class report. Warm is the same work from the moment on at which the fork server's imports are ready. Neither
side compiles its libraries while the clock runs: a hand-in of each is graded before.
"""

import argparse
import json
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
import json, resource, time
from pathlib import Path
from grader import children, marking
from grader.course import Course
from grader.feedback import feedback
from grader.report import report
from grader.setting import Setting
before = children.ForkServer.ready
def ready(self):
    before(self)
    WARM.append(time.perf_counter())
WARM = []
children.ForkServer.ready = ready
course = Course(Path("course").resolve(), Path("ours").resolve())
marking.mark(course, "project01_bench", force=True, setting=Setting(unsafe=True))
marked = time.perf_counter()
feedback(course, "project01_bench")
report(course, "project01_bench")
peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"warm": marked - WARM[0], "peak": peak}))
"""
LAYERS = """
import json, os, statistics, time
import numpy, pandas, simpy
from grader import sandbox
def layers(): sandbox.leave_the_machine(); sandbox.confine(sandbox.Rules(writable=("/tmp",)))
def cost(act):
    start = time.process_time()
    act()
    return (time.process_time() - start) * 1000
sandbox.warm_up()
found = []
for _ in range(100):
    ours, theirs = os.pipe()
    if os.fork() == 0:
        os.write(theirs, str(cost(layers)).encode())
        os._exit(0)
    os.wait()
    found.append(float(os.read(ours, 100)))
    os.close(ours), os.close(theirs)
print(json.dumps(statistics.median(found)))
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


def hand_ins(folder: Path, students: range, *homes: str) -> None:
    """Let every third student slip in one notebook."""
    import nbformat

    release = folder / "ours" / "release" / PROJECT
    for number, (_given, answer, right, slip, _test) in enumerate(TASKS):
        notebook = nbformat.read(release / f"lab{number}.ipynb", as_version=4)
        (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "answer"]
        for student in students:
            cell.source = answer.replace(right, slip) if (student + number) % 3 == 0 else answer
            text = nbformat.writes(notebook)
            for home in homes:
                target = folder / home / "submitted" / f"s{student:04}" / PROJECT
                target.mkdir(parents=True, exist_ok=True)
                (target / f"lab{number}.ipynb").write_text(text, encoding="utf-8")


def scores(book: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all automatic points of a gradebook by student, in a fixed order."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with sqlite3.connect(book) as db:
        for student, *row in db.execute(
            "SELECT a.student_id, n.name, b.name, g.auto_score, g.needs_manual_grade FROM grade g "
            "JOIN submitted_notebook s ON s.id = g.notebook_id JOIN notebook n ON n.id = s.notebook_id "
            "JOIN submitted_assignment a ON a.id = s.assignment_id JOIN base_cell b ON b.id = g.cell_id "
            "ORDER BY 1, 2, 3"
        ):
            found.setdefault(student, []).append(tuple(row))
    return found


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    """Return the wall seconds of a command and what it printed."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    ran = subprocess.run(
        command, cwd=folder, env={**kept, "PATH": beside}, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, ran.stdout


def ours(folder: Path) -> tuple[float, dict[str, Any]]:
    """Grade our class in a new Python; return its wall seconds and what it told of itself."""
    seconds, told = timed([sys.executable, "-c", OURS], folder)
    return seconds, json.loads(told)


def theirs(folder: Path) -> float:
    """Grade nbgrader's class; return the wall seconds."""
    program = str(Path(sys.executable).with_name("nbgrader"))
    return timed([program, "autograde", PROJECT, "--force"], folder)[0]


def side_by_side(folder: Path, students: int, fewer: int, *, linear: bool) -> None:
    """Grade the same class twice and print the two times."""
    if linear:
        hand_ins(folder, range(fewer // 2), "nbgrader")
        half = theirs(folder)
    hand_ins(folder, range(fewer), "nbgrader")
    hand_ins(folder, range(students), "ours")
    whole, told = ours(folder)
    seconds = theirs(folder)
    each = seconds / fewer
    found, known = (scores(folder / home / "gradebook.db") for home in ("ours", "nbgrader"))
    equal = all(found[student] == known[student] for student in known) and len(found) == students
    print(f"{students} hand-ins of {len(TASKS)} notebooks, wall seconds (nbgrader: {fewer} of them)")
    print(f"nbgrader autograde      {seconds:8.1f}   {each:6.2f} a hand-in")
    print(
        f"crmlab, cold            {whole:8.1f}   {whole / students:6.2f}   {each * students / whole:5.1f} x"
    )
    warm = told["warm"]
    print(f"crmlab, warm            {warm:8.1f}   {warm / students:6.2f}   {each * students / warm:5.1f} x")
    print(f"all points equal: {'yes' if equal else 'NO'}")
    if linear:
        print(f"nbgrader, {fewer // 2} of them     {half:8.1f}   {half / (fewer // 2):6.2f} a hand-in")


def sandbox_cost(folder: Path) -> None:
    """Print what the layers cost: the student's process and the judge each put them on."""
    once = json.loads(timed([sys.executable, "-c", LAYERS], folder)[1])
    print(f"sandbox, CPU            {2 * once:8.1f} ms a notebook (two processes)")


def long_class(folder: Path, students: int) -> None:
    """Print the memory that a small and a long class take."""
    for count in (min(20, students), students):
        shutil.rmtree(folder / "ours" / "submitted", ignore_errors=True)
        hand_ins(folder, range(count), "ours")
        seconds, told = ours(folder)
        parent, child = told["peak"]
        print(
            f"{count:5} hand-ins  {seconds:8.1f} s   marker {parent:6.0f} MB   largest child {child:6.0f} MB"
        )


def main() -> None:
    """Make the class, grade it on both sides, print the table."""
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]
    from grader import release  # the package, not this file of the same name
    from grader.course import Course

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--theirs", type=int, default=0, help="hand-ins for nbgrader; 0 is all")
    parser.add_argument("--linear", action="store_true")
    parser.add_argument("--long", type=int, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        course(folder)
        release.generate(Course(folder / "course", folder / "ours"), PROJECT)
        shutil.copytree(folder / "ours", folder / "nbgrader")
        (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
        hand_ins(folder, range(1), "ours", "nbgrader")
        ours(folder), theirs(folder)
        side_by_side(folder, options.students, options.theirs or options.students, linear=options.linear)
        sandbox_cost(folder)
        sys.stdout.flush()
        subprocess.run([sys.executable, str(Path(__file__).with_name("real_lab.py"))], check=True)
        if options.long:
            long_class(folder, options.long)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
