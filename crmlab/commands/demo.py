"""`crmlab demo`: the whole circle without a browser, what a visitor runs first."""

from pathlib import Path
from typing import Annotated

import typer

from crmlab.places import GRADING


def add_to(app: typer.Typer) -> None:
    """Add `demo` to the command line."""
    app.command()(demo)


def demo(
    students: Annotated[int, typer.Option(min=1, max=6, help="几个学生")] = 6,
    home: Annotated[Path, typer.Option(help="演示用的文件夹")] = GRADING / "demo-run",
    seed: Annotated[
        int, typer.Option(min=0, help="第一步模拟哪一天；学生数据用公开的演示密钥，不随它变")
    ] = 1,
) -> None:
    """演示一整圈：模拟、做数据、发布、学生交作业、评分、反馈、班级报告。约一分钟，不开浏览器。"""
    from crmlab.demo import run

    paths = run(home, students, typer.echo, seed=seed)
    typer.echo(f"班级报告：{paths.report}")
    typer.echo(f"一份反馈：{paths.feedback}")
    typer.echo(f"成绩表：{paths.grades}")
