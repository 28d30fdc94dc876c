"""Answer forms: the widgets of one form, what a student put into them, and the same as a plain table.

How a form is written in a lab's TOML is told in `crmlab.words`.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from crmlab import cards
from crmlab.errors import LabError
from crmlab.inputs import Input, make
from crmlab.language import translator
from crmlab.words import FormSpec

if TYPE_CHECKING:
    import ipywidgets as widgets
    import pandas as pd

Row = tuple[str, str]  # key, description


def rows_of(spec: FormSpec, table: "pd.DataFrame | None", lang: str) -> list[Row]:
    """Return key and description of each row a form asks about, [] for a form without rows.

    Raises LabError when table and form do not go together.
    """
    if spec.rows is None:
        if table is not None:
            raise LabError(
                f'表单 {spec.name} 没有 rows；请去掉 rows=…，或在 TOML 里写 rows = {{key = "…", text = ["…"]}}'
            )
        return []
    if table is None:
        raise LabError(f"表单 {spec.name} 要逐行作答；请写 lab.form({spec.name!r}, rows=数据表)")
    there = [str(name) for name in table.columns]
    chosen = [f"{name}_{lang}" if f"{name}_{lang}" in there else name for name in spec.rows.text]
    for name in (spec.rows.key, *chosen):
        if name not in there:
            raise LabError(f"表单 {spec.name} 要用的列 {name!r} 不在数据表里；表里有：{'、'.join(there)}")
    keys = [str(key) for key in table[spec.rows.key]]
    texts = [" · ".join(str(value) for value in row) for row in table[chosen].itertuples(index=False)]
    return list(zip(keys, texts, strict=True))


class Hints:
    """The hint button of a form and what it has shown; each press shows the next hint, in order."""

    def __init__(
        self,
        texts: Sequence[str],
        *,
        seen: int = 0,
        on_hint: Callable[[int], None] = lambda n: None,
        lang: str,
    ) -> None:
        import ipywidgets as widgets

        self.texts, self.seen, self.on_hint, self._ = texts, seen, on_hint, translator(lang)
        self.button = widgets.Button(layout={"display": "" if texts else "none"})
        self.box = widgets.HTML()
        self.button.on_click(self._next)
        self._fill()

    def _next(self, _button: object) -> None:
        if self.seen < len(self.texts):
            self.seen += 1
            with suppress(LabError):  # a hint is shown even when the folder cannot be written
                self.on_hint(self.seen)
        self._fill()

    def _fill(self) -> None:
        _, total = self._, len(self.texts)
        self.button.description = _("提示 {n}/{total}").format(n=min(self.seen + 1, total), total=total)
        self.button.disabled = self.seen >= total
        self.button.tooltip = _("看提示不扣分，只是少一颗星")
        shown = cards.bullets(self.texts[: self.seen])
        self.box.value = cards.card(_("提示"), shown) if shown else ""


class Form:
    """One form on the screen; `on_save` gets the plain answer, `on_hint` the number of hints shown.

    Buttons are `save` and `hint`; `inputs` are the questions, by field, or by row and field.
    """

    def __init__(
        self,
        spec: FormSpec,
        *,
        rows: list[Row] | None = None,
        answer: Any = None,
        saved_at: str = "",
        hints_seen: int = 0,
        on_save: Callable[[Any], None] = lambda value: None,
        on_hint: Callable[[int], None] = lambda seen: None,
        lang: str = "zh",
    ) -> None:
        import ipywidgets as widgets

        self.spec, self.rows, self.on_save = spec, rows or [], on_save
        self._ = _ = translator(lang)
        self.inputs: dict[tuple[str, ...], Input] = {}
        self.save = widgets.Button(description=_("保存答案"), button_style="primary", icon="save")
        self.hints = Hints(spec.hints, seen=hints_seen, on_hint=on_hint, lang=lang)
        self.hint = self.hints.button
        self.status = widgets.HTML()
        body = self._body(lang)
        self._prefill(answer)
        for one in self.inputs.values():
            one.watch(self._changed)
        self.save.on_click(self._save)
        self._say(
            "calm",
            _("已保存 {time}").format(time=_clock(saved_at)) if answer is not None else _("还没有保存"),
        )
        buttons = widgets.HBox([self.save, self.hint, self.status], layout={"margin": "8px 0 0 0"})
        box = {"border": "1px solid #b8c4d6", "padding": "10px 16px", "max_width": "920px"}
        self.widget = widgets.VBox([widgets.HTML(head(spec)), *body, buttons, self.hints.box], layout=box)

    @property
    def value(self) -> Any:
        """The answer as it stands on the screen: plain values, None for what is open."""
        if not self.rows:
            return {name: one.value for (name,), one in self.inputs.items()}
        answer: dict[str, dict[str, Any]] = {key: {} for key, _ in self.rows}
        for (key, name), one in self.inputs.items():
            answer[key][name] = one.value
        return answer

    def _body(self, lang: str) -> list["widgets.Widget"]:
        import ipywidgets as widgets

        body: list[widgets.Widget] = []
        if not self.rows:
            for field in self.spec.fields:
                one = self.inputs[(field.name,)] = make(field, lang)
                body.append(one.widget)
            return body
        for key, text in self.rows:
            about = f'<div style="{cards.TEXT};color:inherit;white-space:pre-line"><b>{escape(key)}</b>　{escape(text)}</div>'
            asked = [
                self.inputs.setdefault((key, f.name), make(f, lang, tight=True)) for f in self.spec.fields
            ]
            line = widgets.HBox([one.widget for one in asked], layout={"flex_flow": "row wrap"})
            edge = {"border_top": "1px solid #d5dce6", "padding": "6px 0"}
            body.append(widgets.VBox([widgets.HTML(about), line], layout=edge))
        return body

    def _prefill(self, answer: Any) -> None:
        for path, one in self.inputs.items():
            kept = answer
            for step in path:
                kept = kept.get(step) if isinstance(kept, dict) else None
            if kept is not None:
                one.fill(kept)

    def _changed(self) -> None:
        _ = self._
        self._say("bad", "● " + _("有改动，还没有保存"))

    def _save(self, _button: object) -> None:
        _ = self._
        problems = [problem for one in self.inputs.values() if (problem := one.problem())]
        if problems:
            self._say("bad", problems[0])
            return
        still_open = sum(one.value in (None, "", []) for one in self.inputs.values())
        if still_open == len(self.inputs):
            self._say("bad", _("还什么都没有填"))
            return
        try:
            self.on_save(self.value)
        except LabError as error:
            self._say("bad", str(error))
            return
        told = "✓ " + _("已保存 {time}").format(time=datetime.now().strftime("%H:%M:%S"))
        rest = _("，还有 {n} 项没有填").format(n=still_open) if still_open else ""
        self._say("good", told + rest)

    def _say(self, mood: cards.Mood, text: str) -> None:
        colour = cards.MOODS[mood][1]
        self.status.value = f'<span role="status" style="background:#fff;color:{colour};padding:2px 8px">{escape(text)}</span>'


def head(spec: FormSpec) -> str:
    """Return title and introduction of a form as HTML."""
    title = f'<b style="font-size:15px">{escape(spec.title)}</b>'
    return f'<div style="{cards.TEXT};color:inherit">{title}{cards.paragraphs(spec.intro)}</div>'


def side_by_side(answered: Sequence[tuple[FormSpec, Any]]) -> tuple[FormSpec, Any]:
    """Return forms about the same rows as one, with their answers joined row by row; one form as it is."""
    (spec, kept), *further = answered
    for other, more in further:
        spec = replace(spec, fields=(*spec.fields, *other.fields))
        both = [one if isinstance(one, dict) else {} for one in (kept, more)]
        lines = [{key: row for key, row in one.items() if isinstance(row, dict)} for one in both]
        kept = {key: {**lines[0].get(key, {}), **lines[1].get(key, {})} for key in {**lines[0], **lines[1]}}
    return spec, kept


def static(
    spec: FormSpec,
    answer: Any,
    *,
    rows: list[Row] | None = None,
    title: str = "",
    described: bool = False,
    lang: str = "zh",
) -> tuple[str, str]:
    """Return the saved answer as an HTML table and as plain text, for feedback pages and sheets.

    `title` in place of the form's own; `described` gives each row its description too.
    """
    _ = translator(lang)

    def cell(value: Any, n: int) -> str:
        return spec.fields[n].shown(value) or _("（没有作答）")

    def of(kept: Any, name: str) -> Any:
        return kept.get(name) if isinstance(kept, dict) else None

    if rows:
        lines = [
            [
                *((key, about) if described else (key,)),
                *(cell(of(of(answer, key), f.name), n) for n, f in enumerate(spec.fields)),
            ]
            for key, about in rows
        ]
        named = (_("编号"), _("内容")) if described else (_("编号"),)
        head = [*named, *(f.label for f in spec.fields)]
    else:
        lines, head = [], []
        for n, f in enumerate(spec.fields):
            value = of(answer, f.name)
            if f.kind == "blocks" and isinstance(value, list):  # a line for each block reads like a roster
                lines += [[block, str(number)] for block, number in zip(f.blocks, value, strict=False)]
            else:
                lines.append([f.label, cell(value, n)])
    title = title or spec.title
    text = "\n".join([title, *("\t".join(line) for line in lines)])
    return cards.card(title, cards.table(lines, head=head)), text


def _clock(saved_at: str) -> str:
    try:
        return datetime.fromisoformat(saved_at).strftime("%m-%d %H:%M")
    except ValueError:
        return ""
