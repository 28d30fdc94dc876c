"""The scene of one month: its settings, its days, what rivals do, and the levers the firm has set."""

from dataclasses import dataclass

from numpy.typing import NDArray

from sim.market.almanac import Almanac
from sim.market.settings import Section
from sim.streams import Streams


@dataclass(frozen=True)
class Levers:
    """What the firm has set for a month; the values here are business as usual.

    `price` multiplies all prices; `agents` the staff of the hotline; `faq` is 0 (none) to 1 (full); `quality`
    and `service` are extra budgets in doublings; `follow_up` calls complainers after three days; `mode` is
    the loyalty programme, "" for none.
    """

    price: float = 1.0
    agents: float = 1.0
    faq: float = 0.0
    quality: float = 0.0
    service: float = 0.0
    follow_up: bool = False
    mode: str = ""


@dataclass(frozen=True)
class Scene:
    """One month as everybody meets it; `price_gap` to rivals, their `noise`, who of the staff `leaves`."""

    settings: Section
    streams: Streams
    almanac: Almanac
    month: int
    levers: Levers
    price_gap: float
    noise: float
    leaves: NDArray
