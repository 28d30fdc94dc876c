"""The manager's page: what a simulated contact centre did, as one HTML file that needs nothing else."""

import html
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crmlab import charts
from crmlab.language import translator

if TYPE_CHECKING:
    from sim.experiment import Study

TARGET = 0.8  # the dashed line: the trade's 80 %
SIZE = (5.4, 2.9)  # inches; on a telephone's 400 pixels the letters keep their size
TICKS = 8  # labels along the day
STYLE = """
:root{color-scheme:light}
body{margin:0 auto;max-width:1180px;padding:1.2rem;color:#1b2430;background:#fff;
 font:16px/1.5 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC","WenQuanYi Micro Hei",sans-serif}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:0 0 .3rem}
p{margin:.3rem 0 1rem;color:#4a5563}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.2rem,1fr));gap:.6rem;margin:1rem 0 1.4rem}
.tile{border:1px solid #d7dce4;border-radius:6px;padding:.5rem .7rem}
.tile b{display:block;font-size:1.35rem}.tile small{color:#4a5563}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.2rem}
figure{margin:0;border:1px solid #d7dce4;border-radius:6px;padding:.7rem;break-inside:avoid}
figure svg{width:100%;height:auto;display:block}figcaption{color:#4a5563;font-size:.88rem}
table{border-collapse:collapse;font-size:.88rem;width:100%}.wide{overflow-x:auto;margin-top:1.4rem}
th,td{padding:.2rem .5rem;text-align:right;border-bottom:1px solid #e6e9ee;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
@media print{body{max-width:none;padding:0}.charts{grid-template-columns:1fr 1fr}}
"""
Row = dict[str, float]
Say = Callable[[str], str]


def page(study: "Study", *, lang: str = "zh") -> str:
    """Return the report of a study as HTML: numbers with their intervals, six pictures of the day, a table.

    It holds no script and asks for nothing from outside. Raises LabError for a language we have not.
    """
    _ = translator(lang)
    scenario, rows = study.experiment.scenario, study.half_hours()
    title = html.escape(scenario.title_zh if lang == "zh" else scenario.title_en)
    about = _("模拟 {n} 次，每次 {days} 天，种子 {seed}").format(
        n=len(study.replications), days=study.experiment.days, seed=study.experiment.seed
    )
    if len(study.replications) > 1:
        about += _("；各数字后面是 {level:.0%} 置信区间的半宽").format(level=study.confidence)
    if not study.complete:
        about += _("。运行被中断，只含已完成的部分")
    return (
        f'<!DOCTYPE html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{html.escape(about)}</p><div class=tiles>{_tiles(study, _)}</div>"
        f"<div class=charts>{_figures(rows, scenario.service_level_seconds, _)}{_cases(study, _)}</div>"
        f"<div class=wide>{_table(rows, _)}</div></body></html>\n"
    )


def _tiles(study: "Study", _: Say) -> str:
    shown = [
        ("offered", _("转人工来电"), "count"),
        ("service_level", _("服务水平"), "share"),
        ("asa", _("平均应答速度"), "seconds"),
        ("abandonment_rate", _("放弃率"), "share"),
        ("aht", _("平均处理时长"), "seconds"),
        ("occupancy", _("坐席占用率"), "share"),
        ("fcr", _("一次解决率"), "share"),
        ("busy", _("遇忙"), "count"),
        ("self_served", _("自助办结"), "count"),
        ("cases", _("工单"), "count"),
        ("cases_closed", _("已结工单"), "count"),
        ("cases_in_time", _("工单没有过期"), "share"),
    ]
    known, tiles = study.estimates(), []
    for name, label, kind in shown:
        if name in known and (known["cases"].mean or not name.startswith("cases")):
            seen = known[name]
            half = "" if math.isnan(seen.half_width) else f" <small>± {_told(seen.half_width, kind)}</small>"
            tiles.append(f"<div class=tile>{html.escape(label)}<b>{_told(seen.mean, kind)}</b>{half}</div>")
    return "".join(tiles)


def _told(value: float, kind: str) -> str:
    if math.isnan(value):
        return "—"
    return {
        "whole": f"{value:.0f}",
        "share": f"{value:.1%}",
        "seconds": f"{value:.1f} s",
        "count": f"{value:,.1f}".removesuffix(".0"),
    }[kind]


