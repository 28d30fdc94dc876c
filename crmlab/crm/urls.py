"""The addresses of the pages, all under the base of the place."""

from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, path


def patterns() -> list[URLPattern | URLResolver]:
    """Return the addresses for the place of now."""
    from crmlab.crm.admin.site import desk

    urls: Any = desk.urls
    return [path(settings.CRM_PLACE.base.strip("/") + "/", urls)]


urlpatterns = patterns()
