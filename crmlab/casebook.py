"""A student's casebook of complaints: new ones to sort, some to settle in time, last year's record, causes, lines."""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import flow_deal, remedies
from crmlab.places import DATASETS
from sim import people
from sim.streams import Streams
from sim.workdays import Workdays

if TYPE_CHECKING:
    import pandas as pd

FIRST_DAY = (
    "2026-09-14"  # a Monday; Mid-Autumn and National Day lie ahead, a Sunday and a Saturday are worked
)
TODAY = "2026-09-30"  # of the lab: the last working day before the National Day
OPENED = (
    (0, 3),
    (3, 8),
    (6, 9),
    (9, 11),
    (14, 15),
    (15, 17),
)  # the days, from and before, in which each was opened
HOLIDAYS = ((11, 14), (17, 24))  # days off: Mid-Autumn with its weekend, National Day
WORKING_DAYS = {"simple": 1, "ordinary": 3, "complex": 3}  # for a complex case: to the first call-back
ROUNDS = 40  # of drawing again, until the six on the desk tell remedies apart
NEVER_LINES = 2
TOP = 3
DEAREST = 2.5  # times what a cause usually costs; or as many times less
LANGUAGES = ("zh", "en")
CLEAR_MARGIN = 0.03  # of the loss, between the third cause and the fourth
SMALL = 0.2  # of the amounts' range above the first limit of authority


def deal(streams: Streams) -> tuple[dict[str, "pd.DataFrame"], dict[str, "pd.DataFrame"], dict[str, Any]]:
    """Return the visible tables, the hidden ones and the facts of the answer key for one student."""
    import pandas as pd

    streams = streams.under("casebook")
    for use in range(ROUNDS):
        due, new = _accounts(streams.under("round", use))
        values = remedies.values(streams.under("round", use), due)
        plans = remedies.plans(due, values)
        if remedies.tell_apart(plans, values):
            break
    lines = _lines(streams)
    causes, causes_key = _causes(streams)
    steps, ways, flow_key = flow_deal.deal(streams, pd.DataFrame(causes))
    _when(streams, due)
    hidden = ("severity", "staff", "hurt", "level")
    _say(new, "new")
    _say(due, "due")
    _say(due, "weighed")
    visible = {
        "case_lines": pd.DataFrame(lines).drop(columns="step"),
        "cases_new": pd.DataFrame(new).drop(columns=[*hidden, "goods", "found", "worth"]),
        "cases_due": pd.DataFrame(due).drop(columns=["due", "across", "staff", "hurt", "level", "goods"]),
        "case_history": remedies.record(streams),
        "case_causes": pd.DataFrame(causes),
        "case_flow": steps,
        "case_ways": ways,
    }
    truth = {"case_values": pd.DataFrame(values).T.rename_axis("case_id").reset_index()}
    facts = {
        "lines": {one["line_id"]: one["step"] for one in lines},
        "sort": {one["case_id"]: {"severity": one["severity"], "level": one["level"]} for one in new},
        "due": {one["case_id"]: one["due"] for one in due},
        "across": [one["case_id"] for one in due if one["across"]],
        "values": values,
        "plans": plans,
        "causes": causes_key,
        "flow": flow_key,
    }
    return visible, truth, facts


def due_day(opened: int, severity: str) -> int:
    """Return by which day a case opened on a day is to be solved; a complex one: to have its first call-back."""
    return Workdays(FIRST_DAY).after(opened, WORKING_DAYS[severity])


def closable(case: dict[str, str]) -> bool:
    """Return whether an agent settles a case at once and closes it: a simple one within the agent's authority."""
    return case["severity"] == "simple" and case["level"] == "agent"


def overdue(day: str) -> bool:
    """Return whether a case that was due on a day, as 2026-09-21, is past it on the lab's day."""
    return day < TODAY


def level_of(amount: int, severity: str, *, staff: bool, hurt: bool) -> str:
    """Return who may settle a complaint: agent, leader or manager, by the company's rule of authority."""
    first, second = book()["law"]["levels"]
    if hurt or amount > second:
        return "manager"
    return "leader" if staff or severity == "complex" or amount > first else "agent"


@cache
def book() -> dict[str, Any]:
    """Return accounts, lines, causes and the law of leaving, as written in `datasets/retail/complaints.toml`."""
    return tomllib.loads((DATASETS / "retail" / "complaints.toml").read_text(encoding="utf-8"))


