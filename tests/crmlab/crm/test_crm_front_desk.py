"""The morning at the front desk: its data, its panel, and a score that a careless trainee does not get."""

import pandas as pd
import pytest
from morning_work import GOOD, work

from crmlab.crm import desk_score, front_desk, inspect, scoring
from crmlab.errors import LabError
from sim.streams import Streams


def phones():
    return {event.name: event.phone for event in front_desk.read().events}


@pytest.fixture
def desk(book, seen_by):
    from crmlab.crm.desk_feed import start

    assert start(front_desk.read()) == 12
    return seen_by("manager")


def judged(book):
    return desk_score.front_desk(inspect(book), front_desk.expected())


def test_twelve_events_in_two_languages_each_with_what_is_expected():
    chinese, english = front_desk.read(), front_desk.read(lang="en")
    names = [event.name for event in chinese.events]
    assert len(names) == 12 and names == [event.name for event in english.events]
    assert {one.name for one in front_desk.expected()} == set(names)
    assert [event.at for event in chinese.events] == sorted(event.at for event in chinese.events)
    assert all(
        ord(character) < 0x3000 or character in "“”" for event in english.events for character in event.text
    )


def test_what_is_expected_can_be_read_in_the_event():
    texts = {event.name: event for event in front_desk.read().events}
    for one in front_desk.expected():
        event = texts[one.name]
        assert scoring.digits(event.phone) == one.phone and event.kind in one.kind
        assert one.who in event.text and all(any(word in event.text for word in group) for group in one.words)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_student_s_own_morning_is_asked_as_it_is_told(lang, seed):
    streams = Streams(seed)
    mine, truth = front_desk.read(lang=lang, streams=streams), front_desk.expected(lang=lang, streams=streams)
    texts = {event.name: event for event in mine.events}
    known = {told["name"] for told in mine.accounts}
    for one in truth:
        event = texts[one.name]
        assert scoring.digits(event.phone) == one.phone and event.kind in one.kind
        assert one.phone[-8:] in event.text and one.who in event.text
        assert all(any(word.casefold() in event.text.casefold() for word in group) for group in one.words)
        assert one.fresh or one.account in {*known, ""}
        assert one.changed is None or one.changed[1] == one.phone
    assert len({event.phone for event in mine.events}) == len(set(phones().values()))
    assert (mine, truth) == (
        front_desk.read(lang=lang, streams=streams),
        front_desk.expected(lang=lang, streams=streams),
    )


def test_mornings_of_two_students_differ_in_numbers_names_and_goods():
    plain, *others = (front_desk.read(streams=streams) for streams in (None, *map(Streams, range(8))))
    for mine in others:
        assert [event.name for event in mine.events] == [event.name for event in plain.events]
        assert not {event.phone for event in mine.events} & {event.phone for event in plain.events}
    assert len({mine.events[0].text[15:] for mine in others}) > 5


def test_the_english_records_have_no_chinese_name():
    mine = front_desk.read(lang="en", streams=Streams(4))
    named = [str(value) for told in (*mine.accounts, *mine.persons) for value in told.values()]
    named += [text for one in front_desk.expected(lang="en") for text in (one.who, one.account, one.person)]
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in "".join(named))


def test_the_panel_hands_out_one_event_after_another(desk):
    assert (
        "吴志强" in desk.get("/crm/").text and "陈思远" not in desk.get("/crm/").context["panel"]["now"].text
    )
    desk.post("/crm/event/", {"event": "stationer_repeat_order"})
    panel = desk.get("/crm/").context["panel"]
    assert (panel["now"].name, panel["count"], panel["total"]) == ("chen_new_number", 1, 12)
    desk.post("/crm/event/", {"event": "stationer_repeat_order", "again": "1"})
    assert desk.get("/crm/").context["panel"]["now"].name == "stationer_repeat_order"
    for name in phones():
        desk.post("/crm/event/", {"event": name})
    assert "都处理完了" in desk.get("/crm/").text


def test_a_good_morning_gets_everything(desk, book):
    work(desk, phones())
    score = judged(book)
    assert (score.present, score.complete, score.linked, score.followed, score.duplicates) == (1, 1, 1, 1, ())


def test_an_untouched_morning_gets_nothing(desk, book):
    score = judged(book)
    assert (score.present, score.complete, score.linked, score.followed, score.duplicates) == (0, 0, 0, 0, ())


def change(**of):
    return {name: {**told, **of.get(name, {})} for name, told in GOOD.items()}


@pytest.mark.parametrize(
    ("told", "part", "less"),
    [
        ({k: v for k, v in GOOD.items() if k != "li_again"}, "present", 11 / 12),
        (change(li_again={"link": "none"}), "linked", 11 / 12),
        (change(wrong_number={"link": "new", "name": "打错的"}), "linked", 11 / 12),
        (change(walk_in_buyer={"name": "马小冬"}), "linked", 11 / 12),
        (
            {k: {a: b for a, b in v.items() if a not in ("case", "amount")} for k, v in GOOD.items()},
            "followed",
            2 / 4,
        ),
    ],
)
def test_one_slip_costs_its_own_part(desk, book, told, part, less):
    work(desk, phones(), told)
    score = judged(book)
    assert getattr(score, part) == pytest.approx(less)


