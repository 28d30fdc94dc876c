"""The market: `Market` tells its story month by month; every other file of this folder is a step of a month or its table."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.market.market import Market

__all__ = ["Market"]


def __getattr__(name: str) -> Any:
    """Hand on the market when it is asked for: its parts are read without it."""
    if name in __all__:
        from sim.market import market

        return getattr(market, name)
    raise AttributeError(f"module 'sim.market' has no attribute {name!r}")
