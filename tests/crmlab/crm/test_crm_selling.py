"""Selling and loyalty: the forecast by stage and probability, the ledger as the customer's page and list show it."""

from decimal import Decimal

import pytest

PIPELINE = [  # stage, amount, probability, what it counts for
    ("contact", "1000.00", 10, "100.00"),
    ("contact", "333.33", 10, "33.33"),
    ("talks", "20000.00", 75, "15000.00"),
    ("won", "500.00", 40, "500.00"),
    ("lost", "800.00", 90, "0.00"),
]


@pytest.fixture
def sales(weili):
    from crmlab.crm.models import Opportunity

    for stage, amount, probability, _counts in PIPELINE:
        one = Opportunity(
            name="订货", account=weili, stage=stage, amount=Decimal(amount), probability=probability
        )
        one.save()
    gone = Opportunity(name="误", account=weili, stage="talks", amount=Decimal(9), probability=100)
    gone.save()
    gone.recycle()


def test_the_workbench_counts_each_stage_with_amount_and_forecast(sales, seen_by):
    lines = {one["key"]: one for one in seen_by("sales").get("/crm/").context["stages"]}
    assert list(lines) == ["contact", "need", "offer", "talks", "won", "lost"]
    told = {key: (one["count"], one["amount"], one["forecast"]) for key, one in lines.items()}
    assert told == {
        "contact": (2, Decimal("1333.33"), Decimal("133.33")),
        "need": (0, 0, 0),
        "offer": (0, 0, 0),
        "talks": (1, Decimal(20000), Decimal(15000)),
        "won": (1, Decimal(500), Decimal(500)),
        "lost": (1, Decimal(800), 0),
    }


def test_the_list_shows_what_each_opportunity_counts_for(sales, seen_by):
    from crmlab.crm.models import Opportunity

    assert sorted(str(one.forecast) for one in Opportunity.objects.all()) == sorted(
        one[3] for one in PIPELINE
    )
    page = seen_by("sales").get("/crm/crm/opportunity/").text
    assert "预测（元）" in page and all(f">{one[3]}<" in page for one in PIPELINE)


@pytest.mark.parametrize("change", [{"probability": 101}, {"amount": "-1"}, {"stage": "dream"}])
def test_a_forecast_that_cannot_be_is_refused(weili, change):
    from django.core.exceptions import ValidationError

    from crmlab.crm.models import Opportunity

    with pytest.raises(ValidationError, match=next(iter(change))):
        Opportunity(**{"name": "订货", "account": weili, "amount": Decimal(1)} | change).full_clean()


def test_the_ledger_is_read_and_filtered_and_no_line_is_changed(weili, seen_by):
    from crmlab.crm.models import LoyaltyEntry

    for delta, balance in ((120, 120), (-100, 20)):
        LoyaltyEntry(
            account=weili, delta=delta, balance=balance, kind="earn" if delta > 0 else "redeem"
        ).save()
    client = seen_by("manager")
    listed = client.get("/crm/crm/loyaltyentry/?kind__exact=redeem").context["cl"]
    assert [(one.delta, one.balance) for one in listed.result_list] == [(-100, 20)]
    first = LoyaltyEntry.objects.earliest("id")
    url = f"/crm/crm/loyaltyentry/{first.pk}/change/"
    page = client.get(url)
    assert page.status_code == 200 and 'name="delta"' not in page.text
    assert client.post(url, {"delta": 999}).status_code == 403
    first.refresh_from_db()
    assert first.delta == 120
    assert seen_by("csr").get("/crm/crm/loyaltyentry/").status_code == 200
