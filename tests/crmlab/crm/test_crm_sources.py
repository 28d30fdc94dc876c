"""Five messy sources of the same customers, and a score that only clean archives get."""

import pandas as pd
import pytest

from crmlab.crm import archive_score, sources
from crmlab.crm.archive_score import judge, same
from crmlab.errors import LabError
from crmlab.places import DATASETS
from sim.streams import Streams

TOLD = list(sources.TOLD)
CUSTOMERS = pd.read_parquet(DATASETS / "retail" / "demo" / "customers.parquet")


@pytest.fixture(scope="module")
def five():
    return sources.make(CUSTOMERS, Streams(3))


def undressed(five):
    """The rows with every name and number written one way."""
    return five.rows.assign(
        **{name: five.rows[name].map(lambda text, n=name: same(n, text)) for name in TOLD}
    )


def test_five_files_tell_of_the_same_people_and_no_row_is_without_its_owner(five):
    assert (
        len(five.files) == 5
        and [len(one.table) for one in five.files] == five.rows.groupby("file").size().tolist()
    )
    assert set(five.rows["person_id"]) <= set(five.people["person_id"])
    assert five.people["person_id"].is_unique
    customers = five.people[five.people["person_id"] < sources.RELATIVE]
    true = CUSTOMERS.set_index("customer_id").loc[customers["person_id"]]
    assert (true["phone"].to_numpy() == customers["phone"].to_numpy()).all()
    seen = five.rows.groupby("person_id")["file"].nunique()
    assert seen.max() >= 4 and (seen == 1).any()


def test_each_trap_is_there(five):
    rows = undressed(five).merge(five.people, on="person_id", suffixes=("", "_true"))
    told = rows[rows["phone"] != ""]
    assert (told.groupby("phone")["person_id"].nunique() > 1).any(), "two people with one number"
    assert (told.groupby("person_id")["phone"].nunique() > 1).any(), "one person with two numbers"
    assert (rows.groupby("name")["person_id"].nunique() > 1).any(), "two people with one name"
    assert (rows.groupby("person_id")["name"].nunique() > 1).any(), "one person with two names"
    assert five.rows["phone"].str.contains("[- +]").any() and five.rows["phone"].str.contains("１").any()
    assert (five.rows["phone"] == "").any() and five.rows["name"].str.contains("女士|先生").any()


def test_a_variant_has_its_own_and_the_same_again(five):
    again, other = sources.make(CUSTOMERS, Streams(3)), sources.make(CUSTOMERS, Streams(4))
    pd.testing.assert_frame_equal(again.rows, five.rows)
    assert set(other.people["person_id"]) != set(five.people["person_id"])


def test_further_customers_change_nobody_s_rows(five):
    some = CUSTOMERS[~CUSTOMERS["customer_id"].isin(set(five.people["person_id"]))].index[:50]
    fewer = sources.make(CUSTOMERS.drop(some), Streams(3))
    pd.testing.assert_frame_equal(fewer.rows, five.rows)


def test_the_english_sources_speak_english(five):
    from sim.people import persons

    english = pd.DataFrame(
        {"customer_id": CUSTOMERS["customer_id"], **persons(Streams(9), CUSTOMERS["customer_id"], lang="en")}
    )
    made = sources.make(english, Streams(3), lang="en")
    shown = " ".join(
        " ".join([one.title, *one.table.columns, *one.table.to_numpy().ravel()]) for one in made.files
    )
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in shown)


def test_files_can_be_opened_and_hold_the_rows_and_nothing_of_the_truth(five, tmp_path):
    from openpyxl import load_workbook

    made = {path.suffix: path for path in sources.write(five, tmp_path)}
    till = (tmp_path / "5_till_list.csv").read_bytes().decode("gbk").splitlines()
    assert till[0] == "会员,电话,地址" and len(till) == 1 + (five.rows["file"] == "5_till_list.csv").sum()
    sheet = load_workbook(made[".xlsx"]).active
    assert [cell.value for cell in sheet[1]] == ["姓 名", "联系方式", "住址"]
    assert made[".vcf"].read_text("utf-8").count("BEGIN:VCARD") == len(five.files[2].table)
    assert sorted(path.name for path in tmp_path.iterdir()) == [one.file for one in five.files]
    assert not any(b"person_id" in path.read_bytes() for path in tmp_path.iterdir())


