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
    rows = list(steps.itertuples())
    gone = service_flow.MERGES[choice["merge"]]
    boxes = [(one, by) for one, by in zip(rows, [*rows[1:], None], strict=True) if one.step != gone]
    for one, by in boxes:
        merged = by if by is not None and by.step == gone else None
        at_once = _at_once(flow, choice, one, merged)
        by_agent = getattr(rows[service_flow.MADE], f"who_{lang}") if at_once >= 1 else ""
        _box(axes, one, merged, (at_once, by_agent), _, lang)
        last = int((merged or one).step)
        if last < len(rows):
            _arrow(axes, last)
    _customer(axes, _)
    if choice["check"] != "none":
        _check(axes, len(steps) if choice["check"] == "end" else int(choice["check"]), _)
    axes.set_xlim(_at(1) - 0.55, _at(len(steps)) + 0.75)
    axes.set_ylim(-1.1, 0.8)
    axes.axis("off")


def _at(step: int) -> float:
    """Return where a step stands, from the left."""
    return step + (GAP if step > service_flow.MADE else 0.0)


def _at_once(flow: service_flow.Flow, choice: service_flow.Choice, *both: Any) -> float:
    """Return the share of cases that an agent decides at once, where one of the steps is the approval."""
    approves = any(one is not None and one.step == service_flow.APPROVAL for one in both)
    return flow.within[choice["limit"]] if approves else 0.0


def _box(axes: "Axes", one: Any, merged: Any, decided: tuple[float, str], _: Words, lang: str) -> None:
    """Draw a step; with `merged`, the next one in the same box, done by the same hand.

    `decided` is the share that is decided at once, and the name of who does all of it then, "" for who did it before.
    """
    from matplotlib.patches import Rectangle

    first, last = _at(one.step), _at((merged or one).step)
    place, both = (first + last) / 2, [one, *([] if merged is None else [merged])]
    made_here, (at_once, by_agent) = one.step <= service_flow.MADE, decided
    look: dict[str, Any] = {
        "facecolor": charts.LIGHT if made_here else "white",
        "edgecolor": charts.EDGE,
        "linewidth": 1.0 if merged is None else 2.0,
    }
    wide, plus = last - first + WIDE, "＋" if lang == "zh" else " + "
    axes.add_patch(Rectangle((place - wide / 2, -TALL / 2), wide, TALL, zorder=2, **look))
    lines = {
        0.22: (plus.join(str(row.step) for row in both), SMALL, "normal"),
        0.0: (plus.join(getattr(row, f"step_{lang}") for row in both), PLAIN, "bold"),
        -0.25: (by_agent or getattr(one, f"who_{lang}"), SMALL, "normal"),
        0.62: (_above(one, merged, at_once, _), SMALL, "normal"),
        -0.66: (_below(one, made_here, _), SMALL, "normal"),
    }
    if at_once:
        lines[-0.92] = (_("{share:.0%} 客服当场定，不等").format(share=at_once), SMALL, "normal")
    for height, (text, size, weight) in lines.items():
        axes.text(place, height, text, ha="center", va="center", fontsize=size, fontweight=weight, zorder=4)


def _above(one: Any, merged: Any, at_once: float, _: Words) -> str:
    """Return how long a step is waited for; of a step that is decided at once in part, how long the rest waits."""
    if one.step <= service_flow.MADE:
        return ""
    held = one.step == service_flow.APPROVAL and at_once
    if held and at_once >= 1:
        return _("不用等")
    told = _("要批的等 {days:.1f} 天") if held else _("等 {days:.1f} 天")
    return told.format(days=one.wait) + (_("，交接不等") if merged is not None else "")


def _below(one: Any, made_here: bool, _: Words) -> str:
    """Return the share of faults made in a step, or the share of its work that is done again."""
    if made_here:
        return _("{share}% 错在这里").format(share=one.share)
    return _("{share}% 要返工").format(share=one.share) if one.share else ""


def _arrow(axes: "Axes", step: int) -> None:
    """Draw the way from a step to the next."""
    start, stop = _at(step) + WIDE / 2, _at(step + 1) - WIDE / 2
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
