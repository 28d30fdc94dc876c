"""How many minutes each task of a lab takes a slow, careful student: read, choose, talk, type, work in the CRM, wait.

Every second comes from `pace.toml`, where each value stands with its reason; nothing is fitted to a lab.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.lint import Finding, Lab, told
from crmlab.lint.screen import seen
from crmlab.words import FormSpec, load

FURTHER = "进阶"
"""What the heading of an extension begins with: it is outside the core."""
HOMEWORK = "作业"
"""What the heading of a part begins with that is done at home."""
LONG_LIST = 8
"""A list of more values is not chosen from: the value is found out elsewhere."""
ROUNDED = 0.75
"""Minutes by which a heading may be off: rounding, and a word more or less."""
BENCH = "register"
"""The form that is worked at the CRM's bench, call by call; others in a list of it."""
ESSAY = 4
"""Sentences of a longer text in a form."""
SIGN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.,:%\-–]*[0-9A-Za-z%])?")
MINUTES = re.compile(r"约 *(\d+) *分钟")


@dataclass
class Task:
    """One part of a lab under its heading: seconds by kind of work, and the minutes its heading tells."""

    name: str
    told: int | None = None
    read: float = 0.0
    choose: float = 0.0
    talk: float = 0.0
    type: float = 0.0
    crm: float = 0.0
    run: float = 0.0
    met: set[str] = field(default_factory=set)
    """Lists of options that were read already."""
    summed: bool = False
    """Whether a cell of the task works the sum out: the number asked for is only copied."""

    @property
    def minutes(self) -> float:
        """All of it, in minutes."""
        return sum(getattr(self, kind) for kind in KINDS) / 60

    @property
    def core(self) -> bool:
        """Whether it is done in class and by everybody."""
        return not self.name.startswith((FURTHER, HOMEWORK))


KINDS = tuple(one.name for one in fields(Task) if one.type is float)


@cache
def pace() -> dict[str, float]:
    """Return the values of `pace.toml` by name."""
    told = tomllib.loads(Path(__file__).with_name("pace.toml").read_text(encoding="utf-8"))
    return {name: float(one["value"]) for name, one in told.items()}


