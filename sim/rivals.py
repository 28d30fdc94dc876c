"""What the firm cannot help: rivals with prices, quality and campaigns, and staff who leave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market_settings import Section
from sim.streams import Streams


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
        rivals, staff = np.arange(told.count), np.arange(settings.staff.count)
        keep, spread = told.price_keep, np.sqrt(1 - told.price_keep**2)
        price = [world.normals("price", rivals)]
        quality = [world.normals("quality", rivals)]
        for month in range(1, months):
            price.append(keep * price[-1] + spread * world.normals("price", rivals, month))
            quality.append(keep * quality[-1] + spread * world.normals("quality", rivals, month))
        campaign = [world.uniforms("campaign", rivals, m) < told.campaign_share for m in range(months)]
        leaves = [world.uniforms("leaves", staff, m) < settings.staff.leaving for m in range(months)]
        prices = 1.0 + told.price_sd * np.array(price) - told.campaign_price * np.array(campaign)
        return cls(prices, np.array(quality), np.array(campaign), np.array(leaves))

    def price_gap(self, month: int, ours: float) -> float:
        """Return how much dearer we are than the cheapest third of the rivals, a share of our price."""
        cheapest = np.sort(self.price[month])[: max(1, self.price.shape[1] // 3)].mean()
        return float(ours - cheapest)

    def noise(self, month: int, each: float) -> float:
        """Return how much rivals make themselves heard: campaigns and better quality."""
        return float(each * self.campaign[month].sum() + 0.1 * max(self.quality[month].max(), 0.0))
