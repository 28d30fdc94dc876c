"""Charts that are saved and graded: matplotlib SVG whose Chinese text the reader's browser draws."""

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crmlab.errors import LabError
from crmlab.language import translator

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.metrics import Interval

FONTS = (
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "DejaVu Sans",
)
DARK, MIDDLE, LIGHT, EDGE = "#1f3b64", "#5f86b8", "#dbe5f1", "#333333"
RC: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": list(FONTS),
    "font.size": 10,
    "axes.unicode_minus": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": EDGE,
    "figure.facecolor": "white",
    "figure.figsize": (8.6, 4.4),
    "svg.fonttype": "none",  # text stays text: the browser has the Chinese font, this machine may not
    "svg.hashsalt": "crmlab",  # the same chart is the same file
    "hatch.linewidth": 0.6,
}
# where the figure of a point lies, in the chart's own units from the point: what lies there runs through it
BELOW, ABOVE = (0.0, 0.16), (0.0, 0.18)
LANES = ("pbx", "ivr", "acd", "cti", "csr")
Stretch = tuple[str, float, float, str, str]  # part, start, end, label, hatch


def style() -> None:
    """Make every chart of this notebook an SVG in our style, and keep missing fonts from complaining."""
    import matplotlib

    matplotlib.rcParams.update(RC)  # type: ignore[arg-type]
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
    from IPython import get_ipython

    if get_ipython() is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")


def svg(figure: "Figure") -> str:
    """Return a figure as SVG text, the same for the same figure."""
    with quiet():
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    return file.getvalue()


def show(figure: "Figure") -> None:
    """Display a figure as SVG, with its title as plain text."""
    from IPython.display import display

    title = figure.axes[0].get_title(loc="left")
    display({"image/svg+xml": svg(figure), "text/plain": title}, raw=True)


def day_chart(
    hours: "Sequence[Interval]",
    *,
    target: float = 0.8,
    seconds: float = 20,
    title: str = "",
    lang: str = "zh",
) -> "Figure":
    """Return two panels by the hour: calls answered and abandoned (together offered), and the service level.

    The title says how many hours miss the target unless another is given. Raises LabError without calls.
    """
    _ = translator(lang)
    if not hours:
        raise LabError("这张表里没有来电，画不出图；请检查筛选条件")
    labels = [hour.label for hour in hours]
    boards = [hour.board for hour in hours]
    levels = [board.service_level for board in boards]
    missed = sum(level < target for level in levels)
    with quiet():
        figure, (top, low) = _panels()
        top.set_title(
            title
            or _("{all} 个小时里，{missed} 个小时没有达到 {target:.0%} 的服务水平").format(
                all=len(hours), missed=missed, target=target
            )
        )
        _calls_panel(top, boards, _)
        _level_panel(low, levels, target)
        low.set_ylabel(_("服务水平（{seconds:g} 秒内）").format(seconds=seconds))
        low.set_xticks(range(len(labels)), labels)
        low.set_xlabel(_("来电时间（每小时）"))
        figure.align_ylabels()
    return figure


def _panels() -> "tuple[Figure, Any]":
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update(RC)  # type: ignore[arg-type]
    figure = Figure(figsize=(8.6, 5.2), layout="constrained")
    return figure, figure.subplots(2, 1, sharex=True, height_ratios=[1, 1])


def _calls_panel(axes: "Axes", boards: "list[Any]", _: Any) -> None:
    places = range(len(boards))
    answered = [board.answered for board in boards]
    abandoned = [board.abandoned for board in boards]
    axes.bar(places, answered, color=MIDDLE, edgecolor=EDGE, linewidth=0.5, label=_("已应答"))
    axes.bar(
        places,
        abandoned,
        bottom=answered,
        color="white",
        edgecolor=EDGE,
        linewidth=0.5,
        hatch="////",
        label=_("放弃"),
    )
    for place, board in enumerate(boards):
        axes.text(
            place, board.answered + board.abandoned, f"{board.offered}", ha="center", va="bottom", fontsize=9
        )
    axes.set_ylabel(_("转人工来电（通）"))
    axes.margins(y=0.15)
    axes.legend(loc="lower left", bbox_to_anchor=(0.72, 1.0), ncols=2, frameon=False, borderaxespad=0.1)


def _level_panel(axes: "Axes", levels: list[float], target: float) -> None:
    from matplotlib.ticker import PercentFormatter

    axes.plot(range(len(levels)), levels, color=DARK, marker="o", linewidth=1.8)
    axes.axhline(target, color=EDGE, linestyle="--", linewidth=1.1)
    axes.annotate(
        f"{target:.0%}",
        (1.0, target),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
    )
    for place, level in enumerate(levels):
        if level == level:  # an hour without calls has no level
            around = [levels[k] for k in (place - 1, place + 1) if 0 <= k < len(levels)]
            offset = (0, -14) if _below(level, min(around, default=1.0), target) else (0, 7)
            axes.annotate(
                f"{level:.0%}",
                (place, level),
                xytext=offset,
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
    axes.set_ylim(0, 1.08)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))


def _below(level: float, lowest_beside: float, target: float) -> bool:
    """Return whether a level is written below its point: at a low point, unless the line of the target runs there."""
    wanted = level > 0.95 or (level > 0.12 and level <= lowest_beside)
    if wanted and level <= 0.95:
        return not BELOW[0] < level - target < BELOW[1]
    crossed = ABOVE[0] < target - level < ABOVE[1]
    return wanted or (crossed and level > 0.12)


