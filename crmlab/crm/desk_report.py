"""The score of a morning, and of archives, in words: what was asked of each event, and what is missing."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from crmlab.crm.archive_score import ArchiveScore
from crmlab.crm.desk_score import DeskScore, Recorded
from crmlab.crm.front_desk import Morning
from crmlab.crm.reader import Inspection
from crmlab.errors import LabError

CUT = 44  # signs of an event by which one knows it again


def check(seen: Inspection, morning: Morning) -> None:
    """Raise LabError when the morning in a CRM is another one: it would be judged by somebody else's events."""
    there = set(seen["deskevent"]["text"])
    if not there:
        raise LabError("这个 CRM 里没有前台的早晨；请先用 crmlab crm --morning 做一个")
    if there != {event.text for event in morning.events}:
        raise LabError(
            "这个 CRM 里的早晨是另一位学生、另一个种子或另一种语言的；请写开始时用的 --student、--seed、--lang"
        )


def morning_told(score: DeskScore, morning: Morning, *, lang: str = "zh") -> str:
    """Return the score of a morning: shares, then each event with what it lacks, then customers that stand there twice."""
    say = _Say("morning", lang)
    count = sum(one.present for one in score.events)
    shares = {name: f"{getattr(score, name):.0%}" for name in ("present", "complete", "linked", "followed")}
    lines = [say("head", total=len(score.events), count=count), say("shares", **shares), ""]
    judged = {one.name: one for one in score.events}
    for event in morning.events:
        text = event.text if len(event.text) <= CUT else f"{event.text[:CUT]}…"
        lines += [say("line", at=event.at, text=text), _verdict(judged[event.name], say, lang)]
    if score.duplicates:
        lines += ["", say("twice", names=say("between").join(score.duplicates))]
    return "\n".join(lines)


def archives_told(score: ArchiveScore, *, lang: str = "zh") -> str:
    """Return the score of archives: shares, rows put together, whom nobody finds."""
    say = _Say("archives", lang)
    shares = {name: f"{getattr(score, name):.0%}" for name in ("completeness", "consistency", "right")}
    merges = {name: getattr(score.merges, name) for name in ("true", "false", "missed")}
    lines = [say("head", persons=score.persons, records=score.records), say("shares", **shares)]
    lines.append(say("merges", **merges))
    if score.missing:
        lines.append(say("missing", count=len(score.missing)))
    if score.invented:
        lines.append(say("invented", count=score.invented))
    return "\n".join(lines)


def _verdict(one: Recorded, say: "_Say", lang: str) -> str:
    if not one.lacks:
        return say("right")
    lacks = _Say("lacks", lang)
    return say("lacks", what=say("between").join(lacks(name) for name in one.lacks))


@cache
def _words() -> Any:
    return tomllib.loads(Path(__file__).with_name("desk_words.toml").read_text(encoding="utf-8"))


class _Say:
    """One group of words in one language."""

    def __init__(self, group: str, lang: str) -> None:
        self.told, self.place = _words()[group], 0 if lang == "zh" else 1

    def __call__(self, name: str, **values: Any) -> str:
        return str(self.told[name][self.place]).format(**values)
