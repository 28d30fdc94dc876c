"""Where calls are kept: one file an attempt in a folder `plays`, named scenario and number; none is ever overwritten."""

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay import log
from crmlab.roleplay.scenario import Scenario, load
from crmlab.roleplay.screen.call import Call, begin, taken_up

FOLDER = "plays"
NAME = re.compile(r"([a-z][a-z0-9_]*)-(\d{1,3})\.json")
MOST = 200


def kept(folder: Path, scenario: str) -> list[Path]:
    """Return the files of the attempts at `scenario` in `folder`, first to last."""
    found = [(int(name[2]), path) for path in folder.glob("*.json") if (name := NAME.fullmatch(path.name))
             and name[1] == scenario]  # fmt: skip
    return [path for _number, path in sorted(found)]


def resume(folder: Path, scenario: str, *, student: str = "", level: int = 1, lang: str = "zh") -> Call:
    """Return the latest attempt at `scenario` of that level and language, finished or not, or a first one.

    A log that cannot be taken up stays where it is; a fresh attempt begins, and its `notice` says why. Raises LabError for an unknown
    scenario.
    """
    known = load(scenario)
    files = [path for path in kept(folder, known.id) if _head(path) in ((level, lang), ())]
    if not files:
        return _fresh(folder, known, student, level, lang)
    try:
        return taken_up(files[-1])
    except LabError as error:
        call = _fresh(folder, known, student, level, lang)
        call.notice = str(error)
        return call


def again(folder: Path, scenario: str, *, student: str = "", level: int = 1, lang: str = "zh") -> Call:
    """Return a fresh attempt at `scenario`, with another mood of the customer, kept at once; raises when there are too many.

    An attempt in which nothing was done yet is that attempt.
    """
    latest = resume(folder, scenario, student=student, level=level, lang=lang)
    if not latest.events:
        return latest
    call = _fresh(folder, load(scenario), student, level, lang)
    log.save(call.record(), call.path)
    return call


def latest(folder: Path, scenario: str, *, student: str = "", level: int = 1, lang: str = "zh") -> Call:
    """Return the latest attempt at `scenario` of whatever level and language; where none can be read, as `resume`."""
    for path in reversed(kept(folder, scenario)):
        with suppress(LabError):
            return taken_up(path)
    return resume(folder, scenario, student=student, level=level, lang=lang)


def number_of(path: Path) -> int:
    """Return the number of an attempt, from its file name."""
    name = NAME.fullmatch(path.name)
    return int(name[2]) if name else 0


def seed_of(student: str, scenario: str, attempt: int) -> int:
    """Return the seed of one student's attempt: the same on every machine, another for every student."""
    told = hashlib.sha256(f"{student}/{scenario}/{attempt}".encode()).digest()
    return int.from_bytes(told[:4])


def _fresh(folder: Path, scenario: Scenario, student: str, level: int, lang: str) -> Call:
    files = kept(folder, scenario.id)
    number = number_of(files[-1]) + 1 if files else 1
    if number > MOST:
        raise LabError(f"剧本 {scenario.id} 已经练了 {MOST} 次；请把文件夹 {folder.name} 里旧的记录移走")
    path = folder / f"{scenario.id}-{number}.json"
    return begin(path, scenario, seed=seed_of(student, scenario.id, number), level=level, lang=lang)


def _head(path: Path) -> tuple[Any, ...]:
    """Return level and language of a log, () when it cannot be read."""
    try:
        record = log.read(path)
    except LabError:
        return ()
    return record.get("level"), record.get("lang")
