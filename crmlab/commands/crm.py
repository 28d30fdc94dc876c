"""The command that opens the practice CRM."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sim.streams import Streams


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    app.command("crm")(crm)


def crm(
    file: Annotated[Path, typer.Option(help="CRM 的文件；没有就新建")] = Path("crm.sqlite3"),
    market: Annotated[
        str,
        typer.Option(
            help="先载入一个市场的客户：retail、subscription、business，或 dataset build 生成的文件夹"
        ),
    ] = "",
    morning: Annotated[
        bool, typer.Option("--morning", help="先放进前台的一个早晨：十二件事，一件一件来")
    ] = False,
    student: Annotated[str, typer.Option(help="早晨是哪个学生的（学号）；不写就是大家共用的一个")] = "",
    seed: Annotated[int, typer.Option(min=0, help="早晨的种子；老师换一个，同一学号就是另一个早晨")] = 1,
    port: Annotated[int | None, typer.Option(help="端口；不写就用 8765 起第一个空闲的")] = None,
    role: Annotated[str, typer.Option(help="csr、leader、sales、marketing、manager 或 teacher")] = "manager",
    lang: Annotated[str, typer.Option(help="界面语言：zh 或 en")] = "zh",
    browser: Annotated[bool, typer.Option(help="是否打开浏览器")] = True,
    behind: Annotated[str, typer.Option(hidden=True)] = "",
    shelf: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """打开练习用的客户关系管理系统；全部内容就在一个文件里。"""
    from crmlab.crm.market import find as find_market
    from crmlab.crm.morning_variant import streams_of
    from crmlab.crm.place import Place
    from crmlab.crm.serving import FIRST_PORT, Server
    from crmlab.crm.shelf import first as find_first
    from crmlab.desk import choose_port
    from crmlab.language import translator

    lang = os.environ.get("CRMLAB_CRM_LANG", lang)
    told = {"token": os.environ["CRMLAB_CRM_TOKEN"]} if behind else {}
    if shelf is not None:
        book = find_first(shelf)
        file, role = book.path, book.role
    place = Place(
        file, base=behind or "/crm/", lang=lang, role=role, proxied=bool(behind), shelf=shelf, **told
    )
    source = find_market(market) if market else None
    streams = streams_of(student, seed)
    server = Server(place, port=choose_port(port, first=FIRST_PORT))
    _ = translator(lang)
    if source is not None:
        from crmlab.crm.loading import load

        done = load(source, lang=lang)
        typer.echo(_("已载入 {count} 位客户").format(count=done["account"]))
    if morning:
        from crmlab.crm.desk_feed import start
        from crmlab.crm.front_desk import read

        typer.echo(_("前台的早晨开始了：{count} 件事").format(count=start(read(lang=lang, streams=streams))))
    if not behind:
        typer.echo(_("客户关系管理系统已打开：{url}\n按 Ctrl-C 结束").format(url=server.url))
        if browser:
            import webbrowser

            webbrowser.open(server.url)
    try:
        server.run()
    except KeyboardInterrupt:
        typer.echo(_("已关闭；内容都在 {file}").format(file=file.resolve()))
        if morning:
            _tell_score(file, lang, streams)


def _tell_score(file: Path, lang: str, streams: "Streams | None") -> None:
    from crmlab.crm import desk_report, desk_score, front_desk, inspect

    score = desk_score.front_desk(inspect(file), front_desk.expected(lang=lang, streams=streams))
    typer.echo(desk_report.morning_told(score, front_desk.read(lang=lang, streams=streams), lang=lang))
