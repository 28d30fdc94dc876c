"""How a market's tables become columns of the CRM: the rules of `market_tables.toml`, read and carried out."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent
CHINA = timedelta(hours=8)
HOUR = 3600


@cache
def rules() -> Mapping[str, Any]:
    """Return `market_tables.toml`: [[fill]] and [[own]]."""
    return tomllib.loads((HERE / "market_tables.toml").read_text(encoding="utf-8"))


class Words:
    """How codes read in the language of the CRM, by `market_words.toml`; an unknown code stays as it is."""

    def __init__(self, lang: str) -> None:
        self.place = 0 if lang == "zh" else 1
        told = tomllib.loads((HERE / "market_words.toml").read_text(encoding="utf-8"))
        self.told = {
            group: {code: pair[self.place] for code, pair in words.items()} for group, words in told.items()
        }

    def __call__(self, group: str, code: Any) -> str:
        """Return how a code of a group reads."""
        return self.told[group].get(str(code), str(code))


@dataclass(frozen=True)
class Market:
    """The tables of one market: their folder, and the language its codes are told in."""

    folder: Path
    lang: str = "zh"
    read: dict[str, "pd.DataFrame"] = field(default_factory=dict)

    def table(self, name: str) -> "pd.DataFrame | None":
        """Return a table, None when this market has none of that name."""
        from crmlab.data import read_table

        if name not in self.read and (self.folder / f"{name}.parquet").is_file():
            self.read[name] = read_table(self.folder, name)
        return self.read.get(name)

    @cached_property
    def words(self) -> Words:
        """How its codes read."""
        return Words(self.lang)

    @cached_property
    def first(self) -> date:
        """The date of its day 0; the first of this year where it has no calendar."""
        calendar = self.table("calendar")
        if calendar is None or calendar.empty:
            return date(datetime.now(UTC).year, 1, 1)
        return date.fromisoformat(str(calendar["date"].iloc[0])) - timedelta(
            days=int(calendar["day"].iloc[0])
        )

    @cached_property
    def names(self) -> dict[int, str]:
        """customer_id → name."""
        customers = self.table("customers")
        if customers is None:
            return {}
        return dict(zip(customers["customer_id"].tolist(), customers["name"].tolist(), strict=True))


def chosen(table: "pd.DataFrame", fill: Mapping[str, Any]) -> "pd.DataFrame":
    """Return the rows that a rule takes."""
    if "where" in fill:
        table = table[table[fill["where"]]]
    if "unless" in fill:
        table = table[~table[fill["unless"]]]
    if "only" in fill:
        table = table[table[fill["only"]["of"]].isin(fill["only"]["codes"])]
    if "last" in fill:
        table = _last(table, fill["last"])
    if "spread" in fill:
        table = _spread(table, fill["spread"])
    return table.drop_duplicates(fill["once"]) if "once" in fill else table


def _last(table: "pd.DataFrame", how: Mapping[str, Any]) -> "pd.DataFrame":
    """Return, of the rows alike in `rows`, the one whose code of `of` stands last among `codes`."""
    place = table[how["of"]].map(how["codes"].index).sort_values(kind="stable")
    return table.loc[place.index].drop_duplicates(how["rows"], keep="last").sort_index()


def _beside(table: "pd.DataFrame", how: Mapping[str, Any], market: Market) -> Any:
    """Return what another table says of the same customers, or what stands in its place where it is not there."""
    other = market.table(how["beside"])
    if other is None:
        return made(table, how["else"], market)
    if "is" in how:
        return how["is"]
    return other.set_index(how["on"])[how["take"]].loc[table[how["on"]]].tolist()


def _spread(table: "pd.DataFrame", how: Mapping[str, Any]) -> "pd.DataFrame":
    """Return one row for what were several: their codes of `of` become columns, the numbers of `value` stand in them."""
    some = table[table[how["of"]].isin(how["codes"])]
    wide = some.pivot_table(index=how["rows"], columns=how["of"], values=how["value"], aggfunc="first")
    return wide.reindex(columns=how["codes"]).reset_index()


def made(table: "pd.DataFrame", how: Any, market: Market) -> Any:
    """Return one column of the CRM: a list of values, or one value for all rows. KeyError for an absent column."""
    if isinstance(how, str):
        return table[how].tolist()
    if "beside" in how:
        return _beside(table, how, market)
    if "is" in how:
        return how["is"]
    if "percent" in how:
        return [round(100 * one) for one in table[how["percent"]].tolist()]
    if "text" in how:
        return market.words("text", how["text"])
    if "form" in how:
        return _formed(table, how["form"], how["of"], market)
    if "day" in how:
        return _days(table, how, market.first)
    if "month" in how:
        return [_end_of_month(market.first, number % how["every"]) for number in table[how["month"]].tolist()]
    if "number" in how:
        return (table.groupby(how["number"], sort=True).ngroup() + 1).tolist()
    if "perhaps" in how:
        return [int(one) if one == one else None for one in table[how["perhaps"]].tolist()]
    if "name_of" in how:
        return [market.names.get(one, "") for one in table[how["name_of"]].tolist()]
    codes = table[how["of"]].tolist()
    if "words" in how:
        return [market.words(how["words"], code) for code in codes]
    return [how["values"].get(code, code) for code in codes]


def _formed(table: "pd.DataFrame", form: str, parts: Sequence[Any], market: Market) -> list[str]:
    columns = [made(table, part, market) for part in parts]
    rows = [column if isinstance(column, list) else [column] * len(table) for column in columns]
    return [form.format(*row) for row in zip(*rows, strict=True)]


def _end_of_month(first: date, months: int) -> date:
    """Return the last day of the month that lies so many after that of `first`."""
    years, month = divmod(first.month + months, 12)
    return date(first.year + years, month + 1, 1) - timedelta(days=1)


def _days(table: "pd.DataFrame", how: Mapping[str, Any], first: date) -> list[Any]:
    days = table[how["day"]].tolist()
    if "at" not in how and "hour" not in how:
        return [first + timedelta(days=day) for day in days]
    start = datetime.combine(first, time(), UTC) - CHINA
    seconds = table[how["at"]].tolist() if "at" in how else [how["hour"] * HOUR] * len(table)
    return [start + timedelta(days=day, seconds=at) for day, at in zip(days, seconds, strict=True)]
