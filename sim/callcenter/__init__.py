"""The contact centre: `Centre` runs one day; every other file of this folder is a part of it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.callcenter.centre import Carry, Centre, Results

__all__ = ["Carry", "Centre", "Results"]


def __getattr__(name: str) -> Any:
    """Hand on the centre when it is asked for: its parts, such as the laws of a scenario, are read without it."""
    if name in __all__:
        from sim.callcenter import centre

        return getattr(centre, name)
    raise AttributeError(f"module 'sim.callcenter' has no attribute {name!r}")