def timeline(
    trace: "pd.DataFrame", *, contact_id: int, attempt: int | None = None, lang: str = "zh"
) -> "Figure":
    """Return the way of one call as lanes PBX, IVR, ACD, CTI, CSR, in seconds since it came in.

    Shows the last attempt unless told. Raises LabError when the trace has no such call.
    """
    _ = translator(lang)
    rows = _rows(trace, contact_id, attempt)
    start = float(rows["t"].iloc[0])
    times = {str(row.event): float(row.t) - start for row in rows.itertuples()}
    stretches = list(_stretches(times, _))
    with quiet():
        import matplotlib
        from matplotlib.figure import Figure

        matplotlib.rcParams.update(RC)  # type: ignore[arg-type]
        figure = Figure(figsize=(8.6, 3.6), layout="constrained")
        axes = figure.subplots()
        clock = f"{int(start) // 3600:02d}:{int(start) // 60 % 60:02d}:{int(start) % 60:02d}"
        axes.set_title(
            _("来电 {contact} 的一路：{clock} 打进来，{end}").format(
                contact=contact_id, clock=clock, end=_ending(times, _)
            )
        )
        _draw_lanes(axes, stretches, max(times.values()), _)
    return figure


def _rows(trace: "pd.DataFrame", contact_id: int, attempt: int | None) -> "pd.DataFrame":
    mine = trace[trace["contact_id"] == contact_id]
    if attempt is not None:
        mine = mine[mine["attempt"] == attempt]
    if mine.empty:
        there = "、".join(str(one) for one in trace["contact_id"].drop_duplicates().head(12))
        raise LabError(f"通话轨迹里没有 contact_id = {contact_id} 的这一次来电；可以看的有：{there}")
    return mine[mine["attempt"] == mine["attempt"].max()]


def _stretches(times: dict[str, float], _: Any) -> Iterator[Stretch]:
    """Give the bars of a call; a stretch whose end is not known is not drawn."""
    end = max(times.values())
    off_hook = next(
        (times[name] for name in ("hung_up", "abandoned", "balked", "self_served") if name in times), end
    )
    yield "pbx", 0.0, off_hook, _("占用一条外线"), ""
    menu_end = next((times[n] for n in ("queued", "self_served", "left_menu") if n in times), None)
    if "menu" in times and menu_end is not None:
        yield "ivr", times["menu"], menu_end, _("听菜单"), ""
    left = next((times[name] for name in ("assigned", "abandoned", "balked") if name in times), None)
    if "queued" in times and left is not None:
        yield "acd", times["queued"], left, _("排队"), "////"
    if "screen_pop" in times:
        yield "cti", times["screen_pop"], times["screen_pop"], _("弹出客户资料"), ""
    if "answered" in times and "hung_up" in times:
        yield "csr", times["answered"], times["hung_up"], _("通话"), ""
        if "wrapped_up" in times:
            yield "csr", times["hung_up"], times["wrapped_up"], _("话后处理"), "...."


def _ending(times: dict[str, float], _: Any) -> str:
    endings = {
        "answered": _("由客服代表应答"),
        "abandoned": _("等不及挂断了"),
        "balked": _("听说要排队就挂断了"),
        "self_served": _("在菜单里自助办完了"),
        "left_menu": _("在菜单里挂断了"),
        "busy": _("外线占满，听到忙音"),
    }
    return next((text for name, text in endings.items() if name in times), _("还在等"))


def _draw_lanes(axes: "Axes", stretches: list[Stretch], end: float, _: Any) -> None:
    names = {
        "pbx": _("程控交换机") + "\nPBX",
        "ivr": _("交互式语音应答") + "\nIVR",
        "acd": _("自动呼叫分配") + "\nACD",
        "cti": _("计算机电话集成") + "\nCTI",
        "csr": _("客服代表") + "\nCSR",
    }
    span = max(end, 1.0)
    for lane in range(len(LANES)):
        axes.axhspan(lane - 0.45, lane + 0.45, color="#f5f7fa" if lane % 2 else "white", zorder=0)
    starts = [(part, start) for part, start, *_rest in stretches]
    for part, start, stop, label, hatch in stretches:
        lane = LANES.index(part)
        told = _("{label} {seconds:.0f} 秒").format(label=label, seconds=stop - start)
        if stop <= start:
            axes.plot([start], [lane], marker="D", color=DARK, markersize=8, zorder=3)
            _label(axes, label if part == "cti" else told, start, start, lane, span)
            continue
        face = "white" if hatch else (LIGHT if part == "pbx" else MIDDLE)
        axes.barh(
            lane, stop - start, left=start, height=0.5, color=face, edgecolor=EDGE, hatch=hatch, zorder=2
        )
        _label(axes, told, start, stop, lane, span, followed=(part, stop) in starts)
    axes.set_yticks(range(len(LANES)), [names[part] for part in LANES])
    axes.set_ylim(len(LANES) - 0.5, -0.5)
    axes.set_xlim(-0.01 * span, span * 1.02)
    axes.set_xlabel(_("打进来以后（秒）"))
    axes.tick_params(axis="y", length=0)


def _label(
    axes: "Axes", text: str, start: float, stop: float, lane: int, span: float, *, followed: bool = False
) -> None:
    """Write a label into its bar when there is room, else above it, or behind it when nothing follows."""
    room = sum(0.022 if sign > "\u2e80" else 0.012 for sign in text) * span
    look: dict[str, Any] = {"va": "center", "zorder": 4, "fontsize": 9}
    if stop - start >= room:
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        axes.text((start + stop) / 2, lane, text, ha="center", bbox=ground, **look)
    elif stop + room > span:
        axes.text(stop, lane - 0.37, text, ha="right", **look)
    elif followed:
        axes.text(start, lane - 0.37, text, ha="left", **look)
    else:
        axes.text(stop + 0.014 * span, lane, text, ha="left", **look)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep fonts this machine lacks from complaining: the browser has them, and stderr costs points."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        yield
