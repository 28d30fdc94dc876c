"""The model solution and the answers on record, tried in a process of their own as the judge would see them."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.judging import evidence
from crmlab.lint import Finding, Lab, is_test
from crmlab.lint.answers import answered
from crmlab.places import DATASETS, ROOT

LONGEST = 600.0
"""Seconds the whole trial may take."""
SLOW_CELL = 20.0
SLOW_LAB = 60.0
DEEPEST = 8
CALLS, MODEL = "calls", "model"
"""The folder of calls on record, and whose calls stand where an answer names none."""
PLAIN = (type(None), bool, int, float, str)
NUMERIC = ("numpy", "pandas")
TABLES = ("ndarray", "Series", "DataFrame", "Index", "RangeIndex", "Timestamp", "Timedelta")


def check(lab: Lab) -> Iterator[Finding]:
    """Yield what fails, what cannot cross to the judge, what answers earn the wrong points, and what is slow."""
    told = _try(lab)
    if "fault" in told:
        yield Finding("error", lab.name, f"参考答案没有跑完：{told['fault']}；请在演示数据上运行一遍笔记本")
        return
    for name, kind in told["strange"].items():
        yield Finding(
            "error",
            f"{lab.name} · {name}",
            f"参考答案里的 {name} 是 {kind}，传不到裁判进程；请让这一题交普通数据（数、文字、列表、字典、表格）",
        )
    for task, said in told["lost"].items():
        yield Finding("error", f"{lab.name} · {task}", f"参考答案没有得分：{said}")
    for answer, lost in zip(lab.answers or [], told["answers"], strict=False):
        if sorted(lost) != sorted(answer.get("loses", [])):
            wanted, got = "、".join(answer.get("loses", [])) or "不失分", "、".join(lost) or "不失分"
            yield Finding("error", f"{lab.name} · {answer.get('why')}", f"应丢 {wanted}，实际丢 {got}")
    for task, seconds in told["seconds"].items():
        if seconds > SLOW_CELL:
            yield Finding(
                "warning",
                f"{lab.name} · {task}",
                f"这一格跑了 {seconds:.0f} 秒；学生会等，评分也会，请算得小一些",
            )
    total = sum(told["seconds"].values())
    level = "warning" if total > SLOW_LAB else "note"
    yield Finding(level, lab.name, f"参考答案从头到尾运行 {total:.1f} 秒")  # type: ignore[arg-type]


def _try(lab: Lab) -> dict[str, Any]:
    job = {
        "cells": [
            {"id": cell.get("id", ""), "source": cell.source, "test": is_test(cell)}
            for cell in lab.cells
            if cell.cell_type == "code"
        ],
        "answers": [
            {"code": str(answer.get("code", "")), "calls": _evidence_of(answer, n)}
            for n, answer in enumerate(lab.answers or [])
        ],
        "names": answered(lab),
    }
    with tempfile.TemporaryDirectory() as desk:
        for path in [*lab.folder.glob("*.toml"), *lab.folder.glob("*.csv")]:
            shutil.copy(path, desk)
        if lab.calls.is_dir():  # telephone calls on record, one folder a caller
            shutil.copytree(lab.calls, Path(desk) / CALLS)
        if lab.handin.is_dir():
            shutil.copytree(lab.handin, Path(desk) / CALLS / MODEL, dirs_exist_ok=True)
        demo = DATASETS / "demo"
        _work_in_crm(lab, Path(desk) / CALLS)
        about = {
            "CRMLAB_GRADING": "1",
            "CRMLAB_STUDENT": "author",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        }
        about |= {
            "CRMLAB_DATA": str(demo / "visible"),
            "CRMLAB_TRUTH": str(demo / "truth"),
            "MPLBACKEND": "agg",
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", "crmlab.lint.trial"],
                cwd=desk,
                env={**os.environ, **about},
                input=json.dumps(job),
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired:
            return {"fault": f"超过 {LONGEST:.0f} 秒"}
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (ValueError, IndexError):
        return {"fault": (done.stderr.strip().splitlines() or ["没有说明"])[-1]}


def _evidence_of(answer: dict[str, Any], n: int) -> str:
    """Return the folder of what is handed in beside an answer on record."""
    return f"crm-{n}" if "crm" in answer else str(answer.get("calls", MODEL))


def _work_in_crm(lab: Lab, folder: Path) -> None:
    """Carry out what answers on record do in the practice CRM, each in a folder of its own with its calls."""
    from crmlab import crm_answers, crm_hand
    from crmlab.words import load

    worked = [(n, answer) for n, answer in enumerate(lab.answers or []) if "crm" in answer]
    if not worked:
        return
    demo = DATASETS / "demo"
    facts = json.loads((demo / "truth" / "facts.json").read_text(encoding="utf-8"))
    forms = [name for name in load(lab.folder / f"{lab.name}.toml").forms if name in crm_answers.READ]
    for n, answer in worked:
        made, calls = folder / _evidence_of(answer, n), folder / str(answer.get("calls", MODEL))
        if calls.is_dir():
            shutil.copytree(calls, made)
        else:
            made.mkdir(parents=True)
        done = crm_hand.recorded(answer["crm"], crm_hand.right(facts, forms))
        crm_hand.work(made / "crm.sqlite3", demo / "visible", done)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run the cells of a lab in order, then each answer on a copy of the names; return what happened."""
    names: dict[str, Any] = {"__name__": "__main__"}
    seconds: dict[str, float] = {}
    for cell in job["cells"]:
        if not cell["test"]:
            started = time.perf_counter()
            try:
                _quietly(cell["source"], names)
            except Exception as error:
                return {"fault": f"格子 {cell['id']}：{type(error).__name__}: {error}"[:300]}
            seconds[cell["id"]] = time.perf_counter() - started
    with contextlib.suppress(
        LabError
    ):  # answers on record may look at the truth of the demo world, as a teacher does
        names["truth"] = evidence("truth")
    strange = {name: kind for name in job["names"] if (kind := stranger(names.get(name)))}
    tests = {cell["id"]: cell["source"] for cell in job["cells"] if cell["test"]}
    lost = _lost("", MODEL, names, tests)
    tried = [sorted(_lost(one["code"], one["calls"], names, tests)) for one in job["answers"]]
    return {"seconds": seconds, "strange": strange, "lost": lost, "answers": tried}


