"""Known: whom the screen pop knows from earlier days, and what it shows of a customer who calls."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.callcenter.legs import running
from sim.columns import Columns

if TYPE_CHECKING:
    from sim.callcenter.day import Day

DAY = 86_400_000


class Known(Columns):
    """One row per customer whom an agent has served; columns in the data dictionary."""

    table = "known"

    def contacts_of(self, customers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many contacts of each customer agents have handled so far."""
        if not len(self):
            return np.zeros(len(customers), dtype=np.int64)
        place = np.minimum(np.searchsorted(self["customer_id"], customers), len(self) - 1)
        return np.where(self["customer_id"][place] == customers, self["contacts"][place], 0)

    def after(self, day: "Day") -> "Known":
        """Return what is known when a day is over: every call, chat and message an agent took adds one."""
        rows = day.rows
        count = len(rows.draws)
        handled = rows.born_who[rows.array("answered")[:count] >= 0]
        customers, times = np.unique(rows.contacts["customer_id"][handled], return_counts=True)
        both, place = np.unique(np.concatenate([self["customer_id"], customers]), return_inverse=True)
        total = np.bincount(place, np.concatenate([self["contacts"], times]), minlength=len(both))
        return Known(customer_id=both, contacts=total.astype(np.int64))


def history(customer: NDArray, answered_at: NDArray) -> NDArray[np.int64]:
    """Return for each answered call how many calls of its customer were answered before it today."""
    made = np.zeros(len(customer), dtype=np.int64)
    there = np.flatnonzero(~np.isnan(answered_at))
    order = there[np.lexsort((answered_at[there], customer[there]))]
    made[order] = running(customer[order])
    return made


def open_cases(day: "Day", customer: NDArray, answered_at: NDArray) -> NDArray[np.int64]:
    """Return for each answered call how many complaints of its customer were open when the agent took it."""
    made = np.zeros(len(customer), dtype=np.int64)
    if day.case_desk is None:
        return made
    for case in (*day.case_desk.closed, *day.case_desk.book.values()):
        late = (day.rows.number - case.day) * DAY
        opened, closed = case.opened_at - late, (case.closed_at - late if case.closed_at >= 0 else np.inf)
        at = answered_at * 1000
        made += (customer == case.customer_id) & (at > opened) & (at < closed)
    return made
