"""What hidden tests may look at: the truth of the student's world, and the answers handed in."""

import os
import tomllib
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import data, places
from crmlab.errors import LabError
from crmlab.strangers import json_of
from crmlab.student import grading, student_of

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.roleplay.negotiation.result import Result

MOST_BYTES = 5_000_000
MOST_PLAYS = 400  # calls in one hand-in; nobody practises more


SEATS = "seats_"  # how the name of a negotiation's log begins
COUNTS = ("first", "last", "best")


@dataclass(frozen=True)
class Plays:
    """The telephone calls of one hand-in, each played again from its log; nothing that a log claims is believed.

    `scores` holds scenario → points 0-100 of each attempt, first to last; `sheets` the judged sheets as plain values, as
    `crmlab roleplay judge` prints them; `refused` holds file name → why it does not count. `counts` is which attempt the
    project says counts: first, last or best.
    """

    scores: dict[str, list[int]]
    sheets: dict[str, list[dict[str, Any]]]
    refused: dict[str, str]
    counts: str = "best"
    negotiations: dict[str, "Result"] = field(default_factory=dict)
    """Case → what a negotiation round one screen came to."""
    levels: dict[str, list[int]] = field(default_factory=dict)
    """Scenario → at which level each attempt was played, as `scores`."""

    def score(self, scenario: str, *, counts: str = "") -> int:
        """Return the points 0-100 that count for a scenario, 0 when it was never played.

        `counts` is first, last or best, and the project's when it is not given; raises LabError for another word.
        """
        counts = counts or self.counts
        if counts not in COUNTS:
            raise LabError(f"没有计分办法 {counts[:20]}；可用 {'、'.join(COUNTS)}")
        some = self.scores.get(scenario) or [0]
        return {"first": some[0], "last": some[-1], "best": max(some)}[counts]

    def best_at(self, scenario: str, level: int) -> int:
        """Return the best points 0-100 of the attempts at a level, 0 when there was none."""
        pairs = zip(self.levels.get(scenario, ()), self.scores.get(scenario, ()), strict=True)
        return max((points for at, points in pairs if at == level), default=0)


@dataclass(frozen=True)
class Truth:
    """The hidden side of one world."""

    folder: Path

    @property
    def facts(self) -> dict[str, Any]:
        """What is true of this world, as plain values."""
        return _json(self.folder / "facts.json")

    def table(self, name: str) -> "pd.DataFrame":
        """Return hidden table `name`; raise LabError, with the tables there are, when there is none."""
        return data.read_table(self.folder, name)


def evidence(name: str) -> Any:
    """Return what a hidden test asks for: "truth" → Truth, "answers" → the answers as handed in (a dict),
    "crm" → the CRM's file as tables (`crmlab.crm.Inspection`); nothing in that file is run; "plays" → the calls
    (`Plays`), each log played again; "policy" → the policy handed in, for `crmlab.market_replay.tried`.

    Raises LabError for another name, or when the evidence is not there.
    """
    if name == "truth":
        return Truth(_truth_folder())
    if name == "answers":
        return _json(Path(os.environ.get("CRMLAB_EVIDENCE", ".")) / "answers.json")
    if name == "crm":
        from crmlab.crm.reader import inspect_once

        return deepcopy(inspect_once(Path(os.environ.get("CRMLAB_EVIDENCE", ".")) / "crm.sqlite3"))
    if name == "plays":
        folder = Path(os.environ.get("CRMLAB_EVIDENCE", ".")) / "plays"
        return deepcopy(_plays(folder.absolute(), _state(folder)))
    if name == "policy":
        from crmlab import policy_file

        return policy_file.read(Path(os.environ.get("CRMLAB_EVIDENCE", ".")) / "policy.json")
    raise LabError(f"没有证据 {name!r}；可用 truth、answers、crm、plays、policy")


