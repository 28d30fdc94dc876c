"""The door: the launch token lets one in, once; without it there is nothing to see."""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.utils import translation

from crmlab.crm.words import _

HEADER = "X-Crm-Token"
PARAMETER = "token"
BACKEND = "crmlab.crm.permissions.RoleBackend"


class Door:
    """Middleware: a token in the address or in a header of the proxy opens a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the page, a redirect without the token, or a refusal."""
        translation.activate(settings.LANGUAGE_CODE)  # this place's, whatever the thread spoke before
        named = request.GET.get(PARAMETER, "")
        if named and self._right(named):
            self._let_in(request)
            return HttpResponseRedirect(request.path)
        if not request.user.is_authenticated:
            if not self._right(request.headers.get(HEADER, "")):
                return HttpResponseForbidden(
                    str(_("请用启动时显示的网址打开客户关系管理系统")),
                    content_type="text/plain; charset=utf-8",
                )
            self._let_in(request)
        return self.get_response(request)

    @staticmethod
    def _right(token: str) -> bool:
        return secrets.compare_digest(token.encode(), settings.CRM_PLACE.token.encode())

    @staticmethod
    def _let_in(request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            become(request, settings.CRM_PLACE.role)


def become(request: Any, role: str) -> None:
    """Go on as the demo user of a role."""
    login(request, get_user_model().objects.get(username=role), backend=BACKEND)
