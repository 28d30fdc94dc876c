"""What every lab notebook opens with: the student's data, forms, immediate checks, charts, progress."""

import html
import json
import os
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import charts, forms, places, words
from crmlab.answers import Answers
from crmlab.checks import Check
from crmlab.errors import LabError
from crmlab.language import Words, translator
from crmlab.released import clean_id, variant_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

VISITOR = "guest"
TARGET = 0.80  # of the service level, the company's promise


def open_lab(lab: str) -> "Lab":
    """Return the lab whose notebook stands in this folder, and show its header.

    Asks for the student id (学号) once; raises LabError when word file or data are not there.
    """
    folder = Path.cwd()
    about = _about(folder / "project.toml")
    opened = Lab(
        name=lab,
        folder=folder,
        about=about,
        words=words.load(folder / f"{lab}.toml"),
        student=_student(folder, translator(about.get("language", "zh"))),
        say_ui=translator(about.get("language", "zh")),
    )
    charts.style()
    opened.header()
    return opened


@dataclass(frozen=True)
class Lab:
    """One lab in the hands of one student."""

    name: str
    folder: Path
    about: dict[str, Any]
    words: words.Words
    student: str
    say_ui: Words

    @property
    def answers(self) -> Answers:
        """The answers of this project."""
        return Answers(self.folder / "answers.json")

    @property
    def scenario(self) -> "Scenario":
        """The contact centre this project is about."""
        from sim.scenario import load

        return load(self.about["scenario"])

    def header(self) -> None:
        """Show the lab's name, the student and how far they are."""
        who = self.say_ui("体验") if self.student == VISITOR else self.student
        _show(
            f'<div style="font-size:1.05em"><b>{html.escape(self.words.title)}</b> · '
            f"{html.escape(self.say_ui('学号'))} {html.escape(who)}</div>{self._bar()}"
        )

    def progress(self) -> None:
        """Show how many checkpoints are answered."""
        _show(self._bar())

    def say(self, name: str, **values: object) -> str:
        """Return a sentence of the lab's word file."""
        return self.words.say(name, **values)

    def table(self, name: str) -> "pd.DataFrame":
        """Return a fresh copy of visible table `name`; raise LabError naming those there are."""
        import pandas as pd

        folder = self._data()
        path = folder / f"{name}.parquet"
        if not path.is_file():
            known = "、".join(sorted(one.stem for one in folder.glob("*.parquet")))
            raise LabError(f"没有数据表 {name}；这个实训有 {known}")
        return pd.read_parquet(path)

    def form(self, name: str, rows: "pd.DataFrame | None" = None) -> None:
        """Show form `name`; `rows` gives a rows form its key (first column) and text (last column)."""
        form, saved = self.words.form(name), self.answers.answer(self.name, name)
        pairs = _pairs(rows)
        if _graded():
            _show(forms.static(form, saved, pairs, self.say_ui))
            return
        from IPython.display import display

        desk = forms.FormDesk(
            form,
            saved=saved,
            save=lambda value: self._keep("answers", name, value),
            hints_seen=self.answers.hints(self.name, name),
            saw_hint=lambda count: self._keep("hints", name, count),
            say=self.say_ui,
            rows=pairs,
        )
        display(desk.box)

    def answer(self, name: str) -> Any:
        """Return the saved answer of form `name` as plain values; None when there is none yet."""
        self.words.form(name)
        return self.answers.answer(self.name, name)

    def check(self, name: str) -> Check:
        """Return the immediate check of form `name`, a `with` block that never raises."""
        answered = _graded() or self.answers.answer(self.name, name) is not None
        return Check(self.words.checks.get(name, {}), answered, _show, self.say_ui)

    def chart_day(self, calls: "pd.DataFrame") -> None:
        """Show the picture of one day of calls."""
        seconds = self.scenario.service_level_seconds
        _show_svg(charts.svg(charts.day_chart(calls, target=TARGET, seconds=seconds, say=self.say_ui)))

    def timeline(self, trace: "pd.DataFrame", *, contact_id: int) -> None:
        """Show the way of one call through the centre."""
        _show_svg(charts.svg(charts.timeline(trace, contact_id=contact_id, say=self.say_ui)))

    def live_board(self, name: str) -> None:
        """Show the live board on the lab's day; adopting a plan saves it as the answer of form `name`."""
        if _graded():
            _show(forms.static(self.words.form(name), self.answers.answer(self.name, name), (), self.say_ui))
            return
        from IPython.display import display

        from crmlab.board import Day, LiveBoard

        field = self.words.form(name).fields[0]
        saved = self.answers.answer(self.name, name) or {}
        day = Day.of(self.scenario, self.table("contacts"), self.table("draws"))
        board = LiveBoard(
            day,
            blocks=[str(block) for block in field.more["blocks"]],
            agents=saved.get(field.name) or [field.more.get("start", 8)] * len(field.more["blocks"]),
            adopt=lambda agents: self._keep("answers", name, {field.name: agents}),
            say=self.say_ui,
        )
        display(board.box)

    def _keep(self, section: str, name: str, value: Any) -> None:
        self.answers.put(section, self.name, name, value, student=self.student)

    def _bar(self) -> str:
        points = next((one["checkpoints"] for one in self.about["labs"] if one["id"] == self.name), [])
        done = sum(self.answers.answer(self.name, one) is not None for one in points)
        share = 100 * done / max(len(points), 1)
        return (
            f'<div style="background:#e5e8ee;border-radius:4px;width:20em;height:.6em;margin:.3em 0">'
            f'<div style="background:#1b7f4d;border-radius:4px;width:{share:.0f}%;height:.6em"></div></div>'
            f"<small>{html.escape(self.say_ui('已完成'))} {done}/{len(points)}</small>"
        )

    def _data(self) -> Path:
        """Return the folder of this student's visible tables."""
        if named := os.environ.get("CRMLAB_DATA"):
            return Path(named)
        released = self.folder / "data"
        if (released / "who.json").is_file():
            return released / variant_of(released, self.student)
        demo = places.DATASETS / "demo" / "visible"
        if demo.is_dir():
            return demo
        raise LabError(f"在 {released} 找不到数据；请重新打开实训室（python3 lab.py），它会补上")