def stranger(value: Any, depth: int = 0) -> str:
    """Return the type of the part of `value` that cannot cross to the judge, "" when all of it can.

    Functions stay where they are and are called from there.
    """
    kind = type(value)
    if kind in PLAIN or (callable(value) and kind.__name__ in ("function", "builtin_function_or_method")):
        return ""
    if depth >= DEEPEST:
        return f"{kind.__name__}（套了 {DEEPEST} 层以上）"
    if kind in (list, tuple, set, frozenset):
        return next((found for one in value if (found := stranger(one, depth + 1))), "")
    if kind is dict:
        inside = [*value, *value.values()]
        return next((found for one in inside if (found := stranger(one, depth + 1))), "")
    known = kind.__module__.split(".")[0] in NUMERIC
    scalar = known and kind.__module__ == "numpy"
    return "" if known and (scalar or kind.__name__ in TABLES) else f"{kind.__module__}.{kind.__name__}"


def _lost(code: str, calls: str, names: dict[str, Any], tests: dict[str, str]) -> dict[str, str]:
    """Return what the graded cells raise after `code` changed an answer, with the calls of `calls`, by id."""
    copy = dict(names)
    if (Path(CALLS) / calls).is_dir():
        os.environ["CRMLAB_EVIDENCE"] = str(Path(CALLS) / calls)
    failed: dict[str, str] = {}
    try:
        _quietly(code, copy)
    except Exception as error:
        return {"code": f"{type(error).__name__}: {error}"[:200]}
    for task, source in tests.items():
        try:
            _quietly(source, copy)
        except Exception as error:
            failed[task] = f"{type(error).__name__}: {error}"[:200]
    return failed


def _quietly(source: str, names: dict[str, Any]) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(source, "<cell>", "exec"), names)


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(run(json.loads(sys.stdin.read())), ensure_ascii=False) + "\n")
