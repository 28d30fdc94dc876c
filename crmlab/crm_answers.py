"""What a student did in the practice CRM, as the answers of a lab's form; the form itself fills what is not there."""

from collections.abc import Callable, Mapping
from typing import Any

from crmlab.crm.scoring import digits
from crmlab.errors import LabError

Tables = Mapping[str, Any]  # name → table, as `crmlab.crm.Inspection` has them
Lines = dict[str, dict[str, Any]]

LEVELS = {1: "agent", 2: "leader", 3: "manager"}
TYPES = {"harassment": "harassing", "threat": "threatening"}
NEXT = {
    "alert": ("立即报", "全部细节", "every detail", "at once"),
    "evidence": ("证据", "evidence"),
    "leader": ("转交班长", "转班长", "交班长", "team leader"),
    "reply": ("回电", "答复", "回复", "call back", "reply"),
    "close": ("结束", "close"),
}
"""Next step → words by which it is known, the first that fits; nothing written is the end of a call."""


def sort(tables: Tables) -> Lines:
    """Return class, level and closing of each new complaint that was worked on, by its number.

    One that lies with the agent and has no class counts as untouched: older files began so.
    """
    cases = _register(tables, "new")
    worked = {}
    for case in cases:
        closed, level = case["status"] == "closed", LEVELS.get(case["level"])
        if case["severity"] or closed or level not in (None, "agent"):
            worked[case["number"]] = {
                "severity": case["severity"] or None,
                "level": level,
                "closed": "closed" if closed else "open",
            }
    return worked


def due(tables: Tables) -> Lines:
    """Return the promised day (month-day) of each complaint in hand and whether a call to say sorry is noted."""
    acts = tables["activity"]
    called = {int(one) for one in acts.loc[acts["kind"] == "call_out", "case_id"].dropna()}
    worked = {}
    for case in _register(tables, "mine"):
        days = [day for day in (case["deadline"], case["call_back_on"]) if day == day and day is not None]
        late = int(case["id"]) in called
        if days or late:
            by = f"{days[0]:%m-%d}" if days else None
            worked[case["number"]] = {"by": by, "late": "call" if late else "wait"}
    return worked


def register(tables: Tables) -> Lines:
    """Return type, now and next step of each call on the workbench that has a record; the last record counts."""
    events, acts = tables["deskevent"], tables["activity"]
    records = {digits(one["phone"]): one for one in acts.sort_values("id").to_dict("records")}
    worked = {}
    for event in events.to_dict("records"):
        one = records.get(digits(event["phone"]))
        if one is not None and digits(event["phone"]):
            reason = str(one["reason"])
            worked[str(event["name"])] = {
                "type": TYPES.get(reason, reason),
                "now": "now" if one["done"] is True else "later",
                "next_step": step_of(one["next_step"]),
            }
    return worked


PARTS = {"sort": "new", "due": "mine"}
READ: dict[str, Callable[[Any], Lines]] = {"sort": sort, "due": due, "register": register}


def step_of(text: object) -> str:
    """Return which next step a text of the call record means, "other" for one that is none of the lab's."""
    told = str(text or "").strip().lower()
    if not told:
        return "close"
    return next((step for step, words in NEXT.items() if any(word in told for word in words)), "other")


def joined(answer: Any, worked: Lines) -> Any:
    """Return the answer of a form with what was worked in the CRM in its place, row by row; None when there is neither."""
    if not worked:
        return answer
    return {**(answer if isinstance(answer, dict) else {}), **worked}


def handed_in(form: str, answer: Any) -> Any:
    """Return what counts for a form: the CRM of the hand-in, and for what is not worked there `answer`.

    A hand-in without a CRM, or with one that cannot be read, has its answer alone. Raises LabError for a form that is
    not worked in the CRM.
    """
    from crmlab.judging import evidence

    try:
        tables = evidence("crm").tables
    except LabError:
        return answer
    return joined(answer, read(form, tables))


def read(form: str, tables: Tables) -> Lines:
    """Return what was worked for a form; raise LabError for a form that is not worked in the CRM."""
    if form not in READ:
        raise LabError(f"表单 {form} 不在 CRM 里做；可以在 CRM 里做的：{'、'.join(READ)}")
    return READ[form](tables)


def listed(form: str, tables: Tables) -> list[str]:
    """Return the numbers of everything that lies in the CRM to be worked for a form."""
    if form == "register":
        return [str(name) for name in tables["deskevent"]["name"]]
    return sorted(case["number"] for case in _register(tables, PARTS[form]))


def _register(tables: Tables, part: str) -> list[dict[str, Any]]:
    cases = tables["case"]
    mine = cases[cases["desk_mark"].fillna("").astype(str).str.startswith(f"{part} ")]
    return [{**one, "number": str(one["number"])} for one in mine.to_dict("records")]
