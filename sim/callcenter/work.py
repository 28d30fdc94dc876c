"""Work: when agents had something in hand, whatever its channel, for the occupancy of a centre with more than calls."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.callcenter.day import Day


@dataclass(frozen=True)
class Work:
    """Stretches in which agents had something in hand: begin and length, seconds; those of one agent do not overlap."""

    since: NDArray[np.float64]
    length: NDArray[np.float64]


def work_of(day: "Day") -> Work | None:
    """Return the work of a day that is over; None for a plain phone day, whose calls tell it all.

    Chats side by side count once: the agent is busy as long as any of them is open. Ringing for somebody who is
    not reached is work, and so is a chat whose customer has left without a sign.
    """
    if not day.scenario.is_rich and not day.ways:
        return None
    rows = day.rows
    seat, begin = rows.array("seat"), rows.array("answered").copy()
    end = begin + rows.array("talk") + np.where(_is_chat(day), 0, rows.array("wrap_up"))
    for row, leg in rows.hosted.items():  # who stays in a conference waits for its end
        if rows.answered[leg] >= 0:
            end[row] = rows.answered[leg] + rows.talk[leg] + rows.wrap_up[row]
    for row, told in rows.call_back.items():
        if told == "unreached" and day.in_line is not None:
            begin[row], end[row] = rows.ended[row], rows.ended[row] + day.in_line.ring
    for row, opened in day.chats.dead.items() if day.chats else ():
        if opened >= 0:
            begin[row], end[row] = opened, opened + rows.talk[row]
    given = (seat >= 0) & (begin >= 0)
    return _merged(seat[given], begin[given], end[given])


def _is_chat(day: "Day") -> NDArray[np.bool_]:
    chats = np.array([skill.channel == "chat" for skill in day.scenario.skills])
    return chats[day.rows.array("skill")]


def _merged(seat: NDArray[np.int64], begin: NDArray[np.int64], end: NDArray[np.int64]) -> Work:
    """Return the stretches of each seat, those that overlap made one."""
    order = np.lexsort((begin, seat))
    seat, begin, end = seat[order], begin[order], end[order]
    if not len(seat):
        return Work(np.zeros(0), np.zeros(0))
    span = int(max(end.max(), begin.max())) + 1
    reach = np.maximum.accumulate(end + seat * span) - seat * span  # the latest end so far in the same seat
    first = np.append(True, (seat[1:] != seat[:-1]) | (begin[1:] > reach[:-1]))
    last = np.append(first[1:], True)
    since = begin[first] / 1000.0
    return Work(since, reach[last] / 1000.0 - since)
