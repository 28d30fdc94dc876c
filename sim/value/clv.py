"""Customer lifetime value: what a customer will bring, in money of today, narrow and broad."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import count, need, number, numbers, owners, refuse

if TYPE_CHECKING:
    import pandas as pd

    from sim.value.gamma_gamma import GammaGamma

BROAD = ("referral", "information", "saving")


class Buying(Protocol):
    """A model of purchases: who is still a customer, and how much they will buy."""

    def p_alive(self, history: "pd.DataFrame") -> NDArray[np.float64]:
        """Return the chance that each customer is still one."""

    def expected(self, history: "pd.DataFrame", ahead: float) -> NDArray[np.float64]:
        """Return the purchases to expect of each customer."""


def discount(periods: ArrayLike, rate: float) -> NDArray[np.float64]:
    """Return what one yuan after so many periods is worth today: (1 + rate)^−period; InputError for rate ≤ −1."""
    number(rate, "rate", low=-1, above=True)
    return np.exp(-np.log1p(rate) * numbers(periods, "period"))


def narrow(flows: "pd.DataFrame", *, rate: float) -> "pd.DataFrame":
    """Return `customer_id, clv`: the present value of revenue less cost, all rows of a customer added up.

    `flows` has customer_id, period (0 is today), revenue and cost. CLV = Σ (revenue − cost) / (1 + rate)^period.
    Source: R. Blattberg and J. Deighton, "Manage marketing by the customer equity test", HBR 74 (1996).
    """
    need(flows, ["customer_id", "period", "revenue", "cost"], "flows")
    profit = numbers(flows["revenue"], "revenue") - numbers(flows["cost"], "cost")
    return _summed(flows, {"clv": profit * discount(flows["period"].to_numpy(), rate)})


def broad(flows: "pd.DataFrame", *, rate: float) -> "pd.DataFrame":
    """Return `customer_id, narrow, referral, information, saving, clv`: also what is not paid by the customer.

    `flows` has the columns of `narrow` and any of referral (profit from people they sent), information (what their
    advice and data are worth) and saving (service and advertising they make cheaper), each in money of its
    period; a column that is missing counts as zero. clv is the sum, discounted like the narrow one.
    Source: W. Reinartz and V. Kumar, "The mismanagement of customer loyalty", HBR 80 (2002), on value beyond purchases.
    """
    need(flows, ["customer_id", "period", "revenue", "cost"], "flows")
    factor = discount(flows["period"].to_numpy(), rate)
    profit = numbers(flows["revenue"], "revenue") - numbers(flows["cost"], "cost")
    parts: dict[str, NDArray] = {"narrow": profit * factor}
    for name in BROAD:
        parts[name] = factor * (numbers(flows[name], name) if name in flows else np.zeros(len(flows)))
    return _summed(flows, {**parts, "clv": sum(parts.values(), np.zeros(len(flows)))})


def lost_for_good(
    *,
    margin: float,
    retention: float,
    rate: float,
    periods: int,
    cost: float = 0.0,
    first: int = 0,
    cost_in_mid: bool = False,
) -> "pd.DataFrame":
    """Return `period, alive, profit, value, clv` of a customer who, once gone, never comes back (Dwyer's first case).

    In period i (from `first` to `periods`) the customer is still there with retention^i and brings margin − cost,
    worth 1/(1 + rate)^i today; clv is the running sum, its last row the answer. With `cost_in_mid` the cost of keeping
    is spent half a period before each sale to come, from period 1, on those still there then. Sources: F. R. Dwyer, "Customer lifetime valuation to
    support marketing decision making", Journal of Direct Marketing 3 (1989); P. Berger and N. Nasr, the same 12 (1998).
    """
    import pandas as pd

    keep = number(retention, "retention", low=0, high=1)
    last = count(periods, "periods", low=0, high=100_000)
    if first not in (0, 1):
        refuse(
            "first",
            first,
            "the first sale is in period 0 (today) or 1 (at the end of the first)",
            "use 0 or 1",
        )
    if last < first:
        refuse("periods", periods, f"must reach period {first}", "give a longer time")
    when = np.arange(first, last + 1)
    alive = np.power(keep, when.astype(float))
    earned = number(margin, "margin") * alive
    spend = number(cost, "cost", low=0)
    if cost_in_mid:
        before = np.maximum(when - 1, 0)
        paid = np.where(when > 0, spend * np.power(keep, before.astype(float)), 0.0)
        value = earned * discount(when, rate) - paid * discount(when - 0.5, rate)
    else:
        paid = spend * alive
        value = (earned - paid) * discount(when, rate)
    return pd.DataFrame(
        {"period": when, "alive": alive, "profit": earned - paid, "value": value, "clv": np.cumsum(value)}
    )


def always_a_share(
    *, margin: float, buying: Sequence[float], rate: float, periods: int, cost: float = 0.0
) -> "pd.DataFrame":
    """Return `period, buys, profit, value, clv` of a customer who may skip periods and come back (Dwyer's second case).

    buying[k − 1] is the chance to buy for one whose last purchase lies k periods back; longer back is never. The
    customer buys in period 0. A purchase brings `margin`; `cost` is spent in each period on everyone who still has a
    chance. buys in period i = Σ_k buys(i − k) · buying[k] · Π_{j<k} (1 − buying[j]). Source: as `lost_for_good`.
    """
    import pandas as pd

    chance = numbers(list(buying), "buying", low=0, high=1)
    last = count(periods, "periods", low=0, high=100_000)
    back = np.cumprod(np.concatenate([[1.0], 1 - chance]))  # not yet again after k periods
    again = chance * back[:-1]
    buys, reached = np.zeros(last + 1), np.zeros(last + 1)
    buys[0] = reached[0] = 1.0
    for i in range(1, last + 1):
        past = buys[i - 1 :: -1][: len(chance)]  # buyers 1, 2, … periods ago
        buys[i] = past @ again[: len(past)]
        reached[i] = past @ back[: len(past)]
    profit = number(margin, "margin") * buys - number(cost, "cost", low=0) * reached
    value = profit * discount(np.arange(last + 1), rate)
    return pd.DataFrame(
        {
            "period": np.arange(last + 1),
            "buys": buys,
            "profit": profit,
            "value": value,
            "clv": np.cumsum(value),
        }
    )


def customer_events(events: "pd.DataFrame", *, rate: float) -> "pd.DataFrame":
    """Return `customer_id, clv` from foreseen events (客户事件预测法): Σ probability · (revenue − cost) / (1 + rate)^period.

    `events` has customer_id, period, probability (0-1), revenue and cost; an event is whatever the firm foresees
    in this one customer's life (a wedding, a new flat, the guarantee running out).
    """
    need(events, ["customer_id", "period", "probability", "revenue", "cost"], "events")
    profit = numbers(events["revenue"], "revenue") - numbers(events["cost"], "cost")
    likely = numbers(events["probability"], "probability", low=0, high=1)
    return _summed(events, {"clv": likely * profit * discount(events["period"].to_numpy(), rate)})


def delivered_value(offers: "pd.DataFrame") -> "pd.DataFrame":
    """Return the table of offers with total_value, total_cost and delivered_value (顾客让渡价值), the difference.

    `offers` has product, service, people, image (values) and money, time, mind, effort (costs), all in yuan.
    Source: P. Kotler, "Marketing Management", 8th edition (1994).
    """
    values, costs = ["product", "service", "people", "image"], ["money", "time", "mind", "effort"]
    need(offers, [*values, *costs], "offers")
    made = offers.copy()
    made["total_value"] = sum(numbers(offers[name], name) for name in values)
    made["total_cost"] = sum(numbers(offers[name], name, low=0) for name in costs)
    made["delivered_value"] = made["total_value"] - made["total_cost"]
    return made


def _summed(rows: "pd.DataFrame", parts: dict[str, NDArray[np.float64]]) -> "pd.DataFrame":
    import pandas as pd

    whose = owners(rows, "customer_id", "rows").to_numpy()
    made = pd.DataFrame({"customer_id": whose, **parts})
    return made.groupby("customer_id", sort=True).sum().reset_index()


def from_models(
    history: "pd.DataFrame",
    purchases: Buying,
    spend: "GammaGamma",
    *,
    periods: int,
    rate: float,
    margin: float = 1.0,
    unit: float = 1.0,
) -> "pd.DataFrame":
    """Return the history with p_alive, expected (purchases ahead), spend (money each) and clv of each customer.

    `purchases` is a BGNBD or ParetoNBD, `spend` a GammaGamma; a period lasts `unit` units of the history's time
    (a month is 30.4375/7 weeks), `rate` is per period, `margin` the share of money that is profit.
    clv = margin · spend · Σ_k (purchases in period k) / (1 + rate)^k, k = 1 … periods. Source: P. Fader, B. Hardie and
    K. L. Lee, "RFM and CLV: using iso-value curves for customer base analysis", Journal of Marketing Research 42 (2005).
    """
    last, each = count(periods, "periods", high=10_000), number(unit, "unit", low=0, above=True)
    number(margin, "margin")
    made = history.copy()
    made["p_alive"] = purchases.p_alive(history)
    money = spend.expected(history)
    upto, worth = np.zeros(len(made)), np.zeros(len(made))
    for k, factor in enumerate(discount(np.arange(1, last + 1), rate), start=1):
        now = purchases.expected(history, k * each)
        worth += (now - upto) * factor
        upto = now
    made["expected"], made["spend"], made["clv"] = upto, money, margin * money * worth
    return made
