"""Answer forms: widgets in JupyterLab, a plain table where nobody can click (grading, printed pages)."""

import html
import time
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crmlab.words import Field, Form

if TYPE_CHECKING:
    import ipywidgets

Say = Callable[[str], str]
FEW = 6  # up to this many options stand open as a list, more fold into a drop-down
Row = tuple[str, str]  # key, text shown


class FormDesk:
    """One form on the screen: it shows what was saved, takes changes, and saves on a button."""

    def __init__(
        self,
        form: Form,
        *,
        saved: Any,
        save: Callable[[Any], None],
        hints_seen: int,
        saw_hint: Callable[[int], None],
        say: Say,
        rows: Sequence[Row] = (),
    ) -> None:
        self.form, self.save, self.say, self.rows, self.saw_hint = form, save, say, rows, saw_hint
        self.hints_seen = hints_seen
        self.inputs: dict[tuple[str, str], Any] = {}
        self.box = self._build(saved if isinstance(saved, dict) else {})

    def value(self) -> dict[str, Any]:
        """Return what stands in the form now, as plain values."""
        if not self.form.rows:
            return {field.name: read(field, self.inputs["", field.name]) for field in self.form.fields}
        return {
            key: {field.name: read(field, self.inputs[key, field.name]) for field in self.form.fields}
            for key, _ in self.rows
        }

    def _build(self, saved: dict[str, Any]) -> "ipywidgets.VBox":
        import ipywidgets as w

        parts: list[Any] = [w.HTML(f"<b>{html.escape(self.form.title)}</b><br>{html.escape(self.form.intro)}")]
        if self.form.rows:
            for key, text in self.rows:
                kept = saved.get(key) if isinstance(saved.get(key), dict) else {}
                inputs = [self._input(key, field, kept) for field in self.form.fields]
                parts.append(w.HTML(f'<div style="max-width:52em;line-height:1.5">{html.escape(text)}</div>'))
                parts.append(w.HBox(inputs, layout=w.Layout(flex_flow="row wrap", margin="0 0 8px 0")))
        else:
            parts += [self._input("", field, saved) for field in self.form.fields]
        self.button = w.Button(description=self.say("保存答案"), button_style="primary", icon="check")
        self.button.on_click(lambda _: self._save())
        self.state = w.HTML(self.say("已有保存的答案") if saved else "")
        self.hint = w.Button(layout=w.Layout(width="auto"), icon="lightbulb-o")
        self.hint.on_click(lambda _: self._hint())
        self.hint_text = w.HTML()
        self._show_hints()
        buttons = [self.button, *([self.hint] if self.form.hints else []), self.state]
        return w.VBox([*parts, w.HBox(buttons), self.hint_text], layout=w.Layout(padding="4px 0 8px 0"))

    def _input(self, row: str, field: Field, saved: dict[str, Any]) -> Any:
        made = widget(field, saved.get(field.name))
        self.inputs[row, field.name] = made
        return made

    def _save(self) -> None:
        self.save(self.value())
        self.state.value = html.escape(self.say("已保存") + time.strftime(" %H:%M:%S"))

    def _hint(self) -> None:
        self.hints_seen = min(self.hints_seen + 1, len(self.form.hints))
        self.saw_hint(self.hints_seen)
        self._show_hints()

    def _show_hints(self) -> None:
        seen, whole = self.hints_seen, len(self.form.hints)
        self.hint.description = f"{self.say('提示')} {min(seen + 1, whole)}/{whole}"
        self.hint.disabled = seen >= whole
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.form.hints[:seen])
        self.hint_text.value = f"<ol>{items}</ol>" if items else ""


