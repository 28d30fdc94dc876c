"""Commands that set scenarios side by side: the same callers meet each, so that small differences show."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmlab import measure_words
from crmlab.commands.repeating import INTERRUPTED, crew, stop_rule
from crmlab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment import Experiment
    from sim.stopping import StopRule

USUAL = 10  # replications, where nobody says how many
SHOWN = ("offered", "service_level", "asa", "abandonment_rate", "occupancy", "fcr")

Days = Annotated[int, typer.Option(min=1, max=3660, help="每次模拟多少天")]
WarmUp = Annotated[int, typer.Option(min=0, max=3660, help="之前先跑多少天，不计入结果")]
Replications = Annotated[
    int | None,
    typer.Option(min=2, max=100_000, help="每个方案重复多少次，不写是 10 次；有 --precision 时是上限"),
]
Precision = Annotated[
    list[str] | None, typer.Option(help="够准就停：如 asa=5% 或 service_level=0.01，可写多个")
]
Measure = Annotated[list[str] | None, typer.Option(help="只看这个指标，如 asa；可写多个")]
Workers = Annotated[int, typer.Option(help="用几个进程；0 表示有几个处理器用几个")]
Dask = Annotated[str | None, typer.Option(help="在 Dask 集群上运行，如 tcp://127.0.0.1:8786")]
Seed = Annotated[int, typer.Option(min=0, help="随机种子；所有方案遇到同样的来电")]
Out = Annotated[Path | None, typer.Option(help="把比较写成 CSV 文件")]
Force = Annotated[bool, typer.Option("--force", help="已有的文件可以覆盖")]
AsJson = Annotated[bool, typer.Option("--json", help="结果以 JSON 显示")]


def compare(
    scenarios: Annotated[list[str], typer.Argument(help="两个或更多场景：名字或 .toml 文件；第一个是基准")],
    days: Days = 1,
    warm_up: WarmUp = 0,
    replications: Replications = None,
    precision: Precision = None,
    measure: Measure = None,
    workers: Workers = 1,
    dask: Dask = None,
    seed: Seed = 1,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """比较几个场景，遇到的是同样的来电 · compare scenarios that meet the same callers."""
    from sim.experiment import Experiment
    from sim.scenario import load

    experiments = [
        Experiment(load(one), days=days, warm_up=warm_up, seed=seed, name=one) for one in scenarios
    ]
    stop = stop_rule(replications, precision or [], usual=USUAL)
    _run(experiments, stop, measure, (workers, dask), out, force=force, as_json=as_json)


def sweep(
    vary: Annotated[
        list[str] | None,
        typer.Option(help="要变的设置和它的几个值，如 patience.mean_seconds=60,120；照场景文件的写法"),
    ] = None,
    staff: Annotated[str | None, typer.Option(help="每班每个时段多（少）几个人，如 -1,0,1,2")] = None,
    scenario: Annotated[str, typer.Option(help="现成场景的名字，或 .toml 文件")] = "retail_hotline",
    days: Days = 1,
    warm_up: WarmUp = 0,
    replications: Replications = None,
    precision: Precision = None,
    measure: Measure = None,
    workers: Workers = 1,
    dask: Dask = None,
    seed: Seed = 1,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """让一个设置取几个值，看结果怎样变 · give one setting several values and see what changes."""
    from sim.experiment import Experiment
    from sim.scenario import load

    if (staff is None) == (not vary) or len(vary or ()) > 1:
        raise LabError("--vary 和 --staff 要写一个、只写一个：一次只变一个设置，例如 --staff -1,0,1")
    base = Experiment(load(scenario), days=days, warm_up=warm_up, seed=seed)
    swept = _by_setting(base, vary[0]) if vary else _by_staff(base, staff or "")
    stop = stop_rule(replications, precision or [], usual=USUAL)
    _run(swept, stop, measure, (workers, dask), out, force=force, as_json=as_json)


def _by_setting(base: "Experiment", told: str) -> "list[Experiment]":
    path, _, values = told.partition("=")
    swept = base.over(path.strip().replace(".", "__"), _values("--vary", told, values))
    return [replace(one, name=one.name.replace("__", ".")) for one in swept]


def _by_staff(base: "Experiment", told: str) -> "list[Experiment]":
    from sim.staffing import Staffing

    swept = []
    for more in _values("--staff", told, told):
        if not isinstance(more, int) or isinstance(more, bool):
            raise LabError(f"--staff {told}：{more} 不是整数；请写多（少）几个人，例如 -1,0,1")
        plan = {team: [max(n + more, 0) for n in agents] for team, agents in base.plan.plain().items()}
        swept.append(
            replace(
                base,
                staffing=Staffing.from_plain(plan, base.scenario),
                name=f"staff {more:+d}" if more else "staff 0",
            )
        )
    return swept


def _values(option: str, told: str, values: str) -> list[Any]:
    """Return the values written one after the other, each as a scenario file would have it."""
    import tomllib

    try:
        made: list[Any] = tomllib.loads(f"values = [{values}]")["values"]
    except tomllib.TOMLDecodeError:
        made = []
    if len(made) < 2:
        raise LabError(f'{option} {told}：要写两个或更多的值，用英文逗号隔开，例如 60,120 或 "none","all"')
    return made


def _run(
    experiments: "list[Experiment]",
    stop: "StopRule",
    measures: list[str] | None,
    by: tuple[int, str | None],
    out: Path | None,
    *,
    force: bool,
    as_json: bool,
) -> None:
    from crmlab.comparison import table
    from crmlab.outputs import refuse_there, write_csv
    from sim import experiment as run
    from sim.measures import NAMES, require

    for name in (*(measures or ()), *(wish.measure for wish in stop.narrow)):
        require(name, NAMES)  # before anything is run
    if out is not None:
        refuse_there(out, force)
    with crew(*by, stop.most * len(experiments)) as (executor, on_done):
        studies = run.compare(experiments, stop, executor=executor, on_done=on_done)
    frame = table(studies, measures)
    if out is not None:
        write_csv(frame, out)
    complete = all(study.complete for study in studies)
    if as_json:
        rows = json.loads(frame.to_json(orient="records", force_ascii=False, double_precision=6))
        typer.echo(json.dumps({"complete": complete, "rows": rows}, ensure_ascii=False, indent=2))
    else:
        _show(frame, None if measures else SHOWN, complete=complete)
        if out is not None:
            typer.echo(f"已写入 written: {out}")
    if not complete:
        raise typer.Exit(INTERRUPTED)


def _show(frame: "pd.DataFrame", shown: tuple[str, ...] | None, *, complete: bool) -> None:
    if not complete:
        typer.echo("已中断，保留完成的部分 · interrupted, what is finished is kept")
    told = measure_words.told
    for name, rows in frame.groupby("measure", sort=False):
        if shown is not None and name not in shown:
            continue
        typer.echo(measure_words.label(str(name)))
        for row in rows.to_dict("records"):
            text = f"  {row['scenario']}：{told(row['measure'], row['mean'])} ± {told(row['measure'], row['half_width'])}"
            if row["difference"] is not None and row["difference"] == row["difference"]:
                apart = "有差别 differs" if row["differs"] else "分不出 no difference shown"
                gap = told(row["measure"], row["difference"], sign=True)
                text += (
                    f"；差 difference {gap} ± {told(row['measure'], row['difference_half_width'])}（{apart}）"
                )
            typer.echo(text)