def _state(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Return what tells one state of a hand-in's calls from another: names, places, sizes and times of its files."""
    files = [*sorted(folder.glob("*.json")), folder.parent / "project.toml"]
    told = ((one.name, one.lstat()) for one in files if one.is_symlink() or one.exists())
    return tuple((name, s.st_ino, s.st_size, s.st_mtime_ns) for name, s in told)


@lru_cache(maxsize=2)
def _plays(folder: Path, _now: tuple[tuple[str, int, int, int], ...]) -> Plays:
    """Return the calls in a folder, played again once, however many graded cells ask for them."""
    from crmlab.roleplay.screen import attempts, sheet
    from crmlab.roleplay.screen.call import taken_up

    scores: dict[str, list[int]] = {}
    sheets: dict[str, list[dict[str, Any]]] = {}
    levels: dict[str, list[int]] = {}
    refused: dict[str, str] = {}
    negotiations = _negotiations(folder, refused)
    for path in sorted(folder.glob("*.json"), key=lambda one: (attempts.number_of(one), one.name))[
        :MOST_PLAYS
    ]:
        if path.name.startswith(SEATS):
            continue
        try:
            if path.is_symlink():
                raise LabError(f"{path.name} 是一个链接，不是通话记录；请交原文件")
            call = taken_up(path)
        except LabError as error:
            refused[path.name] = str(error)
            continue
        if call.play.turns:
            made = sheet.score(call)
            scores.setdefault(call.scenario.id, []).append(made.points)
            levels.setdefault(call.scenario.id, []).append(call.play.level)
            sheets.setdefault(call.scenario.id, []).append({**made.sheet.plain(), "overall": made.points})
    return Plays(scores, sheets, refused, _counting(folder.parent / "project.toml"), negotiations, levels)


def _negotiations(folder: Path, refused: dict[str, str]) -> "dict[str, Result]":
    """Return the result of each negotiation that can be taken up; of the others say why in `refused`."""
    from crmlab.roleplay.negotiation.result import result
    from crmlab.roleplay.negotiation.talk import taken_up

    found = {}
    for path in sorted(folder.glob(f"{SEATS}*.json"))[:MOST_PLAYS]:
        try:
            if path.is_symlink():
                raise LabError(f"{path.name} 是一个链接，不是谈判记录；请交原文件")
            talk = taken_up(path)
        except LabError as error:
            refused[path.name] = str(error)
            continue
        found[talk.case.id] = result(talk)
    return found


def _counting(about: Path) -> str:
    """Return which attempt counts in a project, as its `attempts` says; best when it says nothing."""
    try:
        return str(tomllib.loads(about.read_text(encoding="utf-8")).get("attempts", "best"))
    except FileNotFoundError:  # a hand-in alone, outside its project
        return "best"


def _truth_folder() -> Path:
    """Return the folder that the marker names; else that of the student's world; else the demo world's.

    While a hand-in is graded, the demo world never stands in: a wrong truth is worse than none.
    """
    named = os.environ.get("CRMLAB_TRUTH")
    candidates = [Path(named)] if named else _unnamed(Path.cwd())
    for folder in candidates:
        if (folder / "facts.json").is_file():
            return folder
    raise LabError(
        f"找不到这位学生的真值（看过 {'、'.join(map(str, candidates))}）；请先运行 python3 lab.py release 项目名"
    )


def _unnamed(project: Path) -> list[Path]:
    found = [project / "truth"]
    with suppress(LabError):  # no world of the student's: the other places are looked at all the same
        found.insert(0, data.find(project, student_of(project, ask=_nobody)).truth or found[0])
    return found if grading(project) else [*found, places.DATASETS / "demo" / "truth"]


def _nobody(_prompt: str) -> str:
    raise EOFError


def _json(path: Path) -> dict[str, Any]:
    plain = json_of(path, "这份作业里的记录", most=MOST_BYTES)
    if not isinstance(plain, dict):
        raise LabError(f"{path} 里不是一组键和值；请检查这份作业是否完整")
    return plain