def _graded() -> bool:
    return os.environ.get("CRMLAB_GRADING") == "1"


def _about(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise LabError(f"读不了 {path}：{error}；请在项目文件夹里打开笔记本") from error


def _student(folder: Path, say: Words) -> str:
    """Return the id: the marker's word, else the remembered one, else what the student types now."""
    if named := os.environ.get("CRMLAB_STUDENT"):
        return named
    memory = folder.parent / ".crmlab" / "me.json"
    try:
        return clean_id(json.loads(memory.read_text(encoding="utf-8"))["student"])
    except (OSError, ValueError, KeyError, TypeError, LabError):
        pass
    student = _ask(say)
    if student != VISITOR and (folder / "data").is_dir():
        memory.parent.mkdir(exist_ok=True)
        memory.write_text(json.dumps({"student": student}, ensure_ascii=False), encoding="utf-8")
    return student


def _ask(say: Words) -> str:
    """Return a usable id; where nobody can be asked, or nothing is typed, the visitor's."""
    shell = sys.modules.get("IPython")
    kernel = getattr(shell.get_ipython(), "kernel", None) if shell else None
    if kernel is None or not kernel._allow_stdin:
        return VISITOR
    while True:
        typed = input(say("请输入你的学号，然后按回车（只想看看就直接按回车）：")).strip()
        if not typed:
            return VISITOR
        try:
            return clean_id(typed)
        except LabError as refusal:
            _show(f"<p>{html.escape(str(refusal))}</p>")


def _pairs(rows: "pd.DataFrame | None") -> Sequence[forms.Row]:
    if rows is None:
        return ()
    return [(str(one[0]), " · ".join(str(part) for part in one)) for one in rows.itertuples(index=False)]


def _show(page: str) -> None:
    from IPython.display import HTML, display

    display(HTML(page))


def _show_svg(picture: str) -> None:
    from IPython.display import SVG, display

    display(SVG(picture))
