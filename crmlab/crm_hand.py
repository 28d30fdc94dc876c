"""A simulated student at the practice CRM: the answers of a form carried out on its pages, one post after another."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from crmlab import casebook, complaint_answers, crm_answers
from crmlab.errors import LabError

TABLES = {"sort": "cases_new", "due": "cases_due", "register": "call_cards"}
IN_THE_CRM = 2  # as the notebook puts them there
"""Calls of the first lab that are recorded in the CRM; the others are on its form."""
_LEVELS = {word: number for number, word in crm_answers.LEVELS.items()}
_REASONS = {word: reason for reason, word in crm_answers.TYPES.items()}

Lines = Mapping[str, Mapping[str, Any]]


def work(path: Path, visible: Path, answers: Mapping[str, Lines]) -> None:
    """Carry out answers (form → row → field → value) in the CRM at `path`, made where it is not there.

    `visible` is the folder of the student's tables. What is None or absent in a row is left as the CRM has it. Raises
    LabError for a form that is not worked in the CRM, or when a page does not take what it is sent.
    """
    from crmlab.crm.book import prepare
    from crmlab.crm.place import Place

    prepare(Place(path))
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.get(username="csr"))
    try:
        for form, lines in answers.items():
            _fill(form, visible)
            step = _calls if form == "register" else _complaints
            step(client, form, lines)
    finally:
        connection.close()


def moved(path: Path, visible: Path, given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Carry out in the CRM at `path` what of the answers (lab → form → answer) belongs there; return what is left for forms.

    Raises as `work`.
    """
    rest = {lab: dict(answers) for lab, answers in given.items()}
    done: dict[str, Lines] = {}
    for answers in rest.values():
        for form in crm_answers.READ:
            if form in answers:
                lines = answers.pop(form)
                here = list(lines)[:IN_THE_CRM] if form == "register" else list(lines)
                done[form] = {name: lines[name] for name in here}
                if len(here) < len(lines):
                    answers[form] = {name: line for name, line in lines.items() if name not in here}
    if done:
        work(path, visible, done)
    return rest


def right(facts: Mapping[str, Any], forms: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what a student who knows the trade does in the CRM for some forms, from the facts of a world."""
    made = {}
    for form in forms:
        if form == "sort":
            made[form] = complaint_answers.sorted_out(facts["cases"])
        elif form == "due":
            made[form] = complaint_answers.promised(facts["cases"])
        elif form == "register":
            made[form] = {
                card["call_id"]: {"type": card["type"], "next_step": card["next_step"]}
                for card in facts["cards"]
            }
    return made


def recorded(told: Mapping[str, Any], answers: Mapping[str, Lines]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return answers with what an answer on record (`crm`) does otherwise: values by row, or for all rows of a letter.

    Rows listed under `left` are not worked at all.
    """
    left = told.get("left", ())
    return {
        form: {
            name: {**line, **told.get(name[0], {}), **told.get(name, {})}
            for name, line in lines.items()
            if name not in left
        }
        for form, lines in answers.items()
    }


def _fill(form: str, visible: Path) -> None:
    from crmlab import data
    from crmlab.crm import call_feed, complaint_feed

    if form not in TABLES:
        raise LabError(f"表单 {form} 不在 CRM 里做；可以在 CRM 里做的：{'、'.join(TABLES)}")
    table = data.read_table(visible, TABLES[form])
    if form == "register":
        call_feed.put(table.head(IN_THE_CRM), lang="zh")
        return
    today = date.fromisoformat(casebook.TODAY)
    told = complaint_feed.told(table, today=today, lang="zh")
    complaint_feed.put(told, crm_answers.PARTS[form], today=today)


def _complaints(client: Any, form: str, lines: Lines) -> None:
    from crmlab.crm.complaint_page import of

    sent: dict[str, Any] = {}
    for case in of(crm_answers.PARTS[form]):
        line = dict(lines.get(case.number) or {})
        if form == "sort":
            typed = {
                "severity": line.get("severity") or "",
                "level": _LEVELS.get(line.get("level") or "", ""),
            }
            ticked = {"closed": line.get("closed") == "closed"}
        else:
            typed = {"by": f"{casebook.TODAY[:4]}-{line['by']}" if line.get("by") else ""}
            ticked = {"late": line.get("late") == "call"}
        typed |= {"seen_version": case.version} | {name: "on" for name, on in ticked.items() if on}
        sent |= {f"case{case.pk}-{name}": value for name, value in typed.items()}
    _sent(client.post(f"/crm/complaints/?part={crm_answers.PARTS[form]}", sent))


def _calls(client: Any, form: str, lines: Lines) -> None:
    from crmlab.crm.models import DeskEvent
    from crmlab.crm.workbench import END

    for event in DeskEvent.objects.all():
        line = lines.get(event.name) or {}
        if line.get("type"):
            step = line.get("next_step") or "close"
            reason = _REASONS.get(line["type"], line["type"])
            told = {
                "kind": "call_in",
                "phone": event.phone,
                "reason": reason,
                "result": event.text,
                "next_step": END if step == "close" else step,
            }
            _sent(client.post("/crm/record/", told))
            _sent(client.post("/crm/event/", {"event": event.name}))


def _sent(answer: Any) -> None:
    if answer.status_code != 302:
        raise LabError(f"CRM 的页面没有收下这份记录（{answer.status_code}）；请检查答案里的值")
