"""The instruments of a firm: `read` reads them all at the end of a story; every other file of this folder is one of them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.instruments.instruments import SEEN, TRUTH, Read, read

__all__ = ["SEEN", "TRUTH", "Read", "read"]


def __getattr__(name: str) -> Any:
    """Hand on what reads them all when it is asked for: the market itself needs one or two of them."""
    if name in __all__:
        from sim.instruments import instruments

        return getattr(instruments, name)
    raise AttributeError(f"module 'sim.instruments' has no attribute {name!r}")
