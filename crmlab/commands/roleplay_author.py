"""Commands for who writes role-play scenarios: a fresh one to edit, a check, and a picture."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `new`, `lint` and `graph` to the group `roleplay`, which was added just before."""
    group = next(one.typer_instance for one in reversed(app.registered_groups) if one.name == "roleplay")
    if group is not None:
        group.command("new")(new)
        group.command("lint")(lint)
        group.command("graph")(graph)


def new(
    name: Annotated[str, typer.Argument(help="剧本的名字：小写英文字母、数字、下划线")],
    out: Annotated[Path | None, typer.Option(help="写到哪个文件；不写就是当前文件夹里的 名字.yaml")] = None,
    force: Annotated[bool, typer.Option("--force", help="已有的文件也写掉")] = False,
) -> None:
    """写一个带说明的小剧本，改几处就是自己的 · write a small commented scenario to edit."""
    from crmlab import outputs
    from crmlab.roleplay.scenario import fresh

    text = fresh(name)
    out = out or Path(f"{name}.yaml")
    outputs.refuse_there(out, force)
    outputs.write_text(text, out)
    typer.echo(f"✓ {out}")
    typer.echo(f"crmlab roleplay lint {out}")


def lint(scenario: Annotated[str, typer.Argument(help="剧本名或 .yaml 文件")]) -> None:
    """检查剧本 · check a scenario."""
    from crmlab.errors import LabError
    from crmlab.roleplay.lint import faults
    from crmlab.roleplay.scenario import load

    found = faults(load(scenario))
    if found:
        told = "\n".join(f"  - {sentence}" for sentence in found)
        raise LabError(f"{scenario} 有 {len(found)} 处要改：\n{told}")
    typer.echo(f"✓ {scenario}")


def graph(
    scenario: Annotated[str, typer.Argument(help="剧本名或 .yaml 文件")],
    out: Annotated[Path | None, typer.Option(help="写到哪个文件，.html 或 .svg；不写就是 名字.html")] = None,
    force: Annotated[bool, typer.Option("--force", help="已有的文件也写掉")] = False,
    lang: Annotated[str, typer.Option(help="zh 或 en")] = "zh",
) -> None:
    """把剧本画成图：话、事、方案、结局 · draw a scenario: lines, facts, offers, endings."""
    from crmlab import outputs
    from crmlab.language import require
    from crmlab.roleplay.graph import page, svg
    from crmlab.roleplay.scenario import load

    require(lang)
    found = load(scenario)
    out = out or Path(f"{found.id}.html")
    outputs.refuse_there(out, force)
    drawn = svg(found, lang=lang) + "\n" if out.suffix == ".svg" else page(found, lang=lang)
    outputs.write_text(drawn, out)
    typer.echo(f"✓ {out}")
