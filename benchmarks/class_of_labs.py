"""How hard each task is, and how well it tells students apart: a simulated class takes every lab of a project.

`crmlab bench class_of_labs` prints one row a task, as the class report does. A student is one number, the chance that a
single decision is right; every choice, number and sentence of every form is decided on its own, so what makes a task
hard is how many decisions it asks for and how many slips it forgives, not an assumption about the task.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crmlab import complaint_answers, crm_hand, demo, skill_answers
from crmlab.judging import Truth
from crmlab.mirror import NONE, STRONG
from crmlab.places import COURSE
from crmlab.roleplay.screen import sheet
from crmlab.roleplay.screen.call import taken_up
from crmlab.telephone import ring
from crmlab.variants import Pool
from crmlab.words import Field, FormSpec, load

CHANCES = (0.50, 0.99)  # of one decision, for the weakest and the strongest of the class
ENOUGH = 70  # points of the call of lab 3 from which one goes on to its extension
OFF = 1.3  # a wrong number is so many times the right one
WORLDS = 10
SEED = 20261124


@dataclass(frozen=True)
class Student:
    """One simulated student: a name, the chance to be right once, and draws of their own."""

    name: str
    chance: float
    draws: np.random.Generator

    def right(self) -> bool:
        """Return whether the next decision is right."""
        return bool(self.draws.random() < self.chance)


def the_class(count: int) -> list[Student]:
    """Return students from weak to strong, evenly spread."""
    return [
        Student(f"s{n:02d}", float(chance), np.random.default_rng((SEED, n)))
        for n, chance in enumerate(np.linspace(*CHANCES, count))
    ]


def decided(student: Student, form: FormSpec, right: Any, wrong: Any) -> Any:
    """Return the student's answer of a form: each decision right, or one of the ways to be wrong."""
    fields = {field.name: field for field in form.fields}
    if not form.rows:
        return {name: _one(student, fields[name], value, wrong[name]) for name, value in right.items()}
    return {
        row: {name: _one(student, fields[name], value, None) for name, value in line.items()}
        for row, line in right.items()
    }


def _one(student: Student, field: Field, right: Any, wrong: Any) -> Any:
    if field.kind == "many":
        options = [value for value, _ in field.options]
        return [value for value in options if (value in right) == student.right()]
    if student.right():
        return right
    if field.kind == "choice":
        others = [value for value, _ in field.options if value != right]
        return others[int(student.draws.integers(len(others)))]
    if field.kind == "number":
        return round(OFF * right + 1, 1)
    return wrong


def hand_in(home: Path, released: Path, student: Student) -> Path:
    """Return the zip of what a student makes of every lab of the project."""
    from crmlab.handin import submit

    (home / "inbox").mkdir(exist_ok=True)
    desk = home / "desks" / student.name
    shutil.copytree(released, desk / demo.PROJECT, ignore=shutil.ignore_patterns("data"))
    pool, project = Pool(home), desk / demo.PROJECT
    nnn = pool.variant_of(student.name).nnn
    facts, visible = Truth(pool.truth(nnn)).facts, pool.visible(nnn)
    weakest, given = _rung(project, student), {}
    for lab, right, wrong in (
        (demo.LAB, demo.right_answers(facts, visible), demo.usual_slips(facts, visible)),
        (complaint_answers.LAB, *_both(complaint_answers.of, facts, visible)),
        (skill_answers.LAB, *_both(skill_answers.of, facts, visible)),
    ):
        if "self" in right:
            right["self"] = {**right["self"], "weakest": weakest}
        forms = load(COURSE / demo.PROJECT / f"{lab}.toml").forms
        given[lab] = {name: decided(student, forms[name], right[name], wrong[name]) for name in forms}
    given = crm_hand.moved(project / "crm.sqlite3", visible, given)
    text = json.dumps({"schema": 1, "student": student.name, "answers": given}, ensure_ascii=False)
    (project / "answers.json").write_text(text, encoding="utf-8")
    return submit(desk, demo.PROJECT, student.name)


def _rung(project: Path, student: Student) -> str:
    """Take the calls of all labs, each line right or not; return the weakest step of the last, as its sheet tells it.

    Whoever fails it does not go on to the extension, where it is taken at the other levels.
    """
    for name in (*demo.CALLS, *complaint_answers.CALLS):
        ring(project, name, student.name, well=student.right)
    made = sheet.score(taken_up(ring(project, skill_answers.CALL, student.name, well=student.right)))
    for level in (2, 3) if made.points >= ENOUGH else ():
        ring(project, skill_answers.CALL, student.name, well=student.right, level=level)
    steps = made.sheet.plain()["steps"]
    return min(steps, key=lambda name: steps[name]) if min(steps.values()) < STRONG else NONE


def _both(of: Callable[..., dict[str, Any]], facts: dict[str, Any], visible: Path) -> tuple[Any, Any]:
    return of("expert", facts, visible), of("nobody", facts, visible)


def taken(home: Path, count: int) -> list[dict[str, Any]]:
    """Return the report's rows of tasks after a class of `count` took the labs in `home`."""
    from crmlab.collect import collect
    from crmlab.release import release
    from crmlab.seat import setting
    from grader.course import Course
    from grader.gradebook import scores
    from grader.marking import mark
    from grader.report import tasks

    released = release(demo.PROJECT, home=home, demo=True, size=WORLDS, quiet=True)
    for student in the_class(count):
        shutil.move(hand_in(home, released, student), home / "inbox" / f"{student.name}_{demo.PROJECT}.zip")
    collect(home / "inbox", home)
    course = Course(COURSE, home)
    mark(course, demo.PROJECT, setting=setting(home, unsafe=True))
    return tasks(list(scores(course, demo.PROJECT).values()))


def main() -> None:
    """Print the table; `--students` 30."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--students", type=int, default=30)
    here = Path(__file__).resolve().parent  # a measurement of the same name stands before the package grader
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != here]
    with tempfile.TemporaryDirectory() as folder:
        rows = taken(Path(folder), asked.parse_args().students)
    print(f"{'lab':22}{'task':18}{'points':>7}{'difficulty':>12}{'discrimination':>16}")
    for row in rows:
        if row["difficulty"] == "—":
            continue
        told = f"{row['difficulty']:>12}{row['discrimination']:>16}"
        print(f"{row['notebook']:22}{row['task']:18}{row['max_score']:>7}{told}")


if __name__ == "__main__":
    main()
