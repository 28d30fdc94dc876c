"""Commands that run the world by itself: one contact centre, so many days, tables out."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmlab.commands.company import company
from crmlab.commands.staffing import staffing

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

LABELS = {
    "offered": "转人工来电 (offered)",
    "answered": "接通 (answered)",
    "abandoned": "放弃 (abandoned)",
    "service_level": "服务水平 (service level)",
    "asa": "平均应答速度，秒 (ASA, s)",
    "abandonment_rate": "放弃率 (abandonment rate)",
    "aht": "平均处理时长，秒 (AHT, s)",
    "fcr": "一次解决率 (FCR)",
    "busy": "遇忙 (busy)",
    "self_served": "自助办结 (self-served)",
    "occupancy": "坐席占用率 (occupancy)",
}
SHARES = ("service_level", "abandonment_rate", "fcr", "occupancy")
FILES = {"calls": "calls.parquet", "contacts": "contacts.parquet", "trace": "trace.parquet"}
SUMMARY = "summary.json"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    group = typer.Typer(no_args_is_help=True, help="运行模拟世界 · run the simulated world.")
    group.callback()(_group)
    group.command("callcenter")(callcenter)
    group.command("company")(company)
    group.command("staffing")(staffing)
    app.add_typer(group, name="simulate")


def _group() -> None:
    """运行模拟世界 · run the simulated world."""


def callcenter(
    scenario: Annotated[str, typer.Option(help="现成场景的名字，或 .toml 文件")] = "retail_hotline",
    days: Annotated[int, typer.Option(min=1, max=3660, help="模拟多少天")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="随机种子；同一种子得到同样的数据")] = 1,
    out: Annotated[Path | None, typer.Option(help="写到哪个文件夹；不写就只显示结果")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="另写事件流水")] = False,
    force: Annotated[bool, typer.Option("--force", help="文件夹里已有的结果可以覆盖")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 显示")] = False,
) -> None:
    """模拟呼叫中心若干天，写出通话记录和摘要 · simulate a call centre, write its records and a summary."""
    from sim.scenario import load

    model = load(scenario)
    if out is not None:
        refuse_full(out, force)
    frames = _run(model, days, seed, trace)
    summary = {"scenario": scenario, "days": days, "seed": seed, **_summary(model, frames["calls"], days)}
    if out is not None:
        _write(out, frames, summary)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        _show(model, summary, out)


def _run(model: "Scenario", days: int, seed: int, trace: bool) -> "dict[str, pd.DataFrame]":
    import pandas as pd
    from tqdm import tqdm

    from sim.callcenter import Centre
    from sim.contacts import arrivals
    from sim.streams import Streams
    from sim.tracing import Trace, TraceRow

    centre, streams, carry = Centre(model), Streams(seed), None
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in FILES if trace or name != "trace"}
    for day in tqdm(range(1, days + 1), desc="模拟 simulate", unit="天", leave=False, disable=None):
        contacts, draws = arrivals(model, streams, day)
        rows: list[TraceRow] | None = [] if trace else None
        results = centre.run(contacts, draws, carry=carry, trace=rows)
        carry = results.carry
        made["calls"].append(results.calls.frame())
        made["contacts"].append(contacts.frame())
        if rows is not None:
            made["trace"].append(Trace.of(rows).frame())
    return {name: pd.concat(frames, ignore_index=True) for name, frames in made.items()}


def _summary(model: "Scenario", calls: "pd.DataFrame", days: int) -> dict[str, Any]:
    from dataclasses import asdict

    from sim import metrics
    from sim.staffing import Staffing

    seconds = model.service_level_seconds
    board = asdict(metrics.board(calls, seconds=seconds))
    board["occupancy"] = metrics.occupancy(calls, Staffing.of(model).paid_seconds * days)
    by_day = [
        {"day": int(day), **asdict(metrics.board(one, seconds=seconds))} for day, one in calls.groupby("day")
    ]
    return {
        "title": {"zh": model.title_zh, "en": model.title_en},
        "service_level_seconds": seconds,
        "board": _finite(board),
        "by_day": [_finite(one) for one in by_day],
    }


def _finite(numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers with None for NaN, which JSON does not know."""
    return {n: None if isinstance(v, float) and math.isnan(v) else v for n, v in numbers.items()}


def refuse_full(out: Path, force: bool) -> None:
    """Raise LabError when `out` is a file, or a folder that is not empty and may not be written over."""
    from crmlab.errors import LabError

    if out.exists() and not out.is_dir():
        raise LabError(f"--out {out} 是一个文件，不是文件夹；请换一个文件夹名")
    if not force and out.is_dir() and any(out.iterdir()):
        raise LabError(f"--out {out} 里已有文件；为免覆盖，请换一个空文件夹，或加上 --force")


def _write(out: Path, frames: "dict[str, pd.DataFrame]", summary: dict[str, Any]) -> None:
    from crmlab.errors import LabError
    from sim import tables

    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, file in FILES.items():
            if name in frames:
                tables.write(frames[name], name, out / file)
            else:
                (out / file).unlink(missing_ok=True)  # of an earlier run; it would not fit the new tables
        part = out / f".{SUMMARY}.part"
        part.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        part.replace(out / SUMMARY)
    except OSError as refusal:
        raise LabError(
            f"--out {out} 写不进去（{refusal.strerror}）；请检查磁盘空间和权限，或换一个文件夹"
        ) from refusal


def _show(model: "Scenario", summary: dict[str, Any], out: Path | None) -> None:
    typer.echo(f"{model.title_zh} ({model.title_en}) · {summary['days']} 天 days · seed {summary['seed']}")
    limit = f"{summary['service_level_seconds']:g} s"
    for name, value in summary["board"].items():
        text = "—" if value is None else f"{value:.1%}" if name in SHARES else f"{value:.1f}"
        text = str(value) if isinstance(value, int) else text
        typer.echo(f"  {LABELS[name]}：{text}" + (f"（{limit}）" if name == "service_level" else ""))
    if out is not None:
        typer.echo(f"已写入 written: {out}")
