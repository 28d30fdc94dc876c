"""Django's questions about permissions, answered from the roles: there are no tables of permissions to keep."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from crmlab.crm.roles import NOBODY, role_of


class RoleBackend(ModelBackend):
    """Django's questions about permissions, answered from the roles."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Let nobody in by a password: the launch token is the key."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether a user may do "crm.<act>_<table>"."""
        app, _, code = perm.partition(".")
        act, _, table = code.partition("_")
        return app == "crm" and role_of(user_obj).on(table, act)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Return whether a user sees anything of an application."""
        return app_label == "crm" and role_of(user_obj) is not NOBODY

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return none: the roles are asked one question at a time."""
        return set()
