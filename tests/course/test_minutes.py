"""Every lab's core fits into an hour of a slow first try, and headings, README and lesson plan tell what was reckoned."""

import re
import tomllib

import pytest

from crmlab.lint import Lab, minutes, read
from crmlab.places import COURSE

pytestmark = pytest.mark.slow  # every lab is run once

PROJECTS = sorted(path.parent.name for path in COURSE.glob("*/project.toml"))
LABS = [lab for project in PROJECTS for lab in read(COURSE / project)]
PARTS = "①②③④⑤⑥⑦⑧"
CLASS = 90
"""Minutes of a double lesson."""


@pytest.fixture(scope="module")
def reckoned() -> dict[str, list[minutes.Task]]:
    return {lab.name: minutes.reckon(lab) for lab in LABS}


every_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)


@every_lab
def test_the_core_takes_an_hour_at_most(lab: Lab, reckoned: dict[str, list[minutes.Task]]) -> None:
    core = [task for task in reckoned[lab.name] if task.core]
    assert sum(task.minutes for task in core) <= minutes.pace()["core"], minutes.table(
        lab, reckoned[lab.name]
    )


@every_lab
def test_headings_and_papers_tell_the_minutes_reckoned(
    lab: Lab, reckoned: dict[str, list[minutes.Task]]
) -> None:
    core = [task for task in reckoned[lab.name] if task.core]
    assert [task.name for task in core if task.told is None] == []
    told = [
        f"{task.name}：{task.told}，算下来 {task.minutes:.1f}"
        for task in core
        if abs(task.told - task.minutes) > minutes.ROUNDED
    ]
    assert told == []
    total = sum(task.told for task in core)
    assert lab.about["minutes"] == total
    assert f"课上约 {total} 分钟" in lab.cells[0].source
    assert f"（`{lab.name}.ipynb`，{total} 分钟，" in (lab.folder / "README.md").read_text(encoding="utf-8")


@every_lab
def test_the_lesson_plan_gives_each_task_its_minutes_and_fills_a_double_lesson(
    lab: Lab, reckoned: dict[str, list[minutes.Task]]
) -> None:
    plan = (lab.folder / "teacher" / f"{lab.short}_lesson_plan.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (\d+) \|.*\| ([^|]+) \|$", plan.split("## 时间安排")[1].split("\n## ")[0], re.MULTILINE
    )
    assert sum(int(minute) for minute, _ in rows) == CLASS
    told = {task.name[0]: task.told for task in reckoned[lab.name]}
    planned = [(int(minute), parts.split()) for minute, parts in rows if parts.strip() != "—"]
    assert [part for _, parts in planned for part in parts] == [one for one in PARTS if one in told]
    for minute, parts in planned:
        assert minute == sum(told[part] for part in parts), parts


def test_the_projects_minutes_are_those_of_its_labs() -> None:
    for project in PROJECTS:
        about = tomllib.loads((COURSE / project / "project.toml").read_text(encoding="utf-8"))
        assert about["minutes"] == sum(lab["minutes"] for lab in about["labs"])
