"""The desk: what students and teachers touch."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmlab.notebook import open_lab

__all__ = ["open_lab"]


def __getattr__(name: str) -> Any:
    """Hand on `open_lab` when it is asked for: `import crmlab` itself loads nothing heavy."""
    if name == "open_lab":
        from crmlab.notebook import open_lab

        return open_lab
    raise AttributeError(f"module 'crmlab' has no attribute {name!r}")
