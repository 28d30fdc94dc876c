"""Lab 2 answered by simulated students: by one who knows the trade, and by one who makes the usual slips."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import casebook, delay, service_flow

if TYPE_CHECKING:
    import pandas as pd

LAB = "lab2_complaints"
CALLS = ("complaint_late_broken", "complaint_rude_staff")
FORMS = ("steps", "call", "sort", "due", "settle", "causes", "flow", "delay")

# Which forms each student of the demonstration class gets right (`call`: whether the telephone call goes well).
ABILITIES: dict[str, tuple[str, ...]] = {
    "expert": FORMS,
    "good": ("steps", "call", "sort", "due", "causes", "flow", "delay"),
    "average": ("steps", "call", "due"),
    "weak": ("steps",),
    "careless": ("sort",),
}


def of(ability: str, facts: dict[str, Any], visible: Path) -> dict[str, Any]:
    """Return the answers of one ability, from all the facts of a world and the folder of its visible tables."""
    import pandas as pd

    tables = [
        pd.read_parquet(visible / f"{name}.parquet")
        for name in ("case_lines", "cases_new", "cases_due", "case_causes", "case_history")
    ]
    known, slips = right(facts["cases"], tables[-1]), naive(*tables)
    return {form: (known if form in ABILITIES.get(ability, ()) else slips)[form] for form in FORMS}


def right(facts: dict[str, Any], history: "pd.DataFrame") -> dict[str, Any]:
    """Return the answers of a student who knows the trade, from the facts of a casebook and the table `case_history`."""
    gone = delay.left(history)
    a_day = float(gone.iloc[-1] - gone.iloc[0]) / (len(gone) - 1) * delay.VALUE / 100
    return {
        "steps": {name: {"step": step} for name, step in facts["lines"].items()},
        "call": {"early": "cross", "cools": "sorry"},
        "sort": sorted_out(facts),
        "due": promised(facts),
        "settle": {name: {"remedy": one} for name, one in facts["plans"]["textbook"].items()},
        "causes": {
            "three": facts["causes"]["top"],
            "over": "all_cost",
            "share": round(facts["causes"]["share"]),
        },
        "flow": dict(facts["flow"]["best"]),
        "delay": {"cost": round(a_day, 1), "proves": "no", "missing": "no_trouble"},
    }


def sorted_out(facts: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return class, level and closing of every new case, from the facts of a casebook."""
    return {
        name: {**one, "closed": "closed" if casebook.closable(one) else "open"}
        for name, one in facts["sort"].items()
    }


def promised(facts: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the last day of every case in hand and whether a call to say sorry is due, from the facts of a casebook."""
    return {
        name: {"by": day[5:], "late": "call" if casebook.overdue(day) else "wait"}
        for name, day in facts["due"].items()
    }


def naive(
    lines: "pd.DataFrame",
    new: "pd.DataFrame",
    due: "pd.DataFrame",
    causes: "pd.DataFrame",
    history: "pd.DataFrame",
) -> dict[str, Any]:
    """Return the answers of a student who uses no rule: one size for all, days as they come, the most frequent causes,
    everything looked at once more at the end.

    The tables are the student's own `case_lines`, `cases_new`, `cases_due`, `case_causes` and `case_history`.
    """
    slowest = delay.left(history).iloc[-1]
    often = causes.nlargest(3, "cases")
    days = {"simple": 1, "ordinary": 3, "complex": 3}
    by = {
        one.case_id: date.fromisoformat(one.opened) + timedelta(days=days[one.severity] - 1)
        for one in due.itertuples()
    }
    return {
        "steps": {name: {"step": "calm"} for name in lines["line_id"]},
        "call": {"early": "glad", "cools": "coupon"},
        "sort": {
            name: {"severity": "ordinary", "level": "agent", "closed": "open"} for name in new["case_id"]
        },
        "due": {name: {"by": f"{day:%m-%d}", "late": "wait"} for name, day in by.items()},
        "settle": {name: {"remedy": "voucher"} for name in due["case_id"]},
        "causes": {
            "three": often["cause"].tolist(),
            "over": "all_cases",
            "share": round(100 * float(often["cases"].sum() / causes["cases"].sum())),
        },
        "flow": dict(service_flow.NAIVE),
        "delay": {
            "cost": round(float(slowest) * delay.VALUE / 100, 1),
            "proves": "yes",
            "missing": "longer",
        },
    }
