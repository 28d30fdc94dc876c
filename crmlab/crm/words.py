"""What the pages of the CRM say, in the language they are shown in: `_("…")` is read when it is shown."""

from django.utils.functional import lazy
from django.utils.translation import get_language

from crmlab.language import translator


def say(chinese: str) -> str:
    """Return a text of ours in the language of the page; Chinese outside any page."""
    return translator("en" if (get_language() or "").startswith("en") else "zh")(chinese)


_ = lazy(say, str)
PLEASE = ("", _("请选择…"))
"""The choice that a list begins with where nothing is chosen yet."""
