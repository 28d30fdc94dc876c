"""The saved log of a play: what the trainee did, never how it went; replayed, it gives the same conversation."""

import hashlib
import json
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay.appraisal import table
from crmlab.roleplay.engine import MOST_TURNS, Play
from crmlab.roleplay.scenario import Scenario, load
from crmlab.roleplay.tagging.tagger import LinearTagger
from crmlab.strangers import json_of

VERSION = 1


def of(play: Play, lines: list[str]) -> dict[str, Any]:
    """Return the log of a play in which the trainee chose suggested `lines`, in that order."""
    return record(play, [{"n": n, "k": "line", "line": line} for n, line in enumerate(lines, 1)])


def record(play: Play, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the log of what was done in a play: `events`, numbered from 1, each with its kind `k`."""
    head = {
        "v": VERSION,
        "scenario": f"{play.scenario.id}@{play.scenario.sha}",
        "engine": table()["version"],
        "tagger": LinearTagger().name,
        "seed": play.seed,
        "level": play.level,
        "lang": play.lang,
        "events": events,
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
    log = json_of(path, "通话记录")
    if not isinstance(log, dict):
        raise LabError(f"{path.name} 不是通话记录；请交练习时自动保存的文件")
    return log


def replay(log: dict[str, Any], scenario: Scenario | None = None) -> Play:
    """Return the play that a log of suggested lines tells, computed anew.

    Raises LabError when the log is of another engine or scenario, was edited, or holds an impossible action.
    """
    events = checked(log, most=MOST_TURNS)
    for event in events:
        if event.get("k") != "line" or not isinstance(event.get("line"), str):
            raise LabError(f"通话记录第 {event['n']} 条不认识；请交自动保存的原文件")
    play = begun(log, scenario)
    for event in events:
        play.line(event["line"])
    return play


def begun(log: dict[str, Any], scenario: Scenario | None = None) -> Play:
    """Return the play of a checked log before anything was said; LabError when its scenario is another by now."""
    name, _, sha = str(log.get("scenario")).partition("@")
    scenario = scenario or load(name)
    if (name, sha) != (scenario.id, scenario.sha):
        raise LabError(
            f"通话记录用的剧本 {name[:40]} 是另一版（{sha[:12]}，现在是 {scenario.id} {scenario.sha}）；请用当时的剧本，或重练一次"
        )
    return Play(scenario, seed=log["seed"], level=log["level"], lang=str(log.get("lang")))


def chain(log: dict[str, Any]) -> str:
    """Return the fingerprint that shows careless edits of a log."""
    plain = {key: value for key, value in log.items() if key != "chain"}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _free(log: dict[str, Any]) -> bool:
    """Return whether anything was said in free words."""
    events = log.get("events")
    return isinstance(events, list) and any(isinstance(one, dict) and one.get("k") == "say" for one in events)


def checked(log: dict[str, Any], *, most: int) -> list[dict[str, Any]]:
    """Return the events of a log, at most `most`; raise LabError when it is another engine's, damaged or edited."""
    if log.get("v") != VERSION or log.get("engine") != table()["version"]:
        found = f"{log.get('v')!s}/{log.get('engine')!s}"[:40]
        raise LabError(
            f"这份通话记录是用另一版规则（{found}）记的，本机的规则是 {VERSION}/{table()['version']}；"
            "两版打分不同，所以不评；请用现在的版本重练一次"
        )
    tagger = log.get("tagger")
    if tagger is not None and tagger != LinearTagger().name and _free(log):
        raise LabError(
            f"这份通话记录里的自由语句是用另一版识别（{str(tagger)[:40]}）听的，本机是 {LinearTagger().name}；请用现在的版本重练一次"
        )
    if not all(type(log.get(key)) is int and log[key] >= 0 for key in ("seed", "level")):
        raise LabError("通话记录里的 seed、level 应是不小于 0 的整数；请交自动保存的原文件")
    events = log.get("events")
    if not isinstance(events, list) or len(events) > most:
        raise LabError(f"通话记录里的 events 应是不超过 {most} 条的列表；请交自动保存的原文件")
    for n, event in enumerate(events, 1):
        if not isinstance(event, dict) or event.get("n") != n:
            raise LabError(f"通话记录第 {n} 条缺失或次序不对；请交自动保存的原文件")
    if log.get("chain") != chain(log):
        raise LabError("通话记录被改动过（校验码不符）；请交自动保存的原文件")
    return events
