"""Purchases as real tills record them, made ready to be measured: returns, lines of one order, odd dates."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.checked import need, number, numbers, owners, refuse
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

DAY = np.timedelta64(1, "D")
COLUMNS = ("customer_id", "when", "amount", "bought")
MOST_DAYS = (
    3_000_000  # beyond the year 10000: no number of days, but seconds or milliseconds, or a date in figures
)
ZONE = r"\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$"


def purchases(
    orders: "pd.DataFrame",
    *,
    customer: str = "customer_id",
    when: str = "day",
    amount: str = "amount",
    order: str | None = None,
) -> "pd.DataFrame":
    """Return `customer_id, when, amount, bought`: one row per purchase or return, in order of customer and time.

    `when` in the source is a date or a number of days; here it is days (dates: since 1970-01-01, a part of a day kept).
    With `order`, the rows of one order number of one customer are lines of one purchase and are added up; a row below
    zero on a later day is a return and stays apart. A row below zero gives money back: it counts in the money and is
    no purchase (`bought` is False); a free gift is one.
    Whether two equal rows are one purchase told twice no program can know: give `order`, or drop them first.
    Raises InputError for a missing column, an empty customer, date or amount, and a table without rows.
    """
    import pandas as pd

    need(orders, [customer, when, amount, *([order] if order else [])], "orders")
    made = pd.DataFrame(
        {
            "customer_id": owners(orders, customer, "orders").to_numpy(),
            "when": days(orders[when], f"orders: {when}"),
            "amount": numbers(orders[amount], f"orders: {amount}"),
        }
    )
    if order:
        made["order"] = owners(orders, order, "orders").to_numpy()
        day = np.floor(made["when"])
        first = day.groupby([made["customer_id"], made["order"]], observed=True).transform("min")
        made["back"] = np.where((made["amount"] < 0) & (day > first), day, -np.inf)
        lines = made.groupby(["customer_id", "order", "back"], sort=False, observed=True)
        made = lines.agg(when=("when", "min"), amount=("amount", "sum")).reset_index()
    made["bought"] = made["amount"] >= 0
    made = made.sort_values(["customer_id", "when"], kind="stable", ignore_index=True)
    return made[["customer_id", "when", "amount", "bought"]]


def days(values: Any, name: str) -> NDArray[np.float64]:
    """Return moments as days: numbers as they are, dates since 1970-01-01; InputError for an empty or odd one.

    Whole numbers that are all calendar dates written 20260301 are read as such: as days they would be 50,000 years.
    """
    import pandas as pd

    column = pd.Series(values)
    _one_zone(column, name)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        given = numbers(column, name)
        if not (len(given) and (given >= 19_000_101).all() and (given <= 21_001_231).all()):
            return _few_enough(given, name)
        column = pd.Series(given.astype(np.int64).astype(str))
    try:
        dates = _dates(column, name)
    except InputError:
        raise
    except (ValueError, TypeError) as refusal:
        first = str(refusal).split(",")[0][:80]
        refuse(name, first, "must be a date such as 2026-03-01, or a number of days", "mend these rows")
    if dates.isna().any():
        place = int(np.argmax(dates.isna().to_numpy()))
        refuse(f"{name}, row {place + 1}", "empty", "each purchase needs its date", "mend or drop this row")
    if dates.dt.tz is not None:
        dates = dates.dt.tz_localize(None)
    return (dates.to_numpy(dtype="datetime64[ns]") - np.datetime64(0, "ns")) / DAY


def _few_enough(given: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return numbers of days; InputError for those that can only be something else."""
    large = np.abs(given) > MOST_DAYS
    if large.any():
        place = int(np.argmax(large))
        rule = "is too large for a number of days: seconds or milliseconds since 1970, or a date in figures?"
        cure = "make dates of the column first, such as pd.to_datetime(column, unit='ms') in the till's time zone"
        refuse(f"{name}, row {place + 1}", f"{given[place]:.0f}", rule, cure)
    return given


def _one_zone(column: "pd.Series", name: str) -> None:
    """Raise InputError when moments of several time zones, or some with and some without, stand in one column."""
    import pandas as pd

    if column.dtype != object and not pd.api.types.is_string_dtype(column):
        return
    told = column.dropna()
    if told.map(lambda one: isinstance(one, str)).all():
        zones = told.astype(str).str.strip().str.extract(ZONE)[0].where(told.astype(str).str.contains(":"))
        zones = zones[told.astype(str).str.contains(":")].fillna("none")
    else:
        zones = told.map(lambda one: str(getattr(one, "utcoffset", lambda: None)()))
    several = zones.unique()
    if len(several) > 1:
        rule, cure = "the column mixes time zones", "convert all moments to one zone first"
        refuse(name, f"zones {several[0]} and {several[1]}", rule, cure)


