"""Commands that keep a class safe, and that look over a lab before it is given to one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmlab.places import GRADING

if TYPE_CHECKING:
    from grader.course import Course

Home = Annotated[Path, typer.Option(help="班级文件夹")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    for command in (backup, restore):
        app.command(command.__name__)(command)


def backup(
    file: Annotated[Path, typer.Argument(help="备份文件（.zip），或放备份的文件夹")], home: Home = GRADING
) -> None:
    """把密钥、名单、成绩册和学生的作业存进一个文件；评分时也可以备份。"""
    from crmlab.backup import backup as save

    saved = save(home, file)
    typer.echo(
        f"已备份 {saved.files} 个文件、{saved.handins} 份作业（{saved.bytes / 1e6:.1f} MB）：{saved.path}"
    )
    typer.echo("里面有班级密钥：请放在只有您能打开的地方。")


def restore(
    file: Annotated[Path, typer.Argument(help="crmlab backup 做的文件")],
    home: Home = GRADING,
    replace: Annotated[bool, typer.Option(help="班级文件夹里已有一个班时，把它移到一边")] = False,
) -> None:
    """从备份放回一个班。绝不悄悄覆盖：原来的东西会移到一边，不会删除。"""
    from crmlab.backup import restore as put_back

    aside = put_back(file, home, replace=replace)
    typer.echo(f"已放回：{home}")
    if aside:
        typer.echo(f"原来的移到：{aside}")
    typer.echo("请再运行一次 release，重做要发给学生的文件。")


def mark_by_hand(course: "Course", project: str, *, lang: str, port: int, browser: bool) -> None:
    """Serve the page for marking by hand until it is ended; then renew feedback pages and class report."""
    from crmlab.language import translator
    from crmlab.seat import worlds_of
    from grader.by_hand import Desk, serve
    from grader.feedback import feedback
    from grader.manual import refresh
    from grader.report import report

    _ = translator(lang)

    def ready(address: str) -> None:
        typer.echo(
            _("人工评分已打开：{url}\n每给一个分数就已保存；按 Ctrl-C 或页面上的“结束评分”结束").format(
                url=address
            )
        )
        if browser:
            import webbrowser

            webbrowser.open(address)

    serve(Desk(course, project, lang), port=port, ready=ready)
    refresh(course, project)
    pages = feedback(course, project)
    page = report(course, project, variants=worlds_of(course.home), lang="zh")
    typer.echo(_("已更新 {count} 页反馈和班级报告：{page}").format(count=len(pages), page=page))
