"""Where one CRM lives: its file, its address, its token, its language."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from crmlab.language import require

FILE = "crm.sqlite3"
ROLES = ("csr", "leader", "sales", "marketing", "manager", "teacher")
DEFAULT = "manager"
"""The role of whoever opens a CRM that names none: who may do everything."""


@dataclass(frozen=True)
class Place:
    """One CRM to be opened; `base` is the path its pages begin with, like "/crm/"."""

    database: Path
    base: str = "/crm/"
    lang: str = "zh"
    role: str = DEFAULT
    """Whose eyes one sees it with after opening; the page lets one change."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    proxied: bool = False
    """Whether JupyterLab stands in front: then any name of the machine is right, and frames of its own."""

    shelf: Path | None = None
    """The student's folder, when one may turn from one project's CRM to another's."""

    def __post_init__(self) -> None:
        require(self.lang)
        if self.role not in ROLES:
            from crmlab.errors import LabError

            raise LabError(f"没有角色 {self.role}；可用的角色：{'、'.join(ROLES)}")
