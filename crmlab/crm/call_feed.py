"""The call cards of a student put on the workbench of the practice CRM, one after another beside the call record."""

from typing import TYPE_CHECKING

from django.db import transaction

from crmlab.crm.models import DeskEvent

if TYPE_CHECKING:
    import pandas as pd


def put(cards: "pd.DataFrame", *, lang: str) -> int:
    """Put calls of a table `call_cards` on the workbench, in a language; return how many are new or new in their text.

    Records that were made of calls are no part of this and stay; a call whose text is the same keeps whether it is done.
    """
    made = 0
    with transaction.atomic():
        for row in cards.to_dict("records"):
            told = {"at": row["at"], "kind": "call_in", "text": row[f"note_{lang}"], "phone": row["number"]}
            there = DeskEvent.objects.filter(name=row["call_id"]).first()
            if there is not None and all(getattr(there, name) == value for name, value in told.items()):
                continue
            DeskEvent.objects.update_or_create(name=row["call_id"], defaults={**told, "done_at": None})
            made += 1
    return made
