"""A simulated contact centre written to a folder: all tables and pages of a run, or nothing."""

import json
import math
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab.outputs import writing

if TYPE_CHECKING:
    import pandas as pd

    from sim.callcenter import Results
    from sim.contacts import Contacts, Draws
    from sim.experiment import Experiment, Replication, Study
    from sim.tracing import TraceRow

ALWAYS = ("calls", "contacts", "presence")
# Written when there is something in them: the plain phone day has none of these.
SOMETIMES = ("legs", "cases", "chats", "messages", "special_calls", "crew")
ASKED_FOR = ("trace", "replications")
FILES = {name: f"{name}.parquet" for name in (*ALWAYS, *SOMETIMES, *ASKED_FOR)}
PAGES = ("report.html", "animation.html")
SUMMARY = "summary.json"


@dataclass(frozen=True)
class Run:
    """The first replication in full: its tables, its measures, and whether all its days were run."""

    frames: "dict[str, pd.DataFrame]"
    replication: "Replication"
    days: int
    complete: bool


def drawn(experiment: "Experiment") -> "list[Callable[[], tuple[Contacts, Draws]]]":
    """Return the days of the first replication, each made when it is called for."""
    from functools import partial

    from sim.contacts import arrivals

    streams = experiment.streams(1)
    days = range(1, experiment.warm_up + experiment.days + 1)
    return [partial(arrivals, experiment.scenario, streams, day) for day in days]


def run_first(
    experiment: "Experiment",
    days: "Iterable[Callable[[], tuple[Contacts, Draws]]]",
    *,
    trace: bool = False,
) -> Run:
    """Return the first replication with its tables; an interrupt keeps the days that are finished.

    Raises KeyboardInterrupt when not even one day that counts was finished.
    """
    from sim.callcenter import Centre
    from sim.experiment import measured

    centre, carry = Centre(experiment.scenario), None
    results: list[Results] = []
    made: list[dict[str, pd.DataFrame]] = []
    complete = True
    try:
        for number, day in enumerate(days):
            contacts, draws = day()
            rows: list[TraceRow] | None = [] if trace else None
            result = centre.run(contacts, draws, staffing=experiment.staffing, carry=carry, trace=rows)
            carry = result.carry
            if number < experiment.warm_up:
                continue
            made.append(_tables(contacts, result, rows))
            results.append(result)
    except KeyboardInterrupt:
        if not results:
            raise
        complete = False
    names = [name for name in FILES if any(name in frames for frames in made)]
    frames = {name: _joined([one[name] for one in made[: len(results)] if name in one]) for name in names}
    if carry is not None and carry.crew is not None and complete:
        frames["crew"] = carry.crew.frame()
    return Run(frames, measured(experiment, 1, results), len(results), complete)


def _tables(
    contacts: "Contacts", result: "Results", rows: "list[TraceRow] | None"
) -> "dict[str, pd.DataFrame]":
    """Return the tables of a day: those always written, and those with something in them."""
    from sim.tracing import Trace

    stores: dict[str, Any] = {
        name: getattr(result, name)
        for name in ("calls", "presence", "legs", "cases", "chats", "messages", "special_calls")
    }
    stores["contacts"] = contacts
    frames = {name: one.frame() for name, one in stores.items() if len(one) or name in ALWAYS}
    if rows is not None:
        frames["trace"] = Trace.of(rows, day=result.carry.day).frame()
    return frames


def _joined(parts: "list[pd.DataFrame]") -> "pd.DataFrame":
    import pandas as pd

    full = [part for part in parts if len(part)]  # an empty table would change the others' types
    made = pd.concat(full, ignore_index=True) if full else parts[0]
    if "case_id" not in made:
        return made
    # The book of cases is told anew every day: of each the last word counts.
    return made.drop_duplicates("case_id", keep="last").sort_values("case_id", ignore_index=True)


def replications(study: "Study") -> "pd.DataFrame":
    """Return every measure of every replication, one row each: the table `replications`."""
    import pandas as pd

    rows = [(one.number, name, value) for one in study.replications for name, value in one.whole.items()]
    return pd.DataFrame(rows, columns=["replication", "measure", "value"]).astype(
        {"replication": "int64", "measure": object, "value": "float64"}
    )


def summary(study: "Study", run: Run) -> dict[str, Any]:
    """Return what the run comes to as plain data: the board, each day's, and every measure's interval."""
    from sim import metrics

    model, calls = study.experiment.scenario, run.frames["calls"]
    seconds = model.service_level_seconds
    by_day = [
        {"day": int(day), **asdict(metrics.board(one, seconds=seconds))} for day, one in calls.groupby("day")
    ]
    board: dict[str, Any] = asdict(metrics.board(calls, seconds=seconds))
    board["occupancy"] = run.replication.whole["occupancy"]
    return {
        "title": {"zh": model.title_zh, "en": model.title_en},
        "service_level_seconds": seconds,
        "complete": study.complete and run.complete,
        "replications": len(study.replications),
        "confidence": study.confidence,
        "board": _finite(board),
        "by_day": [_finite(one) for one in by_day],
        "measures": {name: _finite(asdict(one)) for name, one in study.estimates().items()},
    }


def _finite(numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers with None for NaN, which JSON does not know."""
    return {n: None if isinstance(v, float) and math.isnan(v) else v for n, v in numbers.items()}


def write(
    out: Path, frames: "dict[str, pd.DataFrame]", summary: dict[str, Any], pages: dict[str, str]
) -> None:
    """Write tables, pages and summary into `out`; either all of them arrive, or the folder stays as it was.

    Files of an earlier run that this one does not have are taken away. Raises LabError when the disk refuses.
    """
    from sim import tables

    part = out / f".part-{os.getpid()}"
    fresh = not out.exists()
    try:
        with writing(out):
            part.mkdir(parents=True)
            for name, frame in frames.items():
                tables.write(frame, name, part / FILES[name])
            texts = {**pages, SUMMARY: json.dumps(summary, ensure_ascii=False, indent=2) + "\n"}
            for name, text in texts.items():
                (part / name).write_text(text, encoding="utf-8", newline="\n")
            made = sorted(part.iterdir())
            for path in made:
                path.replace(out / path.name)
            for name in {*FILES.values(), *PAGES} - {path.name for path in made}:
                (out / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if fresh and out.is_dir() and not any(out.iterdir()):
            out.rmdir()
