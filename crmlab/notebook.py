"""What every lab notebook opens with: the student's tables, forms, checks, words, charts and live board."""

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import cards, data
from crmlab.answers import FILE, Answers
from crmlab.checks import Check
from crmlab.errors import LabError
from crmlab.language import LANGUAGES, translator
from crmlab.student import GUEST, Ask, grading, student_of
from crmlab.words import LabWords, load

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.forms import Form
    from sim.scenario import Scenario


def open_lab(name: str, *, folder: Path | None = None, ask: Ask = input) -> "Lab":
    """Return the lab `name`, whose words lie in `folder` (where the notebook runs), and show its header.

    Raises LabError when its words or the student's data are missing.
    """
    project = (folder or Path.cwd()).resolve()
    about = _about(project)
    words = load(project / f"{name}.toml")
    lang = next((one for one in (about.get("language"), words.language) if one in LANGUAGES), "zh")
    student = student_of(project, lang=lang, ask=ask)
    lab = Lab(name, project, words, about, student, lang)
    lab.header()
    return lab


class Lab:
    """One open lab. Everything it shows goes to the notebook; every method that shows returns None."""

    def __init__(
        self, name: str, project: Path, words: LabWords, about: dict[str, Any], student: str, lang: str
    ) -> None:
        self.name, self.project, self.words, self.about = name, project, words, about
        self.student, self.lang = student, lang
        self.grading = grading(project)
        self.answers = Answers.load(project / FILE, read_only=self.grading)
        self.data = data.find(project, student)
        self.form_shown: Form | None = None  # the last one, for tests and the curious
        self.board_shown: Any = None
        self.talk_shown: Any = None
        self._tables: dict[str, pd.DataFrame] = {}
        from crmlab import charts

        charts.style()

    def header(self) -> None:
        """Show title, student, world and progress; nothing while graded."""
        if self.grading:
            return
        from crmlab import standing

        _ = translator(self.lang)
        who = _("体验（没有学号）") if self.student == GUEST else self.student
        line = _("学号 {student} · 数据 {world}").format(student=who, world=self._world())
        done, total = standing.done(self)
        text = _("表单已填 {done} / {total}").format(done=done, total=total)
        notice = self._notice()
        body = cards.paragraphs(line) + cards.bar(done, total) + cards.paragraphs(f"{text}\n\n{notice}")
        cards.show(
            cards.card(self.words.title, body), "\n".join([self.words.title, line, text, notice]).strip()
        )

    def table(self, name: str) -> "pd.DataFrame":
        """Return a fresh copy of one of the student's tables; raise LabError when there is none of that name."""
        if name not in self._tables:
            self._tables[name] = data.read_table(self.data.visible, name)
        return self._tables[name].copy()

    def crm(self) -> "dict[str, pd.DataFrame]":
        """Return the tables of this project's CRM as they are now; empty ones before it was first opened."""
        from crmlab.crm.reader import inspect_open

        return inspect_open(self.project / "crm.sqlite3").tables

    def crm_desk(self, form: str, *, rows: "pd.DataFrame") -> None:
        """Put the rows of a form into this project's CRM, where that can be opened, and show the way there.

        The form itself is kept folded for whoever cannot open the CRM. Nothing that was written there is touched.
        """
        from crmlab import crm_desk

        shown = crm_desk.show(self, form, rows)
        if shown is not None:
            self.form_shown = shown.form
            _show_widget(shown.widget)

    def crm_answer(self, form: str) -> Any:
        """Return what was worked in the CRM for a form, by row; of rows not worked there what the form itself holds.

        Shows how much of it is in the CRM; None when there is nothing in either.
        """
        from crmlab import crm_desk

        worked = crm_desk.look(self, form)
        if worked and not self.grading:
            self.answers.note("crm", self.name, form, worked)
        return crm_desk.joined(self.answer(form), worked)

    def answer(self, form: str) -> Any:
        """Return the saved answer of a form as plain values, None when it has none."""
        self.words.form(form)
        return self._fresh().get(self.name, form)

    def form(self, name: str, *, rows: "pd.DataFrame | None" = None) -> None:
        """Show a form, filled with what was saved; while graded, the saved answer as a table."""
        from crmlab import forms

        spec = self.words.form(name)
        lines = forms.rows_of(spec, rows, self.lang)
        answers = self._fresh()
        kept = answers.get(self.name, name)
        if self.grading:
            cards.show(*forms.static(spec, kept, rows=lines, described=bool(lines), lang=self.lang))
            return
        self.form_shown = forms.Form(
            spec,
            rows=lines,
            answer=kept,
            saved_at=str(answers.get(self.name, name, part="when") or ""),
            hints_seen=_count(answers.get(self.name, name, part="hints")),
            on_save=lambda value: self.put(name, value, by_row=bool(lines)),
            on_hint=lambda seen: self.answers.note("hints", self.name, name, seen),
            lang=self.lang,
        )
        _show_widget(self.form_shown.widget)

    def put(self, form: str, value: Any, *, by_row: bool = False) -> None:
        """Keep the answer of a form; `by_row` leaves the rows that are not in `value` as they were saved."""
        kept = self._fresh().get(self.name, form) if by_row else None
        whole = {**kept, **value} if isinstance(kept, dict) else value
        self.answers.put(self.name, form, whole, student=self._named())

    def sheet(self, *names: str, title: str, rows: "pd.DataFrame | None" = None) -> None:
        """Show saved answers as one sheet to hand over or print; `title` is a text of the lab.

        Several forms stand side by side, when they ask about the same rows.
        """
        from crmlab import forms

        told = self.words.say(title)
        spec, kept = forms.side_by_side([(self.words.form(name), self.kept(name)) for name in names])
        lines = forms.rows_of(spec, rows, self.lang)
        cards.show(*forms.static(spec, kept, rows=lines, title=told, described=bool(lines), lang=self.lang))

    def check(self, form: str) -> Check:
        """Return the check of a form's answer, to be used with `with`."""
        answers = self._fresh()

        def keep(verdict: str) -> None:
            if not self.grading and verdict != "unanswered":
                self.answers.note("checked", self.name, form, verdict)

        return Check(
            words=self.words,
            form=form,
            answered=self.kept(form) is not None,
            hints=_count(answers.get(self.name, form, part="hints")),
            lang=self.lang,
            on_verdict=keep,
        )

    def say(self, name: str, /, **values: object) -> None:
        """Show a text of the lab, its {places} filled with `values`."""
        text = self.words.say(name, values)
        cards.show(f'<div style="{cards.TEXT};color:inherit">{cards.paragraphs(text)}</div>', text)

    def progress(self) -> None:
        """Show how far the student is: forms, the best of each call, what the teacher marks, the extension."""
        from crmlab import standing

        standing.show(self)

    def chart_day(self, calls: "pd.DataFrame", *, target: float = 0.8, title: str = "") -> None:
        """Show a day by the hour: calls offered, answered, abandoned, and the service level."""
        if self.unseen:
            return
        from crmlab import charts
        from sim import metrics

        seconds = self.scenario().service_level_seconds
        hours = metrics.by_interval(calls, minutes=60, seconds=seconds)
        charts.show(charts.day_chart(hours, target=target, seconds=seconds, title=title, lang=self.lang))

    def timeline(self, trace: "pd.DataFrame", *, contact_id: int, attempt: int | None = None) -> None:
        """Show the way of one call through the centre; its last attempt unless told."""
        if self.unseen:
            return
        from crmlab import charts

        charts.show(charts.timeline(trace, contact_id=contact_id, attempt=attempt, lang=self.lang))

    def live_board(self, form: str, *, day: int | None = None) -> None:
        """Show the live board on the student's day (its table `contacts`); the plan is kept as answer `form`."""
        from crmlab import board, forms

        scenario, spec, answers = self.scenario(), self.words.form(form), self._fresh()
        field = next((one for one in spec.fields if one.kind == "blocks"), None)
        kept = answers.get(self.name, form)
        agents = kept.get("agents") if isinstance(kept, dict) else None
        if self.grading:
            cards.show(*board.static(scenario, agents, field=field, lang=self.lang))
            return
        made = board.Day.of(scenario, self.table("contacts"), self.table("draws"), day=day)
        self.board_shown = board.LiveBoard(
            made,
            agents=agents,
            field=field,
            on_adopt=lambda plan: self.answers.put(self.name, form, plan, student=self._named()),
            head=forms.head(spec),
            hints=forms.Hints(
                spec.hints,
                seen=_count(answers.get(self.name, form, part="hints")),
                on_hint=lambda seen: self.answers.note("hints", self.name, form, seen),
                lang=self.lang,
            ),
            lang=self.lang,
        )
        _show_widget(self.board_shown.widget)

    def roleplay(self, scenario: str, *, level: int = 1) -> None:
        """Show a call with a simulated customer, taken up where it was left; while graded, its score sheet.

        The call is kept in `plays` beside the notebook after every action. Raises LabError for an unknown scenario.
        """
        from crmlab.roleplay.screen import inside

        folder, who = self.project / "plays", self._named()
        if self.grading:
            inside.show_sheet(folder, scenario, student=who, level=level, lang=self.lang)
            return
        self.talk_shown = inside.talk(folder, scenario, student=who, level=level, lang=self.lang)
        _show_widget(self.talk_shown.widget)

    def negotiate(self, case: str = "yearly_order", *, people: tuple[str, ...] = ()) -> None:
        """Show a negotiation round one screen, taken up where it was left; while graded, its result.

        `people` names the seats of people, all four when it is empty; partners of ours sit on the others. The log is kept in `plays`
        beside the notebook. Raises LabError for an unknown case or seat.
        """
        from crmlab.roleplay.negotiation import inside

        path = self.project / "plays" / f"seats_{case}.json"
        if self.grading:
            inside.show_result(path, lang=self.lang)
            return
        self.negotiation = inside.desk(path, case, people=people, lang=self.lang)
        _show_widget(self.negotiation.widget)

    @property
    def unseen(self) -> bool:
        """Whether nobody will see what is shown: in the judge, which is told where the evidence lies."""
        return "CRMLAB_EVIDENCE" in os.environ

    def scenario(self) -> "Scenario":
        """Return the scenario named in project.toml; raise LabError when none is."""
        from sim import scenario
        from sim.errors import InputError

        name = self.about.get("scenario")
        if not isinstance(name, str):
            raise LabError('project.toml 里没有 scenario；请加上一行，如 scenario = "retail_hotline"')
        try:
            return scenario.load(name)
        except InputError as error:
            raise LabError(f"project.toml 的 scenario 用不了：{error}") from error

    def _fresh(self) -> Answers:
        """Read the answers again: another notebook of the project may have saved meanwhile."""
        notice = self.answers.notice
        self.answers = Answers.load(self.project / FILE, read_only=self.grading)
        self.answers.notice = self.answers.notice or notice
        return self.answers

    def kept(self, form: str) -> Any:
        """Return the saved answer of a form, what was read in the CRM before what was typed into the form.

        While graded, the CRM itself is asked: who worked there need not have run the cell that reads it.
        """
        from crmlab import crm_desk

        answers = self._fresh()
        kept, worked = (answers.get(self.name, form, part=part) for part in ("answers", "crm"))
        if self.grading:
            worked = crm_desk.worked(self, form) or worked
        if not isinstance(worked, dict):
            return kept
        return {**(kept if isinstance(kept, dict) else {}), **worked}

    def told(self) -> dict[str, Any]:
        """Return what project.toml says of this lab, {} when it does not know it."""
        return next((one for one in self.about.get("labs", []) if one.get("id") == self.name), {})

    def _world(self) -> str:
        """Return the number of the student's world, "demo" for the demo world, "—" when its folder tells none."""
        names = (self.data.visible.name, self.data.visible.parent.name)
        return next((name for name in names if name.isdigit() or name == "demo"), "—")

    def _named(self) -> str:
        return "" if self.student == GUEST else self.student

    def _notice(self) -> str:
        _ = translator(self.lang)
        if self.answers.notice is None:
            return ""
        return _("原来的答案文件读不出来，已改名为 {file} 留着；请老师看看能不能救回来").format(
            file=self.answers.notice.name
        )


def _about(project: Path) -> dict[str, Any]:
    path = project / "project.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise LabError(
            f"{project} 里没有 project.toml；请在实训文件夹里打开笔记本，或重新运行 lab.py"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{path.name} 不是 UTF-8 的 TOML 文件（{error}）；请重新准备实训文件夹") from error


def _count(seen: object) -> int:
    return seen if isinstance(seen, int) and not isinstance(seen, bool) and seen > 0 else 0


def _show_widget(widget: Any) -> None:
    from IPython.display import display

    display(widget)