@pytest.mark.parametrize(
    ("event", "slip", "share"),
    [
        ("li_complaint", {"reason": "enquiry"}, 5 / 6),
        ("li_complaint", {"result": ""}, 4 / 6),
        ("school_visitor", {"next_step": "", "next_on": ""}, 6 / 7),
        ("school_visitor", {"kind": "call_in"}, 6 / 7),
    ],
)
def test_what_a_record_lacks_is_counted_part_by_part(desk, book, event, slip, share):
    work(desk, phones(), change(**{event: slip}))
    assert next(one for one in judged(book).events if one.name == event).complete == pytest.approx(share)


def test_a_customer_recorded_twice_is_told(desk, book):
    work(desk, phones(), change(li_again={"link": "new", "name": "李桂芳"}))
    assert judged(book).duplicates == ("李桂芳",)


def test_one_record_counts_for_one_event(desk, book):
    work(desk, phones(), {"li_complaint": GOOD["li_complaint"]})
    assert sum(one.present for one in judged(book).events) == 1


def test_a_morning_begins_once_and_in_an_empty_crm(desk, weili):
    from crmlab.crm.desk_feed import start
    from crmlab.crm.models import DeskEvent

    with pytest.raises(LabError, match="已经开始"):
        start(front_desk.read())
    DeskEvent.objects.all().delete()
    with pytest.raises(LabError, match="已经有客户"):
        start(front_desk.read())


def test_spoilt_files_of_a_morning_are_refused_by_name(tmp_path):
    path = tmp_path / "mine.toml"
    for text, said in (
        ("title = [", "读不出来"),
        ('title = ["a", "b"]', "event"),
        ('title = ["a", "b"]\nenglish = 3', "morning.toml"),
        ('title = ["a", "b"]\n' + '[[event]]\nname = "x"\nat = "1"\nkind = "mail"\nzh = "z"\n' * 2, "同名"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(LabError, match=rf"mine\.toml.*{said}"):
            front_desk.read(path)
    path.write_text("[x]\nkind = ['mail']\nmood = 'bad'\n", encoding="utf-8")
    with pytest.raises(LabError, match=r"mine\.toml 的 x"):
        front_desk.expected(path)


def test_completeness_counts_cells_that_say_something():
    table = pd.DataFrame(
        {"name": ["张", "李", "  "], "phone": ["1", None, ""], "day": [pd.NaT, pd.NaT, pd.Timestamp("2026")]}
    )
    assert scoring.completeness(table, ["name", "phone", "day"]) == pytest.approx(4 / 9)
    assert scoring.completeness(table.iloc[:0], ["name"]) == 1


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("phone", "13800138000", True), ("phone", "028-85551234", True), ("phone", "138 0013 8000", False),
        ("phone", "１３８００１３８０００", False), ("phone", "12345", False), ("e_mail", "a@b.cn", True),
        ("e_mail", "a@b", False), ("name", "张伟丽", True), ("name", "张 伟丽", False), ("name", " 张伟丽", False),
        ("name", "Li Ming", True), ("name", "ＡＢＣ公司", False), ("name", "阳光（成都）公司", True),
    ],
)  # fmt: skip
def test_consistency_knows_how_a_value_is_written(field, value, right):
    assert scoring.consistency(pd.DataFrame({field: [value, None]})) == (1.0 if right else 0.0)


def test_merges_are_counted_in_pairs_against_who_they_are():
    who = {1: "a", 2: "a", 3: "a", 4: "b", 5: "c"}
    found = scoring.merges({1: 1, 2: 1, 4: 5, 5: 5}, who)
    assert (found.true, found.false, found.missed) == (1, 1, 2)
    assert (found.precision, found.recall) == (pytest.approx(1 / 2), pytest.approx(1 / 3))
    assert (scoring.merges({}, {1: "a"}).precision, scoring.merges({}, {1: "a"}).recall) == (1, 1)


def test_merges_are_read_from_the_file_and_undone_ones_are_none(book):
    from crmlab.crm.merging import merge, undo
    from crmlab.crm.models import Account

    made = [Account(name=f"客户{k}") for k in range(4)]
    for one in made:
        one.save()
    merge(made[1], made[0])
    merge(made[2], made[1])
    note = merge(made[2], made[3])
    a, b, c, d = (one.pk for one in made)
    assert scoring.merged(inspect(book), "account") == {a: c, b: c, c: c, d: c}
    undo(note)
    assert scoring.merged(inspect(book), "account") == {a: c, b: c, c: c}


def test_a_record_has_the_time_of_its_event_and_else_the_clock_s(book):
    from django.utils import timezone

    from crmlab.crm import desk_feed
    from crmlab.crm.models import DeskEvent

    def clock(phone: str) -> str:
        at = desk_feed.time_of(phone)
        return f"{timezone.localtime(at):%H:%M}" if at else ""

    assert clock("13800138000") == ""  # nothing is going on
    for name, at, phone in (("a", "09:05", "138 0013 8000"), ("b", "13:56", ""), ("c", "early", "2")):
        DeskEvent.objects.create(name=name, at=at, kind="call_in", text="…", phone=phone)
    assert (clock("138-0013-8000"), clock("139")) == ("09:05", "09:05")
    DeskEvent.objects.filter(name="a").update(done_at=timezone.now())
    assert (clock("13800138000"), clock(""), clock("2")) == ("09:05", "13:56", "")


def test_what_decides_has_to_be_chosen_on_a_new_record(book, seen_by):
    for table, names in (("activity", ("kind", "reason")), ("case", ("severity",)), ("account", ("kind",))):
        form = seen_by("manager").get(f"/crm/crm/{table}/add/").context["adminform"].form
        for name in names:
            assert not form[name].value() and str(form.fields[name].choices[0][1]) == "请选择…", name
