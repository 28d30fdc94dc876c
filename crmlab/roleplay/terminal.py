"""A call in the terminal: the same actions as on the screen, saved after each, taken up again after a crash."""

from collections.abc import Callable
from pathlib import Path

import typer

from crmlab.errors import LabError
from crmlab.language import Words, translator
from crmlab.roleplay.scenario import Scenario
from crmlab.roleplay.screen import sheet
from crmlab.roleplay.screen.call import Call, begin
from crmlab.roleplay.screen.view import View, view

PRESSED = {"?": "hint", "/hold": "hold", "/transfer": "transfer", "/bye": "hang_up"}
Ask = Callable[[], str | None]


def run(scenario: Scenario, path: Path, *, seed: int, level: int, lang: str, ask: Ask | None = None) -> None:
    """Hold the call kept in `path`, or a fresh one, to its end or until an empty line.

    `ask` gives what is typed, None at the end of it. Raises LabError when `path` holds another call.
    """
    call = begin(path, scenario, seed=seed, level=level, lang=lang)
    play = call.play
    if (play.scenario.sha, play.seed, play.level, play.lang) != (scenario.sha, seed, level, lang):
        raise LabError(f"{path} 是另一次通话的记录；请用 --save 换一个文件名，免得盖掉它")
    _ = translator(lang)
    shown = view(call)
    typer.echo(
        shown.brief
        + "\n"
        + _("输入编号或自己说；? 提示，/hold 请稍候，/transfer 转给班长，/bye 挂断，空行暂停")
        + "\n"
    )
    for bubble in shown.bubbles:
        typer.echo(f"{bubble.name}: {bubble.text}")
    _talk(call, ask or _typed, _)
    if call.ended:
        _file(call, ask or _typed, _)
        _sheet(call, _)


def _talk(call: Call, ask: Ask, _: Words) -> None:
    """Take what is typed until the call ends or nothing more comes."""
    while not view(call).ended:
        shown = view(call)
        _offer(shown, _)
        typed = ask()
        if typed is None or (not typed and not call.pending):
            typer.echo(_("通话已保存在 {path}；用同一条命令接着练").format(path=call.path))
            return
        told = len(shown.bubbles)
        try:
            _take(call, typed, shown)
        except LabError as refusal:
            typer.echo(str(refusal))
            continue
        for bubble in view(call).bubbles[told - bool(shown.pending) :]:
            if not call.pending and bubble.who != "agent":
                typer.echo(f"{bubble.name}: {bubble.text}" + (f"   [{bubble.note}]" if bubble.note else ""))
        if len(call.hints) > len(shown.hints):
            typer.echo(f"  ? {call.hints[-1]}")


def _take(call: Call, typed: str, shown: View) -> None:
    """Do what was typed: a confirmation, a button, a suggested line, or free words."""
    if call.pending:
        numbers = typed.split()
        if numbers == ["0"]:
            call.do("rephrase")
        elif all(
            one.isascii() and one.isdigit() and 1 <= int(one[:3]) <= len(shown.guesses) for one in numbers
        ):
            chosen = [shown.guesses[int(one) - 1].act for one in numbers] or [
                one.act for one in shown.guesses if one.chosen
            ]
            call.do("confirm", acts=chosen)
        else:
            _ = translator(shown.lang)
            raise LabError(_("请输入编号（可以几个，用空格隔开），回车就是带 * 的，0 改写"))
    elif typed in PRESSED:
        call.do(PRESSED[typed])
    elif typed.isascii() and typed.isdigit() and 1 <= int(typed[:3]) <= len(shown.chips):
        call.do("line", line=shown.chips[int(typed) - 1][0])
    else:
        call.do("say", text=typed)


def _offer(shown: View, _: Words) -> None:
    for feeling in shown.feelings:
        typer.echo(f"   {feeling.label}: {feeling.word} {'█' * (feeling.value // 10)} {feeling.value}")
    if shown.pending:
        typer.echo(_("系统理解为…"))
        for n, guess in enumerate(shown.guesses, 1):
            typer.echo(f"  {n}. {guess.label} {guess.sure}%{' *' if guess.chosen else ''}")
        typer.echo("  0. " + _("都不是，改写"))
    for n, (_name, text) in enumerate(shown.chips, 1):
        typer.echo(f"  {n}. {text}")


def _file(call: Call, ask: Ask, _: Words) -> None:
    """Ask for the ticket's fields, where the scenario wants them; an empty line leaves one as it is."""
    if "ticket" not in call.scenario.plain:
        return
    typer.echo("\n" + _("工单"))
    for field in view(call).ticket:
        for n, (_value, label) in enumerate(field.options, 1):
            typer.echo(f"  {n}. {label}")
        typer.echo(f"{field.label}:")
        typed = ask()
        if not typed:
            continue
        if (
            field.options
            and typed.isascii()
            and typed.isdigit()
            and 1 <= int(typed[:3]) <= len(field.options)
        ):
            typed = field.options[int(typed) - 1][0]
        try:
            call.do("crm", field=field.name, value=typed)
        except LabError as refusal:
            typer.echo(str(refusal))


def _sheet(call: Call, _: Words) -> None:
    made = sheet.score(call)
    typer.echo("\n" + _("得分 {points}/100（过程 {procedure}/70，结果 {outcome}/30）").format(
        points=made.points, procedure=made.sheet.procedure, outcome=made.sheet.outcome or 0))  # fmt: skip
    for line in made.sheet.lines:
        cited = f"#{line.turn}「{line.quote}」" if line.turn else "—"
        typer.echo(f"  {sheet.mark(line)} {line.points:2d}/{line.of:2d}  {line.rule}  {cited}")
    for line in made.sheet.improvements:
        told = (line.better and f" → {line.better}") + (line.why and f" ({line.why})")
        typer.echo(f"  ↑ {line.rule}{told}")


def _typed() -> str | None:
    """Return the next line from the keyboard, None when there is no more."""
    try:
        return str(typer.prompt("→", default="", show_default=False, prompt_suffix=" ")).strip()
    except typer.Abort:
        return None
