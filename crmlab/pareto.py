"""A chart of causes, the longest bar on top, that says its message in its title and prints well in black and white."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.notebook import Lab


def show(lab: "Lab", causes: "pd.DataFrame", *, by: str, title: str) -> None:
    """Show column `by` of a table of causes as bars; `title` is a text of the lab, its {top} the longest bar.

    Names come from `cause_zh` or `cause_en`, as the lab speaks. Shows nothing where nobody looks.
    """
    if lab.unseen:
        return
    from matplotlib.figure import Figure

    from crmlab import charts

    rows = causes.sort_values(by, kind="stable")
    names = rows[f"cause_{lab.lang}"].tolist()
    figure = Figure(figsize=(7.6, 3.4))
    axes = figure.subplots()
    bars = axes.barh(names, rows[by], color=[charts.MIDDLE] * (len(names) - 1) + [charts.DARK])
    axes.bar_label(bars, padding=4)
    axes.margins(x=0.12)  # room for the longest bar's number
    axes.set_title(lab.words.say(title, {"top": names[-1]}))
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    charts.show(figure)
