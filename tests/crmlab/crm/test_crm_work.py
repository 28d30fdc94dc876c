"""A student's own morning and sources from the command line, and the score told in words."""

import pytest
from morning_work import GOOD, work
from typer.testing import CliRunner

from crmlab.commands import assemble
from crmlab.crm import desk_report, desk_score, front_desk, inspect
from crmlab.crm.morning_variant import streams_of
from crmlab.errors import LabError

STUDENT = "2026001"


def said(*words):
    told = CliRunner().invoke(assemble(), ["crm-work", *map(str, words)], catch_exceptions=False)
    assert told.exit_code == 0
    return told.stdout


@pytest.fixture
def morning(book, seen_by):
    """The common morning, begun; and a trainee before it."""
    from crmlab.crm.desk_feed import start

    start(front_desk.read())
    return seen_by("manager")


def phones():
    return {event.name: event.phone for event in front_desk.read().events}


@pytest.mark.slow
def test_a_good_morning_is_told_event_by_event(morning, book):
    work(morning, phones())
    told = said("score-morning", book)
    assert "12 件事，记了 12 件" in told and told.count("    都对") == 12 and "100%" in told


def test_each_slip_is_named_where_it_was_made(morning, book):
    slips = {
        "harassing_call": {"result": "", "reason": "enquiry"},
        "school_visitor": {"next_step": "", "next_on": ""},
        "li_again": {"link": "new", "name": "李桂芳"},
    }
    done = {name: {**one, **slips.get(name, {})} for name, one in GOOD.items() if name != "wrong_number"}
    work(morning, phones(), done)
    lines = said("score-morning", book).splitlines()
    under = {line[:5]: lines[place + 1] for place, line in enumerate(lines) if line[2:3] == ":"}
    assert "事由选得不对；没有写内容与结果" in under["09:25"]
    assert "没有写下一步和日期" in under["09:47"]
    assert under["11:08"].strip() == "没有记录"
    assert lines[-1] == "同一个客户建了两次：李桂芳"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_lack_has_words(lang):
    events = front_desk.expected(lang=lang)
    for key in desk_report._words()["lacks"]:
        lines = tuple(desk_score.Recorded(one.name, True, 1.0, True, None, (key,)) for one in events)
        told = desk_report.morning_told(
            desk_score.DeskScore(lines, ("Li",)), front_desk.read(lang=lang), lang=lang
        )
        assert told.count("    ") == 12 and "{" not in told


def test_what_a_record_can_lack_is_known_to_the_words(morning, book):
    work(morning, phones(), {name: {"reason": "other", "who": "某", "result": "x"} for name in GOOD})
    score = desk_score.front_desk(inspect(book), front_desk.expected())
    lacks = {name for one in score.events for name in one.lacks}
    assert lacks <= set(desk_report._words()["lacks"]) and {"words", "account", "next", "changed"} <= lacks


def test_a_morning_of_one_student_is_not_judged_as_another_s(book):
    from crmlab.crm.desk_feed import start

    mine = front_desk.read(streams=streams_of(STUDENT))
    with pytest.raises(LabError, match="没有前台的早晨"):
        desk_report.check(inspect(book), mine)
    start(mine)
    desk_report.check(inspect(book), mine)
    for streams in (None, streams_of("2026002"), streams_of(STUDENT, 2)):
        with pytest.raises(LabError, match="另一位学生"):
            desk_report.check(inspect(book), front_desk.read(streams=streams))
    assert "记了 0 件" in said("score-morning", book, "--student", STUDENT)


def test_a_student_id_that_cannot_be_one_is_refused_and_its_dress_does_not_matter():
    assert streams_of("") is None and streams_of("２０２６００１") == streams_of(STUDENT)
    with pytest.raises(LabError, match="学号"):
        streams_of("a b")


def test_sources_handed_out_come_back_as_archives_and_are_scored(book, tmp_path, seen_by):
    from crmlab.crm.models import Account
    from crmlab.crm.sources import make

    out = tmp_path / "out"
    assert len(said("sources", out, "--student", STUDENT).splitlines()) == len(list(out.iterdir())) == 5
    import pandas as pd

    from crmlab.crm.market import find

    five = make(pd.read_parquet(find("retail") / "customers.parquet"), streams_of(STUDENT))
    for one in five.people.itertuples():
        Account(name=one.name, phone=one.phone, e_mail=one.e_mail, address=one.address).save()
    told = said("score-archives", book, "--student", STUDENT)
    assert "完整 100%" in told and "内容正确 100%" in told and "错 0 对" in told
    assert "内容正确 100%" not in said("score-archives", book, "--student", "2026002")
    assert "Customers without" in said("score-archives", book, "--persons", "--lang", "en")


@pytest.mark.slow
@pytest.mark.parametrize("market", ["retail", "subscription"])
def test_the_command_opens_a_market_and_a_student_s_morning(tmp_path, monkeypatch, market, capsys):
    from crmlab.commands import crm as command
    from crmlab.crm import serving

    def stopped(server):
        server._server.server_close()
        raise KeyboardInterrupt

    monkeypatch.setattr(serving.Server, "run", stopped)  # as Ctrl-C does, right after it has opened
    for name, words in (("m", ["--market", market]), ("d", ["--morning", "--student", STUDENT])):
        told = (
            CliRunner()
            .invoke(
                assemble(),
                ["crm", "--file", str(tmp_path / name), *words, "--no-browser"],
                catch_exceptions=False,
            )
            .stdout
        )
        assert ("位客户" in told) == (name == "m") and ("记了 0 件" in told) == (name == "d")
    assert len(inspect(tmp_path / "m")["account"]) > 400 and command.__doc__
