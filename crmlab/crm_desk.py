"""The way from a notebook into the project's CRM: a form's rows put there, the link that opens it, the form as a way out."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crmlab import cards, casebook, crm_answers
from crmlab.crm_answers import joined
from crmlab.errors import LabError
from crmlab.language import translator

if TYPE_CHECKING:
    import ipywidgets as widgets
    import pandas as pd

    from crmlab.forms import Form
    from crmlab.notebook import Lab

__all__ = ["Shown", "joined", "look", "show"]

PAGES = {"register": "bench", **crm_answers.PARTS}
FILE = "crm.sqlite3"


@dataclass(frozen=True)
class Shown:
    """What is on the screen: the whole, and the folded form in it."""

    widget: "widgets.Widget"
    form: "Form"


def reachable() -> bool:
    """Return whether the CRM can be opened beside this notebook: our own desk serves it."""
    return "CRMLAB_DESK" in os.environ


def show(lab: "Lab", form: str, rows: "pd.DataFrame") -> Shown | None:
    """Put a form's rows into the CRM and return what to show; while graded show the answer as a table, return None.

    Raises LabError for a form that is not worked in the CRM.
    """
    import ipywidgets as widgets

    from crmlab import forms

    spec = lab.words.form(form)
    lines = forms.rows_of(spec, rows, lab.lang)
    if form not in PAGES:
        raise LabError(f"表单 {form} 不在 CRM 里做；可以在 CRM 里做的：{'、'.join(PAGES)}")
    if lab.grading:
        cards.show(*forms.static(spec, lab.kept(form), rows=lines, described=True, lang=lab.lang))
        return None
    trouble = fill(lab, form, rows) if reachable() else ""
    answers = lab.answers
    hints = forms.Hints(
        spec.hints,
        seen=int(answers.get(lab.name, form, part="hints") or 0),
        on_hint=lambda seen: lab.answers.note("hints", lab.name, form, seen),
        lang=lab.lang,
    )
    paper = forms.Form(
        replace(spec, hints=(), intro=""),
        rows=lines,
        answer=answers.get(lab.name, form),
        saved_at=str(answers.get(lab.name, form, part="when") or ""),
        on_save=lambda value: lab.put(form, value, by_row=True),
        lang=lab.lang,
    )
    _ = translator(lab.lang)
    can = reachable() and not trouble
    fold = widgets.Accordion([paper.widget], selected_index=None if can else 0)
    fold.set_title(0, _("CRM 打不开？在这张表里做，一样评分"))
    told = widgets.HTML(_way(lab, form, len(lines)) if can else _no_way(trouble, lab.lang))
    body = [widgets.HTML(forms.head(spec)), told, hints.button, hints.box, fold]
    box = {"border": "1px solid #b8c4d6", "padding": "10px 16px", "max_width": "920px"}
    return Shown(widgets.VBox(body, layout=box), paper)


def _way(lab: "Lab", form: str, count: int) -> str:
    """Return the link that opens the CRM at the right page, always in the same tab beside the notebook's."""
    _ = translator(lab.lang)
    base = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/").rstrip("/")
    url = f"{base}/crm/enter/{quote(lab.project.name)}/{PAGES[form]}/"
    word = _("打开 CRM")
    link = (
        f'<a href="{escape(url)}" target="crmlab-crm" style="background:#3b5b8c;color:#fff;padding:6px 16px;'
        f'border-radius:4px;text-decoration:none;font-size:14px">{escape(word)}</a>'
    )
    said = _("{count} 条已经放进你的 CRM。在那里做完，按“保存”，再回来运行下面的格子。").format(count=count)
    return cards.card(said, f'<p style="margin:10px 0 8px">{link}</p>')


def _no_way(trouble: str, lang: str) -> str:
    _ = translator(lang)
    said = trouble or _("这里打不开 CRM（它要从实训室的桌面打开）：就在下面的表里做，一样评分。")
    return cards.card(said, mood="bad" if trouble else "open")


def fill(lab: "Lab", form: str, rows: "pd.DataFrame") -> str:
    """Put the rows of a form into the CRM of the lab's project; return why that failed, "" when it did not.

    It is done in a thread of its own: a notebook's kernel is at work on other things all the while.
    """
    with ThreadPoolExecutor(1) as hand:
        try:
            hand.submit(_fill, lab, form, rows).result()
        except LabError as error:
            return str(error)
    return ""


def _fill(lab: "Lab", form: str, rows: "pd.DataFrame") -> None:
    from crmlab.crm.book import prepare
    from crmlab.crm.place import Place

    path = lab.project / FILE
    prepare(Place(path, lang=lab.lang))
    from django.db import DatabaseError, connection

    try:
        if form == "register":
            from crmlab.crm import call_feed

            call_feed.put(rows, lang=lab.lang)
        else:
            from crmlab.crm import complaint_feed

            today = date.fromisoformat(casebook.TODAY)
            told = complaint_feed.told(rows, today=today, lang=lab.lang)
            complaint_feed.put(told, PAGES[form], today=today)
    except DatabaseError as error:
        raise LabError(f"{path.name} 写不进去（{error}）；请稍等再运行这一格") from error
    finally:
        connection.close()


def worked(lab: "Lab", form: str) -> dict[str, dict[str, Any]]:
    """Return what the CRM that was handed in holds for a form, without a word; {} when nothing, or it cannot be read."""
    from crmlab.crm.reader import inspect_once

    path = lab.project / FILE
    if form not in crm_answers.READ or not path.exists():
        return {}
    try:
        return dict(crm_answers.read(form, inspect_once(path).tables))
    except LabError:
        return {}


def look(lab: "Lab", form: str) -> dict[str, dict[str, Any]]:
    """Return what was worked in the CRM for a form, and say how much; {} when nothing was, or it cannot be read."""
    from crmlab.crm.reader import inspect_once, inspect_open

    _ = translator(lab.lang)
    path = lab.project / FILE
    if not path.exists():
        return {}
    try:
        tables = (inspect_once if lab.grading else inspect_open)(path).tables
        worked, there = crm_answers.read(form, tables), crm_answers.listed(form, tables)
    except LabError as error:
        cards.show(cards.card(str(error), mood="bad"), str(error))
        return {}
    left = [number for number in there if number not in worked]
    if there:
        said = _("从 CRM 读到：{all} 条里做了 {done} 条").format(all=len(there), done=len(worked))
        comma = "、" if lab.lang == "zh" else ", "
        rest = _("还没有做的：{left}").format(left=comma.join(left)) if left else ""
        cards.show(
            cards.card(said, cards.paragraphs(rest), mood="calm" if left else "good"),
            f"{said}\n{rest}".strip(),
        )
    return worked
