"""The command that runs a whole company, or checks its market against declared targets."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sim.market.targets import Finding

LABELS = {
    "customers": "期末客户 (customers at the end)",
    "orders": "订单 (orders)",
    "revenue": "销售额，元 (revenue, yuan)",
    "lost": "流失 (lost)",
    "requests": "服务接触 (service contacts)",
    "wait": "平均等待，秒 (mean wait, s)",
    "abandoned": "放弃率 (given up)",
    "solved": "当次解决率 (solved at once)",
}
SHARES = ("abandoned", "solved")


def company(
    market: Annotated[
        str, typer.Option(help="哪个市场：retail、subscription、business，或 .toml 文件")
    ] = "retail",
    customers: Annotated[int | None, typer.Option(help="开始时有多少客户")] = None,
    months: Annotated[int | None, typer.Option(help="模拟多少个月")] = None,
    seed: Annotated[int, typer.Option(min=0, help="随机种子；同一种子得到同样的数据")] = 1,
    check: Annotated[bool, typer.Option("--check", help="对照公认的事实检查市场")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 显示")] = False,
    out: Annotated[Path | None, typer.Option(help="把各表和通话记录写到哪个文件夹")] = None,
    force: Annotated[bool, typer.Option("--force", help="文件夹里已有的结果可以覆盖")] = False,
) -> None:
    """模拟整个企业：市场和呼叫中心相互作用 · simulate a whole company, market and contact centre."""
    if check:
        from sim.market import targets
        from sim.market.settings import load

        made = targets.check(
            seed,
            customers=customers or targets.CUSTOMERS,
            months=months,
            settings=load(market),
        )
        _report(made, as_json)
        return
    numbers = _run(market, customers or 2000, months or 12, seed, out, force)
    if as_json:
        typer.echo(json.dumps(numbers, ensure_ascii=False, indent=2))
        return
    for name, value in numbers.items():
        typer.echo(
            f"{LABELS[name]}：" + (f"{value:.1%}" if name in SHARES else f"{value:,.1f}".removesuffix(".0"))
        )


def _run(
    market: str, customers: int, months: int, seed: int, out: Path | None, force: bool
) -> dict[str, Any]:
    from dataclasses import replace

    from crmlab.outputs import refuse_full, writing
    from sim import dataset
    from sim.company import Company, board
    from sim.market.settings import load

    if out is not None:
        refuse_full(out, force)
    made = Company(customers, seed, settings=load(market)).run(months)
    if out is not None:
        data = dataset.gather(made.story, Path(market).stem, customers=customers, seed=seed)
        with writing(out):  # the calls with the rest: all of it, or nothing
            dataset.write(replace(data, visible={**data.visible, "calls": made.frame()}), out)
    story = made.story
    orders, income = story.arrays("orders"), story.income()
    return {
        "customers": int(story.customers().alive.sum()),
        "orders": len(orders.get("amount", ())),
        "revenue": float(income["amount"].sum() / 100) if income else 0.0,
        "lost": len(story.arrays("truth_loss").get("cause", ())),
        **board(made),
    }


def _report(findings: "list[Finding]", as_json: bool) -> None:
    rows = [
        {
            "target": one.target.name,
            "observed": round(one.observed, 3),
            "expected": one.target.value,
            "low": one.target.low,
            "high": one.target.high,
            "passed": one.passed,
            "disputed": one.target.disputed,
            "source": one.target.source,
        }
        for one in findings
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        typer.echo(
            f"{'事实 target':<30}{'观察 observed':>12}{'期望 expected':>12}  {'范围 from-to':<16}结果 result"
        )
        for row in rows:
            verdict = ("通过 pass" if row["passed"] else "不符 FAIL") + (
                "（有争议 disputed）" if row["disputed"] else ""
            )
            limits = f"{row['low']:g}–{row['high']:g}"
            typer.echo(
                f"{row['target']:<32}{row['observed']:>12.3f}{row['expected']:>12.3f}    {limits:<16}{verdict}"
            )
        passed = sum(one.passed for one in findings)
        typer.echo(f"{passed} / {len(rows)} 通过 passed；来源见 sources in sim/market/targets*.toml")
    if not all(one.passed for one in findings):
        raise typer.Exit(3)
