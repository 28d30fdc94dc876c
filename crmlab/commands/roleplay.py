"""Commands of the role-play: list scenarios, play one in the terminal, judge a conversation."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    group = typer.Typer(no_args_is_help=True, help="与模拟客户对话 · talk to simulated customers.")
    group.callback()(_group)
    group.command("list")(show)
    group.command("play")(play)
    group.command("judge")(judge)
    app.add_typer(group, name="roleplay")


def _group() -> None:
    """与模拟客户对话 · talk to simulated customers."""


def show() -> None:
    """列出剧本 · list the scenarios."""
    from crmlab.roleplay.scenario import load, names

    for name in names():
        title = load(name).plain["title"]
        typer.echo(f"{name}\t{title['zh']} · {title['en']}")


def play(
    scenario: Annotated[str, typer.Argument(help="剧本名或 .yaml 文件")],
    seed: Annotated[int, typer.Option(min=0, help="随机种子；同一种子是同一位客户")] = 1,
    level: Annotated[int, typer.Option(min=1, max=3, help="难度")] = 1,
    lang: Annotated[str, typer.Option(help="zh 或 en")] = "zh",
    save: Annotated[Path, typer.Option(help="通话记录存到哪个文件；已有的会接着练")] = Path("play.json"),
) -> None:
    """在终端里练一次 · play in the terminal, by suggested lines or in your own words."""
    from crmlab.language import require
    from crmlab.roleplay import terminal
    from crmlab.roleplay.scenario import load

    require(lang)
    terminal.run(load(scenario), save, seed=seed, level=level, lang=lang)


def judge(
    file: Annotated[Path, typer.Argument(help="通话记录，或 speaker、text 列表的文字稿（JSON）")],
    lang: Annotated[str, typer.Option(help="文字稿的语言：zh 或 en；不写就看文字本身")] = "",
    scenario: Annotated[str, typer.Option(help="自己写的剧本：通话记录用的 .yaml 文件")] = "",
) -> None:
    """给通话打分，以 JSON 显示 · judge a saved play or a plain transcript, as JSON."""
    from crmlab.language import require
    from crmlab.roleplay import transcript
    from crmlab.roleplay.judge import judge_said

    if lang:
        require(lang)
    if _is_negotiation(file):
        told = _of_negotiation(file, scenario)
    elif _is_log(file):
        told = _of_log(file, scenario)
    else:
        said, lang = transcript.read(file, lang=lang)
        told = judge_said(said, lang=lang).plain()
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1))


def _is_negotiation(file: Path) -> bool:
    from crmlab.errors import LabError
    from crmlab.roleplay import log

    try:
        return _is_log(file) and "negotiation" in log.read(file)
    except LabError:  # whoever reads it next says what is wrong
        return False


def _of_negotiation(file: Path, case: str) -> dict[str, Any]:
    from crmlab.roleplay.negotiation import case as cases
    from crmlab.roleplay.negotiation.result import result
    from crmlab.roleplay.negotiation.talk import taken_up

    return result(taken_up(file, cases.load(case) if case else None)).plain()


def _of_log(file: Path, scenario: str) -> dict[str, Any]:
    """Return the judged log: suggested lines alone, or all that the screen knows; `overall` as the screen shows it."""
    from crmlab.roleplay import log
    from crmlab.roleplay.judge import judge_play
    from crmlab.roleplay.scenario import load
    from crmlab.roleplay.screen import sheet
    from crmlab.roleplay.screen.call import taken_up

    record, known = log.read(file), load(scenario) if scenario else None
    events = record.get("events")
    if isinstance(events, list) and all(isinstance(one, dict) and one.get("k") == "line" for one in events):
        return judge_play(log.replay(record, known), {}).plain()
    made = sheet.score(taken_up(file, known))
    return {**made.sheet.plain(), "hints": made.hints, "overall": made.points}


def _is_log(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(64).lstrip().startswith(b"{")
    except OSError:
        return False
