"""The pages, one file a group."""


def register() -> None:
    """Put every page on the desk."""
    from crmlab.crm.admin import customers, desk, marketing, selling, service
    from crmlab.crm.admin.site import desk as site

    for group in (customers, selling, service, marketing, desk):
        for model, page in group.PAGES.items():
            site.register(model, page)
    from crmlab.crm import signals

    signals.connect()
