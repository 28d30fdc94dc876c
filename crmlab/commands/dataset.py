"""Commands that build data sets: a market's tables, with people, as files."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    group = typer.Typer(no_args_is_help=True, help="生成数据集 · build data sets.")
    group.callback()(_group)
    group.command("build")(build)
    group.command("story")(story)
    app.add_typer(group, name="dataset")


def _group() -> None:
    """生成数据集 · build data sets."""


def build(
    market: Annotated[str, typer.Argument(help="市场的名字，如 retail")],
    out: Annotated[Path, typer.Option(help="写到哪个文件夹（新的或空的）")],
    customers: Annotated[int, typer.Option(help="开始时有多少客户")] = 1000,
    months: Annotated[int, typer.Option(help="多少个月")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="随机种子；同一种子得到同样的数据")] = 1,
    form: Annotated[str, typer.Option("--format", help="parquet、csv、duckdb、sqlite 或 xlsx")] = "parquet",
    lang: Annotated[str, typer.Option(help="人名、地名用 zh 或 en")] = "zh",
    truth: Annotated[bool, typer.Option("--truth", help="另写真相表（教师用，不可发给学生）")] = False,
    replications: Annotated[
        int,
        typer.Option(
            help="每个真值取多少个未来的平均；每多一个，每千名客户多约 5～20 秒；0 就不写这几张真值表"
        ),
    ] = 8,
    force: Annotated[bool, typer.Option("--force", help="文件夹里已有的结果可以覆盖")] = False,
) -> None:
    """生成一个市场的数据集 · build the data set of a market."""
    from crmlab.errors import LabError, MissingPart
    from crmlab.outputs import refuse_full, writing
    from sim import dataset

    refuse_full(out, force)
    if form not in dataset.FORMATS:
        raise LabError(f"--format {form}：没有这种格式；请选 {'、'.join(dataset.FORMATS)}")
    data = dataset.build(
        market,
        customers=customers,
        months=months,
        seed=seed,
        lang=lang,
        with_truth=truth,
        replications=replications,
    )
    try:
        with writing(out):
            made = dataset.write(data, out, form=form)
    except ImportError as absent:
        raise MissingPart(
            f"--format {form} 需要 {absent.name}，本机没有；请运行 pip install {absent.name}，或改用 parquet、csv"
        ) from absent
    rows = sum(len(frame) for frame in (*data.visible.values(), *data.truth.values()))
    size = sum(path.stat().st_size for path in made)
    typer.echo(f"已写入 written: {out} · {len(made)} 个文件 files · {rows} 行 rows · {size / 1e6:.1f} MB")


def story(
    market: Annotated[str, typer.Argument(help="市场的名字，如 retail、subscription、business")],
    customer: Annotated[int, typer.Argument(min=1, help="客户编号，见 customers 表")],
    data: Annotated[
        Path | None, typer.Option(help="dataset build 写出的文件夹（parquet）；不写就用随带的示范数据")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="另存为网页文件；不写就显示在屏幕上")] = None,
    lang: Annotated[str, typer.Option(help="zh 或 en")] = "zh",
    force: Annotated[bool, typer.Option("--force", help="文件已有时可以覆盖")] = False,
) -> None:
    """讲一位客户的全部经历（含真相，教师用）· tell one customer's whole story, truth and all."""
    from crmlab import customer_story
    from crmlab.language import translator
    from crmlab.outputs import refuse_there, write_text

    translator(lang)  # a language we have not is told before anything else
    tables = customer_story.read(market, data)
    if out is None:
        for event in customer_story.events(tables, market, customer, lang=lang):
            typer.echo(f"{event.day:>5}  {'*' if event.truth else ' '} {event.text}")
        return
    refuse_there(out, force)
    page = customer_story.page(tables, market, customer, lang=lang)
    write_text(page, out)
    typer.echo(f"已写入 written: {out}")
