"""Role-play: simulated customers one can talk to, and the reading of what a trainee says to them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmlab.roleplay.tagging.tagger import tag

__all__ = ["tag"]


def __getattr__(name: str) -> Any:
    """Hand on `tag` when it is asked for: the package itself loads nothing heavy."""
    if name == "tag":
        from crmlab.roleplay.tagging.tagger import tag

        return tag
    raise AttributeError(f"module 'crmlab.roleplay' has no attribute {name!r}")
