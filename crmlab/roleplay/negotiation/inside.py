"""How a lab's notebook shows a negotiation: the desk round which people sit, or its result while graded."""

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab import cards
from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.roleplay.negotiation import case as cases
from crmlab.roleplay.negotiation import markup
from crmlab.roleplay.negotiation.talk import Talk, taken_up

if TYPE_CHECKING:
    from crmlab.roleplay.negotiation.desk import Desk


def desk(path: Path, case: str, *, people: tuple[str, ...], lang: str) -> "Desk":
    """Return the widget of the negotiation kept in `path`, or of a fresh one; LabError for what cannot be taken up.

    A log that cannot be taken up stays as it is under another name; the negotiation begins anew and says why.
    """
    from crmlab.roleplay.negotiation.desk import Desk

    known, told = cases.load(case), ""
    talk = Talk(known, people or known.seats, 1, lang)
    if path.is_file():
        try:
            talk = taken_up(path, known)
        except LabError as refusal:
            told = str(refusal)
            path.rename(_aside(path))
    made = Desk(talk, path)
    if told:
        made.notice.value = markup.notice(told)
    return made


def show_result(path: Path, *, lang: str) -> None:
    """Show what a negotiation came to, for feedback pages; a sentence when there is none."""
    _ = translator(lang)
    try:
        talk = taken_up(path) if path.is_file() else None
        told = _("（没有作答）") if talk is None else "" if talk.ended else _("（还没有谈完）")
    except LabError as refusal:
        talk, told = None, str(refusal)
    if talk is None or told:
        cards.show(cards.card(_("四人谈判"), cards.paragraphs(told)), told)
        return
    html = markup.end(talk)
    cards.show(html, unescape(re.sub(r"<[^>]+>", " ", html)))


def _aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.corrupt-{number}{path.suffix}")).exists():
        number += 1
    return aside
