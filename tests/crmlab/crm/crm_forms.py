"""What the tests of the CRM share: its secrets, and what a browser would send back from a form."""

from typing import Any

TOKEN = "open-sesame"
PHONE, MAIL = "13800138000", "weili@mail.example"


def form_of(client: Any, url: str) -> dict[str, Any]:
    """What a browser would send back from the form at `url`, nothing changed."""
    form = client.get(url).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value is not None and value is not False}
    for formset in client.get(url).context["inline_admin_formsets"]:
        management = formset.formset.management_form
        sent |= {management.add_prefix(name): management[name].value() for name in management.fields}
        for one in formset.formset.forms:
            sent |= {one.add_prefix(name): one[name].value() or "" for name in one.fields}
    return sent
