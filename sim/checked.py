"""What every measure asks of a table first: the columns are there, and the numbers are numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def refuse(name: str, value: object, rule: str, cure: str) -> NoReturn:
    """Raise the InputError of one value: name, value, rule, cure."""
    raise InputError(f"{name} = {str(value)[:80]}: {rule}; {cure}")


def need(df: "pd.DataFrame", names: Sequence[str], what: str) -> None:
    """Raise InputError unless `df` is a table with every column of `names` and at least one row."""
    if not hasattr(df, "columns"):
        refuse(what, _kind(df), "must be a table (pandas DataFrame)", "give one")
    given = [str(c) for c in df.columns]
    missing = [name for name in names if name not in given]
    if missing:
        refuse(
            what,
            f"columns {', '.join(given) or 'none'}",
            f"needs the column {missing[0]!r}",
            "add or rename it",
        )
    doubled = [name for name in names if given.count(name) > 1]
    if doubled:
        refuse(what, f"columns {', '.join(given)}", f"has {doubled[0]!r} twice", "keep one of them")
    if not len(df):
        refuse(what, "0 rows", "must have at least one row", "give a table that is not empty")


def numbers(
    values: Any, name: str, *, low: float = -np.inf, high: float = np.inf, whole: bool = False
) -> NDArray[np.float64]:
    """Return `values` as floats; InputError, naming the first bad one, unless all are finite and in range."""
    try:
        given = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError) as refusal:
        raise InputError(
            f"{name}: not all values are numbers ({refusal}); convert the column first"
        ) from refusal
    if given.ndim > 1:
        refuse(name, _kind(values), "must be one column of numbers", "choose one, such as table['total']")
    bad = ~np.isfinite(given) | (given < low) | (given > high)
    if whole:
        bad |= given != np.floor(given)
    if bad.any():
        place = int(np.argmax(bad))
        rule = f"must be a {'whole ' * whole}number{_range(low, high)}"
        refuse(
            f"{name}, row {place + 1}", given[place], rule, f"mend or drop this row ({int(bad.sum())} in all)"
        )
    return given


def number(
    value: Any, name: str, *, low: float = -np.inf, high: float = np.inf, above: bool = False
) -> float:
    """Return one finite number within [low, high], or above `low`; InputError otherwise."""
    fine = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not fine or not np.isfinite(value) or not low <= value <= high or (above and value == low):
        refuse(name, value, f"must be a number{_range(low, high, above=above)}", "correct it")
    return float(value)


def count(value: Any, name: str, *, low: int = 1, high: int = 10**9) -> int:
    """Return one whole number from `low` to `high`; InputError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        refuse(name, value, f"must be a whole number from {low} to {high}", "correct it")
    return int(value)


def owners(df: "pd.DataFrame", name: str, what: str) -> "pd.Series":
    """Return the column that says whose a row is; InputError when one is empty."""
    column = df[name]
    empty = column.isna().to_numpy()
    if empty.any():
        place = int(np.argmax(empty))
        refuse(
            f"{what}: {name}, row {place + 1}", "empty", "each row must belong to somebody",
            f"drop the rows without {name} first ({int(empty.sum())} in all)",
        )  # fmt: skip
    return column


def once(df: "pd.DataFrame", name: str, what: str) -> "pd.Series":
    """Return the column of owners; InputError when one is empty or comes twice."""
    column = owners(df, name, what)
    twice = column.duplicated().to_numpy()
    if twice.any():
        refuse(
            f"{what}: {name}", column[twice].iloc[0], "must come once only", "one row each; add rows up first"
        )
    return column


def _kind(value: object) -> str:
    """Return what a thing is that should have been something else."""
    return "None" if value is None else f"a {type(value).__name__}"


def _range(low: float, high: float, *, above: bool = False) -> str:
    lower = f" above {low:g}" if above else f" from {low:g}"
    if np.isinf(low):
        return "" if np.isinf(high) else f" up to {high:g}"
    return lower if np.isinf(high) else f"{lower} to {high:g}"
