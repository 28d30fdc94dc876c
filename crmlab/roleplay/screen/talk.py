"""The role-play in a notebook: ipywidgets around one call, the same panes and the same actions as the page."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as w

from crmlab.errors import LabError
from crmlab.roleplay.screen import markup, sheet
from crmlab.roleplay.screen.call import TOP, Call, Stale
from crmlab.roleplay.screen.view import View, labels, view

LAG = 0.3  # seconds in which the text of a box arrives after its Enter


class Talk:
    """One call on the screen: `widget` is what to display, `call` what stands behind it.

    Everything a student can do has a method: `send`, `pick`, `confirm`, `press`, `file`. Nothing runs by itself. `again` makes another
    attempt, `reload` reads the call anew, `paper` is a link (HTML) to a page for printing.
    """

    def __init__(
        self,
        call: Call,
        *,
        again: Callable[[], Call],
        reload: Callable[[], Call] | None = None,
        paper: str = "",
    ) -> None:
        self.call, self._again, self._reload = call, again, reload
        self.told = labels(call.play.lang, call.play.level)
        self._build(paper)
        self.notice.value = markup.notice(call.notice, bad=True)
        self._show()

    def send(self, text: str) -> None:
        """Say `text` freely; 1, 2 or 3 alone is a suggested line, an empty line confirms what was understood."""
        words = text.strip()
        if not words and self.call.pending:
            self.confirm()
        elif words in ("1", "2", "3") and int(words) <= len(self.shown.chips):
            self.pick(int(words) - 1)
        else:
            self._do("say", text=text)

    def pick(self, n: int) -> None:
        """Say suggested line `n`, counted from 0."""
        self._do("line", line=self.shown.chips[n][0])

    def confirm(self) -> None:
        """Accept the acts that are pressed in the confirm row."""
        shown = zip(self.guesses, self.shown.guesses, strict=False)
        self._do("confirm", acts=[guess.act for button, guess in shown if button.value])

    def press(self, kind: str) -> None:
        """Press one of the plain buttons: hint, hold, transfer, hang_up, rephrase."""
        words = self.call.pending
        self._do(kind)
        if kind == "rephrase" and not self.call.pending:
            self.box.value = words
            self.box.focus()

    def file(self) -> None:
        """Keep what stands in the ticket."""
        for name, box in self.fields.items():
            if box.value != self.call.crm.get(name, ""):
                self._do("crm", field=name, value=box.value)
        if not self.notice.value:
            self.notice.value = markup.notice(self.told["saved"])

    def restart(self) -> None:
        """Begin another attempt; the finished one stays on disk."""
        try:
            self.call = self._again()
        except LabError as error:
            self.notice.value = markup.notice(str(error), bad=True)
            return
        self.notice.value = ""
        self._show()

    def _do(self, kind: str, **told: Any) -> None:
        self.notice.value = ""
        try:
            self.call.do(kind, **told)
            if kind == "say":
                self.box.value = ""
        except Stale as stale:
            self._catch_up(str(stale))
        except (LabError, OSError) as error:
            self.notice.value = markup.notice(str(error), bad=True)
        self._show()

    def _catch_up(self, told: str) -> None:
        try:
            self.call = self._reload() if self._reload else self.call
        except LabError as error:
            told = str(error)
        self.notice.value = markup.notice(told, bad=True)

    def _build(self, paper: str) -> None:
        told = self.told
        self.head, self.brief, self.log, self.heard, self.notice, self.hint_text = (
            w.HTML() for _ in range(6)
        )
        self.card, self.feelings, self.steps, self.after = (w.HTML() for _ in range(4))
        self.chips = [_button("", partial(self.pick, n)) for n in range(3)]
        self.chip_row = _box("crm-chips", [w.HTML(f"<h3>{told['chips']}</h3>"), *self.chips])
        self.box = w.Text(description=told["box"], placeholder=told["placeholder"], continuous_update=False)
        self.box.add_class("crm-grow")
        self.box.on_msg(self._heard_key)
        self.box.observe(lambda _change: self._say_entered(), "value")
        self.entered = False
        self.go = _button(told["send"], lambda: self.send(self.box.value), "crm-first")
        self._build_confirm()
        self.plain = {
            kind: _button(told[kind], partial(self.press, kind))
            for kind in ("hint", "hold", "transfer", "hang_up")
        }
        self.plain["hang_up"].add_class("crm-end")
        self.again = _button(told["again"], self.restart, "crm-first")
        self.ticket = _box("crm-pane", [])
        self.fields: dict[str, Any] = {}
        self.paper = w.HTML(paper)
        self.end_row = _box("crm-row", [self.again, self.paper])
        self.say_row = _box("crm-row", [self.box, self.go])
        self.button_row = _box("crm-row", list(self.plain.values()))
        main = [self.log, self.heard, self.confirm_row, self.chip_row, self.say_row, self.notice, self.hint_text,
                self.button_row, self.end_row]  # fmt: skip
        side = _box("crm-side", [self.card, self.feelings, self.ticket, self.steps])
        body = _box("crm-body", [_box("crm-main", main), side])
        style = w.HTML(f"<style>{markup.STYLE.read_text(encoding='utf-8')}</style>")
        self.widget = _box("crm-call", [style, self.head, self.brief, body, self.after])

    def _build_confirm(self) -> None:
        told = self.told
        self.guesses = [w.ToggleButton() for _ in range(TOP)]
        self.agree = _button(told["confirm"], self.confirm, "crm-first")
        self.other = _button(told["rephrase"], lambda: self.press("rephrase"))
        row = _box("crm-row", [*self.guesses, self.agree, self.other])
        self.confirm_row = _box("crm-confirm", [w.HTML(f"<h3>{told['understood']}</h3>"), row])

    def _heard_key(self, _box: object, content: dict[str, Any], _buffers: object) -> None:
        """Take Enter (leaving the box must not send); the browser tells of the key first and of the text after it."""
        if content.get("event") != "submit":
            return
        self.entered = True
        try:
            asyncio.get_running_loop().call_later(
                LAG, self._say_entered
            )  # when nothing was changed, no text comes
        except RuntimeError:  # no browser, no lag
            self._say_entered()

    def _say_entered(self) -> None:
        if self.entered:
            self.entered = False
            self.send(self.box.value)

    def _show(self) -> None:
        """Draw the call as it stands; only what changed goes to the page."""
        self.shown = shown = view(self.call)
        for pane, html in (
            (self.head, markup.head(shown)),
            (self.brief, markup.brief(shown)),
            (self.log, markup.log(shown)),
            (self.heard, markup.heard(shown)),
            (self.hint_text, markup.hints(shown)),
            (self.card, markup.card(shown)),
            (self.feelings, markup.feelings(shown)),
            (self.steps, markup.steps(shown)),
            (self.after, sheet.html(self.call) if shown.ended else ""),
        ):
            pane.value = html
        self._show_confirm(shown)
        self._show_buttons(shown)
        self._show_ticket(shown)

    def _show_confirm(self, shown: View) -> None:
        self._seen(self.confirm_row, bool(shown.pending))
        for n, button in enumerate(self.guesses):
            self._seen(button, n < len(shown.guesses))
            if n < len(shown.guesses):
                guess = shown.guesses[n]
                button.description, button.tooltip = f"{guess.label} {guess.sure}%", guess.what
                button.value = guess.chosen
        if shown.pending:
            self.agree.focus()

    def _show_buttons(self, shown: View) -> None:
        for n, button in enumerate(self.chips):
            self._seen(button, n < len(shown.chips))
            if n < len(shown.chips):
                button.description = f"{n + 1}. {shown.chips[n][1]}"
        self._seen(self.chip_row, bool(shown.chips))
        self._seen(self.say_row, not shown.ended and not shown.pending)
        self._seen(self.button_row, not shown.ended)
        self._seen(self.end_row, bool(shown.ended))
        self.plain["hint"].disabled = not shown.can_hint

    def _show_ticket(self, shown: View) -> None:
        if not self.fields:
            rows = []
            for field in shown.ticket:
                blank = [(self.told["choose"], "")]
                pairs = blank + [(label, value) for value, label in field.options]
                box = w.Dropdown(options=pairs) if field.options else w.Text()
                box.description = field.label
                box.add_class("crm-field")
                self.fields[field.name] = box
                rows.append(box)
            title = w.HTML(f"<h3>{self.told['ticket']}</h3>")
            self.ticket.children = (title, *rows, _button(self.told["save"], self.file))
        for field in shown.ticket:
            box = self.fields[field.name]
            known = {value for value, _label in field.options}
            if not field.options or field.value in known | {""}:
                box.value = field.value or box.value

    def _seen(self, widget: Any, wanted: bool) -> None:
        widget.layout.display = "" if wanted else "none"


def _box(name: str, children: list[Any]) -> Any:
    made = w.Box(children)
    made.add_class(name)
    return made


def _button(text: str, pressed: Callable[[], None], *names: str) -> Any:
    made = w.Button(description=text)
    for name in names:
        made.add_class(name)
    made.on_click(lambda _button: pressed())
    return made