def widget(field: Field, saved: Any) -> Any:
    """Return the widget of one field, with the saved value in it when that value still fits."""
    import ipywidgets as w

    more, style = field.more, {"description_width": "initial"}
    wide = w.Layout(width="auto", max_width="52em")
    if field.kind == "choice":
        options = [(text, value) for value, text in field.options]
        chosen = saved if saved in [value for _, value in options] else None
        if len(options) <= FEW and not more.get("fold"):
            buttons = w.RadioButtons(options=options, value=chosen, layout=w.Layout(width="max-content"))
            return _labelled(field.label, buttons)
        return w.Dropdown(
            options=[("——", None), *options], value=chosen, description=field.label, style=style, layout=wide
        )
    if field.kind == "many":
        ticked = saved if isinstance(saved, list) else []
        boxes = [
            w.Checkbox(value=value in ticked, description=text, indent=False, layout=w.Layout(width="auto"))
            for value, text in field.options
        ]
        return _labelled(field.label, w.VBox(boxes))
    if field.kind == "blocks":
        start = saved if isinstance(saved, list) and len(saved) == len(more["blocks"]) else None
        sliders = [
            w.IntSlider(
                value=start[k] if start else more.get("start", more["min"]),
                min=more["min"],
                max=more["max"],
                description=str(block),
                continuous_update=False,
            )
            for k, block in enumerate(more["blocks"])
        ]
        return _labelled(field.label, w.VBox(sliders))
    text = "" if saved is None else str(saved)
    if field.kind == "essay":
        return _labelled(field.label, w.Textarea(value=text, layout=w.Layout(width="52em", height="9em")))
    unit = f"（{more['unit']}）" if field.kind == "number" and more.get("unit") else ""
    return w.Text(value=text, description=field.label + unit, style=style, layout=w.Layout(width="30em"))


def read(field: Field, made: Any) -> Any:
    """Return a widget's plain value; None for a question left open."""
    if field.kind == "many":
        boxes = made.children[1].children
        return [value for (value, _), box in zip(field.options, boxes, strict=True) if box.value] or None
    if field.kind == "blocks":
        return [slider.value for slider in made.children[1].children]
    value = made.children[1].value if hasattr(made, "children") else made.value
    if field.kind == "number":
        return number(value)
    return (value.strip() or None) if isinstance(value, str) else value


def number(typed: str) -> float | None:
    """Return the number a person typed: full-width digits, 。 for the point, % and blanks are understood."""
    plain = unicodedata.normalize("NFKC", typed).replace("。", ".").replace("、", ".").strip().rstrip("%秒s ")
    try:
        return float(plain.replace(",", ""))
    except ValueError:
        return None


def static(form: Form, saved: Any, rows: Sequence[Row], say: Say) -> str:
    """Return the saved answers as an HTML table, every word escaped; for pages on which nobody can click."""
    if not isinstance(saved, dict):
        return f"<p><b>{html.escape(form.title)}</b> · {html.escape(say('未作答'))}</p>"
    if form.rows:
        texts = dict(rows)
        pairs = [
            (f"{texts.get(key, key)[:40]} · {field.label}", _shown(field, one.get(field.name)))
            for key, one in saved.items()
            if isinstance(one, dict)
            for field in form.fields
        ]
    else:
        pairs = [(field.label, _shown(field, saved.get(field.name))) for field in form.fields]
    body = "".join(
        f"<tr><td style='text-align:left'>{html.escape(label)}</td>"
        f"<td style='text-align:left;white-space:pre-wrap'>{html.escape(value)}</td></tr>"
        for label, value in pairs
    )
    return f"<table><caption style='text-align:left'><b>{html.escape(form.title)}</b></caption>{body}</table>"


def _shown(field: Field, value: Any) -> str:
    names = dict(field.options) if "options" in field.more else {}
    if isinstance(value, list):
        return "、".join(names.get(str(one), str(one)) for one in value)
    return "—" if value is None else names.get(str(value), str(value))


def _labelled(label: str, made: Any) -> Any:
    import ipywidgets as w

    return w.VBox([w.HTML(html.escape(label)), made], layout=w.Layout(margin="2px 24px 4px 0"))
