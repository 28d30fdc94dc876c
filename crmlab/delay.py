"""What a day's delay costs: last year's complaints by how many days each took, and who left."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.notebook import Lab

VALUE = 1000.0  # yuan that the customer of the example brings in two years
SLACK = 1.0  # yuan a day, for rounding on the way


def left(history: "pd.DataFrame") -> "pd.Series":
    """Return the per cent of customers who left, by days to the solution."""
    return 100 * history.groupby("days")["left"].mean()


def yuan_a_day(history: "pd.DataFrame") -> tuple[float, float]:
    """Return the least and the most that a day's delay may rightly be said to cost, yuan for a customer of 1000.

    One reads it from the first and the last line of the table, or from a straight line through all of them.
    """
    gone = left(history)
    days = gone.index.to_numpy(dtype=float)
    ends = float((gone.iloc[-1] - gone.iloc[0]) / (days[-1] - days[0]))
    line = float(np.polyfit(days, gone.to_numpy(), 1)[0])
    low, high = (one(ends, line) * VALUE / 100 for one in (min, max))
    return low - SLACK, high + SLACK


def table(lab: "Lab") -> "pd.DataFrame":
    """Return who left by days to the solution, all of them and those whose complaint was handled best of all."""
    history = lab.table("case_history")
    best = history[history["found"] & (history["remedy"] == "generous")]
    days, everyone, finest = lab.words.say("delay_columns").split("|")
    made = left(history).round(1).to_frame(everyone)
    made[finest] = left(best).round(1)
    return made.rename_axis(days)
