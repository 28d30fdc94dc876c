"""A service flow before and after it is redrawn: boxes in a row, the wait above them, what changed drawn in."""

from typing import TYPE_CHECKING, Any

from crmlab import charts, service_flow
from crmlab.language import Words, translator

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from crmlab.notebook import Lab

WIDE, TALL = 0.78, 0.86  # of a box, in steps and in rows
GAP = 0.5  # between the steps before the complaint and those after
SMALL, PLAIN = 8, 9
BACKED = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}


def show(lab: "Lab", answer: Any) -> None:
    """Show the flow as it is, and below it as the answer redraws it; where nobody looks, nothing.

    An answer that is not complete shows the flow as it is only.
    """
    if not lab.unseen:
        choice = service_flow.choice_of(answer)
        charts.show(draw(lab.table("case_flow"), service_flow.of(lab), choice, lang=lab.lang))


def draw(
    steps: "pd.DataFrame", flow: service_flow.Flow, choice: service_flow.Choice | None, *, lang: str = "zh"
) -> "Figure":
    """Return the figure: one row for today's flow, a second for the redrawn one when there is a choice."""
    from matplotlib.figure import Figure

    _ = translator(lang)
    rows = [service_flow.TODAY, *([choice] if choice else [])]
    with charts.quiet():
        import matplotlib

        matplotlib.rcParams.update(charts.RC)  # type: ignore[arg-type]
        figure = Figure(figsize=(8.8, 0.4 + 1.75 * len(rows)), layout="constrained")
        all_axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
        for axes, one, name in zip(all_axes, rows, (_("改以前"), _("改以后")), strict=False):
            _row(axes, steps, flow, one, name, _, lang)
    return figure


def _row(
    axes: "Axes",
    steps: "pd.DataFrame",
    flow: service_flow.Flow,
    choice: service_flow.Choice,
    name: str,
    _: Words,
    lang: str,
) -> None:
    made = flow.run(choice)
    told = _("{name}：办完一件平均 {days:.1f} 个工作日，一季度 {cases} 件")
    axes.set_title(told.format(name=name, days=made.days, cases=made.cases), fontsize=11)
    gone = service_flow.MERGES[choice["merge"]]
    for one in steps.itertuples():
        _box(axes, one, flow, choice, gone, _, lang)
        if one.step < len(steps):
            _arrow(axes, int(one.step), gone)
    _customer(axes, _)
    if choice["check"] != "none":
        _check(axes, len(steps) if choice["check"] == "end" else int(choice["check"]), _)
    axes.set_xlim(_at(1) - 0.55, _at(len(steps)) + 0.75)
    axes.set_ylim(-1.1, 0.8)
    axes.axis("off")


def _at(step: int) -> float:
    """Return where a step stands, from the left."""
    return step + (GAP if step > service_flow.MADE else 0.0)


def _box(
    axes: "Axes",
    one: Any,
    flow: service_flow.Flow,
    choice: service_flow.Choice,
    gone: int,
    _: Words,
    lang: str,
) -> None:
    from matplotlib.patches import Rectangle

    place, step = _at(one.step), int(one.step)
    made_here, skipped = step <= service_flow.MADE, flow.within[choice["limit"]]
    by_agent = step == service_flow.APPROVAL and skipped > 0
    face = charts.LIGHT if made_here else "white"
    look: dict[str, Any] = {
        "facecolor": face,
        "edgecolor": charts.EDGE,
        "linewidth": 1.0,
        "linestyle": "--" if by_agent else "-",
    }
    axes.add_patch(Rectangle((place - WIDE / 2, -TALL / 2), WIDE, TALL, zorder=2, **look))
    name, who = getattr(one, f"step_{lang}"), getattr(one, f"who_{lang}")
    axes.text(place, 0.22, str(step), ha="center", va="center", fontsize=SMALL, zorder=4)
    axes.text(place, 0.0, name, ha="center", va="center", fontsize=PLAIN, fontweight="bold", zorder=4)
    axes.text(place, -0.25, who, ha="center", va="center", fontsize=SMALL, zorder=4)
    axes.text(place, 0.62, _above(one, gone, made_here, _), ha="center", va="center", fontsize=SMALL)
    axes.text(place, -0.66, _below(one, gone, made_here, _), ha="center", va="center", fontsize=SMALL)
    if by_agent:
        told = _("{share:.0%} 客服当场定").format(share=skipped)
        axes.text(place, -0.92, told, ha="center", va="center", fontsize=SMALL)


def _above(one: Any, gone: int, made_here: bool, _: Words) -> str:
    if made_here:
        return ""
    return _("不用再等") if one.step == gone else _("等 {days:.1f} 天").format(days=one.wait)


def _below(one: Any, gone: int, made_here: bool, _: Words) -> str:
    if made_here:
        return _("{share}% 错在这里").format(share=one.share)
    return _("{share}% 要返工").format(share=one.share) if one.share and one.step != gone else ""


def _arrow(axes: "Axes", step: int, gone: int) -> None:
    """Draw the way to the next step; two steps of one hand are bound by a thick bar."""
    start, stop = _at(step) + WIDE / 2, _at(step + 1) - WIDE / 2
    if step + 1 == gone:
        axes.plot([start, stop], [0, 0], color=charts.EDGE, linewidth=9, solid_capstyle="butt", zorder=1)
        return
    arrow = {"arrowstyle": "->", "color": charts.EDGE, "linewidth": 1.0}
    axes.annotate("", (stop, 0), (start, 0), arrowprops=arrow)


def _customer(axes: "Axes", _: Words) -> None:
    """Draw where the customer complains: between the fault and the solving."""
    place = (_at(service_flow.MADE) + _at(service_flow.MADE + 1)) / 2
    axes.plot([place, place], [-0.8, 0.45], color=charts.EDGE, linestyle=":", linewidth=1.2, zorder=0)
    axes.text(place, 0.62, _("客户来投诉"), ha="center", va="center", fontsize=SMALL, bbox=BACKED, zorder=4)


def _check(axes: "Axes", step: int, _: Words) -> None:
    """Draw the check as a dark diamond behind its step."""
    place = _at(step) + 0.5
    axes.plot([place], [0], marker="D", markersize=17, color=charts.DARK, markeredgecolor="white", zorder=5)
    axes.text(place, -0.01, _("查"), ha="center", va="center", fontsize=SMALL, color="white", zorder=6)
