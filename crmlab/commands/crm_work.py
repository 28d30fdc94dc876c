"""Commands around the work in the practice CRM: five messy sources handed out, a morning and archives scored."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from crmlab.crm.sources import Sources

Student = Annotated[str, typer.Option(help="学号；每个学生各有一套，不写就是大家共用的一套")]
Seed = Annotated[int, typer.Option(min=0, help="种子；老师换一个，同一学号就是另一套")]
Market = Annotated[str, typer.Option(help="来源讲的是哪个市场的客户")]
Lang = Annotated[str, typer.Option(help="zh 或 en")]
Book = Annotated[Path, typer.Argument(help="CRM 的文件")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    group = typer.Typer(no_args_is_help=True, help="CRM 里的作业：五份乱的来源、评分 · work in the CRM.")
    group.callback()(_group)
    group.command("sources")(hand_out)
    group.command("score-archives")(score_archives)
    group.command("score-morning")(score_morning)
    app.add_typer(group, name="crm-work")


def _group() -> None:
    """CRM 里的作业：五份乱的来源、评分 · work in the CRM."""


def hand_out(
    out: Annotated[Path, typer.Argument(help="写到哪个文件夹")],
    student: Student = "",
    seed: Seed = 1,
    market: Market = "retail",
    lang: Lang = "zh",
) -> None:
    """写出五份乱的来源，交给学生整理成档案 · write the five messy sources."""
    from crmlab.crm.sources import write

    for path in write(_sources(market, student, seed, lang), out):
        typer.echo(str(path))


def score_archives(
    book: Book,
    student: Student = "",
    seed: Seed = 1,
    market: Market = "retail",
    persons: Annotated[bool, typer.Option("--persons", help="评联系人，不评客户")] = False,
    lang: Lang = "zh",
) -> None:
    """评学生整理的档案：全不全、对不对、合并对了没有 · score the archives in a CRM."""
    from crmlab.crm import archive_score, inspect
    from crmlab.crm.desk_report import archives_told

    table = inspect(book)["person" if persons else "account"]
    score = archive_score.judge(table, _sources(market, student, seed, lang))
    typer.echo(archives_told(score, lang=lang))


def score_morning(book: Book, student: Student = "", seed: Seed = 1, lang: Lang = "zh") -> None:
    """评前台的一个早晨，一件一件说缺了什么 · score a morning at the front desk."""
    from crmlab.crm import desk_report, desk_score, front_desk, inspect
    from crmlab.crm.morning_variant import streams_of

    streams = streams_of(student, seed)
    seen, morning = inspect(book), front_desk.read(lang=lang, streams=streams)
    desk_report.check(seen, morning)
    score = desk_score.front_desk(seen, front_desk.expected(lang=lang, streams=streams))
    typer.echo(desk_report.morning_told(score, morning, lang=lang))


def _sources(market: str, student: str, seed: int, lang: str) -> "Sources":
    import pandas as pd

    from crmlab.crm import sources
    from crmlab.crm.market import find
    from crmlab.crm.morning_variant import streams_of
    from crmlab.language import require
    from sim.streams import Streams

    require(lang)
    customers = pd.read_parquet(find(market) / "customers.parquet")
    return sources.make(customers, streams_of(student, seed) or Streams(seed, "crm"), lang=lang)
