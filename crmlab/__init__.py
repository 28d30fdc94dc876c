"""The desk: what students and teachers touch."""

from typing import Any

__all__ = ["open_lab"]


def __getattr__(name: str) -> Any:
    """Load `open_lab` when a notebook asks for it, so that `import crmlab` costs nothing."""
    if name == "open_lab":
        from crmlab.notebook import open_lab

        return open_lab
    raise AttributeError(f"module 'crmlab' has no attribute {name!r}")
