"""A market's tables made into a CRM: every row there, dates and words right, whole or not at all."""

import re

import pandas as pd
import pytest

from crmlab.crm import inspect, market
from crmlab.errors import LabError
from crmlab.places import DATASETS

pytestmark = pytest.mark.slow  # whole markets are loaded

DEMO = DATASETS / "retail" / "demo"
CONTRACTS = DATASETS / "subscription" / "demo"
FIRMS = DATASETS / "business" / "demo"


def test_every_customer_order_point_and_consent_is_there(book):
    from crmlab.crm.loading import load

    done = load(market.find("retail"))
    seen, customers = inspect(book), pd.read_parquet(DEMO / "customers.parquet")
    assert done["account"] == len(customers) == len(seen["account"]) == len(seen["person"])
    joined = customers.set_index("customer_id").join(seen["account"].set_index("id"), rsuffix="_crm")
    assert (joined["phone"] == joined["phone_crm"]).all() and (joined["name"] == joined["name_crm"]).all()
    assert len(seen["consent"]) == customers["consent"].sum()
    orders = pd.read_parquet(DEMO / "orders.parquet")
    assert seen["order"]["amount"].sum() == pytest.approx(orders["amount"].sum(), abs=0.01)
    assert len(seen["loyaltyentry"]) == len(pd.read_parquet(DEMO / "loyalty_ledger.parquet"))
    assert seen.oddities == ()


@pytest.mark.parametrize("folder", [DEMO, CONTRACTS, FIRMS], ids=["retail", "subscription", "business"])
def test_surveys_and_campaigns_come_with_the_customers(book, folder):
    from crmlab.crm.loading import load

    load(folder)
    seen = inspect(book)
    answers = pd.read_parquet(folder / "survey_answers.parquet")
    for column, code in (("satisfaction", "csat"), ("recommend", "nps"), ("effort", "ces")):
        theirs = answers[answers["instrument"] == code].groupby("customer_id")["score"].sum()
        ours = seen["survey"].dropna(subset=column).groupby("account_id")[column].sum()
        assert ours.astype(int).to_dict() == theirs.to_dict()
    month, first = (
        int(answers["survey_id"].iloc[0] % 1000),
        pd.read_parquet(folder / "calendar.parquet")["date"],
    )
    last = pd.Timestamp(first.iloc[0]) + pd.offsets.MonthEnd(month + 1)
    assert (seen["survey"]["answered_on"] == last).any()
    sent = pd.read_parquet(folder / "exposures.parquet").query("delivered")
    assert len(seen["campaign"]) == len(sent[["campaign", "day"]].drop_duplicates())
    assert len(seen["response"]) == len(sent[["campaign", "day", "customer_id"]].drop_duplicates())
    told = seen["response"].merge(seen["campaign"], left_on="campaign_id", right_on="id")
    assert told.groupby("name").size().sum() == len(seen["response"]) > 0
    assert seen.oddities == ()


def test_dates_are_those_of_the_market_s_calendar(book):
    from crmlab.crm.loading import load

    load(DEMO)
    calendar = pd.read_parquet(DEMO / "calendar.parquet").set_index("day")["date"]
    orders = pd.read_parquet(DEMO / "orders.parquet")
    seen = inspect(book)["order"].set_index("number")["ordered_on"].dt.strftime("%Y-%m-%d")
    assert (
        seen.loc[[f"D{one}" for one in orders["order_id"]]].to_numpy()
        == calendar.loc[orders["day"]].to_numpy()
    ).all()


