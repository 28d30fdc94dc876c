"""Paper forms: what is marked is wrong, what is not is so, and two sources tell of the same people."""

import numpy as np
import pandas as pd
import pytest

from sim import dataset, people, tables
from sim.instruments import cards, forms
from sim.streams import Streams

pytestmark = pytest.mark.slow  # whole data sets of three markets

KINDS = ("retail", "subscription", "business")
SIZE = {"customers": 1500, "months": 18, "seed": 3}


@pytest.fixture(scope="module")
def data() -> dict[str, dataset.Dataset]:
    return {kind: dataset.build(kind, **SIZE, with_truth=True, replications=0) for kind in KINDS}


def told(data: dataset.Dataset, kind: str) -> pd.DataFrame:
    """Return the forms of a kind with their truth beside them."""
    truth = data.truth["truth_form"]
    return data.visible[f"form_{kind}"].merge(
        truth[truth["form"] == kind], on="form_id", validate="one_to_one"
    )


def marked(rows: pd.DataFrame, word: str, column: str = "wrong") -> pd.Series:
    """Return which rows bear a mark."""
    return rows[column].str.split().map(lambda words: word in words)


def known(data: dataset.Dataset) -> pd.DataFrame:
    """Return who everybody is, by person_id."""
    if "accounts" not in data.visible:
        return data.visible["customers"].assign(person_id=data.visible["customers"]["customer_id"])
    ids = data.truth["truth_form"]["person_id"].unique()
    return pd.DataFrame(people.persons(Streams(SIZE["seed"], "people"), ids)).assign(person_id=ids)


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_what_their_dictionary_says(data: dict[str, dataset.Dataset], kind: str) -> None:
    made = data[kind]
    tables.check(made.truth["truth_form"], "truth_form")
    for name in forms.FORMS:
        frame = tables.check(made.visible[name], name)
        assert len(frame) >= 30 and frame["day"].is_monotonic_increasing, name
        assert frame["day"].between(0, 546).all()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_flaw_is_there(data: dict[str, dataset.Dataset], kind: str) -> None:
    truth = data[kind].truth["truth_form"]
    by_form = truth.groupby("form")
    assert by_form["double"].mean().between(0.08, 0.35).all()
    stale = (truth["stale"] != "").groupby(truth["form"]).mean()
    assert stale[["background", "tracking"]].between(0.02, 0.3).all()
    assert stale["survey"] > 0  # filled in by the customers themselves, late: few are out of date
    words = {form: set(" ".join(rows["wrong"]).split()) for form, rows in by_form}
    assert words["tracking"] >= {"name", "phone", "next_day"}
    assert words["survey"] >= {"name", "phone", "birth_year", "gender", "e_mail", "agrees"}
    assert words["background"] >= {"industry", "buys_a_year", "spends_a_year", "phone"}
    assert "relation" in words["network"] and ("role" in words["network"]) == (kind == "business")
    assert ("employees" in words["background"]) == (kind == "business")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_marked_is_so(data: dict[str, dataset.Dataset], kind: str) -> None:
    now = known(data[kind])
    for form, fields in (("tracking", ["name"]), ("survey", ["name", "birth_year"])):
        rows = told(data[kind], form).merge(now, on="person_id", suffixes=("", "_now"))
        if kind == "business":  # the user of an account is the customer, whose gender follows another share
            rows = rows[rows["person_id"] != rows["customer_id"]]
        for field in fields:
            wrong = marked(rows, field)
            assert ((rows[field] != rows[f"{field}_now"]) == wrong).all(), (form, field)
        written = rows["phone"].str.replace("+86 ", "").str.replace("-", "")
        odd = marked(rows, "phone") | marked(rows, "phone", "stale") | (written == "")
        assert (written[~odd] == rows.loc[~odd, "phone_now"]).all()
        assert (written[odd & (written != "")] != rows.loc[odd & (written != ""), "phone_now"]).all()


def test_an_account_is_on_the_background_sheet_as_it_is_but_for_what_is_marked(
    data: dict[str, dataset.Dataset],
) -> None:
    rows = told(data["business"], "background").merge(
        data["business"].visible["accounts"], on="customer_id", suffixes=("", "_now")
    )
    for field, nothing in (("industry", ""), ("employees", -1)):
        there = rows[field] != nothing
        assert ((rows[field] != rows[f"{field}_now"]) == marked(rows, field))[there].all(), field
        assert 0.05 < (~there).mean() < 0.2
    assert (rows["firm"] == rows["firm_now"]).all()


def test_a_sheet_knows_of_no_purchase_after_its_day(data: dict[str, dataset.Dataset]) -> None:
    rows, orders = told(data["retail"], "background"), data["retail"].visible["orders"]
    rows = rows[~rows["double"] & ~marked(rows, "buys_a_year") & (rows["buys_a_year"] >= 0)]
    assert (rows["day"] >= 91).all()
    for who, day, said in rows[["customer_id", "day", "buys_a_year"]].head(80).itertuples(index=False):
        mine = orders[(orders["customer_id"] == who) & orders["day"].between(day - min(day, 365), day - 1)]
        assert (
            said == round(len(mine) * 365 / min(day, 365) + 1e-9)
            or abs(said - len(mine) * 365 / min(day, 365)) <= 0.5
        )


