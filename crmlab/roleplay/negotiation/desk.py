"""A negotiation in a notebook: a cover for whoever comes next, then the own brief, the table, and what one may do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as w

from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.roleplay.negotiation import markup, partners
from crmlab.roleplay.negotiation.talk import Talk, save, taken_up

STYLE = Path(__file__).parents[1] / "screen" / "screen.css"


class Desk:
    """A negotiation on the screen: `widget` is what to display, `talk` what stands behind it.

    Everything a person can do has a method: `sit` (lift the cover), `act`. `path` keeps the log after every move.
    """

    def __init__(self, talk: Talk, path: Path) -> None:
        self.talk, self.path, self._ = talk, path, translator(talk.lang)
        self.covered = True
        self._build()
        self._others()

    def sit(self) -> None:
        """Lift the cover: whose turn it is sees the own brief."""
        self.covered = False
        self._show()

    def act(self, kind: str, text: str = "", terms: dict[str, int] | None = None) -> None:
        """Do what the person on the seat does; a refusal is shown, and nothing typed is lost."""
        _ = self._
        try:
            if self.path.is_file() and len(taken_up(self.path, self.talk.case).moves) != len(self.talk.moves):
                self.talk = taken_up(self.path, self.talk.case)
                raise LabError(_("这场谈判在另一个窗口里继续了；已显示最新的内容"))
            self.talk.do(kind, text, terms)
            save(self.talk, self.path)
        except LabError as refusal:
            self.notice.value = markup.notice(str(refusal))
            self.covered = self.covered or self.talk.seat not in self.talk.people
            return
        self.notice.value, self.words.value, self.covered = "", "", True
        self._others()

    def _others(self) -> None:
        """Let partners of ours act until a person is asked, and show what there is."""
        while not self.talk.ended and self.talk.seat not in self.talk.people:
            partners.speak(self.talk)
            save(self.talk, self.path)
        self._show()

    def _build(self) -> None:
        _, rows, lang = self._, self.talk.case.plain["terms"], self.talk.lang
        self.page, self.notice = w.HTML(), w.HTML()
        self.ready = self._button(_("我坐好了，揭开"), self.sit, first=True)
        self.words = w.Textarea(
            placeholder=_("您说什么（说给全桌听）"), layout=w.Layout(width="auto", height="70px")
        )
        self.terms = {
            name: w.Dropdown(
                options=list(range(row["from"], row["to"] + 1, row["step"])),
                description=f"{row['name'][lang]} ({row['unit'][lang]})",
                style={"description_width": "initial"},
                layout=w.Layout(width="auto"),
            )
            for name, row in rows.items()
        }
        self.buttons = {
            "say": self._button(_("说完了"), lambda: self.act("say", self.words.value), first=True),
            "offer": self._button(
                _("报这个条件"), lambda: self.act("offer", self.words.value, self._chosen())
            ),
            "accept": self._button(_("接受对方的条件"), lambda: self.act("accept", self.words.value)),
            "walk": self._button(_("离席"), lambda: self.act("walk", self.words.value)),
        }
        self.picked = w.HBox(list(self.terms.values()))
        self.row = w.HBox(list(self.buttons.values()))
        for box, name in ((self.picked, "crm-row"), (self.row, "crm-row")):
            box.add_class(name)
        style = w.HTML(f"<style>{STYLE.read_text(encoding='utf-8')}</style>")
        self.widget = w.VBox(
            [style, self.page, self.notice, self.ready, self.words, self.picked, self.row],
            layout=w.Layout(overflow="visible"),
        )
        self.widget.add_class("crm-call")

    def _button(self, label: str, press: Callable[[], None], *, first: bool = False) -> Any:
        made = w.Button(description=label, layout=w.Layout(width="auto"))
        if first:
            made.add_class("crm-first")
        made.on_click(lambda _button: press())
        return made

    def _chosen(self) -> dict[str, int]:
        return {name: int(box.value) for name, box in self.terms.items()}

    def _show(self) -> None:
        talk, over = self.talk, bool(self.talk.ended)
        leads = not over and talk.case.leads(talk.seat)
        if over:
            self.page.value = markup.end(talk)
        else:
            self.page.value = markup.cover(talk) if self.covered else markup.table(talk)
        shown = {
            self.ready: self.covered and not over,
            self.words: not self.covered and not over,
            self.picked: not self.covered and leads,
            self.row: not self.covered and not over,
        }
        for box, there in shown.items():
            box.layout.display = None if there else "none"
        for kind in ("offer", "accept", "walk"):
            self.buttons[kind].layout.display = None if leads else "none"
        self.buttons["accept"].disabled = over or talk.on_table() is None