def _accounts(streams: Streams) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the six on the desk (D1 …) and the nine new ones (K1 …); no account is told twice."""
    left = _shuffled(streams, "account", book()["accounts"])
    due = [_told(streams.under("due"), k, _taken(left, one)) for k, one in enumerate(book()["wanted_due"])]
    wanted = _shuffled(streams, "order", book()["wanted_new"])
    # whoever asks for most is served first, so that nothing left over is wanting
    took = {id(one): _taken(left, one) for one in sorted(wanted, key=len, reverse=True)}
    new = [_told(streams.under("new"), k, took[id(one)]) for k, one in enumerate(wanted)]
    return _named("D", _shuffled(streams, "desk", due)), _named("K", new)


def _taken(left: list[dict[str, Any]], wanted: dict[str, Any]) -> dict[str, Any]:
    plain = {"staff": False, "hurt": False} if not {"staff", "hurt"} & set(wanted) else {}
    asked = {**plain, **wanted}
    for one in left:
        if all(one.get(name, False) == value for name, value in asked.items()):
            left.remove(one)
            return one
    raise LookupError(f"no account left for {asked}")  # a fault of the data file, which a test shows


def _told(streams: Streams, k: int, account: dict[str, Any]) -> dict[str, Any]:
    """Return an account with its names, amount and worth filled in, and what is true of it."""
    slots, law = book()["slots"], book()["law"]
    surname = people.surnames(streams, [k])[0]
    draw = float(streams.uniforms("product", [k])[0])
    things = {
        (kind, lang): slots[f"{kind}_{lang}"][int(draw * len(slots[f"{kind}_{lang}"]))]
        for kind in ("product", "appliance")
        for lang in LANGUAGES
    }
    staff, hurt = (bool(account.get(name, False)) for name in ("staff", "hurt"))
    amount = _amount(float(streams.uniforms("amount", [k])[0]), account["severity"], law)
    low, high = law["worth"]
    worth = low * (high / low) ** float(streams.uniforms("worth", [k])[0])
    said = {
        f"note_{lang}": account[lang].format(
            surname=surname, product=things["product", lang], appliance=things["appliance", lang]
        )
        for lang in LANGUAGES
    }
    return said | {
        "amount": amount,
        "worth": int(10 * round(worth / 10)),
        "found": bool(account["found"]),
        "severity": account["severity"],
        "level": level_of(amount, account["severity"], staff=staff, hurt=hurt),
        "staff": staff,
        "hurt": hurt,
        "goods": bool(account.get("goods", False)),
    }


def _amount(draw: float, severity: str, law: dict[str, Any]) -> int:
    """Return yuan ending in 8, well away from the limits of authority; a simple case is a small one."""
    low, high = law["amounts"]
    if severity == "simple":
        high = law["levels"][0] * (1 - SMALL)
    amount = int(10 * round(low * (high / low) ** draw / 10)) + 8
    for limit in law["levels"]:
        if abs(amount / limit - 1) < SMALL / 2:
            amount = int(limit * (1 - SMALL)) - 2
    return amount


def _when(streams: Streams, due: list[dict[str, Any]]) -> None:
    """Give each case on the desk its day of opening and the day it is due, some across a holiday."""
    calendar = Workdays(FIRST_DAY)
    windows = _shuffled(streams, "opened", [{"days": days} for days in OPENED])
    for k, (one, window) in enumerate(zip(due, windows, strict=True)):
        first, before = window["days"]
        open_days = [day for day in range(first, before) if calendar.is_open(day)]
        opened = open_days[int(streams.uniforms("opened day", [k])[0] * len(open_days))]
        day = due_day(opened, one["severity"])
        one["opened"] = _iso(calendar.date(opened))
        one["due"] = _iso(calendar.date(day))
        one["across"] = any(opened < first_off and day >= back for first_off, back in HOLIDAYS)


def _say(cases: list[dict[str, Any]], way: str) -> None:
    """Write how each case stands in a form, in both languages, under `new_zh`, `due_en` and the like."""
    told = book()["told"]
    for one in cases:
        for lang in LANGUAGES:
            words = {name: told[f"{str(one[name]).lower()}_{lang}"] for name in ("severity", "found")}
            one[f"{way}_{lang}"] = told[f"{way}_{lang}"].format(
                **{**one, **words, "note": one[f"note_{lang}"]}
            )


def _lines(streams: Streams) -> list[dict[str, Any]]:
    """Return one line of each step and some that must not be said, in an order of their own (L1 …)."""
    rank: dict[str, list[dict[str, Any]]] = {}
    for line in _shuffled(streams, "line", book()["lines"]):
        rank.setdefault(line["step"], []).append(line)
    some = [line for step, all_of in rank.items() for line in all_of[: NEVER_LINES if step == "never" else 1]]
    some.sort(key=lambda line: line["step"])
    told = [
        {"note_zh": line["zh"], "note_en": line["en"], "step": line["step"]}
        for line in _shuffled(streams, "line order", some)
    ]
    return [{"line_id": f"L{k}", **line} for k, line in enumerate(told, 1)]


def _causes(streams: Streams) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return last quarter's causes by number, and the three that cost most with their share of all loss."""
    given = book()["causes"]
    for use in range(ROUNDS):
        draws = streams.uniforms("cause", range(2 * len(given)), use).reshape(2, -1)
        rows = [
            {
                "cause": one["name"],
                "cause_zh": one["zh"],
                "cause_en": one["en"],
                "cases": int(one["weight"] * (4 + 2 * often)),
                "cost": int(one["cost"] * DEAREST ** (2 * dear - 1)),
            }
            for one, often, dear in zip(given, *draws.tolist(), strict=True)
        ]
        loss = {row["cause"]: row["cases"] * row["cost"] for row in rows}
        dear_first = sorted(loss, key=lambda name: -loss[name])
        often_first = [row["cause"] for row in sorted(rows, key=lambda row: -row["cases"])]
        total, top = sum(loss.values()), dear_first[:TOP]
        margin = (loss[top[-1]] - loss[dear_first[TOP]]) / total
        if margin >= CLEAR_MARGIN and set(top) != set(often_first[:TOP]):
            break
    rows.sort(key=lambda row: -row["cases"])
    share = round(100 * sum(loss[name] for name in top) / total, 2)
    return rows, {"top": sorted(top), "share": share}


def _named(letter: str, cases: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"case_id": f"{letter}{k}", **one} for k, one in enumerate(cases, 1)]


def _shuffled(streams: Streams, purpose: str, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [things[place] for place in np.argsort(streams.uniforms(purpose, range(len(things))))]


def _iso(day: date) -> str:
    return day.isoformat()
