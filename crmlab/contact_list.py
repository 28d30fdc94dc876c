"""A contact list from a file: who contacts the centre, when and why, in Parquet or CSV, checked before anything runs."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from sim.contacts import Contacts, Draws
    from sim.scenario import Scenario
    from sim.streams import Streams

ENCODINGS = ("utf-8-sig", "gb18030")  # what spreadsheet programs write, in Chinese offices too


def listed(
    path: Path, scenario: "Scenario", streams: "Streams"
) -> "list[Callable[[], tuple[Contacts, Draws]]]":
    """Return the days of a list, in order, each with its draws made when it is called for.

    Raises InputError when the file is no table of contacts, or a day of it cannot be run (unsorted, a number
    twice, outside opening hours, an unknown skill).
    """
    from sim.contacts import Contacts, draws, validate

    table = _table(path)
    days: list[Callable[[], tuple[Contacts, Draws]]] = []

    def one(contacts: Contacts) -> "tuple[Contacts, Draws]":
        return contacts, draws(scenario, streams, contacts)

    try:
        for _day, today in table.groupby("day", sort=True):
            contacts = Contacts.from_frame(today)
            validate(contacts, scenario)
            one(contacts.rows(contacts["contact_id"] == contacts["contact_id"][0]))  # refuses unknown skills
            days.append(partial(one, contacts))
    except InputError as refusal:
        raise InputError(f"{path.name}: {refusal}") from refusal
    return days


def _table(path: Path) -> "pd.DataFrame":
    from sim import tables

    if not path.is_file():
        raise InputError(f"contacts = {path}: there is no such file; give a Parquet or CSV file of contacts")
    df = _csv(path) if path.suffix.lower() == ".csv" else _parquet(path)
    if not len(df):
        raise InputError(f"contacts = {path}: the list has 0 rows, must have at least one; add the contacts")
    if "contact_id" in df and (again := df["contact_id"].duplicated().to_numpy()).any():
        row = int(again.argmax())
        raise InputError(
            f"{path.name}: contact_id = {df['contact_id'].iloc[row]} in row {row + 1}: appears twice; "
            "number every contact anew"
        )
    try:
        return tables.check(df, "contacts")
    except InputError as refusal:
        raise InputError(f"{path.name}: {refusal}") from refusal


def _csv(path: Path) -> "pd.DataFrame":
    import pandas as pd

    for encoding in ENCODINGS:
        try:
            return pd.read_csv(io.StringIO(path.read_bytes().decode(encoding)))
        except UnicodeDecodeError:
            continue
        except ValueError as refusal:  # pandas' own errors of parsing are among these
            raise InputError(f"contacts = {path}: not a table ({refusal}); save it again as CSV") from refusal
    raise InputError(f"contacts = {path}: neither UTF-8 nor GBK text; save it again as CSV in UTF-8")


def _parquet(path: Path) -> "pd.DataFrame":
    import pandas as pd
    import pyarrow as arrow

    try:
        return pd.read_parquet(path, engine="pyarrow")
    except arrow.ArrowInvalid as refusal:
        raise InputError(
            f"contacts = {path}: not a Parquet file; make it again, or give a CSV file"
        ) from refusal
