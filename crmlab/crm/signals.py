"""What follows from saving a record: its row of the index, wherever it was saved from."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from crmlab.crm import search


def connect() -> None:
    """Keep the index in step with every table that can be found."""
    for model in search.CODES:
        post_save.connect(_saved, sender=model, dispatch_uid=f"index {model.__name__}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"forget {model.__name__}")


def _saved(sender: Any, instance: Any, raw: bool = False, **_: Any) -> None:
    if not raw:
        search.index(instance)


def _deleted(sender: Any, instance: Any, **_: Any) -> None:
    search.forget(instance)
