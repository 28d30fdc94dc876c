"""Prints the tiny day of the back test as CSV; times and durations to the millisecond, uniforms in full.

`python tests/sim/tiny_day.py calls > tests/data/sim/calls.csv` makes the committed file anew, on purpose.
"""

import sys
from pathlib import Path

from sim import tables
from sim.callcenter import Centre
from sim.columns import Columns
from sim.contacts import arrivals
from sim.scenario import load
from sim.streams import Streams

DATA = Path(__file__).resolve().parents[1] / "data" / "sim"


def stores() -> dict[str, Columns]:
    """Return the tables of the tiny day."""
    scenario = load(DATA / "tiny_shop.toml")
    contacts, draws = arrivals(scenario, Streams(2026, "tiny"), 1)
    return {"contacts": contacts, "draws": draws, "calls": Centre(scenario).run(contacts, draws).calls}


def text(store: Columns) -> str:
    """Return a table as CSV."""
    told = tables.table(store.table).columns
    lines = [",".join(column.name for column in told)]
    columns = [[_cell(column.unit, value) for value in store[column.name].tolist()] for column in told]
    return "\n".join([*lines, *map(",".join, zip(*columns, strict=True))]) + "\n"


def _cell(unit: str, value: object) -> str:
    return f"{value:.3f}" if unit == "s" else str(value)


if __name__ == "__main__":
    sys.stdout.write(text(stores()[sys.argv[1]]))