def signs(text: str) -> float:
    """Return how much there is to read in `text`, in Chinese characters."""
    text = re.sub(r"<[^>]+>|!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return len(SIGN.findall(text)) + pace()["signs_of_a_word"] * len(WORD.findall(text))


def reading(text: str) -> float:
    """Return the seconds in which `text` is read with understanding."""
    return 60 * signs(text) / pace()["signs_a_minute"]


def typing(count: float) -> float:
    """Return the seconds in which so many characters are composed and typed."""
    return 60 * count / pace()["signs_typed_a_minute"]


def reckon(lab: Lab) -> list[Task]:
    """Return the tasks of a lab in order, reckoned; raise LabError when a cell or a call of its author fails.

    What stands before the first heading belongs to the first task.
    """
    shown = seen(lab)
    has_forms = any("form" in one for some in shown.values() for one in some)
    forms = load(lab.folder / f"{lab.name}.toml").forms if has_forms else {}
    tasks, rung, opened = [Task("", run=pace()["start"])], set[str](), False
    for cell in lab.cells:
        if cell.cell_type == "markdown":
            _heading(tasks, cell.source)
            _prose(tasks[-1], cell)
            continue
        task = tasks[-1]
        _ran(task, cell)
        for one in shown[cell["id"]]:
            if one.get("do") == "roleplay":
                _call(task, lab, one["scenario"], again=not rung)
                rung.add(one["scenario"])
            elif "do" in one:
                _asked(task, forms[one["form"]], one, first=not opened)
                opened = opened or one["do"] == "crm_desk"
            else:
                task.read += reading(one["text"]) + pace()["chart"] * bool(one.get("chart"))
    return tasks


def _heading(tasks: list[Task], text: str) -> None:
    """Begin a new task where a cell has a heading of the second level; the first one takes what stood before it."""
    heading = re.match(r"## (.+)", text)
    if not heading:
        return
    minutes = MINUTES.search(heading[1])
    if tasks[-1].name:
        tasks.append(Task(""))
    tasks[-1].name = re.sub(r"（[^（]*）$", "", heading[1])
    tasks[-1].told = int(minutes[1]) if minutes else None


def _ran(task: Task, cell: Any) -> None:
    """Add a code cell: run, and worked several times where its figures are to be changed."""
    task.run += pace()["run"]
    if not cell.metadata.get("jupyter", {}).get("source_hidden"):
        task.choose += pace()["sums"] * pace()["sum"]
        task.summed = True


def _prose(task: Task, cell: Any) -> None:
    """Add a text: read, or composed where it is the model of a student's own."""
    if told(cell).get("solution"):
        task.type += typing(signs(cell.source))
    else:
        task.read += reading(cell.source)


def _asked(task: Task, spec: FormSpec, one: dict[str, Any], *, first: bool) -> None:
    """Add a form, the same worked in the CRM, the sliders of a board, or a sheet of what was answered."""
    rows, kind = one["rows"], one["do"]
    if kind == "sheet":
        task.read += 60 * signs("".join(rows)) / pace()["skimmed_a_minute"]
        return
    task.read += reading(" ".join((spec.title, spec.intro, *rows)))
    listed = kind == "crm_desk" and spec.name != BENCH
    decided = sum(_field(task, asked, boxed=listed) for asked in spec.fields) * max(len(rows), 1)
    if kind != "crm_desk":
        task.choose += decided * (1 + pace()["redone"])
        return
    task.crm += decided * (1 + pace()["redone"]) + (pace()["open_crm"] if first else 0.0)
    task.crm += len(rows) * pace()["list_record" if listed else "bench_record"]
    task.crm += 0.0 if listed else len(rows) * typing(pace()["bench_words"])


def _field(task: Task, asked: Any, *, boxed: bool = False) -> float:
    """Return the seconds of one answer to a question; its words and options are read once.

    With `boxed` a question with two answers is one box to tick, as in the lists of the CRM.
    """
    task.read += reading(" ".join((asked.label, asked.help, asked.placeholder)))
    options = " ".join(label for _value, label in asked.options)
    if options and options not in task.met:
        task.met.add(options)
        task.read += reading(options) if len(asked.options) <= LONG_LIST else 0.0
    if boxed and len(asked.options) == 2:
        return pace()["tick"]
    if asked.kind == "choice":
        return pace()["work_out" if len(asked.options) > LONG_LIST else "choose"]
    if asked.kind == "many":
        return pace()["tick"] * len(asked.options)
    if asked.kind == "number":
        return pace()["choose" if task.summed else "figure"]
    if asked.kind == "blocks":
        return pace()["moves_of_a_slider"] * pace()["move"] * len(asked.blocks)
    return typing(pace()["sentence"] if asked.kind == "text" else pace()["sentence"] * ESSAY)


def _call(task: Task, lab: Lab, scenario: str, *, again: bool) -> None:
    """Add the author's good call: every line on offer read once, every reply, one choice a turn, the sheet, the ticket.

    With `again` it is rung a second time, its lines known by then.
    """
    from crmlab.roleplay import log
    from crmlab.roleplay.screen import attempts, sheet
    from crmlab.roleplay.screen.call import taken_up
    from crmlab.roleplay.screen.chips import chips

    known = attempts.kept(lab.handin / attempts.FOLDER, scenario)
    if not known:
        raise LabError(f"{lab.handin} 里没有 {scenario} 的通话；请出题人先打一通好的，放进去")
    call = taken_up(known[0])
    play = log.begun(call.record())
    heard, offered = play.text(play.scenario.plain["opening"]), dict[str, None]()
    for event in call.events:
        if event["k"] == "line":
            offered |= dict.fromkeys(chips(play))
            play.line(event["line"])
    turns = play.turns
    heard += "".join(turn.reply for turn in turns)
    lines = "".join(play.text(play.scenario.lines[name]["text"]) for name in offered)
    sheets = re.sub(
        r"<[^>]+>", " ", re.sub(r"<(style|script).*?</\1>", " ", sheet.html(call), flags=re.DOTALL)
    )
    once = reading(heard) + pace()["choose"] * len(turns) + 60 * signs(sheets) / pace()["skimmed_a_minute"]
    ticket = pace()["ticket"] + typing(pace()["ticket_words"])
    task.talk += reading(lines) + (once + ticket) * (2 if again else 1)


def table(lab: Lab, tasks: list[Task]) -> str:
    """Return the minutes as a table: a line a task, a column a kind of work, the sum of the core at the end."""
    heads = ("读", "选", "通话", "写", "CRM", "运行", "合计", "标题")
    lines = [f"{lab.name}\n" + "".join(f"{head:>6}" for head in heads)]
    core = [task for task in tasks if task.core]
    for task in tasks:
        spent = [f"{getattr(task, kind) / 60:7.1f}" for kind in KINDS]
        said = "—" if task.told is None else str(task.told)
        lines.append("".join(spent) + f"{task.minutes:8.1f}{said:>7}  {task.name}")
    return "\n".join([*lines, f"必做部分 {sum(task.minutes for task in core):.1f} 分钟"])


def check(lab: Lab) -> Iterator[Finding]:
    """Yield where the minutes that a heading tells are not those reckoned, and a core that takes too long."""
    try:
        tasks = reckon(lab)
    except LabError as error:
        yield Finding("error", lab.name, f"时间算不出来：{error}")
        return
    core = sum(task.minutes for task in tasks if task.core)
    yield Finding("note", lab.name, f"慢慢做，必做部分约 {core:.0f} 分钟（照 crmlab/lint/pace.toml 算）")
    if core > pace()["core"]:
        yield Finding(
            "warning", lab.name, f"必做部分约 {core:.0f} 分钟，超过 {pace()['core']:.0f}；请删短或移到课后"
        )
    for task in tasks:
        if task.told is not None and abs(task.told - task.minutes) > ROUNDED:
            said = f"标题写约 {task.told} 分钟，算下来是 {task.minutes:.1f}；请改成 {round(task.minutes)}"
            yield Finding("warning", f"{lab.name} · {task.name}", said)
