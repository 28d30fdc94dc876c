"""A data set: a market built into tidy tables, with people, manifest and (apart) the truth, in one of five formats."""

import errno
import gc
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import data_dictionary, firms, futures, instruments, people, tables, truth
from sim.errors import InputError
from sim.market import Market
from sim.market.settings import Section, load
from sim.market.story import Story
from sim.market.tables import hidden as truth_tables
from sim.market.tables import seen as seen_tables
from sim.market.usual import usual
from sim.policy import Policy
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

Frames = dict[str, "pd.DataFrame"]
FORMATS = ("parquet", "csv", "duckdb", "sqlite", "xlsx")
MANIFEST = "manifest.json"
LINKS = "workplaces"  # of the business market: who of the other markets works at which account
SHEET_ROWS = 1_048_575
HORIZON_MONTHS = 12
DEMO = {
    "customers": 400,
    "months": 18,
    "seed": 5,
    "replications": 4,
}  # the variant committed in datasets/<market>/demo


@dataclass(frozen=True)
class Dataset:
    """The tables of one market: `visible` for everybody, `truth` for the teacher, and what made them."""

    visible: Frames
    truth: Frames
    recipe: Mapping[str, Any]


def build(
    market: str,
    *,
    customers: int,
    months: int,
    seed: int,
    lang: str = "zh",
    policy: Policy | None = None,
    with_truth: bool = False,
    replications: int = truth.REPLICATIONS,
) -> Dataset:
    """Return the data set of a ready market under a policy (business as usual unless given).

    `replications` futures make each true value of what lies ahead (`truth_value`, `truth_uplift`, `truth_lever`,
    `truth_call`); it is most of what the truth costs, and 0 leaves those tables out.

    Raises InputError for an unknown market or language, or impossible sizes.
    """
    settings = load(market)
    story = Market(customers, seed, settings=settings).run(
        months, policy or usual(settings), truth=with_truth
    )
    return gather(
        story,
        market,
        customers=customers,
        seed=seed,
        lang=lang,
        with_truth=with_truth,
        replications=replications,
    )


def gather(
    story: Story,
    market: str,
    *,
    customers: int,
    seed: int,
    lang: str = "zh",
    with_truth: bool = False,
    replications: int = truth.REPLICATIONS,
) -> Dataset:
    """Return the data set of a story that has been told; with truth, it must have been run with truth."""
    settings = story.settings
    visible = {name: story.frame(name) for name in seen_tables(settings) if name != "customers"}
    visible["customers"] = _customers(story, settings, seed, lang)
    if "accounts" in visible:
        visible |= firms.name_all(visible, visible["customers"], seed, lang=lang)
    hidden: Frames = {}
    if with_truth:
        hidden = {name: story.frame(name) for name in truth_tables(settings)}
        if replications != 0:
            hidden |= _ahead(story, Market(customers, seed, settings=settings), replications)
    shown = instruments.read(
        story,
        visible["customers"],
        seed,
        lang=lang,
        truth=with_truth,
        contacts=visible.get("account_contacts"),
    )
    visible, hidden = visible | shown.visible, hidden | shown.hidden
    recipe = {"market": market, "customers": customers, "months": story.months, "seed": seed, "lang": lang}
    if with_truth:
        recipe["replications"] = replications
    for frames in (visible, hidden):
        for name, frame in frames.items():
            frames[name] = tables.check(frame, name)
    order = [name for name in (*seen_tables(settings), LINKS, *instruments.SEEN) if name in visible]
    return Dataset({name: visible[name] for name in order}, hidden, recipe)


