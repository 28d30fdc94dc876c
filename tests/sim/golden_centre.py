"""The golden days: four days of a centre with every option on, and what is committed about their tables.

`python tests/sim/golden_centre.py > tests/data/sim/golden.toml` makes the committed file anew, on purpose.
"""

import hashlib
import sys
from collections.abc import Callable
from typing import Any

from tiny_day import DATA, _cell
from whole_centre import plain

from sim import tables
from sim.callcenter import Centre
from sim.callcenter.clock import Clock
from sim.columns import Columns
from sim.contacts import arrivals
from sim.scenario import Scenario
from sim.streams import Streams
from sim.tracing import Trace

FILE = DATA / "golden.toml"
DAYS = (1, 2, 3, 4)  # Monday to Thursday, so that a follow-up call falls among them
FURTHER = {
    "routing": "most_idle",
    "busyness_cv": 0.2,
    "busyness": {"interval_cv": 0.15, "correlation": 0.7},
    "bursts": [{"start": "14:00", "minutes": 45, "factor": 2.0, "probability": 0.5}],
    "week": {"factors": [1.2, 1.0, 0.9, 0.9, 1.1, 0.6, 0.5], "first_weekday": 6},
    "first_day": "2026-09-06",
    "patience": {"law": "weibull", "mean_seconds": 150.0, "balk_share": 0.05, "shape": 1.4},
}
ADDS_UP = {
    "calls": "wait talk hold wrap_up history_before open_cases",
    "legs": "wait talk hold",
    "chats": "wait talk",
    "messages": "wait handle",
    "presence": "since until",
    "crew": "experience",
}


def scenario() -> Scenario:
    """The whole centre with every option the scenario files know."""
    made = plain() | FURTHER
    made["calls_per_hour"] = [rate / 2 for rate in made["calls_per_hour"]]
    for team in ("enquiry", "complaint", "online"):
        made["teams"][team]["agents"] = [max(1, n // 2) for n in made["teams"][team]["agents"]]
    made["messages"] = made["messages"] | {"night_share": 0.2}
    made["skills"]["enquiry"] |= {"self_service_share": 0.5}
    return Scenario.from_plain(made)


def stores(clock: Callable[[int], Any] = Clock) -> dict[str, Columns]:
    """Every table of the golden days, each with the rows of all of them (the crew as it ends)."""
    told, carry, kept = scenario(), None, []
    for day in DAYS:
        contacts, draws = arrivals(told, Streams(2026, "golden"), day)
        rows: list = []
        results = Centre(told, clock=clock).run(contacts, draws, carry=carry, trace=rows)
        carry = results.carry
        kept.append(
            {"contacts": contacts, "draws": draws, "trace": Trace.of(rows, day=day)}
            | {
                name: getattr(results, name)
                for name in ("calls", "legs", "chats", "messages", "cases", "presence")
            }
        )
    joined = {name: type(one).joined(*(day[name] for day in kept)) for name, one in kept[0].items()}
    return joined | {"crew": carry.crew, "known": carry.known}


def told_of(store: Columns) -> dict[str, Any]:
    """Rows, sums of some columns to the millisecond, and a digest of all values of a table."""
    units = {c.name: c.unit for c in (*tables.table(store.table).columns, *tables.table(store.table).extra)}
    columns = [[_cell(units[name], value) for value in store[name].tolist()] for name in store.names]
    lines = [",".join(store.names), *map(",".join, zip(*columns, strict=True))]
    sums = {}
    for name in ADDS_UP.get(store.table, "").split():
        values = store[name][~(store[name] != store[name])]
        sums[f"sum_{name}"] = round(float(values.sum()), 3)
    return {"rows": len(store)} | sums | {"sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def told(clock: Callable[[int], Any] = Clock) -> dict[str, dict[str, Any]]:
    """What is committed, by table."""
    return {name: told_of(store) for name, store in stores(clock).items()}


if __name__ == "__main__":
    print("# Four days of a centre with every option on; made by tests/sim/golden_centre.py.")
    for name, values in told().items():
        print(f"\n[{name}]")
        for key, value in values.items():
            print(f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}")
    sys.stdout.flush()
