"""Commands for the authors of labs."""

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    app.command("build")(build)


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
