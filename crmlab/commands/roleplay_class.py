"""The teacher's command of the role-play: what a class did on the phone, as one page."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `class` to the group `roleplay`, which was added just before."""
    group = next(one.typer_instance for one in reversed(app.registered_groups) if one.name == "roleplay")
    if group is not None:
        group.command("class")(page)


def page(
    folder: Annotated[
        Path | None,
        typer.Argument(help="收上来的作业文件夹：学号/项目/plays/*.json；不写就是班级文件夹里的 submitted"),
    ] = None,
    home: Annotated[Path, typer.Option(help="班级文件夹")] = Path("grading"),
    out: Annotated[
        Path | None, typer.Option(help="写到哪个文件；不写就是班级文件夹里的 reports/roleplay.html")
    ] = None,
    counts: Annotated[str, typer.Option(help="每人记哪一次：first、last 或 best")] = "best",
    lang: Annotated[str, typer.Option(help="zh 或 en")] = "zh",
) -> None:
    """班级的通话情况：选了什么，哪里做不好 · what a class chose and where it fails."""
    from crmlab.errors import LabError
    from crmlab.language import require, translator
    from crmlab.roleplay.screen import class_facts, class_page

    require(lang)
    folder, out = folder or home / "submitted", out or home / "reports" / "roleplay.html"
    if not folder.is_dir():
        raise LabError(f"没有文件夹 {folder}；请先用 collect 收作业，或写出作业所在的文件夹")
    told = class_facts.gather(class_facts.logs(folder), lang=lang, counts=counts)
    class_page.write(told, out, lang=lang)
    _ = translator(lang)
    calls = sum(one.calls for one in told.played)
    typer.echo(_("{calls} 次通话，{refused} 份记录没有计入：{page}").format(
        calls=calls, refused=len(told.refused), page=out))  # fmt: skip
