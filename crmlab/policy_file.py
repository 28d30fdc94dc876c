"""A policy written down as JSON: whom to treat, by list or by threshold, in which months, for how much."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmlab import places, schema_faults
from crmlab.errors import LabError
from crmlab.strangers import json_of
from sim.errors import InputError
from sim.market.scene import Levers
from sim.policy import Actions, Selling, View

MOST_BYTES = 3_000_000
KINDS = {
    "campaign": "campaigns",
    "winback": "winback",
    "term": "terms",
    "visit": "visits",
    "discount": "discounts",
}  # of these there are several: `with` says which
PLAIN = {
    "call": "calls",
    "care": "care",
    "save": "save",
    "alert": "alerts",
    "programme": "programme",
    "handover": "handover",
}
SELLING = ("visits", "discounts", "programme", "handover")  # what only a supplier of firms does


@dataclass(frozen=True)
class WrittenPolicy:
    """A policy of `sim.policy`, as a student wrote it; months are counted as the market's tables count them."""

    plain: Mapping[str, Any] = field(repr=False)
    name: str = "policy.json"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return what the file says about this month. Raises InputError for a column that cannot be seen."""
        several: dict[str, dict[str, NDArray]] = {}
        single: dict[str, NDArray] = {}
        for step in self.plain.get("actions", ()):
            if view.month not in step.get("months", (view.month,)):
                continue
            what, chosen = step["do"], _chosen(step, view)
            if what in KINDS:
                named = several.setdefault(KINDS[what], {})
                named[step["with"]] = np.union1d(named.get(step["with"], chosen), chosen)
            else:
                single[PLAIN[what]] = np.union1d(single.get(PLAIN[what], chosen), chosen)
        both: dict[str, Any] = {**several, **single}
        selling = Selling(**{name: both.pop(name) for name in SELLING if name in both})
        levers = Levers(**self.plain.get("levers", {}))
        return Actions(levers=levers, prospecting=self.plain.get("prospecting", {}), selling=selling, **both)


def read(path: Path) -> WrittenPolicy:
    """Return the policy in a file that a student handed in.

    Raises LabError, saying where and what may stand there, when it is no JSON, too large or does not fit the schema.
    """
    return of(json_of(path, "经营方案", most=MOST_BYTES), called=path.name)


def of(plain: Any, *, called: str = "policy.json") -> WrittenPolicy:
    """Return the policy in plain values; LabError as `read`."""
    for error in _validator().iter_errors(plain):
        where = " → ".join(map(str, schema_faults.place(error))) or "全文"
        raise LabError(f"{called} 的 {where}：{schema_faults.sentence(error)}")
    for number, step in enumerate(plain.get("actions", ())):
        where = f"{called} 的 actions → {number}"
        if (step["do"] in KINDS) != ("with" in step):
            raise LabError(
                f"{where}：{'、'.join(KINDS)} 要用 with 写明哪一种，别的不用写 with；请改 {step['do']} 这一条"
            )
        if ("who" in step) == ("where" in step):
            raise LabError(f"{where}：对谁做，要么用 who 列出编号，要么用 where 写条件；请写其中一个")
    return WrittenPolicy(plain, str(plain.get("name") or called), plain.get("budget"))


def _chosen(step: Mapping[str, Any], view: View) -> NDArray[np.int64]:
    """Return the numbers of those a step is for, in the order in which they are served."""
    most = int(step["at_most"]) if "at_most" in step else None
    if "who" in step:
        return np.asarray(step["who"], dtype=np.int64)[:most]
    table = view.prospects if step["do"] == "call" else view.customers
    numbers = table["prospect_id" if step["do"] == "call" else "customer_id"]
    fits = np.ones(len(numbers), dtype=bool)
    for rule in step["where"]:
        column = _column(table, rule["column"], view.day)
        fits &= (column >= rule.get("from", -np.inf)) & (column <= rule.get("to", np.inf))
    order = np.arange(len(numbers))
    for word, sign in (("least_first", 1.0), ("most_first", -1.0)):
        if word in step:
            order = np.argsort(sign * _column(table, step[word], view.day), kind="stable")
    return numbers[order[fits[order]]][:most].astype(np.int64)


def _column(table: Mapping[str, NDArray], name: str, today: int) -> NDArray[np.float64]:
    """Return a column as numbers; `silent_days` and `known_days` are counted from the days the table has."""
    known = list(table)
    if "joined_day" in known:
        if name == "known_days":
            return np.asarray(today - table["joined_day"], dtype=float)
        if name == "silent_days":  # who has not ordered since the records begin has been silent since then
            return np.asarray(today - np.maximum(table["last_day"], table["joined_day"]), dtype=float)
        known += ["silent_days", "known_days"]
    if name not in known:
        raise InputError(f"column = {name!r}: cannot be seen; choose one of {', '.join(known)}")
    return np.asarray(table[name], dtype=float)


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(
        json.loads((places.DATASETS / "policy.schema.json").read_text(encoding="utf-8"))
    )
