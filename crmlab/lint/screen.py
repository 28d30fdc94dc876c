"""What the cells of a lab put before a student: words, pictures and things to do, seen in a process of their own."""

import ast
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.lint import Lab, told
from crmlab.places import DATASETS, ROOT

LONGEST = 600.0
"""Seconds the whole lab may take."""
DONE = ("form", "crm_desk", "live_board", "roleplay", "sheet")
"""What a lab asks a student to do or to look through; its static form is not what a student sees."""
HIDDEN = "### BEGIN HIDDEN TESTS"
Seen = list[dict[str, Any]]


def seen(lab: Lab) -> dict[str, Seen]:
    """Return what each code cell shows a student with the model solution, by cell id, in order.

    An entry is {"text"} of what is shown, with "chart" when it is a picture, or {"do", "form" or "scenario", "rows"}.
    Raises LabError when a cell fails.
    """
    job = [{"id": cell["id"], "source": _shown(cell)} for cell in lab.cells if cell.cell_type == "code"]
    with tempfile.TemporaryDirectory() as desk:
        for path in [*lab.folder.glob("*.toml"), *lab.folder.glob("*.csv")]:
            shutil.copy(path, desk)
        if lab.handin.is_dir():
            shutil.copytree(lab.handin, desk, dirs_exist_ok=True)
        about = {name: value for name, value in os.environ.items() if name != "CRMLAB_EVIDENCE"}
        about |= {
            "CRMLAB_GRADING": "1",
            "CRMLAB_STUDENT": "author",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        }
        about |= {"CRMLAB_DATA": str(DATASETS / "demo" / "visible"), "MPLBACKEND": "agg"}
        about |= {"CRMLAB_TRUTH": str(DATASETS / "demo" / "truth")}
        ran = subprocess.run(
            [sys.executable, "-m", "crmlab.lint.screen"],
            cwd=desk, env=about, input=json.dumps(job), capture_output=True, text=True, encoding="utf-8", timeout=LONGEST,
        )  # fmt: skip
    try:
        return dict(json.loads(ran.stdout.splitlines()[-1]))
    except (ValueError, IndexError) as error:
        said = (ran.stderr.strip().splitlines() or ["没有说明"])[-1]
        raise LabError(f"{lab.name} 没有跑完：{said}；请在演示数据上运行一遍笔记本") from error


def _shown(cell: Any) -> str:
    """Return the source of a cell as a student has it, the model solution left in."""
    return str(cell.source).split(HIDDEN)[0] if told(cell).get("grade") else str(cell.source)


def run(job: list[dict[str, str]]) -> dict[str, Seen]:
    """Run the cells in order and return what each shows, by id."""
    import IPython.display

    from crmlab.notebook import Lab as Open

    shown: Seen = []
    IPython.display.display = lambda *things, **_how: shown.extend(_entry(one) for one in things)
    for name in DONE:
        setattr(Open, name, _noted(name, shown))
    names: dict[str, Any] = {"__name__": "__main__"}
    found = {}
    for cell in job:
        shown.clear()
        last = _run(cell["source"], names)
        found[cell["id"]] = [*shown, *([] if last is None else [{"text": _text_of(last)}])]
    return found


def _noted(name: str, shown: Seen) -> Callable[..., None]:
    """Return what stands in for a method of the lab: it notes what was asked, and the words of the rows."""

    def note(lab: Any, what: str, *_more: str, rows: Any = None, **_told: Any) -> None:
        from crmlab import forms

        if name == "roleplay":
            shown.append({"do": name, "scenario": what})
            return
        spec = lab.words.form(what)
        lines = [text for _key, text in forms.rows_of(spec, rows, lab.lang)]
        shown.append({"do": name, "form": what, "rows": lines})

    return note


def _run(source: str, names: dict[str, Any]) -> Any:
    """Run one cell and return the value of its last line, None when that is no expression."""
    tree = ast.parse(source)
    ending = tree.body[-1] if tree.body else None
    last = ending if isinstance(ending, ast.Expr) else None
    tree.body = tree.body[:-1] if last else tree.body
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(tree, "<cell>", "exec"), names)
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


def _entry(thing: Any) -> dict[str, Any]:
    """Return what is displayed as words, and whether it is a picture."""
    if not isinstance(thing, dict):
        return {"text": _text_of(thing)}
    text = thing.get("text/plain") or unescape(re.sub(r"<[^>]+>", " ", thing.get("text/html", "")))
    return {"text": text, "chart": "image/svg+xml" in thing}


def _text_of(thing: Any) -> str:
    """Return a value as it is shown; a table by its heads and cells."""
    if hasattr(thing, "to_html"):
        return unescape(re.sub(r"<[^>]+>", " ", thing.to_html()))
    return str(thing)


if __name__ == "__main__":
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent]
    said = run(json.loads(sys.stdin.read()))
    sys.stdout.write("\n" + json.dumps(said, ensure_ascii=False) + "\n")
