"""Who sits at this notebook: the student's id, asked once and remembered in the workspace."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from crmlab import places
from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.released import clean_id, on_the_list

GUEST = "guest"
STEPS = ("source", "release", "submitted", "autograded", "feedback")
TRIES = 3

Ask = Callable[[str], str]


def grading(project: Path) -> bool:
    """Return whether the notebook is being graded: quiet then, no questions, nothing written."""
    return os.environ.get("CRMLAB_GRADING") == "1" or "autograded" in project.resolve().parts[:-2]


def student_of(project: Path, *, lang: str = "zh", ask: Ask = input) -> str:
    """Return the id of the student at work in a project's folder; "guest" when there is nobody to ask.

    From CRMLAB_STUDENT, else from nbgrader's folders, else remembered in `.crmlab/me.json`, else asked for: one
    that is not on the class list has to be typed twice, for a slip would cost all the work. Raises LabError when CRMLAB_STUDENT cannot be an id.
    """
    project = project.resolve()
    if os.environ.get("CRMLAB_STUDENT"):
        return clean_id(os.environ["CRMLAB_STUDENT"])
    if len(project.parts) > 3 and project.parts[-3] in STEPS:
        return clean_id(project.parent.name)
    if project.is_relative_to(places.COURSE):
        return GUEST
    memory = _memory(project)
    known = _remembered(memory)
    if known or grading(project):
        return known or GUEST
    asked = _ask(ask, lang, project / "data")
    if asked != GUEST:
        _remember(memory, asked)
    return asked


def _memory(project: Path) -> Path:
    homes = [folder / ".crmlab" for folder in project.parents if (folder / ".crmlab").is_dir()]
    return (homes[0] if homes else project.parent / ".crmlab") / "me.json"


def _remembered(memory: Path) -> str:
    try:
        return clean_id(str(json.loads(memory.read_text(encoding="utf-8"))["student"]))
    except (OSError, ValueError, KeyError, TypeError, LabError):
        return ""


def _ask(ask: Ask, lang: str, data: Path) -> str:
    _ = translator(lang)
    prompt, doubted = _("请输入你的学号："), GUEST
    for _try in range(TRIES):
        try:
            typed = ask(prompt)
        except (EOFError, OSError, RuntimeError):  # no keyboard: a runner, not a person
            return GUEST
        try:
            student = clean_id(typed)
        except LabError:
            prompt = _("这个学号不能用（只含字母、数字、- 和 _，最多 32 个字符），请再输入一次：")
            continue
        if student == doubted or on_the_list(data, student):
            return student
        doubted = student
        prompt = _("名单里没有学号 {student}。请再输入一次；没有打错，就照原样再打一遍：").format(
            student=student
        )
    return doubted


def _remember(memory: Path, student: str) -> None:
    try:
        memory.parent.mkdir(exist_ok=True)
        memory.write_text(json.dumps({"schema": 1, "student": student}) + "\n", encoding="utf-8")
    except OSError:
        return  # asked again next time; that is all
