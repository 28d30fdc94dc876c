"""How a lab's notebook shows a call: the widget of the latest attempt, or its score sheet while graded."""

import os
import re
from functools import partial
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crmlab import cards
from crmlab.language import translator
from crmlab.roleplay.screen import attempts, sheet

if TYPE_CHECKING:
    from crmlab.roleplay.screen.talk import Talk


def talk(folder: Path, scenario: str, *, student: str, level: int, lang: str) -> "Talk":
    """Return the widget of the latest attempt at `scenario`; raises as `attempts.resume`."""
    from crmlab.roleplay.screen.talk import Talk

    told: dict[str, Any] = {"student": student, "level": level, "lang": lang}
    return Talk(
        attempts.resume(folder, scenario, **told),
        again=partial(attempts.again, folder, scenario, **told),
        reload=partial(attempts.resume, folder, scenario, **told),
        paper=_paper(folder, scenario, lang),
    )


def _paper(folder: Path, scenario: str, lang: str) -> str:
    """Return the link to the sheet's own page, "" where no desk of ours serves it."""
    _ = translator(lang)
    if "CRMLAB_DESK" not in os.environ:
        return ""
    asked = urlencode({"scenario": scenario, "project": folder.parent.name, "lang": lang})
    told = _("打印成绩单")
    base = os.environ.get(
        "JUPYTERHUB_SERVICE_PREFIX", "/"
    )  # on a hub every student's pages lie under their own
    link = f"{base.rstrip('/')}/crmlab/roleplay/print?{asked}"
    return f'<a class="crm-go" href="{escape(link)}" target="_blank">{escape(told)}</a>'


def show_sheet(folder: Path, scenario: str, *, student: str, level: int, lang: str) -> None:
    """Show the score sheet of the latest attempt, for feedback pages; a sentence when there is none."""
    _ = translator(lang)
    if not attempts.kept(folder, scenario):
        told = _("（没有作答）")
        cards.show(cards.card(_("与客户通话"), cards.paragraphs(told)), told)
        return
    html = sheet.html(attempts.latest(folder, scenario, student=student, level=level, lang=lang))
    cards.show(html, unescape(re.sub(r"<[^>]+>", " ", html)))
