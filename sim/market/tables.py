"""The tidy tables of a story: codes become words, fen become yuan, rows stand in the order of their key."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import tables
from sim.errors import InputError
from sim.market.settings import Section, kind_of
from sim.market.stages import stages
from sim.market.story import OWN_HIDDEN, OWN_VISIBLE

if TYPE_CHECKING:
    import pandas as pd

    from sim.market.story import Story

SEEN = (
    "customers", "orders", "service_contacts", "prospects", "interviews", "exposures", "winbacks", "loyalty_ledger",
    "costs", "rivals", "keepers", "calendar",
)  # fmt: skip
TRUTH = (
    "truth_customer", "truth_prospect", "truth_failure", "truth_loss", "truth_winback", "truth_month", "truth_blow",
)  # fmt: skip
OWN_SEEN = {"business": ("account_contacts", "salespeople")}  # told from what a story knows at its end
# person_id: the account's number, and from here on for the others; 15 digits, which a sheet still holds exactly.
MONEY_STEP, AUTHORITY_STEP = 10**14, 2 * 10**14
LAST_FIRST = {
    "loyalty_ledger": ("kind",)
}  # what is redeemed goes off before the same order earns: a running sum
FEN = ("amount", "margin", "fee", "above", "value")
ROUNDED = {
    "truth_month": 6, "truth_blow": 6, "truth_customer": 6, "truth_prospect": 6, "rivals": 4, "calendar": 4, "costs": 2,
    "truth_account": 6, "truth_warmth": 6, "truth_opportunity": 6, "opportunity_stages": 2, "exposures": 6,
}  # fmt: skip


def seen(settings: Section) -> tuple[str, ...]:
    """Return the names of the tables that everybody may see, in a market of these settings."""
    kind = kind_of(settings)
    return (*SEEN, *OWN_VISIBLE.get(kind, ()), *OWN_SEEN.get(kind, ()))


def hidden(settings: Section) -> tuple[str, ...]:
    """Return the names of the tables of its truth."""
    return (*TRUTH, *OWN_HIDDEN.get(kind_of(settings), ()))


def frame(story: "Story", table: str) -> "pd.DataFrame":
    """Return one table of a story as a DataFrame, checked by nothing yet; InputError for an unknown table.

    `customers` has everything but the person (name, address …), which `sim.people` adds.
    """
    import pandas as pd

    there = (*seen(story.settings), *hidden(story.settings))
    if table not in there:
        raise InputError(f"table = {table!r}: a market has no such table; choose one of {', '.join(there)}")
    made = _own(story, table) if table in _OWN else _recorded(story, table)
    columns = [name for name in tables.columns(table) if name in made]
    df = pd.DataFrame({name: made[name] for name in columns})
    decimals = ROUNDED.get(table)
    if decimals is not None:
        floats = df.select_dtypes("float").columns
        df[floats] = df[floats].round(decimals) + 0.0  # no minus zero
    down = LAST_FIRST.get(table, ())
    key = list(tables.table(table).key)
    return df.sort_values(key, ascending=[name not in down for name in key], kind="stable", ignore_index=True)


def _recorded(story: "Story", table: str) -> dict[str, NDArray]:
    from sim.market.wording import own_words, words

    rows = story.arrays(table)
    told = {column.name: column for column in tables.table(table).columns}
    if not rows:
        return {name: np.zeros(0, dtype=tables.DTYPES[column.dtype]) for name, column in told.items()}
    if table == "truth_loss":
        rows["day"] = story.almanac.day_of(np.minimum(rows["lost_at"], story.months - 1e-9))
    if table == "truth_blow":
        rows = _summed(rows)
    lists = words(story.settings) | own_words(story.settings, table)
    made: dict[str, NDArray] = {}
    for name, column in told.items():
        codes = rows[name]
        if name == "stated" and name not in lists:
            made[name] = np.array([*lists["cause"], "customer", "none"], dtype=object)[codes]
        elif column.dtype == "text" and codes.dtype != object:
            made[name] = np.array(lists[name], dtype=object)[codes]
        elif name in FEN and codes.dtype.kind == "i":
            made[name] = codes / 100.0
        else:
            made[name] = codes.astype(tables.DTYPES[column.dtype])
    return made


def _summed(rows: dict[str, NDArray]) -> dict[str, NDArray]:
    """Return blows as one row a customer, month and cause."""
    key = ("customer_id", "month", "cause")
    order = np.lexsort([rows[name] for name in reversed(key)])
    sorted_ = {name: column[order] for name, column in rows.items()}
    new = np.any([np.diff(sorted_[name], prepend=-1) != 0 for name in key], axis=0)
    first = np.flatnonzero(new)
    return {name: c[first] if name in key else np.add.reduceat(c, first) for name, c in sorted_.items()}


def _customers(story: "Story") -> dict[str, Any]:
    from sim.market.seen import customers_seen
    from sim.market.wording import words

    lists, seen = words(story.settings), customers_seen(story.almanac, story.customers())
    same = ("customer_id", "joined_day", "keeper", "consent", "points")
    made = {name: seen[name].astype(bool if name == "consent" else np.int64) for name in same}
    for name in ("channel", "tier"):
        made[name] = np.array(lists[name], dtype=object)[seen[name]]
    return made


def _truth_customers(story: "Story") -> dict[str, Any]:
    from sim.market.wording import words

    people, lists = story.customers(), words(story.settings)
    lost = ~people.alive
    made: dict[str, Any] = {
        "customer_id": people.id,
        "alive": people.alive,
        "satisfaction": people.satisfaction,
    }
    for name in ("rate", "level", "frailty", "price_sense", "bond", "offer", "persuade"):
        made[name] = getattr(people, name)
    made["stage"] = np.array(lists["stage"], dtype=object)[stages(people, float(story.months))]
    made["cause"] = np.array([*lists["cause"], "none"], dtype=object)[np.where(lost, people.cause, -1)]
    moment = np.minimum(np.nan_to_num(people.lost_at), story.months - 1e-9)
    made["lost_day"] = np.where(lost, story.almanac.day_of(moment), -1)
    return made


def _rivals(story: "Story") -> dict[str, Any]:
    price = story.surroundings.price[: story.months]
    month, rival = np.indices(price.shape)
    campaign = story.surroundings.campaign[: story.months].ravel()
    return {"month": month.ravel(), "rival": rival.ravel() + 1, "price": price.ravel(), "campaign": campaign}


def _keepers(story: "Story") -> dict[str, Any]:
    month, keeper = np.nonzero(story.surroundings.leaves[: story.months])
    return {"month": month, "keeper": keeper}


def _calendar(story: "Story") -> dict[str, Any]:
    almanac = story.almanac
    days = np.arange(almanac.first[story.months])
    dates = [almanac.date(int(day)) for day in days]
    return {
        "day": days,
        "date": np.array([f"{date:%Y-%m-%d}" for date in dates], dtype=object),
        "month": almanac.month_of(days),
        "weekday": np.array([date.isoweekday() for date in dates]),
        "busy": almanac.busy[days],
    }


def _account_contacts(story: "Story") -> dict[str, Any]:
    """Return who in each account has the money, the authority and the need: three rows, fewer people in small firms."""
    from sim.market.accounts import ROLES

    rows = story.arrays("accounts")
    if not rows:
        return {
            "customer_id": np.zeros(0, dtype=np.int64),
            "role": np.zeros(0, dtype=object),
            "person_id": np.zeros(0, dtype=np.int64),
        }
    small = rows["employees"] < story.settings.accounts.boss_below
    account = rows["customer_id"]
    money = np.where(small, account + AUTHORITY_STEP, account + MONEY_STEP)
    people = (money, account + AUTHORITY_STEP, account)
    return {
        "customer_id": np.tile(account, len(ROLES)),
        "role": np.repeat(np.array(ROLES, dtype=object), len(account)),
        "person_id": np.concatenate(people),
    }


def _salespeople(story: "Story") -> dict[str, Any]:
    """Return who owned accounts, one after another on each seat."""
    from sim.market.accounts import SEAT_STEP

    leaves, first = story.surroundings.leaves[: story.months], story.almanac.first
    month, seat = np.nonzero(leaves)
    seats = np.arange(leaves.shape[1])
    number = np.concatenate([seats * SEAT_STEP, seat * SEAT_STEP + np.cumsum(leaves, axis=0)[month, seat]])
    begun = np.concatenate([np.full(len(seats), -1), first[month + 1]])
    order = np.argsort(number)
    number, begun = number[order], begun[order]
    follows = np.append(np.diff(number) == 1, False)
    until = np.where(follows, np.append(begun[1:], 0) - 1, -1)
    return {"salesperson_id": number, "seat": number // SEAT_STEP, "from_day": begun, "until_day": until}


_OWN = {
    "account_contacts": _account_contacts,
    "salespeople": _salespeople,
    "customers": _customers,
    "truth_customer": _truth_customers,
    "rivals": _rivals,
    "keepers": _keepers,
    "calendar": _calendar,
}


def _own(story: "Story", table: str) -> dict[str, Any]:
    return _OWN[table](story)
