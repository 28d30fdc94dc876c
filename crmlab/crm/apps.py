"""The CRM as Django knows it."""

from django.apps import AppConfig

from crmlab.crm.words import _


class CrmConfig(AppConfig):
    """The one application of ours."""

    name = "crmlab.crm"
    label = "crm"
    verbose_name = _("客户关系管理")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register every page."""
        from django.contrib.auth.models import User

        from crmlab.crm import admin
        from crmlab.crm.roles import named

        User.add_to_class("__str__", named)  # the users are roles; Django would show their keys
        admin.register()
