"""Visits to the firm's pages: who comes and when. They come from what people do and think of, not from being alive."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.almanac import MONTH_DAYS
from sim.market.customers import Customers
from sim.market.settings import kind_of
from sim.market.story import Story
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

DAYS = 60  # the pages were watched, and two designs tried, in the last days of the story
MOST_PEOPLE = 5000
# Own choices, all. A visit is a customer's, so what somebody likes runs through all of his.
LOOKS = 3.0  # visits for each order: some to buy, more to look
BETWEEN = {
    "retail": 0.08,
    "subscription": 0.30,
    "business": 0.30,
}  # a month, whatever is bought: bills, terms, prices
TASTE_SD = 1.0  # how people differ in looking, log scale
CALLED = 2.0  # a campaign brings them, times, for so many days
CALLED_DAYS = 14
KEPT, FADING = 0.45, 4.0  # part of the visits that goes on after leaving, and the months in which it fades
LINGERS = 0.12  # part that stays: habit, a look at the prices
COOL = 1.5  # who has left is less taken with the pages, standard units
MOST_VISITS = 60


def watched(story: Story, streams: Streams) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the places of those who are watched, and how taken each is with the pages, standard units.

    Everybody who agreed may be: the firm does not know who has left.
    """
    people = story.customers()
    agreed = np.flatnonzero(people.consent)
    luck = streams.uniforms("in trial", people.id[agreed])
    some = agreed[luck < MOST_PEOPLE / max(len(agreed), 1)]
    # Who buys often is taken with it, within the usual.
    interest = np.clip((np.log(np.maximum(people.eager[some], 1e-9)) + 2.0) / 1.5, -2.0, 2.0)
    return some, interest - COOL * ~people.alive[some]


def arrivals(story: Story, places: NDArray[np.int64], streams: Streams) -> "pd.DataFrame":
    """Return the visits of the last days of a story, in the order of session_id: customer_id, day, at (s).

    Each comes as often as he buys and thinks of buying: his pace, the season, a campaign of late. After leaving it
    falls off with time and never quite ends; before the first order nobody is known.
    """
    import pandas as pd

    people, ids = story.customers(), story.customers().id[places]
    end = int(story.almanac.first[story.months])
    days = min(DAYS, end)
    taste = np.exp(TASTE_SD * streams.normals("taste for looking", ids) - 0.5 * TASTE_SD**2)
    pace = taste * (LOOKS * people.eager[places] + BETWEEN[kind_of(story.settings)]) / MONTH_DAYS
    busy = story.almanac.busy[end - days : end]
    top = pace * CALLED * busy.max(initial=1.0)  # a day
    gaps = np.stack([streams.exponentials("visit", ids, use=k) for k in range(MOST_VISITS)])
    when = end - days + np.cumsum(gaps, axis=0) / np.maximum(top, 1e-12)
    turn, who = np.nonzero(when < end)
    moment = when[turn, who]
    day = np.floor(moment).astype(np.int64)
    chance = story.almanac.busy[day] / busy.max(initial=1.0)
    chance = chance * np.where(_called(story, ids[who], day), 1.0, 1.0 / CALLED)
    chance = chance * _staying(people, places[who], story.months + (moment - end) / MONTH_DAYS)
    comes = streams.uniforms("comes", ids[who] * 100 + turn) < chance
    turn, who, day, moment = turn[comes], who[comes], day[comes], moment[comes]
    made = {
        "session_id": ids[who] * 100 + turn,
        "customer_id": ids[who],
        "day": day,
        "at": story.almanac.second(moment - day).astype(np.int64),
    }
    return pd.DataFrame(made).sort_values("session_id", ignore_index=True)


def _staying(
    people: Customers, places: NDArray[np.int64], moment: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return which part of their visits people make at a moment, months: all while customers, ever fewer afterwards."""
    away = moment - people.lost_at[places]
    gone = ~people.alive[places] & (away > 0)
    part = np.where(
        gone, LINGERS + (KEPT - LINGERS) * np.exp(-np.maximum(np.nan_to_num(away), 0.0) / FADING), 1.0
    )
    return np.where(people.joined[places] <= moment, part, 0.0)


def _called(story: Story, ids: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether a campaign reached each in the days before."""
    sent = story.arrays("exposures")
    made = np.zeros(len(ids), dtype=bool)
    if not sent:
        return made
    for began in np.unique(sent["day"][sent["day"] > day.min(initial=0) - CALLED_DAYS]):
        reached = sent["customer_id"][(sent["day"] == began) & sent["delivered"]]
        made |= (day >= began) & (day < began + CALLED_DAYS) & np.isin(ids, reached)
    return made
