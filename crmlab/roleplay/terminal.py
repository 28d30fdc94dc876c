"""A conversation in the terminal: numbered suggested lines, saved after every turn, taken up again after a crash."""

from pathlib import Path

import typer

from crmlab.errors import LabError
from crmlab.roleplay import log
from crmlab.roleplay.engine import MOST_TURNS, Play
from crmlab.roleplay.judge import judge_play
from crmlab.roleplay.scenario import Scenario


def run(scenario: Scenario, path: Path, *, seed: int, level: int, lang: str) -> None:
    """Play `scenario` to its end or until an empty line; the log lies in `path` after every turn."""
    play = Play(scenario, seed=seed, level=level, lang=lang)
    if path.is_file():
        play = _resumed(scenario, path, play)
    names = _shuffled(play)
    said = [_line_of(play, turn.text) for turn in play.turns]
    typer.echo(play.text(scenario.plain["brief"]) + "\n")
    name = play.text(scenario.plain["customer"]["name"])
    typer.echo(f"{name}: {play.turns[-1].reply if play.turns else play.text(scenario.plain['opening'])}")
    while not play.state.ended and len(play.turns) < MOST_TURNS:
        _show(play, names)
        line = _chosen(names)
        if not line:
            break
        turn = play.line(line)
        said.append(line)
        log.save(log.of(play, said), path)
        typer.echo(f"{name}: {turn.reply}")
    _sheet(play)


def _resumed(scenario: Scenario, path: Path, fresh: Play) -> Play:
    old = log.replay(log.read(path), scenario)
    if (old.seed, old.level, old.lang) != (fresh.seed, fresh.level, fresh.lang):
        raise LabError(f"{path} 是另一次通话的记录；请用 --save 换一个文件名，免得盖掉它")
    return fresh if not old.turns else old


def _line_of(play: Play, text: str) -> str:
    return next(name for name, row in play.scenario.lines.items() if row["text"][play.lang] == text)


def _shuffled(play: Play) -> list[str]:
    from sim.streams import Streams

    names = list(play.scenario.lines)
    draws = Streams(play.seed, "roleplay", play.scenario.id).uniforms("chips", list(range(len(names))))
    return [names[i] for i in sorted(range(len(names)), key=lambda i: float(draws[i]))]


def _show(play: Play, names: list[str]) -> None:
    if play.level < 3:
        bar = "█" * (play.state.anger // 10)
        typer.echo(f"   [生气 anger {play.state.anger}/100 {bar} · 信任 trust {play.state.trust}/100]")
    for n, name in enumerate(names, 1):
        typer.echo(f"  {n:2d}. {play.text(play.scenario.lines[name]['text'])}")


def _chosen(names: list[str]) -> str:
    while True:
        try:
            word = typer.prompt("→", default="", show_default=False, prompt_suffix=" ").strip()
        except typer.Abort:
            return ""
        if not word:
            return ""
        if word.isascii() and word.isdigit() and len(word) < 4 and 1 <= int(word) <= len(names):
            return names[int(word) - 1]
        typer.echo(f"请输入 1–{len(names)}；直接回车结束 · a number, or Enter to end")


def _sheet(play: Play) -> None:
    sheet = judge_play(play)
    typer.echo(
        f"\n得分 score {sheet.overall}/100 (procedure {sheet.procedure}/70, outcome {sheet.outcome}/30)"
    )
    for line in sheet.lines:
        cited = f"#{line.turn}「{line.quote}」" if line.turn else "—"
        typer.echo(f"  {line.part:8s} {line.points:2d}/{line.of:2d}  {cited}  {line.rule}")
    for line in sheet.improvements:
        typer.echo(f"  ↑ {line.rule} → {line.better}")
