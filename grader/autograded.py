"""The autograded folder of one hand-in, in nbgrader's form, so that formgrader and feedback read it."""

import json
import shutil
from pathlib import Path
from typing import Any

from grader import repair
from grader.course import Course
from grader.plan import NotebookPlan, Plan
from grader.submission import Outcome, copy_of


def write(course: Course, plan: Plan, outcome: Outcome) -> Path:
    """Write `autograded/<student>/<project>` and return it; a reader sees the old folder or the new one."""
    target = course.step("autograded", outcome.student, plan.project)
    draft = target.with_name(f".{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    submitted = course.step("submitted", outcome.student, plan.project)
    copy_of(submitted, draft, plan.files_for(submitted))
    for path in draft.glob("*.ipynb"):
        path.unlink()
    for notebook in plan.notebooks:
        graded = outcome.notebooks.get(notebook.name)
        if graded is not None:
            finished(graded.notebook, notebook)
            text = json.dumps(graded.notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            (draft / notebook.file).write_text(text, encoding="utf-8", errors="replace")
    if target.exists():
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.replace(old)
        draft.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        draft.replace(target)
    return target


def finished(notebook: dict[str, Any], plan: NotebookPlan) -> None:
    """Give each graded cell the metadata that formgrader reads."""
    for cell in notebook["cells"]:
        name = repair.task(cell)
        about = cell["metadata"].get("nbgrader")
        cell["metadata"] = {} if about is None else {"nbgrader": about}
        if name is not None and name in plan.checksums:
            about["checksum"] = plan.checksums[name]
            about["cell_type"] = cell["cell_type"]
            if name in plan.tasks:
                about["points"] = plan.tasks[name].max_score


def unchanged_answers(course: Course, plan: Plan, outcome: Outcome) -> frozenset[tuple[str, str]]:
    """Return the answers (notebook, task) whose text is the same as at the last grading."""
    same = set()
    folder = course.step("autograded", outcome.student, plan.project)
    for notebook in plan.notebooks:
        graded, path = outcome.notebooks.get(notebook.name), folder / notebook.file
        if graded is None or not path.exists():
            continue
        try:
            old = repair.by_task(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError):
            continue
        for name, cell in repair.by_task(graded.notebook).items():
            if name in old and "".join(old[name]["source"]) == cell["source"]:
                same.add((notebook.name, name))
    return frozenset(same)
