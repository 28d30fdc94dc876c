"""The CRM with many customers: as many questions to the file with ten times the rows, and none that reads a whole table."""

import re

import pytest

FEW, MANY = 60, 600
BIG = ("account", "person", "activity", "order", "loyaltyentry", "opportunity")


def grown(count):
    """So many of every table that a firm has many of, all but the accounts hanging on account 1."""
    from datetime import date

    from crmlab.crm import models as m
    from crmlab.crm import search
    from crmlab.crm.loading import insert

    ids = list(range(1, count + 1))
    insert(
        m.Account,
        count,
        {"id": ids, "name": [f"客户{n}" for n in ids], "phone": [f"1380013{n:04d}" for n in ids]},
    )
    insert(m.Person, count, {"id": ids, "account": 1, "name": "李明"})
    insert(m.Opportunity, count, {"id": ids, "account": 1, "person": ids, "name": "订货", "amount": "100.00"})
    insert(m.Activity, count, {"id": ids, "account": 1, "opportunity": ids, "owner": 1, "who": "李明"})
    insert(
        m.Order,
        count,
        {"id": ids, "number": [f"D{n}" for n in ids], "account": ids, "ordered_on": date(2026, 9, 1)},
    )
    insert(m.LoyaltyEntry, count, {"id": ids, "account": ids, "delta": 1})
    insert(m.Campaign, 1, {"id": [1], "name": "六一"})
    insert(m.Response, count, {"id": ids, "campaign": 1, "account": ids})
    search.refill()


def asked(client, address):
    """The statements a page sends to the file, with their values; and the page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        page = client.get(f"/crm/{address}")
    assert page.status_code == 200, address
    return [one["sql"] for one in caught.captured_queries], page.text


def emptied():
    from crmlab.crm.models import RECORDS

    for model in reversed(RECORDS):
        model.everything.all()._raw_delete("default")


PAGES = [
    "", "calendar/", "crm/campaign/1/change/", "pop/?phone=13800130007", "crm/account/?q=1380013000",
    *(f"crm/{name}/" for name in BIG), *(f"crm/{name}/add/" for name in BIG),
    *(f"crm/{name}/1/change/" for name in BIG),
]  # fmt: skip


@pytest.mark.slow
def test_ten_times_the_customers_ask_no_more_of_the_file_and_send_no_longer_pages(book, seen_by):
    from django.contrib.auth import get_user_model

    from crmlab.crm.models import ColumnChoice

    client = seen_by("manager")
    # every record that a list can point to, as columns of one's own
    ColumnChoice.objects.create(
        user=get_user_model().objects.get(username="manager"),
        model="activity",
        columns=["who", "account", "opportunity", "owner"],
    )
    seen = []
    for count in (FEW, MANY):
        emptied()
        grown(count)
        for page in PAGES:  # what is asked for once a process is then known
            asked(client, page)
        seen.append({page: asked(client, page) for page in PAGES})
    for page in PAGES:
        few, many = (one[page] for one in seen)
        assert len(few[0]) == len(many[0]) < 40, page
        assert len(many[1]) < 1.2 * len(few[1]) + 2000, page


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    ["pop/?phone=13800130007", "crm/account/7/change/", "crm/person/7/change/", "crm/order/7/change/"],
)
def test_one_customer_is_found_without_reading_the_others(book, seen_by, address):
    grown(MANY)
    read = [line for sql in asked(seen_by("manager"), address)[0] for line in plan(sql)]
    assert any(line.startswith("SEARCH crm_") for line in read)
    assert [line for line in read if re.match(rf"SCAN crm_({'|'.join(BIG)})(?! USING COVERING)", line)] == []


def test_part_of_a_name_or_number_is_found_by_the_index(book, seen_by):
    grown(MANY)
    for text in ("户59", "0130059"):
        statements, page = asked(seen_by("manager"), f"crm/account/?q={text}")
        assert "客户59" in page
        listed = next(sql for sql in statements if 'ORDER BY "crm_account"."id" DESC' in sql)
        assert any("crm_search" in line and "VIRTUAL TABLE" in line for line in plan(listed)) == (
            len(text) > 2
        )
        assert not any(line.startswith("SCAN crm_account") for line in plan(listed))


def plan(sql):
    """What SQLite says it will do for a statement."""
    from django.db import connection

    if not sql.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        return [line[3] for line in cursor.fetchall()]


def test_a_busy_day_of_the_calendar_shows_a_few_and_leads_to_all(book, seen_by):
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from crmlab.crm.loading import insert
    from crmlab.crm.models import Activity

    moment = datetime(2026, 9, 1, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    insert(Activity, 9, {"at": moment, "who": "李明", "next_on": date(2026, 9, 30)})
    insert(Activity, 1, {"at": moment.replace(day=2), "who": "王五"})
    page = seen_by("csr").get("/crm/calendar/?month=2026-09").text
    assert (page.count("李明"), page.count("王五"), page.count("还有 3 条")) == (12, 1, 2)
    for address in re.findall(r'class="crm-more" href="([^"]*)"', page):
        listed = seen_by("csr").get(address.replace("&amp;", "&")).context["cl"]
        assert listed.result_count == 9
