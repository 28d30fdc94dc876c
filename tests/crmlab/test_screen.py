"""The role-play screen without a browser: what each action shows, keeps and refuses, in notebook and page alike."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from crmlab.errors import LabError
from crmlab.roleplay.screen import attempts, markup, sheet
from crmlab.roleplay.screen.call import MOST_EVENTS, Call, Stale, taken_up
from crmlab.roleplay.screen.curve import curve
from crmlab.roleplay.screen.view import labels, view

NAME = "complaint_late_broken"
SORRY = {"zh": "真对不起，让您久等了，您先消消气。", "en": "I am so sorry that you had to wait this long."}


def call(folder: Path, *, level: int = 1, lang: str = "zh") -> Call:
    return attempts.resume(folder / "plays", NAME, student="2026001", level=level, lang=lang)


def good_choice(made: Call) -> str:
    """The suggested line that breaks no rule and comes first in the scenario."""
    offered = [name for name, _text in view(made).chips]
    order = list(made.scenario.lines)
    return min(offered, key=order.index)


def played(folder: Path, *, lang: str = "zh", turns: int = 30) -> Call:
    made = call(folder, lang=lang)
    while not made.ended and turns:
        made.do("line", line=good_choice(made))
        turns -= 1
    return made


# --- what is shown --------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_whole_call_by_suggested_lines_ends_in_a_score_sheet(lang: str, tmp_path: Path) -> None:
    made = played(tmp_path, lang=lang)
    assert made.ended == "farewell"
    page = sheet.html(made)
    for turn in made.play.turns:
        assert turn.reply.split("'")[0] in page
    assert page.count("<svg") == 1 and "/100" in page
    assert len(re.findall(r"<li>", page)) <= 3
    if lang == "en":
        assert not re.search(r"[\u4e00-\u9fff]", page)


def test_three_lines_are_offered_and_one_of_them_tempts(tmp_path: Path) -> None:
    from crmlab.roleplay.tagging.acts import violations

    made, places = call(tmp_path), set()
    for _turn in range(6):
        names = [name for name, _text in view(made).chips]
        rows = [made.scenario.lines[name] for name in names]
        wrong = [bool(violations() & set(row["acts"])) or row.get("offer") == "voucher" for row in rows]
        assert len(set(names)) == 3 and sum(wrong) == 1
        places.add(wrong.index(True))
        made.do("line", line=names[wrong.index(False)])
    assert len(places) > 1, "the tempting line must not always stand in one place"


def test_nobody_is_left_with_a_bad_line_only(tmp_path: Path) -> None:
    made = call(tmp_path)
    for _turn in range(25):
        offered = [name for name, _text in view(made).chips]
        order = list(made.scenario.lines)
        right = [name for name in offered if order.index(name) <= order.index("thanks") and name != "voucher"]
        assert right
        others = [name for name in right if name != "thanks"] or right
        made.do("line", line=others[-1])
        if made.ended:
            break


@pytest.mark.parametrize(("level", "feelings", "steps", "chips"), [(1, 3, 6, 3), (2, 2, 0, 3), (3, 0, 0, 0)])
def test_a_level_changes_how_much_is_shown(
    level: int, feelings: int, steps: int, chips: int, tmp_path: Path
) -> None:
    shown = view(call(tmp_path, level=level))
    assert (len(shown.feelings), len(shown.steps), len(shown.chips)) == (feelings, steps, chips)
    figures = re.search(r"\d+/100", markup.feelings(shown))
    assert bool(figures) == (level == 1)


def test_the_clock_is_simulated_and_a_hold_costs_half_a_minute(tmp_path: Path) -> None:
    first, second = call(tmp_path / "a"), call(tmp_path / "b")
    for made in (first, second):
        made.do("say", text=SORRY["zh"])
        made.do("confirm", acts=["empathize"])
    assert first.seconds == second.seconds > 0
    before = first.seconds
    first.do("hold")
    assert first.seconds >= before + 30


# --- free words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_free_words_wait_until_they_are_confirmed(lang: str, tmp_path: Path) -> None:
    made = call(tmp_path, lang=lang)
    made.do("say", text=SORRY[lang])
    assert made.pending and not made.play.turns
    assert 1 <= len(view(made).guesses) <= 3 and view(made).guesses[0].act == "empathize"
    made.do("confirm", acts=["empathize"])
    assert made.play.turns[0].acts == ("empathize",) and not made.pending


def test_rephrasing_costs_nothing_and_the_words_are_not_said(tmp_path: Path) -> None:
    made = call(tmp_path)
    made.do("say", text="嗯嗯啊啊")
    made.do("rephrase")
    assert not made.pending and not made.play.turns


def test_a_clear_insult_cannot_be_confirmed_away(tmp_path: Path) -> None:
    made = call(tmp_path)
    made.do("say", text="你是不是有病，滚！")
    assert dict(made.guesses)["rude"] >= 0.6
    made.do("confirm", acts=[])
    assert "rude" in made.play.turns[0].acts


@pytest.mark.parametrize(
    "harm", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt; {offer}"]
)
def test_what_is_typed_is_shown_as_text(harm: str, tmp_path: Path) -> None:
    made = call(tmp_path)
    made.do("say", text=harm + "对不起")
    made.do("confirm", acts=[])
    made.do("crm", field="summary", value=harm)
    made.do("hang_up")
    for html in (markup.log(view(made)), sheet.html(made)):
        tags = Tags(html)
        assert not {"script", "img"} & set(tags.names) and not [
            a for a in tags.attributes if a.startswith("on")
        ]
        assert harm.strip() in tags.text.replace("\xa0", " ")


class Tags(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [name for name, _value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_control_characters_are_taken_out_and_the_call_goes_on(tmp_path: Path) -> None:
    made = call(tmp_path)
    made.do("say", text="对不起\x00\x1b[31m，\u202e让您久等了\n")
    made.do("confirm", acts=["empathize"])
    assert all(sign.isprintable() for sign in made.play.turns[0].text)


# --- what is kept ---------------------------------------------------------------------------------


def test_every_action_is_kept_and_a_new_kernel_takes_the_call_up(tmp_path: Path) -> None:
    made = call(tmp_path)
    actions: list[tuple[str, dict[str, Any]]] = [
        ("line", {"line": good_choice(made)}), ("hint", {}), ("say", {"text": SORRY["zh"]}),
        ("confirm", {"acts": ["empathize"]}), ("crm", {"field": "type", "value": "complaint"}), ("hold", {}),
        ("say", {"text": "我看看怎么给您解决"}), ("rephrase", {}), ("transfer", {}), ("hang_up", {}),
    ]  # fmt: skip
    for kind, told in actions:
        made.do(kind, **told)
        assert view(taken_up(made.path)) == view(made)
    kept = json.loads(made.path.read_text(encoding="utf-8"))
    assert not {"state", "score", "anger"} & set(json.dumps(kept).split('"'))
    assert [path.name for path in made.path.parent.iterdir()] == [f"{NAME}-1.json"]


def test_a_second_window_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    first, second = call(tmp_path), call(tmp_path)
    first.do("line", line=good_choice(first))
    with pytest.raises(Stale, match="另一个窗口"):
        second.do("hang_up")
    with pytest.raises(Stale):
        first.do("hint", seen=0)
    assert view(taken_up(first.path)) == view(first)


def test_another_attempt_leaves_the_old_one_and_meets_another_seed(tmp_path: Path) -> None:
    made = played(tmp_path, turns=2)
    fresh = attempts.again(tmp_path / "plays", NAME, student="2026001")
    fresh.do("line", line=good_choice(fresh))
    assert [path.name for path in attempts.kept(tmp_path / "plays", NAME)] == [
        f"{NAME}-1.json",
        f"{NAME}-2.json",
    ]
    assert fresh.play.seed != made.play.seed
    assert attempts.resume(tmp_path / "plays", NAME).path == fresh.path


def test_hints_cost_two_points_each_and_never_below_zero(tmp_path: Path) -> None:
    plain, hinted = played(tmp_path / "a", turns=2), played(tmp_path / "b", turns=2)
    hinted.do("hint")
    assert sheet.score(plain).points - sheet.score(hinted).points == 2
    for _press in range(40):
        hinted.do("hint")
    assert sheet.score(hinted).points == 0


# --- what is refused ------------------------------------------------------------------------------


def ended(made: Call) -> None:
    made.do("hang_up")
    made.do("hold")


REFUSED: list[tuple[Callable[[Call], object], str]] = [
    (lambda made: made.do("say", text="好" * 100_000), "100000 个字"),
    (lambda made: made.do("say", text=" \x00\n"), "空的"),
    (lambda made: made.do("line", line="rude" * 40), "不能选"),
    (lambda made: made.do("dance"), "没有动作 dance"),
    (lambda made: made.do("confirm", acts=["solution"]), "只能确认"),
    (lambda made: made.do("crm", field="summary", value="长" * 501), "最多 500"),
    (lambda made: (made.do("say", text="您好"), made.do("line", line="greet")), "还没有确认"),
    (ended, "已经结束"),
]


@pytest.mark.parametrize(("action", "told"), REFUSED, ids=[told for _action, told in REFUSED])
def test_what_cannot_be_done_is_told_and_changes_nothing(
    action: Callable[[Call], object], told: str, tmp_path: Path
) -> None:
    made = call(tmp_path)
    with pytest.raises(LabError, match=told):
        action(made)
    assert not made.path.exists() or view(taken_up(made.path)) == view(made)


def test_no_hints_where_only_the_voice_may_tell(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="没有提示"):
        call(tmp_path, level=3).do("hint")


def test_a_call_of_too_many_steps_is_full(tmp_path: Path) -> None:
    made = call(tmp_path)
    made.events += [{}] * MOST_EVENTS
    made.path.parent.mkdir()
    made.path.write_text(json.dumps({"events": made.events}), encoding="utf-8")
    with pytest.raises(LabError, match="已经满了"):
        made.do("hint")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("v", "版本"),
        ("seed", "seed"),
        ("scenario", "另一版"),
        ("events", "列表"),
        ("n", "第 2 条"),
        ("chain", "改动过"),
    ],
)
def test_a_spoilt_log_is_refused_with_its_cure(harm: str, told: str, tmp_path: Path) -> None:
    from crmlab.roleplay import log

    made = played(tmp_path, turns=3)
    record = made.record()
    record.update({"v": {"v": 9}, "seed": {"seed": -1}, "scenario": {"scenario": f"{NAME}@0"}}.get(harm, {}))
    record["events"] = {"events": "x", "n": [record["events"][0], {}]}.get(harm, record["events"])
    record["chain"] = "0" if harm == "chain" else log.chain(record)
    log.save(record, made.path)
    with pytest.raises(LabError, match=told):
        taken_up(made.path)


def test_there_is_an_end_to_attempts(tmp_path: Path) -> None:
    folder = tmp_path / "plays"
    folder.mkdir()
    (folder / f"{NAME}-200.json").write_text("{}")
    with pytest.raises(LabError, match="练了 200 次"):
        attempts.again(folder, NAME)


def test_a_spoilt_log_stays_and_the_trainee_is_told_and_goes_on(tmp_path: Path) -> None:
    made = played(tmp_path, turns=3)
    made.path.write_text(made.path.read_text(encoding="utf-8").replace("line", "Line"), encoding="utf-8")
    spoilt = made.path.read_bytes()
    fresh = call(tmp_path)
    assert "改动过" in fresh.notice and not fresh.events
    fresh.do("line", line=good_choice(fresh))
    assert made.path.read_bytes() == spoilt and fresh.path != made.path
    assert not call(tmp_path).notice


def test_each_level_and_language_goes_on_where_it_was_left(tmp_path: Path) -> None:
    kinds = [(1, "zh"), (2, "zh"), (1, "en")]
    for level, lang in kinds:
        made = call(tmp_path, level=level, lang=lang)
        made.do("line", line=good_choice(made))
    found = [call(tmp_path, level=level, lang=lang) for level, lang in kinds]
    assert [(one.play.level, one.play.lang, len(one.events)) for one in found] == [
        (*kind, 1) for kind in kinds
    ]


def test_trying_again_twice_makes_one_attempt(tmp_path: Path) -> None:
    played(tmp_path, turns=1)
    paths = {attempts.again(tmp_path / "plays", NAME).path.name for _press in range(3)}
    assert paths == {f"{NAME}-2.json"} and (tmp_path / "plays" / f"{NAME}-2.json").is_file()


def test_the_curve_is_told_in_words_and_its_names_do_not_meet(tmp_path: Path) -> None:
    drawn = curve(played(tmp_path, turns=4).play)
    assert "生气从" in drawn and drawn.count("<polyline") == 2
    ends = [float(y) for y in re.findall(r'y="([\d.]+)" fill="#\w+" font-weight', drawn)]
    assert len(ends) == 2 and abs(ends[0] - ends[1]) >= 16


@pytest.mark.parametrize(("prefix", "begins"), [(None, "/crmlab/"), ("/user/anna/", "/user/anna/crmlab/")])
def test_the_link_to_print_lies_under_the_students_own_address(tmp_path, monkeypatch, prefix, begins):
    from crmlab.roleplay.screen import inside

    monkeypatch.setenv("CRMLAB_DESK", "1")
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    if prefix:
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", prefix)
    assert f'href="{begins}roleplay/print?scenario=x&amp;' in inside._paper(tmp_path / "plays", "x", "zh")


def test_the_box_speaks_of_numbered_lines_only_where_there_are_some() -> None:
    told = [labels("zh", level)["placeholder"] for level in (1, 3)]
    assert "1、2、3" in told[0] and "1、2、3" not in told[1]


def test_the_curve_can_stand_alone_as_a_picture(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(curve(played(tmp_path).play))
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("width") and root.get("height")
