"""One customer's story: every row of the tables is told once, in order, in words, in both languages."""

import json
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from crmlab import customer_story as stories
from crmlab.errors import LabError
from sim import tables

MARKETS = ("retail", "subscription", "business")
WORDS = tomllib.loads((stories.DATASETS / "stories.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=MARKETS)
def market(request: pytest.FixtureRequest) -> tuple[str, dict[str, pd.DataFrame]]:
    return request.param, stories.read(request.param)


def busiest(frames: dict[str, pd.DataFrame]) -> int:
    return int(frames["truth_loss"]["customer_id"].value_counts().index[0])


def test_every_row_is_told_once_and_in_order_of_time(market) -> None:  # type: ignore[no-untyped-def]
    name, frames = market
    customer = busiest(frames)
    told = stories.events(frames, name, customer)
    wanted = sum(
        int((frames[table]["customer_id"] == customer).sum())
        for table in WORDS["events"]
        if table in frames and table != "survey_answers" and table not in stories.WRITTEN
    )
    for truth in ("truth_mail", "truth_question"):
        wanted += int((frames[truth]["customer_id"] == customer).sum())
    wanted += len(
        frames["truth_form"].query("form == 'tracking' and not double and customer_id == @customer")
    )
    asked = frames["survey_answers"].query("customer_id == @customer and instrument in @stories.ASKED")
    assert len(told) == wanted + len(asked) > 5
    assert [one.day for one in told] == sorted(one.day for one in told)
    assert any(one.truth for one in told) and not all(one.truth for one in told)


def test_what_led_to_a_loss_is_told_before_it(market) -> None:  # type: ignore[no-untyped-def]
    name, frames = market
    orders = frames["orders"].groupby(["customer_id", "day"]).size()
    lost = frames["truth_loss"][["customer_id", "day"]].itertuples(index=False, name=None)
    same_day = [one for one in lost if one in orders.index]
    for customer, day in same_day[:5]:
        told = [one for one in stories.events(frames, name, customer) if one.day == day]
        assert told[-1].truth and told[-1].text.startswith("流失"), told
    assert same_day


def test_no_code_is_left_in_the_chinese_story(market) -> None:  # type: ignore[no-untyped-def]
    name, frames = market
    for customer in frames["customers"]["customer_id"].head(12):
        for one in stories.events(frames, name, int(customer)):
            assert not re.search(r"[a-z_]{3,}|True|False|\{", one.text), one.text


def test_every_code_of_the_tables_has_its_words() -> None:
    for name, told in WORDS["events"].items():
        named = set(re.findall(r"\{(\w+)", told["zh"]))
        assert named == set(re.findall(r"\{(\w+)", told["en"])), name
        for column in tables.table(name).columns:
            if column.name in named and column.values and column.name != "instrument":
                assert set(column.values) <= set(WORDS["words"][column.name]), (name, column.name)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_else_and_hides_the_number(market, lang: str) -> None:  # type: ignore[no-untyped-def]
    name, frames = market
    customer = busiest(frames)
    page = stories.page(frames, name, customer, lang=lang)
    person = frames["customers"].set_index("customer_id").loc[customer]
    assert person["name"] in page and person["phone"] not in page
    assert "<svg" in page and "class=truth" in page
    assert not re.search(r"(src|href)=.https?:", page) and "<script" not in page


def test_without_the_truth_the_story_is_what_the_firm_saw(tmp_path: Path) -> None:
    for path in (stories.DATASETS / "retail" / "demo").glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    frames = stories.read("retail", tmp_path)
    told = stories.events(frames, "retail", 1)
    assert not any(one.truth for one in told)
    assert "class=truth" in stories.page(frames, "retail", 1)  # only in the line that explains the mark


def test_what_is_not_there_is_refused_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"zoo（.*没有这个市场的数据；市场请选 business、retail、subscription"):
        stories.read("zoo")
    frames = stories.read("retail")
    with pytest.raises(LabError, match=r"客户 999999：没有这个编号；请用 customers 表里的编号，如 1"):
        stories.events(frames, "retail", 999_999)
    (tmp_path / "customers.parquet").write_bytes(b"")
    (tmp_path / "manifest.json").write_text(json.dumps({"recipe": {"market": "subscription"}}))
    with pytest.raises(LabError, match=r"里面是 subscription 市场的数据，不是 retail"):
        stories.read("retail", tmp_path)


def test_the_command_writes_a_page_and_never_over_another(tmp_path: Path) -> None:
    from crmlab.commands import assemble

    out = tmp_path / "page.html"
    runner, app = CliRunner(), assemble()
    made = runner.invoke(app, ["dataset", "story", "subscription", "3", "--out", str(out)])
    assert made.exit_code == 0 and out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    again = runner.invoke(app, ["dataset", "story", "subscription", "3", "--out", str(out)])
    assert again.exit_code != 0
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
