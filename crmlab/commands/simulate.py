"""Commands that run the world by itself: one contact centre, so many days and replications, tables out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmlab import measure_words
from crmlab.commands.company import company
from crmlab.commands.compare import compare, sweep
from crmlab.commands.repeating import INTERRUPTED, crew, stop_rule
from crmlab.commands.staffing import staffing

if TYPE_CHECKING:
    from crmlab.simulation import Run
    from sim.experiment import Experiment, Study
    from sim.scenario import Scenario
    from sim.stopping import StopRule


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    group = typer.Typer(no_args_is_help=True, help="运行模拟世界 · run the simulated world.")
    group.callback()(_group)
    group.command("callcenter")(callcenter)
    group.command("company")(company)
    group.command("compare")(compare)
    group.command("sweep")(sweep)
    group.command("staffing")(staffing)
    app.add_typer(group, name="simulate")


def _group() -> None:
    """运行模拟世界 · run the simulated world."""


def callcenter(
    scenario: Annotated[str, typer.Option(help="现成场景的名字，或 .toml 文件")] = "retail_hotline",
    days: Annotated[int, typer.Option(min=1, max=3660, help="每次模拟多少天")] = 1,
    warm_up: Annotated[int, typer.Option(min=0, max=3660, help="之前先跑多少天，不计入结果")] = 0,
    replications: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="重复模拟多少次；有 --precision 时是上限")
    ] = None,
    precision: Annotated[
        list[str] | None, typer.Option(help="够准就停：如 asa=5% 或 service_level=0.01，可写多个")
    ] = None,
    workers: Annotated[int, typer.Option(help="用几个进程；0 表示有几个处理器用几个")] = 1,
    dask: Annotated[str | None, typer.Option(help="在 Dask 集群上运行，如 tcp://127.0.0.1:8786")] = None,
    contacts: Annotated[
        Path | None, typer.Option(help="用文件里的来电名单（Parquet 或 CSV），不另行抽取")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="随机种子；同一种子得到同样的数据")] = 1,
    out: Annotated[Path | None, typer.Option(help="写到哪个文件夹；不写就只显示结果")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="另写事件流水")] = False,
    report: Annotated[bool, typer.Option("--report", help="另写一页图文报告 report.html")] = False,
    animation: Annotated[
        bool, typer.Option("--animation", help="另写一页会动的 animation.html：看一天的来电怎样走")
    ] = False,
    story: Annotated[
        int | None, typer.Option(min=0, help="把一个来电的经过讲出来：写它的编号 contact_id")
    ] = None,
    lang: Annotated[str, typer.Option(help="报告、动画和经过的语言：zh 或 en")] = "zh",
    force: Annotated[bool, typer.Option("--force", help="文件夹里已有的结果可以覆盖")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 显示")] = False,
) -> None:
    """模拟呼叫中心若干天，写出通话记录和摘要 · simulate a call centre, write its records and a summary."""
    from crmlab import simulation
    from crmlab.language import require
    from crmlab.outputs import refuse_full
    from sim.experiment import Experiment
    from sim.scenario import load

    require(lang)
    _refuse_idle(out, report or trace or animation, contacts, bool(precision) or (replications or 1) > 1)
    experiment = Experiment(load(scenario), days=days, warm_up=warm_up, seed=seed)
    stop = stop_rule(replications, precision or [])
    if out is not None:
        refuse_full(out, force)
    run = _first(experiment, contacts, trace or story is not None)
    study = _study(experiment, stop, run, workers, dask)
    told = {"scenario": scenario, "days": run.days, "seed": seed, **simulation.summary(study, run)}
    if out is not None:
        frames = {name: frame for name, frame in run.frames.items() if trace or name != "trace"}
        pages = _pages(study, run, lang, report=report, animation=animation)
        simulation.write(out, frames | {"replications": simulation.replications(study)}, told, pages)
    if story is not None:
        from sim.tracing import story as tell

        told["story"] = tell(run.frames["trace"], story, lang="en" if lang == "en" else "zh")
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(experiment.scenario, told, out)
        typer.echo(told.get("story", ""), nl=False)
    if not told["complete"]:
        raise typer.Exit(INTERRUPTED)


def _pages(study: "Study", run: "Run", lang: str, *, report: bool, animation: bool) -> dict[str, str]:
    from crmlab import animation as moving
    from crmlab import centre_report

    pages = {"report.html": centre_report.page(study, lang=lang)} if report else {}
    if animation:
        frames, scenario = run.frames, study.experiment.scenario
        pages["animation.html"] = moving.page(frames["calls"], frames["presence"], scenario, lang=lang)
    return pages


def _refuse_idle(out: Path | None, files: bool, contacts: Path | None, many: bool) -> None:
    """Raise LabError for words that would come to nothing."""
    from crmlab.errors import LabError

    if files and out is None:
        raise LabError("--out 没有写：--report、--trace 和 --animation 要写文件；请加上 --out 文件夹")
    if contacts is not None and many:
        raise LabError(
            f"--contacts {contacts} 是定下的名单，只能模拟一次；请去掉 --replications 和 --precision"
        )


def _first(experiment: "Experiment", contacts: Path | None, trace: bool) -> "Run":
    from tqdm import tqdm

    from crmlab import contact_list, simulation

    if contacts is None:
        days = simulation.drawn(experiment)
    else:
        own = experiment.streams(1).under("contacts")  # a list that we wrote meets the same luck again
        days = contact_list.listed(contacts, experiment.scenario, own)
    bar = tqdm(days, desc="模拟 simulate", unit="天", leave=False, disable=None)
    return simulation.run_first(experiment, bar, trace=trace)


def _study(experiment: "Experiment", stop: "StopRule", run: "Run", workers: int, dask: str | None) -> "Study":
    from sim import experiment as experiments

    first = (run.replication,)
    if not run.complete:
        return experiments.Study(experiment, first, complete=False, confidence=stop.confidence)
    with crew(workers, dask, stop.most) as (executor, on_done):
        return experiments.run(experiment, stop, executor=executor, begun=first, on_done=on_done)


def _show(model: "Scenario", summary: dict[str, Any], out: Path | None) -> None:
    count = f" · {summary['replications']} 次 replications" if summary["replications"] > 1 else ""
    typer.echo(
        f"{model.title_zh} ({model.title_en}) · {summary['days']} 天 days · seed {summary['seed']}{count}"
    )
    if not summary["complete"]:
        typer.echo("  已中断，保留完成的部分 · interrupted, what is finished is kept")
    for name, seen in summary["measures"].items():
        if name.startswith("cases") and not summary["measures"]["cases"]["mean"]:
            continue
        text = _told(name, seen["mean"], summary["board"] if summary["replications"] == 1 else {})
        if seen["half_width"] is not None:
            text += f" ± {_told(name, seen['half_width'], {})}"
        limit = f"（{summary['service_level_seconds']:g} s）" if name == "service_level" else ""
        typer.echo(f"  {measure_words.label(name)}：{text}{limit}")
    if out is not None:
        typer.echo(f"已写入 written: {out}")


def _told(name: str, value: float | None, board: dict[str, Any]) -> str:
    """Return a number for people: a count of one run is whole, a mean of several is not."""
    return str(board[name]) if isinstance(board.get(name), int) else measure_words.told(name, value)
