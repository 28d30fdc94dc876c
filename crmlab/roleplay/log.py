"""The saved log of a play: what the trainee did, never how it went; replayed, it gives the same conversation."""

import hashlib
import json
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay.appraisal import table
from crmlab.roleplay.engine import MOST_TURNS, Play
from crmlab.roleplay.scenario import Scenario, load

VERSION = 1
MOST_BYTES = 1_000_000


def of(play: Play, lines: list[str]) -> dict[str, Any]:
    """Return the log of a play in which the trainee chose suggested `lines`, in that order."""
    head = {
        "v": VERSION,
        "scenario": f"{play.scenario.id}@{play.scenario.sha}",
        "engine": table()["version"],
        "seed": play.seed,
        "level": play.level,
        "lang": play.lang,
        "events": [{"n": n, "k": "line", "line": line} for n, line in enumerate(lines, 1)],
    }
    return {**head, "chain": chain(head)}


def save(log: dict[str, Any], path: Path) -> None:
    """Write `log` to `path`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(log, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def read(path: Path) -> dict[str, Any]:
    """Return the log in `path`; raise LabError when it is missing, too large or not JSON."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabError(f"{path.name} 大于 {MOST_BYTES} 字节，不读；请检查是不是通话记录")
        log = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise LabError(f"读不了通话记录 {path.name}；请检查文件是否完整") from error
    if not isinstance(log, dict):
        raise LabError(f"{path.name} 不是通话记录；请交练习时自动保存的文件")
    return log


def replay(log: dict[str, Any], scenario: Scenario | None = None) -> Play:
    """Return the play that `log` tells, computed anew.

    Raises LabError when the log is of another engine or scenario, was edited, or holds an impossible action.
    """
    events = _checked(log)
    name, _, sha = str(log.get("scenario")).partition("@")
    scenario = scenario or load(name)
    if sha != scenario.sha:
        raise LabError(f"通话记录用的剧本 {name} 是另一版（{sha[:12]}）；请用当时的剧本，或重练一次")
    play = Play(scenario, seed=log["seed"], level=log["level"], lang=str(log["lang"]))
    for event in events:
        play.line(event["line"])
    return play


def chain(log: dict[str, Any]) -> str:
    """Return the fingerprint that shows careless edits of a log."""
    plain = {key: value for key, value in log.items() if key != "chain"}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(log: dict[str, Any]) -> list[dict[str, Any]]:
    if log.get("v") != VERSION or log.get("engine") != table()["version"]:
        found = f"{log.get('v')!r}/{log.get('engine')!r}"[:60]
        raise LabError(f"通话记录的版本 {found} 不是本机的 {VERSION}/{table()['version']}；请重练一次")
    if not all(type(log.get(key)) is int and log[key] >= 0 for key in ("seed", "level")):
        raise LabError("通话记录里的 seed、level 应是不小于 0 的整数；请交自动保存的原文件")
    events = log.get("events")
    if not isinstance(events, list) or len(events) > MOST_TURNS:
        raise LabError(f"通话记录里的 events 应是不超过 {MOST_TURNS} 条的列表；请交自动保存的原文件")
    for n, event in enumerate(events, 1):
        good = isinstance(event, dict) and event.get("n") == n and event.get("k") == "line"
        if not good or not isinstance(event.get("line"), str):
            raise LabError(f"通话记录第 {n} 条缺失、次序不对或不认识；请交自动保存的原文件")
    if log.get("chain") != chain(log):
        raise LabError("通话记录被改动过（校验码不符）；请交自动保存的原文件")
    return events
