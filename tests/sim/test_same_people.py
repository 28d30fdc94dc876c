"""One group of firms: a number is the same person in all three markets, and it is known who works at which account."""

import pytest

from sim import dataset, firms, people, tables

pytestmark = pytest.mark.slow  # three markets side by side

SIZE = {"customers": 2500, "months": 12, "seed": 7}
MARKETS = ("retail", "subscription", "business")
PERSON = list(people.COLUMNS)


@pytest.fixture(scope="module")
def data() -> dict[str, dataset.Dataset]:
    return {market: dataset.build(market, **SIZE) for market in MARKETS}


@pytest.mark.parametrize("market", MARKETS[1:])
def test_a_number_is_the_same_person_in_every_market(data: dict[str, dataset.Dataset], market: str) -> None:
    shop, other = (
        data[name].visible["customers"].set_index("customer_id")[PERSON] for name in ("retail", market)
    )
    both = shop.index.intersection(other.index)
    assert len(both) > SIZE["customers"] + 20  # founders all, and newcomers who came to both
    assert shop.loc[both].equals(other.loc[both])


def test_the_one_with_the_need_is_the_customer_of_the_shop(data: dict[str, dataset.Dataset]) -> None:
    shop = data["retail"].visible["customers"].set_index("customer_id")
    contacts = data["business"].visible["account_contacts"]
    mine = contacts[(contacts["role"] == "need") & contacts["customer_id"].isin(shop.index)]
    for name in ("name", "gender", "phone", "e_mail"):
        assert (mine[name].to_numpy() == shop.loc[mine["person_id"], name].to_numpy()).all(), name


def test_workplaces_tell_who_works_at_which_account(data: dict[str, dataset.Dataset]) -> None:
    links = tables.check(data["business"].visible["workplaces"], "workplaces")
    accounts = data["business"].visible["accounts"].set_index("customer_id")
    shop = data["retail"].visible["customers"].set_index("customer_id")
    own = links[links["role"] == "need"]
    assert set(own["customer_id"]) == set(accounts.index) and (own["customer_id"] == own["account_id"]).all()
    staff = links[(links["role"] == "staff") & links["customer_id"].isin(shop.index)]
    where = shop.loc[staff["customer_id"], "city"] + shop.loc[staff["customer_id"], "employer"]
    assert len(staff) > 50
    assert (where.to_numpy() == accounts.loc[staff["account_id"], "firm"].to_numpy()).all()


def test_newcomers_of_a_shop_find_their_firm_among_the_accounts(data: dict[str, dataset.Dataset]) -> None:
    shop, accounts = data["retail"].visible["customers"], data["business"].visible["accounts"]
    new = shop[~shop["customer_id"].isin(accounts["customer_id"])]
    links = firms.workplaces(new, accounts)
    assert len(links) > 5 and (links["role"] == "staff").all()
    assert set(links["customer_id"]) <= set(new["customer_id"])
    assert len(firms.workplaces(new.iloc[:0], accounts)) == 0


def test_english_people_work_at_the_same_accounts() -> None:
    small = {"customers": 300, "months": 3, "seed": 7}
    zh, en = (dataset.build("business", **small, lang=lang).visible["workplaces"] for lang in ("zh", "en"))
    assert zh[zh["role"] == "need"].equals(en[en["role"] == "need"])
    assert len(zh) - 5 <= len(en)
