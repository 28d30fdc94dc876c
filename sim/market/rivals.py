"""What the firm cannot help: rivals with prices, quality and campaigns, and staff who leave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market.bell import pair
from sim.market.settings import Section
from sim.streams import Streams

STEP = 1000  # rivals, or members of staff, at most
RAISED = 2.0  # a rise of our own, beside a price of the rivals


@dataclass(frozen=True)
class Surroundings:
    """Month by month: `price[m, r]` of rival r (1 = ours at the start), `quality`, whether a `campaign` runs,
    and `leaves[m, k]`, whether member k of our staff leaves and goes to a rival.
    """

    price: NDArray[np.float64]
    quality: NDArray[np.float64]
    campaign: NDArray[np.bool_]
    leaves: NDArray[np.bool_]

    @classmethod
    def of(cls, settings: Section, streams: Streams, months: int) -> "Surroundings":
        """Return the surroundings of a market; month m does not depend on how many months are asked for."""
        told, world = settings.rivals, streams.under("world")
        month = np.arange(months)[:, None] * STEP
        rivals = (month + np.arange(told.count)).ravel()
        numbers = world.quads("rivals", rivals, blocks=2).reshape(8, months, told.count)
        price, quality = pair(numbers[0], numbers[1])
        keep, fresh = told.price_keep, np.sqrt(1 - told.price_keep**2)
        for now in range(1, months):
            price[now] = keep * price[now - 1] + fresh * price[now]
            quality[now] = keep * quality[now - 1] + fresh * quality[now]
        campaign = numbers[4] < told.campaign_share
        staff = (month + np.arange(settings.staff.count)).ravel()
        leaves = world.quads("staff", staff)[0].reshape(months, -1) < settings.staff.leaving
        prices = 1.0 + told.price_sd * price - told.campaign_price * campaign
        return cls(prices, quality, campaign, leaves)

    def price_gap(self, month: int, ours: float) -> float:
        """Return how much dearer we are than the cheapest third of the rivals, as customers feel it: a share of our price.

        What we have made dearer ourselves counts `RAISED` times: customers remember what they used to pay, and
        losses weigh double or more (Kahneman and Tversky).
        """
        cheapest = np.sort(self.price[month])[: max(1, self.price.shape[1] // 3)].mean()
        return float(ours - cheapest) + (RAISED - 1.0) * max(ours - 1.0, 0.0)

    def noise(self, month: int, each: float) -> float:
        """Return how much rivals make themselves heard: campaigns and better quality."""
        return float(each * self.campaign[month].sum() + 0.1 * max(self.quality[month].max(), 0.0))
