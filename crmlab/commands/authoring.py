"""Commands for the authors of labs."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    app.command("build")(build)
    app.command("check")(check)


def build(
    project: Annotated[str | None, typer.Argument(help="项目文件夹名；不写就是全部")] = None,
    check: Annotated[bool, typer.Option(help="只查是否一致，不写文件")] = False,
) -> None:
    """由文本稿（lab*.py）重做实训笔记本（lab*.ipynb）。"""
    import nbformat

    from crmlab.authoring import build as make
    from crmlab.authoring import notebook_of, pairs
    from crmlab.errors import LabError

    for pair in pairs(project=project):
        if check:
            made = nbformat.writes(notebook_of(pair.text)) + "\n"
            if not pair.notebook.exists() or pair.notebook.read_text(encoding="utf-8") != made:
                raise LabError(
                    f"{pair.notebook.name} 与文本稿不一致；请运行 python3 lab.py build {pair.text.parent.name}"
                )
        typer.echo(f"{pair.notebook.name}：{'一致' if check or not make(pair) else '已重做'}")


def check(
    project: Annotated[Path, typer.Argument(help="项目文件夹，例如 course/project03_phone_service")],
    quick: Annotated[bool, typer.Option("--quick", help="不运行参考答案，也不试发布")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，给程序读")] = False,
    minutes: Annotated[
        bool, typer.Option("--minutes", help="只算时间：每一节读、选、通话、写要几分钟")
    ] = False,
) -> None:
    """发布前检查一个项目：元数据、分数、泄露、能否公正评判、错答和对答、阅读量、时间。"""
    import json
    from dataclasses import asdict

    from crmlab.errors import LabError
    from crmlab.lint import check as look
    from crmlab.places import COURSE

    folder = project if project.is_dir() else COURSE / project.name
    if minutes:
        typer.echo(_minutes(folder))
        return
    found = look(folder, run=not quick)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        signs = {"error": "✗", "warning": "!", "note": "·"}
        for one in found:
            typer.echo(f"{signs[one.level]} {one.where}：{one.said}")
    errors = sum(one.level == "error" for one in found)
    warnings = sum(one.level == "warning" for one in found)
    if errors:
        raise LabError(f"{folder.name} 有 {errors} 处错误、{warnings} 处提醒；请先改好错误再发布")
    if not as_json:
        typer.echo(f"{folder.name}：没有错误，{warnings} 处提醒")


def _minutes(folder: Path) -> str:
    """Return the minutes of every task of a project's labs, a table a lab."""
    from crmlab.lint import minutes, read

    return "\n\n".join(minutes.table(lab, minutes.reckon(lab)) for lab in read(folder))