@pytest.mark.parametrize("folder", [DEMO, CONTRACTS, FIRMS], ids=["retail", "subscription", "business"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_codes_read_as_words_in_both_languages(book, lang, folder):
    from crmlab.crm.loading import load

    load(folder, lang=lang)
    seen = inspect(book)
    words = [
        *seen["account"]["channel"],
        *seen["order"]["site"],
        *seen["activity"]["result"],
        *seen["lead"]["channel"],
    ]
    assert len(set(words)) > 20
    assert not re.search(
        r"social_media|old_customers|return_refund|\bonline\b|wrong_bill|[（(：]none|short_term|False",
        " ".join(words),
    )
    assert {bool(re.search(r"[\u4e00-\u9fff]", word)) for word in words} == {lang == "zh"}


def test_loaded_customers_are_found_and_their_first_change_keeps_what_was(book, seen_by):
    from crmlab.crm.loading import load
    from crmlab.crm.models import Account

    load(DEMO)
    one = Account.objects.get(pk=1)
    assert one.name in seen_by("manager").get(f"/crm/crm/account/?q={one.phone[3:9]}").text
    before = one.phone
    one.phone = "13700000000"
    one.save()
    assert [state.phone for state in one.history.all()] == ["13700000000", before]


def test_a_crm_with_customers_is_not_loaded_over(weili, book):
    from crmlab.crm.loading import load

    with pytest.raises(LabError, match="已经有客户"):
        load(DEMO)
    assert len(inspect(book)["account"]) == 1


def test_tables_that_do_not_fit_leave_the_crm_empty(book, tmp_path):
    from crmlab.crm.loading import load

    pd.read_parquet(DEMO / "customers.parquet").to_parquet(tmp_path / "customers.parquet")
    pd.read_parquet(DEMO / "orders.parquet").drop(columns="amount").to_parquet(tmp_path / "orders.parquet")
    with pytest.raises(LabError, match="amount"):
        load(tmp_path)
    assert inspect(book)["account"].empty


def test_an_unknown_market_is_named_with_what_there_is(tmp_path):
    for name in ("nowhere", str(tmp_path)):
        with pytest.raises(LabError, match=r"customers\.parquet.*retail"):
            market.find(name)


def test_a_market_of_contracts_brings_plans_bills_and_notices(book, seen_by):
    from crmlab.crm.loading import load
    from crmlab.crm.models import Account, OwnField

    done = load(market.find("subscription"))
    tables = {name: pd.read_parquet(CONTRACTS / f"{name}.parquet") for name in ("orders", "bills", "notices")}
    assert done["order"] == len(tables["orders"]) + len(tables["bills"])
    seen = inspect(book)
    bills = seen["order"][seen["order"]["number"].str.startswith("Z")]
    assert bills["amount"].sum() == pytest.approx(tables["bills"]["amount"].sum(), abs=0.01)
    assert seen["activity"]["result"].str.contains("解约").sum() == len(tables["notices"])
    newest = (
        pd.read_parquet(CONTRACTS / "contracts.parquet")
        .sort_values(["start_day", "contract_id"])
        .groupby("customer_id")
        .last()
    )
    plan, _begin, until, months = OwnField.objects.order_by("id")
    words = {"small": "小套餐", "medium": "中套餐", "large": "大套餐"}
    boxes = dict(Account.objects.values_list("pk", "extra"))
    for customer, contract in newest.iterrows():
        assert boxes[customer][plan.key] == words[contract["plan"]]
        assert (until.key in boxes[customer]) == (contract["end_day"] >= 0)
        assert boxes[customer][months.key] == contract["term_months"]
    listed = seen_by("manager").get(f"/crm/crm/account/?{plan.key}=大套餐").context["cl"]
    assert listed.result_count == (newest["plan"] == "large").sum() > 0


def test_the_rules_name_fields_and_tables_there_are(book):
    from crmlab.crm.market_rows import rules
    from crmlab.crm.models import RECORDS

    fields = {model._meta.model_name: {f.name for f in model._meta.fields} for model in RECORDS}
    for rule in rules()["fill"]:
        assert set(rule["columns"]) <= fields[rule["into"]], rule["from"]


def test_a_market_without_a_table_or_with_unknown_codes_is_loaded_as_it_is(book, tmp_path):
    from crmlab.crm.loading import load

    customers = pd.read_parquet(DEMO / "customers.parquet")[:3].assign(channel="satellite")
    customers.to_parquet(tmp_path / "customers.parquet")
    done = load(tmp_path)
    assert {name for name, rows in done.items() if rows} <= {"account", "person", "consent"}
    assert (done["account"], done["person"]) == (3, 3)
    assert set(inspect(book)["account"]["channel"]) == {"satellite"}


def test_a_market_of_firms_brings_firms_people_projects_and_quotes(book):
    from crmlab.crm.loading import load

    load(market.find("business"))
    names = ("accounts", "account_contacts", "customers", "opportunity_stages", "quotes", "visits")
    tables = {name: pd.read_parquet(FIRMS / f"{name}.parquet") for name in names}
    seen = inspect(book)
    accounts = seen["account"].set_index("id")
    assert (accounts["kind"] == "business").all()
    assert accounts["name"].to_dict() == tables["accounts"].set_index("customer_id")["firm"].to_dict()
    others = tables["account_contacts"].query("role != 'need'")["person_id"].nunique()
    assert len(seen["person"]) == len(tables["customers"]) + others
    log, stages = tables["opportunity_stages"], seen["opportunity"]["stage"].value_counts()
    assert len(seen["opportunity"]) == log["opportunity_id"].nunique()
    for stage in ("won", "lost"):
        assert stages[stage] == (log["stage"] == stage).sum()
    assert seen["quote"]["price"].sum() == pytest.approx(tables["quotes"]["amount"].sum(), abs=0.01)
    assert (seen["activity"]["kind"] == "go_out").sum() == len(tables["visits"])
    assert seen.oddities == ()