def _dates(column: "pd.Series", name: str) -> "pd.Series":
    """Return a column of dates; written with the year first they may differ in form, 2026年3月1日 included.

    InputError where a date can be read in two ways: a year of two figures, or day and month that may be swapped.
    """
    import pandas as pd

    if not (column.dtype == object and column.map(lambda one: isinstance(one, str)).all()):
        return pd.to_datetime(column)
    text = column.str.strip().str.replace(r"^(\d\d)年", r"20\1年", regex=True)
    text = text.str.replace("[年月]", "-", regex=True).str.replace("日", "")
    short = text.str.match(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)").to_numpy(dtype=bool)
    if short.any():
        place = int(np.argmax(short))
        rule = "a year of two figures can be read in several ways"
        refuse(f"{name}, row {place + 1}", column.iloc[place], rule, "write the whole year first: 2026-03-01")
    if text.str.match(r"\d{4}").all():
        return pd.to_datetime(text, format="mixed")
    parts = text.str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}")
    if parts.isna().to_numpy().any():
        return pd.to_datetime(text)
    one, two = (parts[k].astype(int).to_numpy() for k in (0, 1))
    if max(one.max(), two.max()) <= 12 and (one != two).any():
        place = int(np.argmax(one != two))
        rule = "day and month can be swapped, and no row of the column tells which is which"
        refuse(f"{name}, row {place + 1}", column.iloc[place], rule, "write the year first: 2026-03-01")
    return pd.to_datetime(text, dayfirst=bool(one.max() > 12))


def moment(value: Any, name: str) -> float:
    """Return one moment, a number of days or a date, as days; InputError for anything else."""
    if isinstance(value, int | float | np.integer | np.floating):
        number(value, name)
    return float(days([value], name)[0])


def ready(bought: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table that comes from `purchases`; InputError, saying so, for any other."""
    from pandas.api.types import is_numeric_dtype

    given = [str(c) for c in getattr(bought, "columns", ())]
    missing = [name for name in COLUMNS if name not in given]
    cure = "make the table with purchases(orders) first"
    if missing:
        told = f"columns {', '.join(given)}" if given else f"a {type(bought).__name__}"
        refuse("purchases", told, f"needs the column {missing[0]!r}", cure)
    if not is_numeric_dtype(bought["when"]) or bought["bought"].dtype != bool:
        refuse(
            "purchases: when, bought",
            f"{bought['when'].dtype}, {bought['bought'].dtype}",
            "must be days and yes or no",
            cure,
        )
    return bought if bought.index.is_unique else bought.reset_index(drop=True)


def history(
    bought: "pd.DataFrame", *, until: Any, unit_days: float = 7.0, step_days: float = 1.0
) -> "pd.DataFrame":
    """Return what the buying models read: `customer_id, repeat_count, t_x, age, mean_repeat` of every buyer.

    `bought` comes from `purchases`; only what happened up to `until` counts. Purchases within one step (a day) are
    one. `repeat_count` is the number of steps with a purchase after the first, `t_x` the age at the last of them
    (0 without), `age` the time from the first purchase to `until`, both in units of `unit_days` days;
    `mean_repeat` is the mean money of a repeat purchase (0 without). Source of the form: P. Fader, B. Hardie and
    K. L. Lee, "Counting your customers the easy way", Marketing Science 24 (2005). Raises InputError when nobody
    bought up to `until`.
    """
    import pandas as pd

    end = moment(until, "until")
    unit = number(unit_days, "unit_days", low=0, above=True)
    step = number(step_days, "step_days", low=0, above=True)
    bought = ready(bought)
    seen = bought[bought["bought"] & (bought["when"] < np.floor(end / step) * step + step)]
    if not len(seen):
        refuse("until", until, "nobody had bought up to then", "give a later date")
    steps = seen.assign(step=np.floor(seen["when"] / step))
    steps = steps.groupby(["customer_id", "step"], sort=True, as_index=False)["amount"].sum()
    whose = steps.groupby("customer_id", sort=True)
    first = whose["step"].transform("min")
    repeats = steps[steps["step"] > first].groupby("customer_id")["amount"]
    ends = whose["step"].agg(["min", "max", "size"])
    last_step = np.floor(end / step)
    made = pd.DataFrame(
        {
            "repeat_count": ends["size"] - 1,
            "t_x": (ends["max"] - ends["min"]) * step / unit,
            "age": (last_step - ends["min"]) * step / unit,
        }
    )
    made["mean_repeat"] = repeats.mean().reindex(made.index).fillna(0.0)
    return made.reset_index()
