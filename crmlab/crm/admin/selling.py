"""Pages of opportunities, quotes and orders."""

from decimal import Decimal

from django.contrib import admin

from crmlab.crm.admin.base import RecordAdmin
from crmlab.crm.admin.linked import Linked
from crmlab.crm.models import Activity, Opportunity, Order, Quote
from crmlab.crm.words import _


class Quotes(Linked):
    """The quotes of an opportunity."""

    model = Quote
    fields = ("number", "product", "quantity", "price", "status")


class Steps(Linked):
    """What was done for an opportunity."""

    model = Activity
    fields = ("at", "kind", "who", "result", "next_step", "done")


class OpportunityAdmin(RecordAdmin):
    """Opportunities."""

    list_display = ("name", "account", "stage", "amount", "probability", "expected", "closes_on")
    list_filter = ("stage", "closes_on")
    autocomplete_fields = ("account", "person")
    date_hierarchy = "closes_on"
    inlines = (Quotes, Steps)

    @admin.display(description=_("预测（元）"))
    def expected(self, opportunity: Opportunity) -> Decimal:
        """Return amount times probability, yuan."""
        return opportunity.forecast


class QuoteAdmin(RecordAdmin):
    """Quotes."""

    list_display = ("number", "account", "product", "quantity", "price", "total", "status")
    list_filter = ("status",)
    autocomplete_fields = ("account", "opportunity")

    @admin.display(description=_("金额（元）"))
    def total(self, quote: Quote) -> Decimal:
        """Return quantity times price, yuan."""
        return quote.amount


class OrderAdmin(RecordAdmin):
    """Orders."""

    list_display = ("number", "account", "ordered_on", "site", "amount")
    list_filter = ("site",)
    autocomplete_fields = ("account", "quote")
    date_hierarchy = "ordered_on"


PAGES = {Opportunity: OpportunityAdmin, Quote: QuoteAdmin, Order: OrderAdmin}