def test_old_numbers_are_the_same_on_cards_and_forms(data: dict[str, dataset.Dataset]) -> None:
    """Two messy sources agree on what was true once: so they can be held against each other."""
    made = data["retail"]
    drawer = made.visible["paper_cards"].merge(made.truth["truth_card"], on="card_id")
    old = drawer[marked(drawer, "phone", "stale") & ~marked(drawer, "phone")]
    sheets = pd.concat([told(made, form) for form in ("tracking", "survey", "background")])
    sheets = sheets[marked(sheets, "phone", "stale") & ~marked(sheets, "phone")]
    both = old.merge(sheets, on="person_id", suffixes=("_card", "_form"))
    plain = [
        both[f"phone_{where}"].str.replace("+86 ", "").str.replace("-", "") for where in ("card", "form")
    ]
    there = (plain[0] != "") & (plain[1] != "")
    assert there.sum() >= 5 and (plain[0] == plain[1])[there].all()
    assert set(sheets["person_id"]) & set(drawer["person_id"])


def test_notes_tell_of_new_numbers_and_differ(data: dict[str, dataset.Dataset]) -> None:
    now = known(data["business"]).set_index("person_id")["phone"]
    for kind in KINDS:
        rows = told(data[kind], "tracking")
        assert rows["note"].nunique() > 60
        assert not rows["note"].str.contains(r"[{}]").any()
    rows = told(data["business"], "tracking")
    tells = rows[rows["note"].str.contains("新号") & (rows["person_id"] != rows["customer_id"])]
    said = tells["note"].str.extract(r"新号(\d{11})")[0]
    assert len(tells) >= 5 and (said.to_numpy() == now.loc[tells["person_id"]].to_numpy()).all()
    assert marked(tells, "phone", "stale").all()


def test_a_visit_note_sounds_like_what_was_said(data: dict[str, dataset.Dataset]) -> None:
    made = data["business"]
    rows = told(made, "tracking")
    lacks = rows["note"].str.contains("没有预算|嫌贵|账上紧")
    has = rows["note"].str.contains("预算批了|剩不少|钱不是问题")
    money = rows["customer_id"].map(made.truth["truth_account"].set_index("customer_id")["money"])
    assert money[has].mean() > money[lacks].mean() + 0.2


def test_relations_are_of_the_account_and_of_who_recommended_whom(data: dict[str, dataset.Dataset]) -> None:
    firm = told(data["business"], "network")
    contacts = data["business"].visible["account_contacts"]
    inside = firm[
        firm["relation"].isin(["colleague", "superior"]) & ~marked(firm, "relation") & ~marked(firm, "role")
    ]
    inside = inside[inside["role"] != ""].merge(
        contacts,
        left_on=["customer_id", "other_id", "role"],
        right_on=["customer_id", "person_id", "role"],
        how="left",
    )
    assert inside["person_id_y"].notna().all() and len(inside) > 50
    assert (inside["other_name"] == inside["name_y"]).all()
    shop = told(data["retail"], "network")
    sent = shop[(shop["relation"] == "recommended") & ~marked(shop, "relation")]
    found = data["retail"].visible["prospects"].set_index("prospect_id")["referred_by"]
    assert (found.loc[sent["other_id"]].to_numpy() == sent["person_id"].to_numpy()).all() and len(sent) > 5
    kin = shop[(shop["relation"] == "family") & ~marked(shop, "relation") & ~marked(shop, "name")]
    assert (kin["name"].str[0] == kin["other_name"].str[0]).all() and (kin["other_id"] >= cards.FAMILY).all()


def test_both_languages_tell_of_the_same_forms() -> None:
    small = {"customers": 300, "months": 9, "seed": 4}
    zh, en = (
        dataset.build("business", **small, lang=lang, with_truth=True, replications=0)
        for lang in ("zh", "en")
    )
    columns = ["form", "form_id", "person_id", "other_id", "double", "stale"]
    assert zh.truth["truth_form"][columns].equals(en.truth["truth_form"][columns])
    for name in forms.FORMS:
        text = en.visible[name].select_dtypes("object")
        assert all(value.isascii() for column in text for value in text[column]), name


def test_a_story_too_short_for_forms_has_tables_of_the_right_types() -> None:
    for kind in KINDS:
        made = dataset.build(kind, customers=20, months=1, seed=1, with_truth=True, replications=0)
        for name in forms.FORMS:
            tables.check(made.visible[name], name)
        assert np.issubdtype(made.truth["truth_form"]["form_id"].dtype, np.integer)
