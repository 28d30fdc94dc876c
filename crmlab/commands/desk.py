"""Commands that open something: the lab, the teacher's desk; and that look at the machine."""

from pathlib import Path
from typing import Annotated

import typer

Port = Annotated[int | None, typer.Option(help="端口；不写就用 8888 起第一个空闲的")]
Lang = Annotated[str, typer.Option(help="界面语言：zh 或 en")]
Browser = Annotated[bool, typer.Option(help="是否打开浏览器")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    for command in (lab, teach, kit, doctor):
        app.command(command.__name__)(command)


def lab(
    browser: Browser = True,
    port: Port = None,
    lang: Lang = "zh",
    workspace: Annotated[Path | None, typer.Option(help="实训文件夹；不写就是 workspace/")] = None,
) -> None:
    """打开实训室：准备好实训文件夹，在起始页打开 JupyterLab。"""
    from crmlab import places, startpage
    from crmlab.desk import serve, student_desk
    from crmlab.language import translator
    from crmlab.workspace import find_released, prepare, self_study

    _ = translator(lang)
    folder = (workspace or places.WORKSPACE).resolve()
    desk = student_desk(folder, startpage.NAMES[lang], port=port, lang=lang)
    released = find_released(lang)
    if released is None:
        typer.echo(_("没有找到老师发布的实训，准备自学版……"))
        released = self_study(lang)
    done = prepare(released, folder)
    typer.echo(
        _("实训文件夹 {folder}：新到 {new} 个文件，更新 {updated} 个").format(
            folder=folder, new=len(done.new), updated=len(done.updated)
        )
    )
    for name in done.kept:
        typer.echo(_("你改过 {name}，保留你的；想要老师的新版，请先把它改名").format(name=name))
    startpage.write(folder, lang=lang)
    serve(
        desk,
        browser=browser,
        ready=lambda url: typer.echo(_("实训室已打开：{url}\n按 Ctrl-C 结束").format(url=url)),
        refresh=lambda: startpage.write(folder, lang=lang),
    )
    typer.echo(_("实训室已关闭，你的工作都在 {folder}").format(folder=folder))


def teach(browser: Browser = True, port: Port = None, lang: Lang = "zh") -> None:
    """打开教师台：整个仓库，带 nbgrader 的评分页（Formgrader）。"""
    from crmlab.desk import serve, teacher_desk
    from crmlab.language import translator

    _ = translator(lang)
    desk = teacher_desk(port=port, lang=lang)
    serve(
        desk,
        browser=browser,
        ready=lambda url: typer.echo(_("教师台已打开：{url}\n按 Ctrl-C 结束").format(url=url)),
    )


def kit(
    lang: Lang = "zh",
    home: Annotated[Path | None, typer.Option(help="班级文件夹；不写就是 grading/")] = None,
) -> None:
    """做学生包：解压后运行 python3 lab.py 就能做实训，不含答案和密钥。"""
    from crmlab import places
    from crmlab.kit import make_kit
    from crmlab.language import translator

    _ = translator(lang)
    path = make_kit(home=home or places.GRADING, lang=lang)
    typer.echo(_("学生包：{path}（{size:.1f} MB）").format(path=path, size=path.stat().st_size / 1e6))


def doctor(
    lang: Lang = "zh",
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """看看这台机器有什么、缺什么。"""
    import json as writer

    from crmlab.doctor import examine
    from crmlab.language import translator

    _ = translator(lang)
    findings = [item.in_words_of(_) for item in examine()]
    if json:
        typer.echo(writer.dumps({item.name: item.as_dict() for item in findings}, ensure_ascii=False))
        return
    for item in findings:
        mark = "✓" if item.good else "✗"
        typer.echo(f"{mark} {item.title}：{item.value}" + ("" if item.good else f"  {item.cure}"))