def write(data: Dataset, out: Path, *, form: str = "parquet") -> list[Path]:
    """Write a data set into the folder `out`, the truth into `out/truth`, each with its dictionary beside it; return the
    files, whole or none.

    Raises InputError for an unknown format or too many rows for a sheet, OSError when the disk refuses.
    """
    if form not in FORMATS:
        raise InputError(f"format = {form!r}: must be one of {', '.join(FORMATS)}; correct the spelling")
    out = Path(out)
    part, first = out / ".part", _first_missing(out)
    try:
        made = _write_all(data.visible, part, data.recipe["market"], form)
        if data.truth:
            made += _write_all(data.truth, part / "truth", "truth", form)
        made.append(_manifest(data.recipe, part, made, form))
        for path in made:
            final = out / path.relative_to(part)
            final.parent.mkdir(parents=True, exist_ok=True)
            path.replace(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        _sweep(out, first)
    return [out / path.relative_to(part) for path in made]


def _first_missing(out: Path) -> Path | None:
    """Return the outermost folder on the way to `out` that is not there yet."""
    missing = [folder for folder in (out, *out.parents) if not folder.exists()]
    return missing[-1] if missing else None


def _sweep(out: Path, first: Path | None) -> None:
    """Take away the folders that were made on the way to `out` and stayed empty."""
    folder = out
    while first is not None and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        if folder == first:
            break
        folder = folder.parent


def _customers(story: Story, settings: Section, seed: int, lang: str) -> "pd.DataFrame":
    import pandas as pd

    frame = story.frame("customers")
    told = people.persons(
        Streams(seed, "people"),
        frame["customer_id"].to_numpy(),
        lang=lang,
        women_share=settings.customers.women_share,
    )
    both = {**{name: frame[name] for name in frame.columns}, **told}
    return pd.DataFrame({name: both[name] for name in tables.columns("customers")})


def _ahead(story: Story, market: Market, replications: int) -> Frames:
    """Return what lies ahead of the customers at the end of a story: their worth, and what each lever adds."""
    import pandas as pd

    state, months = story.final, min(HORIZON_MONTHS, market.almanac.months - story.months)
    ids, guide = state.people.id, futures.guide(market, state, months)
    worth: dict[str, Any] = {"customer_id": ids}
    for name, policy in (("clv", None), ("clv_usual", usual(market.settings))):
        told = truth.clv(market, state, months, policy=policy, replications=replications, guide=guide)
        worth |= {name: told.mean, f"{name}_error": told.error}
    gains = truth.uplift(market, state, months, replications=replications, guide=guide)
    uplift = [
        pd.DataFrame(
            {"customer_id": ids, "lever": name, **_both("uplift", one.value), **_both("kept", one.kept)}
        )
        for name, one in gains.items()
    ]
    levers = pd.DataFrame(
        {
            "lever": list(gains),
            "scope": [one.pull.scope for one in gains.values()],
            "replications": replications,
            **{f"{name}_mean": [t.mean.mean() for t in told] for name, told in _figures(gains)},
            **{f"{name}_reliability": [t.reliability for t in told] for name, told in _figures(gains)},
        }
    )
    calls = truth.calls(market, state, months, replications=replications)
    called = {"prospect_id": calls.prospect_id, "chance": calls.chance, "more": calls.more}
    frames = {
        "truth_value": (pd.DataFrame(worth), 2),
        "truth_uplift": (pd.concat(uplift), 4),
        "truth_lever": (levers, 4),
        "truth_call": (pd.DataFrame({**called, **_both("uplift", calls.value)}), 4),
    }
    return {name: _tidy(frame, name, digits) for name, (frame, digits) in frames.items()}


def _both(name: str, told: truth.Told) -> dict[str, Any]:
    return {name: told.mean, f"{name}_error": told.error}


def _figures(gains: Mapping[str, truth.Gain]) -> list[tuple[str, list[truth.Told]]]:
    several = gains.values()
    return [("uplift", [one.value for one in several]), ("kept", [one.kept for one in several])]


def _tidy(frame: "pd.DataFrame", name: str, digits: int) -> "pd.DataFrame":
    floats = frame.select_dtypes("float").columns
    frame[floats] = frame[floats].round(digits) + 0.0  # no minus zero
    frame = frame[list(tables.columns(name))]
    return frame.sort_values(list(tables.table(name).key), ignore_index=True)


def _write_all(frames: Frames, folder: Path, name: str, form: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    beside = data_dictionary.write(frames, folder)
    if form == "parquet":
        made = [tables.write(frame, table, folder / f"{table}.parquet") for table, frame in frames.items()]
    elif form == "csv":
        made = [_csv(frame, folder / f"{table}.csv") for table, frame in frames.items()]
    else:
        made = [folder / f"{name}.{form}"]
        WRITERS[form](frames, made[0])
    return [*made, beside]


def _csv(frame: "pd.DataFrame", path: Path) -> Path:
    # With a byte order mark, so that spreadsheet programs read the Chinese.
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path


def _duckdb(frames: Frames, path: Path) -> None:
    import duckdb

    try:
        with duckdb.connect(str(path)) as base:
            for table, frame in frames.items():
                base.register("one", frame)
                base.execute(f"create table {table} as select * from one")
                base.unregister("one")
    except duckdb.Error as refusal:
        raise _refused(refusal) from refusal


def _sqlite(frames: Frames, path: Path) -> None:
    import sqlite3

    from pandas.errors import DatabaseError

    base = sqlite3.connect(path)
    try:
        with base:
            for table, frame in frames.items():
                frame.to_sql(table, base, index=False)
    except (sqlite3.Error, DatabaseError) as refusal:
        raise _refused(refusal) from refusal
    finally:
        base.close()


def _refused(refusal: Exception) -> OSError:
    """Return what a database says of a full disk as what it is."""
    return OSError(errno.EIO, str(refusal).splitlines()[0][:200])


def _xlsx(frames: Frames, path: Path) -> None:
    for table, frame in frames.items():
        if len(frame) > SHEET_ROWS:
            raise InputError(
                f"table {table}: {len(frame)} rows: a sheet holds at most {SHEET_ROWS}; take parquet or csv"
            )
    refusal, heard = None, sys.unraisablehook
    sys.unraisablehook = lambda _: None  # a sheet half written would complain again when it is swept up
    try:
        _workbook(frames, path)
    except OSError as full:
        refusal = OSError(full.errno, full.strerror)
    finally:
        gc.collect()
        sys.unraisablehook = heard
    if refusal:
        raise refusal


def _workbook(frames: Frames, path: Path) -> None:
    import pandas as pd

    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for table, frame in frames.items():
            _for_sheet(frame, table).to_excel(book, sheet_name=table, index=False)


def _for_sheet(frame: "pd.DataFrame", table: str) -> "pd.DataFrame":
    """Return a table whose long numbers are text: of a number a sheet keeps the first fifteen digits only."""
    most = 10**data_dictionary.EXACT_DIGITS
    long = [
        c.name
        for c in tables.table(table).columns
        if c.name in frame and data_dictionary.is_id(c) and len(frame) and frame[c.name].abs().max() >= most
    ]
    return frame.astype(dict.fromkeys(long, str))


WRITERS: dict[str, Callable[[Frames, Path], None]] = {"duckdb": _duckdb, "sqlite": _sqlite, "xlsx": _xlsx}


def _manifest(recipe: Mapping[str, Any], folder: Path, made: list[Path], form: str) -> Path:
    from importlib.metadata import version

    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(made)
    }
    versions = {name: version(name) for name in ("faker", "numpy", "pandas", "pyarrow")}
    told = {"recipe": dict(recipe), "format": form, "made_with": versions, "sha256": files}
    path = folder / MANIFEST
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
