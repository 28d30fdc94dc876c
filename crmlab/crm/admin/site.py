"""The desk: Django's admin with the workbench as its first page."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language

from crmlab.crm.roles import role_of, roles
from crmlab.crm.shelf import books, turn_to
from crmlab.crm.words import _


class Desk(AdminSite):
    """The pages of the CRM."""

    site_header = _("客户关系管理")
    site_title = _("客户关系管理")
    index_title = _("工作台")
    index_template = "crm/workbench.html"
    site_url = None
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the visitor has a role."""
        return role_of(request.user).key in roles()

    def get_urls(self) -> list[Any]:
        """Return the admin's addresses and ours."""
        from crmlab.crm import calendar_page, complaint_page, desk_feed, my_lists, workbench

        own = [
            path("book/", self.admin_view(change_book), name="book"),
            path("enter/<str:project>/<str:page>/", self.admin_view(enter), name="enter"),
            path("complaints/", self.admin_view(complaint_page.page), name="complaints"),
            path("role/", self.admin_view(change_role), name="role"),
            path("record/", self.admin_view(workbench.record), name="record"),
            path("event/", self.admin_view(desk_feed.move_on), name="move_on"),
            path("pop/", self.admin_view(workbench.pop), name="pop"),
            path("duplicates/", self.admin_view(workbench.duplicates), name="duplicates"),
            path("my/<str:name>/", self.admin_view(my_lists.change), name="my_list"),
            path("calendar/", self.admin_view(calendar_page.page), name="calendar"),
        ]
        return own + super().get_urls()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page knows: the roles one may look through."""
        mine, english = role_of(request.user), (get_language() or "").startswith("en")
        choices = [
            (role.key, role.en if english else role.zh, role.key == mine.key) for role in roles().values()
        ]
        words = {
            "book": _("项目"),
            "role": _("角色"), "change": _("切换"), "calendar": _("日程"), "home": _("工作台"), "all": _("全选"),
        }  # fmt: skip
        place = settings.CRM_PLACE
        shelf = books(place.shelf) if place.shelf else []
        told = {"crm_books": [(book.project, book.title, book.path == place.database) for book in shelf]}
        return {
            **super().each_context(request),
            **told,
            "crm_roles": choices,
            "crm_words": words,
            "crm_role": mine,
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Return the workbench."""
        from crmlab.crm import workbench

        return super().index(request, {**(extra_context or {}), **workbench.context(request)})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the tables in the order of the work, customers first."""
        from crmlab.crm.models import RECORDS

        order = {model: place for place, model in enumerate(RECORDS)}
        listed = super().get_app_list(request, app_label)
        for app in listed:
            app["models"].sort(key=lambda told: order.get(told["model"], len(order)))
        return listed

    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Go to the first page: the door has let the visitor in, or refused."""
        return HttpResponseRedirect(reverse("admin:index"))


def change_role(request: HttpRequest) -> HttpResponse:
    """Go on in another role: the practice CRM is one person's, who looks at it with six pairs of eyes."""
    from crmlab.crm.door import become

    wanted = request.POST.get("role", "")
    if request.method != "POST" or wanted not in roles():
        return HttpResponseBadRequest(str(_("没有这个角色；请从页面上方的列表里选")))
    become(request, wanted)
    return HttpResponseRedirect(reverse("admin:index"))


def change_book(request: HttpRequest) -> HttpResponse:
    """Turn to another project's CRM; a page of the one before that is still open can no longer be sent."""
    from crmlab.crm.book import prepare
    from crmlab.errors import LabError

    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:index"))
    try:
        prepare(turn_to(settings.CRM_PLACE, request.POST.get("project", "")))
    except LabError as refusal:
        return HttpResponseBadRequest(str(refusal), content_type="text/plain; charset=utf-8")
    return HttpResponseRedirect(reverse("admin:index"))


def enter(request: HttpRequest, project: str, page: str) -> HttpResponse:
    """Open a page in the CRM of a project, as a notebook's link asks: turn to that project's file where another is open."""
    from crmlab.crm.book import prepare
    from crmlab.errors import LabError

    place = settings.CRM_PLACE
    try:
        wanted = turn_to(place, project) if place.shelf else place
        if wanted.database != place.database:
            prepare(wanted)
    except LabError as refusal:
        return HttpResponseBadRequest(str(refusal), content_type="text/plain; charset=utf-8")
    from crmlab.crm import complaint_page

    part = complaint_page.PARTS[0] if page not in complaint_page.PARTS else page
    to = reverse("admin:index") if page == "bench" else f"{reverse('admin:complaints')}?part={part}"
    return HttpResponseRedirect(to)


desk = Desk(name="admin")
