"""Pages of consent, campaigns, responses, surveys and the loyalty ledger."""

from typing import Any

from django.http import HttpRequest

from crmlab.crm.admin.base import RecordAdmin
from crmlab.crm.admin.linked import Linked
from crmlab.crm.consent import MemberForm
from crmlab.crm.models import Campaign, Consent, LoyaltyEntry, Response, Survey


class ConsentAdmin(RecordAdmin):
    """Consent."""

    list_display = ("account", "purpose", "given_on", "how", "withdrawn_on")
    list_filter = ("purpose",)
    autocomplete_fields = ("account",)


class Responses(Linked):
    """Who is in a campaign."""

    model = Response
    fields = ("account", "answer", "answered_on")


class CampaignAdmin(RecordAdmin):
    """Campaigns."""

    list_display = ("name", "purpose", "starts_on", "ends_on", "budget")
    list_filter = ("purpose",)
    inlines = (Responses,)


class ResponseAdmin(RecordAdmin):
    """Members of campaigns and their answers."""

    form = MemberForm
    list_display = ("campaign", "account", "answer", "answered_on")
    list_filter = ("answer", "campaign")
    autocomplete_fields = ("campaign", "account")


class SurveyAdmin(RecordAdmin):
    """Survey replies."""

    list_display = ("account", "answered_on", "satisfaction", "recommend", "effort")
    list_filter = ("recommend", "satisfaction")
    autocomplete_fields = ("account",)


class LoyaltyAdmin(RecordAdmin):
    """The loyalty ledger: lines are added, never changed."""

    list_display = ("account", "booked_on", "kind", "delta", "balance")
    list_filter = ("kind",)
    autocomplete_fields = ("account",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no: a wrong line is set right by another one."""
        return False


PAGES = {
    Consent: ConsentAdmin,
    Campaign: CampaignAdmin,
    Response: ResponseAdmin,
    Survey: SurveyAdmin,
    LoyaltyEntry: LoyaltyAdmin,
}
