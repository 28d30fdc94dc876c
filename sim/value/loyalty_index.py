"""The loyalty index: five measures of one customer in one number from 0 (gone tomorrow) to 100."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.checked import need, number, numbers, once, refuse

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("repurchase", "choosing_minutes", "price_sensitivity", "quality_tolerance", "rival_interest")


def loyalty_index(
    customers: "pd.DataFrame",
    *,
    importance: Mapping[str, float] | None = None,
    longest_minutes: float = 60.0,
    top: int = 5,
) -> "pd.DataFrame":
    """Return `customer_id`, the five measures turned to 0-1 with 1 the most loyal, and `index`, 0 to 100.

    `customers` has customer_id; repurchase (share of chances taken, 0-1); choosing_minutes (the less, the more loyal;
    `longest_minutes` or more counts 0); price_sensitivity and rival_interest (1 to `top`, the less the better);
    quality_tolerance (1 to `top`, the more the better). The index is the weighted mean of the five, equal weights unless
    `importance` names others. Source: the five measures (重复购买率、挑选时间、价格敏感、质量问题态度、竞争品牌态度) are
    those of the lesson plan; A. Dick and K. Basu, JAMS 22 (1994), on behaviour and attitude together.
    """
    import pandas as pd

    need(customers, ["customer_id", *MEASURES], "customers")
    weights = _weights(importance)
    longest = number(longest_minutes, "longest_minutes", low=0, above=True)
    width = number(top, "top", low=1, above=True) - 1
    raw = {name: numbers(customers[name], name, low=0) for name in ("repurchase", "choosing_minutes")}
    numbers(raw["repurchase"], "repurchase", high=1)
    graded = {name: (numbers(customers[name], name, low=1, high=top) - 1) / width for name in MEASURES[2:]}
    made = pd.DataFrame({"customer_id": once(customers, "customer_id", "customers").to_numpy()})
    made["repurchase"] = raw["repurchase"]
    made["choosing_minutes"] = 1 - np.minimum(raw["choosing_minutes"] / longest, 1)
    made["price_sensitivity"] = 1 - graded["price_sensitivity"]
    made["quality_tolerance"] = graded["quality_tolerance"]
    made["rival_interest"] = 1 - graded["rival_interest"]
    made["index"] = 100 * (made[list(MEASURES)].to_numpy() @ weights)
    return made


def _weights(importance: Mapping[str, float] | None) -> np.ndarray:
    given = dict.fromkeys(MEASURES, 1.0) if importance is None else dict(importance)
    strange = sorted(set(given) ^ set(MEASURES))
    if strange:
        refuse("importance", strange[0], f"must weigh exactly {', '.join(MEASURES)}", "add or remove it")
    part = numbers([given[name] for name in MEASURES], "importance", low=0)
    if part.sum() <= 0:
        refuse("importance", 0, "at least one measure must count", "give a weight above 0")
    return part / part.sum()
