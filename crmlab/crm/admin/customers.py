"""Pages of accounts, contact persons and leads."""

from django.contrib import admin

from crmlab.crm.admin.base import RecordAdmin
from crmlab.crm.admin.deeds import Deeds, Overdue
from crmlab.crm.admin.linked import Linked
from crmlab.crm.models import Account, Activity, Case, Lead, Opportunity, Order, Person


class People(Linked):
    """The contact persons of an account."""

    model = Person
    fk_name = "account"
    fields = ("name", "position", "say", "phone")


class Cases(Linked):
    """The cases of an account."""

    model = Case
    fields = ("number", "title", "status", "deadline")


class Opportunities(Linked):
    """The opportunities of an account."""

    model = Opportunity
    fields = ("name", "stage", "amount", "closes_on")


class Activities(Linked):
    """What was done with an account or a person."""

    model = Activity
    fields = ("at", "kind", "who", "reason", "result", "next_step", "done")


class Orders(Linked):
    """The orders of an account."""

    model = Order
    fields = ("number", "ordered_on", "amount")


class AccountAdmin(Deeds, RecordAdmin):
    """Accounts."""

    list_display = ("number", "name", "kind", "industry", "phone", "city", "stage", "abc", "vip")
    list_display_links = ("number", "name")
    list_filter = ("kind", "stage", "abc", "tier", "vip", "fleet", "difficult", "province", Overdue)
    actions = ("merge", "erase", "put_back")
    chosen = ("kind",)
    inlines = (People, Opportunities, Cases, Activities, Orders)


class PersonAdmin(Deeds, RecordAdmin):
    """Contact persons."""

    list_display = ("name", "account", "position", "say", "phone", "e_mail")
    list_filter = ("say", "gender", Overdue)
    actions = ("merge", "erase", "put_back")
    autocomplete_fields = ("account",)
    inlines = (Activities,)


class LeadAdmin(RecordAdmin):
    """Leads."""

    list_display = ("name", "company", "three_letters", "phone", "status", "action")
    list_filter = ("status", "money", "authority", "need", "channel")
    autocomplete_fields = ("account",)

    @admin.display(description="MAN")
    def three_letters(self, lead: Lead) -> str:
        """Return the three letters."""
        return lead.man


PAGES = {Account: AccountAdmin, Person: PersonAdmin, Lead: LeadAdmin}
