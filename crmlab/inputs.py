"""The questions of a form: one widget for each kind, which gives back a plain value."""

import math
import re
import unicodedata
from collections.abc import Callable
from html import escape
from typing import Any, Protocol

import ipywidgets as widgets

from crmlab import cards
from crmlab.language import translator
from crmlab.words import Field

RADIO_UP_TO = 5  # more options than this make a drop-down list
OPEN = ""  # the value of "please choose"; None would make the page show an empty box instead of these words
WIDE = {"width": "auto", "max_width": "860px"}


def number(typed: str) -> float | None:
    """Return the number a student typed, None when it is none.

    Full-width digits and signs are read like half-width ones, "。" as a point, commas between thousands and
    a percent sign or unit behind the number are passed over: number("８２．５％") is 82.5.
    """
    text = unicodedata.normalize("NFKC", typed).replace("。", ".").replace("−", "-").strip()
    found = re.fullmatch(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?)\s*[^\d.,+-]*", text)
    try:
        value = float(found[1].replace(",", "")) if found else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def words(text: str) -> int:
    """Return how long a text is: Chinese characters plus words in letters."""
    return len(re.findall(r"[\u3400-\u9fff]|[A-Za-z0-9]+(?:['’-][A-Za-z]+)*", text))


class Input(Protocol):
    """What a form knows of a question."""

    widget: widgets.Widget

    @property
    def value(self) -> Any:
        """The plain answer, None when open."""

    def fill(self, value: Any) -> None:
        """Show a saved answer; one that does not fit is passed over."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever the student touches the question."""

    def problem(self) -> str:
        """Return what keeps the answer from being saved, "" when nothing does."""


def make(field: Field, lang: str = "zh", *, tight: bool = False) -> Input:
    """Return the question of a field; `tight` for one of many rows."""
    if field.kind == "choice":
        return Choice(field, lang, tight)
    kinds: dict[str, type[Input]] = {
        "many": Many,
        "number": Number,
        "text": Text,
        "essay": Essay,
        "blocks": Blocks,
    }
    return kinds[field.kind](field, lang)  # type: ignore[call-arg]  # a protocol has no signature of its own


def _framed(field: Field, inner: widgets.Widget, *below: widgets.Widget) -> widgets.VBox:
    label = f'<div style="{cards.TEXT};color:inherit;margin-top:6px">{escape(field.label)}</div>'
    small = f'<div style="font-size:12px;color:inherit;opacity:.8">{escape(field.help)}</div>'
    parts = [widgets.HTML(label), inner, *below, *([widgets.HTML(small)] if field.help else [])]
    return widgets.VBox(parts, layout={"margin": "0 14px 0 0"})


class _Quiet:
    """A question that is never wrong in itself."""

    box: widgets.Widget

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever the student touches the question."""
        self.box.observe(lambda _: changed(), names="value")

    def problem(self) -> str:
        """Return ""."""
        return ""


class Choice(_Quiet):
    """One of several options: radio buttons, or a drop-down list when there are many or little room."""

    def __init__(self, field: Field, lang: str, tight: bool = False) -> None:
        pairs = [(label, value) for value, label in field.options]
        self.known = {value for value, _ in field.options}
        if tight or len(pairs) > RADIO_UP_TO:
            _ = translator(lang)
            self.box: Any = widgets.Dropdown(
                options=[(_("请选择…"), OPEN), *pairs], value=OPEN, layout={"width": "max-content"}
            )
        else:
            self.box = widgets.RadioButtons(options=pairs, value=None, layout={"width": "max-content"})
        self.widget = _framed(field, self.box)

    @property
    def value(self) -> str | None:
        """The value of the option chosen."""
        return self.box.value or None

    def fill(self, value: Any) -> None:
        """Choose a saved option."""
        if isinstance(value, str) and value in self.known:
            self.box.value = value


class Many:
    """Any number of options, as checkboxes."""

    def __init__(self, field: Field, lang: str) -> None:
        self.boxes = {
            value: widgets.Checkbox(description=label, indent=False, layout=WIDE)
            for value, label in field.options
        }
        self.widget = _framed(field, widgets.VBox(list(self.boxes.values())))

    @property
    def value(self) -> list[str] | None:
        """The values ticked, in the order of the options; None when nothing is."""
        return [value for value, box in self.boxes.items() if box.value] or None

    def fill(self, value: Any) -> None:
        """Tick the saved options."""
        for name, box in self.boxes.items():
            box.value = isinstance(value, list) and name in value

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever a box is ticked or cleared."""
        for box in self.boxes.values():
            box.observe(lambda _: changed(), names="value")

    def problem(self) -> str:
        """Return ""."""
        return ""


