"""A negotiation round one screen, in the terminal: between two people a cover hides what the last one read."""

import sys
from collections.abc import Callable
from pathlib import Path

import typer

from crmlab.errors import LabError
from crmlab.language import Words, translator
from crmlab.roleplay.negotiation import partners
from crmlab.roleplay.negotiation.result import result
from crmlab.roleplay.negotiation.talk import Talk, save

SHOWN = 8  # moves; older ones have been heard
KEYS = {"1": "say", "2": "offer", "3": "accept", "4": "walk"}
Ask = Callable[[str], str | None]


def run(talk: Talk, path: Path, *, ask: Ask | None = None) -> None:
    """Hold a negotiation to its end, kept in `path` after every move; an empty answer at a cover pauses it.

    `ask` gives what is typed after a prompt, None at the end of it.
    """
    ask, _ = ask or _typed, translator(talk.lang)
    while not talk.ended:
        if talk.seat not in talk.people:
            partners.speak(talk)
        elif not _turn(talk, ask, _):
            typer.echo(_("谈判已保存在 {path}；用同一条命令接着谈").format(path=path))
            return
        save(talk, path)
    _end(talk, _)


def _turn(talk: Talk, ask: Ask, _: Words) -> bool:
    """Let a person act; return False when nothing more is typed."""
    case, lang = talk.case, talk.lang
    seat = case.plain["seats"][talk.seat]
    _clear()
    typer.echo("═" * 40)
    cover = _("请把电脑交给：{name}。别人请转过身去。")
    typer.echo(cover.format(name=seat["name"][lang]))
    if ask(_("坐好了就输入 ok，空行暂停")) in (None, ""):
        return False
    _clear()
    _brief(talk, _)
    words = ask(_("您说什么（说给全桌听）"))
    while words is not None:
        choice = "1"
        if case.leads(talk.seat):
            choice = ask(_("1 只说话  2 报条件  3 接受对方的条件  4 离席")) or "1"
        try:
            terms = _terms(talk, ask) if KEYS.get(choice) == "offer" else None
            talk.do(KEYS.get(choice, choice), words, terms)
            return True
        except LabError as refusal:
            typer.echo(str(refusal))
            words = ask(_("您说什么（说给全桌听）"))
    return False


def _brief(talk: Talk, _: Words) -> None:
    """Show what this seat may know: the own aim and secret, and what was said at the table."""
    case, lang = talk.case, talk.lang
    seat = case.plain["seats"][talk.seat]
    typer.echo(
        case.plain["title"][lang] + "  " + _("第 {n} 轮，共 {of} 轮").format(n=talk.round, of=case.rounds)
    )
    typer.echo(case.plain["brief"][lang])
    typer.echo(f"{seat['name'][lang]} · {seat['brief'][lang]}")
    typer.echo(_("只给您看：") + case.plain["sides"][seat["side"]]["aim"][lang])
    typer.echo(_("底牌：") + seat["secret"]["text"][lang])
    for move in talk.moves[-SHOWN:]:
        told = f"  〔{case.told(move.terms, lang)}〕" if move.kind == "offer" and move.terms else ""
        typer.echo(f"  {case.plain['seats'][move.seat]['name'][lang]}: {move.text}{told}")
    there = talk.on_table()
    if there is not None:
        worth = _("对方的条件对您值 {points:+g} 分（和谈不成相比）：")
        typer.echo(worth.format(points=case.gain(seat["side"], there)) + case.told(there, lang))


def _terms(talk: Talk, ask: Ask) -> dict[str, int]:
    terms = {}
    for name, row in talk.case.plain["terms"].items():
        allowed = f"{row['from']}–{row['to']}, {row['step']}"
        typed = ask(f"{row['name'][talk.lang]} ({row['unit'][talk.lang]}, {allowed})") or ""
        terms[name] = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else -1
    return terms


def _end(talk: Talk, _: Words) -> None:
    """Show the deal, the group's score and each person's."""
    made, case, lang = result(talk), talk.case, talk.lang
    _clear()
    endings = {"deal": _("谈成了："), "walk": _("有一方离席，没有谈成。"), "late": _("轮次用完，没有谈成。")}
    typer.echo(endings[made.ended] + (case.told(made.deal, lang) if made.deal else ""))
    typer.echo(_("小组得分 {points}/100").format(points=made.group))
    for seat in talk.people:
        typer.echo(
            "\n"
            + _("{name}：{points}/100").format(
                name=case.plain["seats"][seat]["name"][lang], points=made.points(seat)
            )
        )
        for part in made.seats[seat]:
            cited = f"  #{part.turn}「{part.quote}」" if part.turn else ""
            typer.echo(f"  {part.points:2d}/{part.of:2d}  {part.why}{cited}")


def _clear() -> None:
    """Empty the screen, so that nobody reads what the last person saw."""
    if sys.stdout.isatty():
        typer.echo("\033[2J\033[3J\033[H", nl=False)


def _typed(prompt: str) -> str | None:
    """Return the next line from the keyboard, None when there is no more."""
    try:
        return str(typer.prompt(prompt, default="", show_default=False, prompt_suffix=" → ")).strip()
    except typer.Abort:
        return None
