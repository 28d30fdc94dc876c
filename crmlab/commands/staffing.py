"""The command that looks for the cheapest staffing that keeps a promise to the callers."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

    from sim.optimiser import Optimum
    from sim.scenario import Scenario


def staffing(
    scenario: Annotated[str, typer.Option(help="现成场景的名字，或 .toml 文件")] = "retail_hotline",
    level: Annotated[float, typer.Option(help="服务水平目标，0 到 1，例如 0.8")] = 0.8,
    seconds: Annotated[float | None, typer.Option(help="多少秒内接起；不写就照场景的规定")] = None,
    over: Annotated[str, typer.Option(help="interval：每个时段都要达到；day：全天达到就行")] = "interval",
    price: Annotated[
        list[str] | None, typer.Option(help="班组每工时的成本，例如 complaint=45；可写多次")
    ] = None,
    shift: Annotated[
        list[str] | None, typer.Option(help="班次，例如 08:00-16:00；可写多次；不写就按时段排")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="每次重复模拟多少天，例如一周写 7")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="随机种子；同一种子得到同样的方案")] = 1,
    out: Annotated[Path | None, typer.Option(help="把排班表写成 CSV 文件")] = None,
    force: Annotated[bool, typer.Option("--force", help="已有的文件可以覆盖")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 显示")] = False,
) -> None:
    """找出成本最低、又守得住承诺的排班 · the cheapest staffing that keeps the promise, checked by simulation."""
    from tqdm import tqdm

    from crmlab.outputs import refuse_there, write_csv
    from sim.experiment import Experiment
    from sim.optimiser import optimise
    from sim.promise import Promise
    from sim.scenario import load
    from sim.shifts import Shift

    if out is not None:
        refuse_there(out, force)
    model = load(scenario)
    promise = Promise(level, seconds, over)  # type: ignore[arg-type]  # checked there
    with tqdm(desc="试排 plans tried", unit="个", leave=False, disable=None) as bar:
        found = optimise(
            Experiment(model, days=days, seed=seed),
            promise,
            prices=dict(_price(one) for one in price or ()),
            shifts=[Shift.parse(one) for one in shift or ()],
            on_try=lambda tried: bar.update(tried - bar.n),
        )
    plan = shift_table(model, found) if found.roster else table(model, found)
    if out is not None:
        write_csv(plan, out)
    if as_json:
        typer.echo(json.dumps(_plain(model, found), ensure_ascii=False, indent=2))
    else:
        _show(model, found, plan, out)


def table(model: "Scenario", found: "Optimum") -> "pd.DataFrame":
    """Return the plan as a table to hang up: one row an interval, one column a team, agents in it."""
    import pandas as pd

    starts = [model.opening_minutes + k * model.interval_minutes for k in range(model.intervals)]
    clock = [f"{m // 60:02d}:{m % 60:02d}" for m in starts]
    agents = {team.title_zh: list(found.staffing[team.name]) for team in model.teams}
    return pd.DataFrame({"时段": clock, **agents})


def shift_table(model: "Scenario", found: "Optimum") -> "pd.DataFrame":
    """Return the plan by shift: one row a shift, one column a team, people in it."""
    import pandas as pd

    shifts = next(iter(found.roster.values()))
    titles = {team.name: team.title_zh for team in model.teams}
    people = {titles[name]: list(row.values()) for name, row in found.roster.items()}
    return pd.DataFrame({"班次": list(map(str, shifts)), **people})


def _price(text: str) -> tuple[str, float]:
    from crmlab.errors import LabError

    name, _, told = text.partition("=")
    try:
        return name.strip(), float(told)
    except ValueError:
        raise LabError(f"--price {text}：要写成 班组=每工时成本，例如 complaint=45") from None


def _plain(model: "Scenario", found: "Optimum") -> dict[str, Any]:
    kept = [
        {**vars(one), "level": None if one.level != one.level else round(one.level, 4)} for one in found.kept
    ]
    return {
        "scenario": {"zh": model.title_zh, "en": model.title_en},
        "agents": found.staffing.plain(),
        "shifts": {team: {str(one): n for one, n in row.items()} for team, row in found.roster.items()},
        "cost": found.cost,
        "own_cost": found.own_cost,
        "met": found.met,
        "by_skill": {
            name: {"level": round(e.mean, 4), "half_width": round(e.half_width, 4)}
            for name, e in found.by_skill.items()
        },
        "kept": kept,
        "tried": found.tried,
    }


def _show(model: "Scenario", found: "Optimum", plan: "pd.DataFrame", out: Path | None) -> None:
    typer.echo(f"{model.title_zh} ({model.title_en}) · 试了 {found.tried} 个方案 plans tried")
    head, *teams = plan.columns
    for row in plan.to_dict("records"):
        typer.echo("  ".join([f"  {row[head]}", *(f"{name} {row[name]}" for name in teams)]))
    typer.echo(
        f"  每天成本 cost a day：{found.cost:g}（现在的班 the scenario's own plan：{found.own_cost:g}）"
    )
    titles = {skill.name: skill.title_zh for skill in model.skills}
    for name, level in found.by_skill.items():
        typer.echo(
            f"  {titles[name]} ({name})：{level.mean:.1%} ± {level.half_width:.1%}（另外的日子 other days）"
        )
    missed = [
        f"{titles[one.skill]} {one.start // 3600:02d}:{one.start % 3600 // 60:02d}"
        for one in found.kept
        if one.missed
    ]
    typer.echo("  没守住 missed：" + ("、".join(missed) if missed else "无 none"))
    if out is not None:
        typer.echo(f"已写入 written: {out}")
