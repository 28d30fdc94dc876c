"""Consent: who has agreed to what, and that nobody gets into a campaign without it."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from crmlab.crm.admin.base import VersionedForm
from crmlab.crm.models import Account, Consent
from crmlab.crm.words import _


def agreed(account: Account, purpose: str, on: date | None = None) -> bool:
    """Return whether an account's consent to `purpose` holds on a day (today unless told)."""
    day = on or timezone.localdate()
    held = Consent.objects.filter(account=account, purpose=purpose, given_on__lte=day)
    return held.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=day)).exists()


class MemberForm(VersionedForm):
    """A member of a campaign; refused without consent to the campaign's purpose."""

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for an account that has not agreed."""
        cleaned = super().clean()
        campaign, account = cleaned.get("campaign"), cleaned.get("account")
        if campaign and account and not self.instance.pk and not agreed(account, campaign.purpose):
            raise forms.ValidationError(
                _("{account} 没有同意把资料用于“{purpose}”；请先征得同意并登记，或不放进这个活动").format(
                    account=account, purpose=campaign.get_purpose_display()
                )
            )
        return cleaned
