"""A checkpoint in a lab that looks at telephone calls: marked in the judge, as a hand-in really is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny

from crmlab import seat
from crmlab.roleplay.screen import attempts
from crmlab.roleplay.screen.chips import chips
from grader import marking, release
from grader.course import Course
from grader.setting import Setting

NAME = "complaint_late_broken"
HIDDEN = f"""### BEGIN HIDDEN TESTS
from crmlab.judging import evidence
plays = evidence("plays")
assert plays.score("{NAME}") >= 60, "请再练一次，达到 60 分。"
### END HIDDEN TESTS"""


def practised(folder: Path, turns: int, student: str) -> Path:
    """One call, always the earliest line on offer."""
    call = attempts.again(folder / "plays", NAME, student=student)
    order = list(call.scenario.lines)
    for _n in range(turns):
        if not call.ended:
            call.do("line", line=min(chips(call.play), key=order.index))
    return call.path


def graded(tmp_path: Path) -> Course:
    cells = [
        tiny.text("story", "# 打一次电话"),
        tiny.code("called", HIDDEN, grade=True, locked=True, points=5),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    folder = tmp_path / "course" / tiny.PROJECT
    folder.mkdir(parents=True)
    made: Any = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, folder / tiny.NOTEBOOK)
    course = Course(tmp_path / "course", tmp_path / "home", cell_seconds=30)
    release.generate(course, tiny.PROJECT)
    return course


@pytest.mark.slow
def test_a_call_earns_its_checkpoint_and_an_edited_log_does_not(tmp_path: Path) -> None:
    course = graded(tmp_path)
    for who, turns in (("good", 30), ("forger", 30)):
        target = course.step("submitted", who, tiny.PROJECT)
        target.mkdir(parents=True)
        given = (course.home / "release" / tiny.PROJECT / tiny.NOTEBOOK).read_bytes()
        (target / tiny.NOTEBOOK).write_bytes(given)
        path = practised(target, turns, who)
        if who == "forger":
            path.write_text(path.read_text(encoding="utf-8").replace("greet", "thanks", 1), encoding="utf-8")
    real = seat.setting(course.home)
    setting = replace(
        Setting(unsafe=True), preload=real.preload, evidence=real.evidence, readable=real.readable
    )
    marks = {one.student: one.score for one in marking.mark(course, tiny.PROJECT, setting=setting)}
    assert marks == {"good": 5, "forger": 0}