class Number(_Quiet):
    """A number, typed; full-width digits are understood."""

    def __init__(self, field: Field, lang: str) -> None:
        self.field, self._ = field, translator(lang)
        self.box = widgets.Text(placeholder=self._range(), continuous_update=False, layout={"width": "160px"})
        self.widget = _framed(field, widgets.HBox([self.box, widgets.Label(field.unit)]))

    @property
    def value(self) -> float | int | None:
        """The number, whole when the step is; None when open or no number."""
        made = number(self.box.value)
        return int(made) if made is not None and made == int(made) else made

    def fill(self, value: Any) -> None:
        """Show a saved number."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.box.value = f"{value:.12g}"

    def problem(self) -> str:
        """Return what is wrong with the number, by name, value and rule."""
        _, field, value = self._, self.field, self.value
        if not self.box.value.strip():
            return ""
        about = {"label": field.label, "typed": self.box.value, "range": self._range()}
        if value is None:
            return _("“{label}”要填一个数，{typed} 不是").format(**about)
        too_low = field.min is not None and value < field.min
        too_high = field.max is not None and value > field.max
        if too_low or too_high:
            return _("“{label}”填了 {typed}，应在 {range}").format(**about)
        if field.step == 1 and value != int(value):
            return _("“{label}”要填整数，{typed} 不是").format(**about)
        return ""

    def _range(self) -> str:
        low, high = self.field.min, self.field.max
        if low is None and high is None:
            return ""
        return (
            f"{'' if low is None else format(low, 'g')} – {'' if high is None else format(high, 'g')}".strip()
        )


class Text(_Quiet):
    """A few words on one line."""

    def __init__(self, field: Field, lang: str) -> None:
        self.box: Any = widgets.Text(
            placeholder=field.placeholder,
            continuous_update=False,
            layout={"width": "100%", "max_width": "860px"},
        )
        self.widget = _framed(field, self.box)

    @property
    def value(self) -> str | None:
        """The text without blanks around it, None when empty."""
        return self.box.value.strip() or None

    def fill(self, value: Any) -> None:
        """Show a saved text."""
        if isinstance(value, str):
            self.box.value = value


class Essay(Text):
    """A longer text, with a count of its words."""

    def __init__(self, field: Field, lang: str) -> None:
        _ = translator(lang)
        self.told = _("{n} 字，建议不少于 {least} 字") if field.min_words else _("{n} 字")
        self.least = field.min_words
        self.box = widgets.Textarea(
            placeholder=field.placeholder, layout={"width": "100%", "max_width": "860px", "height": "150px"}
        )
        self.count = widgets.Label()
        self.box.observe(lambda _change: self._count(), names="value")
        self._count()
        self.widget = _framed(field, self.box, self.count)

    def _count(self) -> None:
        self.count.value = self.told.format(n=words(self.box.value), least=self.least)


class Blocks:
    """A slider for each named block, e.g. agents in each two hours; the answer is a list of whole numbers."""

    def __init__(self, field: Field, lang: str) -> None:
        low, high = int(field.min or 0), int(field.max if field.max is not None else 20)
        self.touched = False
        self.boxes = [
            widgets.IntSlider(
                value=low,
                min=low,
                max=high,
                description=name,
                style={"description_width": "110px"},
                layout=WIDE,
            )
            for name in field.blocks
        ]
        for box in self.boxes:
            box.observe(self._touch, names="value")
        self.widget = _framed(field, widgets.VBox(self.boxes))

    def _touch(self, _change: object) -> None:
        self.touched = True

    @property
    def value(self) -> list[int] | None:
        """The numbers in order; None until a slider was moved."""
        return [box.value for box in self.boxes] if self.touched else None

    def fill(self, value: Any) -> None:
        """Show saved numbers."""
        fits = isinstance(value, list) and len(value) == len(self.boxes)
        if fits and all(
            type(n) is int and b.min <= n <= b.max for n, b in zip(value, self.boxes, strict=True)
        ):
            for box, n in zip(self.boxes, value, strict=True):
                box.value = n
            self.touched = True

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever a slider moves."""
        for box in self.boxes:
            box.observe(lambda _: changed(), names="value")

    def problem(self) -> str:
        """Return ""."""
        return ""