def test_perfect_archives_get_everything(five):
    perfect = five.people[five.people["person_id"].isin(five.rows["person_id"])]
    score = judge(perfect[TOLD], five)
    assert (score.completeness, score.consistency, score.right) == (1, 1, 1)
    assert (score.merges.false, score.merges.missed, score.missing, score.invented) == (0, 0, (), 0)
    assert score.records == score.persons and score.merges.true > 100


def first(values):
    return next(filter(None, values), "")


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_every_short_cut_loses_what_it_does_wrong(seed):
    five = sources.make(CUSTOMERS, Streams(seed))
    rows = undressed(five)
    raw = judge(five.rows[TOLD], five)
    by_number = judge(rows[rows["phone"] != ""].groupby("phone", as_index=False).agg(first)[TOLD], five)
    by_name = judge(rows.groupby("name", as_index=False).agg(first)[TOLD], five)
    assert raw.merges.true == 0 and raw.merges.false == 0 and raw.consistency < 0.9
    assert by_number.merges.precision < 0.95 and by_number.merges.recall < 0.95
    assert by_name.merges.precision < 0.95 and by_name.consistency > raw.consistency
    assert max(raw.right, by_number.right, by_name.right) < 0.95


def test_tricks_lift_nothing(five):
    nothing = judge(pd.DataFrame(columns=TOLD), five)
    assert (nothing.completeness, nothing.right, nothing.merges.recall, len(nothing.missing)) == (
        0,
        0,
        0,
        nothing.persons,
    )
    stranger = judge(pd.DataFrame({"name": ["无名氏"], "phone": ["13000000000"]}), five)
    assert (stranger.invented, stranger.completeness) == (1, 0)
    pile = {name: [text for text in five.rows[name] if text] for name in TOLD}
    one = pd.DataFrame({"name": ["大家"], "phone": [""], "other_values": [pile]})
    assert judge(one, five).merges.precision < 0.1
    perfect = five.people[five.people["person_id"].isin(five.rows["person_id"])]
    twice = judge(pd.concat([perfect, perfect])[TOLD], five)
    assert twice.merges.recall < 0.7 and twice.records == 2 * twice.persons
    filled_up = judge(perfect.assign(e_mail="x@mail.example", address="不详")[TOLD], five)
    assert filled_up.completeness == 1 and filled_up.right < 0.7


def test_the_crm_s_own_records_are_judged_with_what_a_merge_left_over(book, five):
    from crmlab.crm import inspect, merging
    from crmlab.crm.models import Account

    two = five.rows.groupby("person_id")["phone"].nunique()
    person = int(two[two > 1].index[0])
    mine = five.rows[five.rows["person_id"] == person].drop_duplicates("phone")
    made = []
    for line in mine[TOLD].to_dict("records"):
        made.append(Account(kind="consumer", **line))
        made[-1].save()
    before = judge(inspect(book)["account"], five)
    merging.merge(made[0], made[1], None)
    after = judge(inspect(book)["account"], five)
    assert (after.records, after.merges.false) == (before.records - 1, 0)
    assert after.merges.true > before.merges.true


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda table: table.drop(columns="phone"), "没有 phone 列"),
        (lambda table: table.head(10), "10 位.*60 位"),
    ],
)
def test_a_table_that_will_not_do_is_refused(spoil, said):
    with pytest.raises(LabError, match=said):
        sources.make(spoil(CUSTOMERS), Streams(1))


@pytest.mark.parametrize(
    "text", ["", "x", '[[source]]\nfile="a.doc"\n[source.flaws]\n', "[[source]]\n[source.flaws]\nwrong=1\n"]
)
def test_a_spoilt_description_is_named(tmp_path, text):
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=r"sources\.toml 读不出来"):
        sources.make(CUSTOMERS, Streams(1), path=path)


def test_a_value_is_compared_without_its_dress():
    assert same("phone", "+86 133-1524-1751") == same("phone", "１３３１５２４１７５１") == "13315241751"
    assert same("name", " 徐 淑兰女士") == "徐淑兰" and same("name", "Ms Xu Shulan") == "xushulan"
    assert archive_score.WEIGHTS["name"] < archive_score.ENOUGH  # a name that two bear is not enough
