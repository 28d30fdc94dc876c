"""How well a morning at the front desk was recorded: present, complete, linked, followed, nobody twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab.crm.front_desk import Expected
from crmlab.crm.reader import Inspection
from crmlab.crm.scoring import digits, filled, share, tidy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Recorded:
    """What there is of one event; every part is 1 for right, 0 for wrong, None where nothing was asked."""

    name: str
    present: bool
    complete: float
    linked: bool | None
    followed: bool | None
    """Whether the case, opportunity, person or change that the event asks for is there."""
    lacks: tuple[str, ...] = ()
    """What is missing or wrong, by the names of `desk_words.toml`."""


@dataclass(frozen=True)
class DeskScore:
    """A morning judged: one line an event, and the accounts that stand there twice."""

    events: tuple[Recorded, ...]
    duplicates: tuple[str, ...]

    @property
    def present(self) -> float:
        """Share of events with a record."""
        return share([one.present for one in self.events])

    @property
    def complete(self) -> float:
        """Mean share of what a record should hold; an event without a record holds nothing."""
        return share([one.complete for one in self.events])

    @property
    def linked(self) -> float:
        """Share of events whose record hangs on the right account, or rightly on none."""
        return share([one.linked for one in self.events])

    @property
    def followed(self) -> float:
        """Share of events that asked for more than a record, and got it."""
        return share([one.followed for one in self.events])


def front_desk(seen: Inspection, truth: Sequence[Expected]) -> DeskScore:
    """Return how well a morning was recorded. Each activity counts for one event, the best fitting one."""
    accounts = seen["account"].set_index("id")
    taken: set[int] = set()
    lines = []
    for one in truth:
        row = _record_of(one, seen["activity"], taken)
        if row is not None:
            taken.add(int(row["id"]))
        lines.append(_judged(one, row, seen, accounts))
    return DeskScore(tuple(lines), _doubles(accounts))


def _record_of(one: Expected, activities: "pd.DataFrame", taken: set[int]) -> Any:
    """Return the activity that records an event: by number, else by name; of several the best fitting."""
    best, most = None, 0
    for _place, row in activities.iterrows():
        if int(row["id"]) in taken:
            continue
        number = digits(row["phone"]) == digits(one.phone) and bool(one.phone)
        name = bool(one.who) and one.who in str(row["who"] or "")
        if not (number or name):
            continue
        fits = 4 * number + 2 * name + 2 * (row["reason"] in one.reason) + (row["kind"] in one.kind)
        fits += 3 * _says(row, one.words) if one.words else 0
        if fits > most:
            best, most = row, fits
    return best


def _judged(one: Expected, row: Any, seen: Inspection, accounts: "pd.DataFrame") -> Recorded:
    more = _asked(one, seen, accounts)
    if row is None:
        return Recorded(one.name, False, 0.0, False, False if more else None, ("record",))
    parts = {"kind": row["kind"] in one.kind, "reason": row["reason"] in one.reason}
    parts["result"] = filled(row["result"])
    if one.who:
        parts["who"] = one.who in str(row["who"] or "")
    if one.phone:
        parts["phone"] = digits(row["phone"]) == digits(one.phone)
    if one.words:
        parts["words"] = _says(row, one.words)
    if one.next_on:
        parts["next"] = filled(row["next_step"]) and filled(row["next_on"])
    linked = _linked(one, row, accounts)
    lacks = [name for name, right in ({**parts, "account": linked} | more).items() if not right]
    whole = all(more.values()) if more else None
    return Recorded(one.name, True, share(list(parts.values())), linked, whole, tuple(lacks))


def _linked(one: Expected, row: Any, accounts: "pd.DataFrame") -> bool:
    account = row["account_id"]
    known = filled(account) and account in accounts.index
    if not one.account:
        return not known
    return known and tidy(accounts.loc[account]["name"]) == tidy(one.account)


def _asked(one: Expected, seen: Inspection, accounts: "pd.DataFrame") -> dict[str, bool]:
    """Return what an event asks for beside its record, and whether it is there."""
    mine = accounts[accounts["name"].map(tidy) == tidy(one.account)]
    cases, sales, people = (seen[name] for name in ("case", "opportunity", "person"))
    asked = {}
    if one.case:
        asked["case"] = bool(cases["account_id"].isin(mine.index).any())
    if one.opportunity is not None:
        amounts = sales.loc[sales["account_id"].isin(mine.index), "amount"]
        asked["opportunity"] = bool(((amounts - one.opportunity).abs() < 0.01).any())
    if one.person:
        there = people[people["account_id"].isin(mine.index)]
        asked["person"] = bool(there["name"].map(tidy).eq(tidy(one.person)).any())
    if one.changed is not None:
        field, value = one.changed
        compare = digits if field == "phone" else tidy
        asked["changed"] = bool(mine[field].map(compare).eq(compare(value)).any())
    return asked


def _doubles(accounts: "pd.DataFrame") -> tuple[str, ...]:
    """Return the names of accounts that stand there more than once, by name or by number."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    for place, row in accounts.sort_index().iterrows():
        marks = [("name", tidy(row["name"])), ("phone", digits(row["phone"]))]
        marks = [mark for mark in marks if mark[1]]
        if any(mark in seen for mark in marks):
            found.append(str(row["name"]))
        seen |= dict.fromkeys(marks, int(place))
    return tuple(found)


def _says(row: Any, groups: Sequence[Sequence[str]]) -> bool:
    text = f"{row['result'] or ''} {row['next_step'] or ''}".casefold()
    return all(any(word.casefold() in text for word in group) for group in groups)
