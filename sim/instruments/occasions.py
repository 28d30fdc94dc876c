"""Occasions to write to a firm: orders in every market; bills and contracts, or projects and quotes, where there are some."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.market.experience import SILENT
from sim.market.settings import kind_of
from sim.market.story import Story
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

ABOUT = ("order", "bill", "contract", "quote", "project")
STEP = 10**13  # order_id of an occasion: its place in ABOUT times this, and its own number
OVER = 0.5  # yuan above the fee, from which a bill is one that people look at
BEFORE_DAYS = 45  # before the end of a term people begin to think of it
OPENS, CLOSES = 8, 20  # o'clock


def occasions(story: Story, streams: Streams) -> "pd.DataFrame":
    """Return what customers may write about: order_id (once each), customer_id, day, at, amount, kind, about, number.

    In a shop these are its orders alone, and `about` and `number` are left out.
    """
    import pandas as pd

    parts = [_orders(story)]
    kind = kind_of(story.settings)
    if kind in _OWN:
        parts += [part for part in _OWN[kind](story, streams.under("occasions")) if len(part)]
        made = pd.concat(parts, ignore_index=True)
        place = made["about"].map({name: k for k, name in enumerate(ABOUT)}).astype(np.int64)
        # A contract may be written of twice, when notice is given and when it soon ends; the former counts.
        return made.assign(order_id=place * STEP + made["number"]).drop_duplicates(
            "order_id", ignore_index=True
        )
    return parts[0].drop(columns=["about", "number"])


def _orders(story: Story) -> "pd.DataFrame":
    orders = story.frame("orders")[["order_id", "customer_id", "day", "at", "amount"]]
    failures = story.arrays("truth_failure")
    kinds = np.full(len(orders), "plain", dtype=object)
    if failures:
        silent = failures["ending"] == SILENT
        kinds[orders["order_id"].isin(failures["order_id"][~silent])] = "trouble"
        kinds[orders["order_id"].isin(failures["order_id"][silent])] = "silent"
    return orders.assign(kind=kinds, about="order", number=orders["order_id"])


def _bound(story: Story, streams: Streams) -> list["pd.DataFrame"]:
    """Return bills, notices given, and terms that soon end."""
    import pandas as pd

    bills, notices, contracts = (story.frame(name) for name in ("bills", "notices", "contracts"))
    end = int(story.almanac.first[story.months])
    given = notices[notices["kind"] == "given"].sort_values(["day", "customer_id"])
    begun = contracts[["customer_id", "start_day", "contract_id"]].sort_values(["start_day", "contract_id"])
    given = pd.merge_asof(given, begun, left_on="day", right_on="start_day", by="customer_id")
    given = given.dropna(subset="contract_id")
    last = contracts["end_day"] - BEFORE_DAYS
    soon = contracts[(last >= 0) & (last < end)]
    return [
        _made(bills, "bill", bills["bill_id"], np.where(bills["above"] > OVER, "over", "bill"), streams),
        _made(given, "contract", given["contract_id"], "leaving", streams),
        _made(soon, "contract", soon["contract_id"], "ending", streams, day=soon["end_day"] - BEFORE_DAYS),
    ]


def _selling(story: Story, streams: Streams) -> list["pd.DataFrame"]:
    """Return projects that arise, and quotes sent."""
    projects, quotes = story.frame("opportunities"), story.frame("quotes")
    return [
        _made(projects, "project", projects["opportunity_id"], "project", streams, amount=projects["value"]),
        _made(quotes, "quote", quotes["quote_id"], "quote", streams),
    ]


def _made(
    rows: "pd.DataFrame",
    about: str,
    number: Any,
    kind: Any,
    streams: Streams,
    *,
    day: Any = None,
    amount: Any = None,
) -> "pd.DataFrame":
    """Return rows of one sort as occasions, once each, at an hour of the day that belongs to each."""
    import pandas as pd

    number = np.asarray(number, dtype=np.int64)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"].to_numpy(),
            "day": np.asarray(rows["day"] if day is None else day),
            "at": _hour(number, about, streams),
            "amount": np.asarray(amount if amount is not None else rows.get("amount", 0.0), dtype=float)
            + np.zeros(len(rows)),
            "kind": np.full(len(rows), kind, dtype=object) if isinstance(kind, str) else kind,
            "about": about,
            "number": number,
        }
    )


def _hour(number: NDArray[np.int64], about: str, streams: Streams) -> NDArray[np.int64]:
    luck = streams.uniforms(f"hour {about}", number)
    return np.asarray(3600 * (OPENS + luck * (CLOSES - OPENS)), dtype=np.int64)


_OWN = {"subscription": _bound, "business": _selling}