def _figures(rows: Sequence[Row], seconds: float, _: Say) -> str:
    level = _("服务水平（{seconds:g} 秒内）").format(seconds=seconds)
    answered, lost = _column(rows, "answered"), _column(rows, "abandoned")
    pictures = [
        _figure(
            _("来电量"),
            _chart(rows, [(_("已应答"), answered), (_("放弃"), lost)], bars=True),
            _("每半小时转人工的来电，各天平均；深色是已应答，浅色是放弃"),
        ),
        _figure(
            level,
            _chart(rows, [(level, _column(rows, "service_level"))], target=TARGET),
            _("虚线是 80% 的目标；低于虚线的时段要加人"),
        ),
        _figure(
            _("平均应答速度"),
            _chart(rows, [(_("平均应答速度"), _column(rows, "asa"))], bars=True, unit="s"),
            _("接通的来电平均等了多少秒"),
        ),
        _figure(
            _("放弃率"),
            _chart(rows, [(_("放弃率"), _column(rows, "abandonment_rate"))], bars=True, share=True),
            _("没等到人就挂断的来电占多少"),
        ),
        _figure(
            _("坐席占用率"),
            _chart(rows, [(_("坐席占用率"), _column(rows, "occupancy"))], target=0.85),
            _("坐席手上有事（来电、聊天、来信、工单）的时间占上班时间多少；长期高于 85%（虚线）会累坏人"),
        ),
        _figure(
            _("坐席人数"),
            _chart(rows, [(_("坐席人数"), _column(rows, "agents"))], bars=True),
            _("各时段安排上班的坐席"),
        ),
    ]
    return "".join(pictures)


def _cases(study: "Study", _: Say) -> str:
    """Return the picture of the tickets, "" where the centre has none."""
    known = study.estimates()
    if "cases" not in known or not known["cases"].mean:
        return ""
    opened, closed = round(known["cases"].mean), round(known["cases_closed"].mean)
    caption = _("登记了 {opened} 件，办结 {closed} 件；还有 {left} 件要跟进").format(
        opened=opened, closed=closed, left=opened - closed
    )
    return _figure(_("工单"), _bars([_("工单"), _("已结工单")], [opened, closed]), caption)


def _figure(title: str, drawing: str, caption: str) -> str:
    label = html.escape(title, quote=True)
    drawing = drawing.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return f"<figure><h2>{label}</h2>{drawing}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _bars(labels: Sequence[str], values: Sequence[float]) -> str:
    """Return a few bars lying on their side, each with its number, as SVG."""
    import matplotlib
    from matplotlib.figure import Figure

    with charts.quiet(), matplotlib.rc_context(charts.RC):  # type: ignore[arg-type]
        figure = Figure(figsize=SIZE, layout="constrained")
        axes: Any = figure.subplots()
        drawn = axes.barh(
            labels, values, color=[charts.LIGHT, charts.MIDDLE], edgecolor=charts.EDGE, linewidth=0.4
        )
        axes.bar_label(drawn, [f"{value:,.0f}" for value in values], padding=4)
        axes.invert_yaxis()
        told = charts.svg(figure)
    return told[told.index("<svg ") :]


def _chart(
    rows: Sequence[Row],
    series: Sequence[tuple[str, list[float]]],
    *,
    bars: bool = False,
    share: bool = False,
    target: float | None = None,
    unit: str = "",
) -> str:
    """Return a chart along the day as SVG: stacked bars, or a line of shares with its target."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    with charts.quiet(), matplotlib.rc_context(charts.RC):  # type: ignore[arg-type]
        figure = Figure(figsize=SIZE, layout="constrained")
        axes: Any = figure.subplots()
        places, base = range(len(rows)), [0.0] * len(rows)
        for (_name, values), colour in zip(series, (charts.MIDDLE, charts.LIGHT), strict=False):
            if bars:
                heights = [0.0 if math.isnan(value) else value for value in values]
                axes.bar(
                    places,
                    heights,
                    bottom=base,
                    color=colour,
                    edgecolor=charts.EDGE,
                    linewidth=0.4,
                    width=0.85,
                )
                base = [a + b for a, b in zip(base, heights, strict=True)]
            else:
                axes.plot(places, values, color=charts.DARK, linewidth=2, marker="o", markersize=3)
        if target is not None:
            axes.axhline(target, color=charts.EDGE, linestyle="--", linewidth=1)
            axes.set_ylim(0, max(1.05, *(v for _n, vs in series for v in vs if not math.isnan(v)), 0))
        if share or target is not None:
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylabel(unit)
        step = max(1, math.ceil(len(rows) / TICKS))
        axes.set_xticks(list(places)[::step], [_clock(row["start"]) for row in rows][::step])
        drawn = charts.svg(figure)
    return drawn[drawn.index("<svg ") :]


def _column(rows: Sequence[Row], name: str) -> list[float]:
    return [row[name] for row in rows]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}"


def _table(rows: Sequence[Row], _: Say) -> str:
    shown = [
        ("agents", _("坐席人数"), "whole"),
        ("offered", _("来电量"), "count"),
        ("service_level", _("服务水平"), "share"),
        ("asa", _("平均应答速度"), "seconds"),
        ("abandonment_rate", _("放弃率"), "share"),
        ("occupancy", _("坐席占用率"), "share"),
    ]
    head = "".join(
        f"<th>{html.escape(text)}</th>" for text in [_("时段"), *(label for _n, label, _k in shown)]
    )
    body = "".join(
        f"<tr><td>{_clock(row['start'])}</td>"
        + "".join(f"<td>{_told(row[name], kind)}</td>" for name, _label, kind in shown)
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
