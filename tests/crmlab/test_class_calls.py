"""What a teacher sees of a class's calls: counted from logs played again, with every doubtful one named."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crmlab.commands import assemble
from crmlab.errors import LabError
from crmlab.roleplay.screen import attempts, class_page
from crmlab.roleplay.screen.call import Call
from crmlab.roleplay.screen.class_facts import Class, gather, logs
from crmlab.roleplay.screen.view import view

pytestmark = pytest.mark.slow  # a class plays its calls

NAME = "complaint_late_broken"


def plays(home: Path, student: str) -> Path:
    return home / student / "project03_phone_service" / "plays"


def talked(home: Path, student: str, *, turns: int, wrong: bool = False, lang: str = "zh") -> Call:
    """One call: always the earliest suggested line of the scenario, or, when `wrong`, the latest."""
    made = attempts.again(plays(home, student), NAME, student=student, lang=lang)
    order = list(made.scenario.lines)
    while turns and not made.ended:
        offered = [name for name, _text in view(made).chips]
        made.do("line", line=(max if wrong else min)(offered, key=order.index))
        turns -= 1
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three students: one good, one who blames and then learns, one whose log was edited."""
    talked(tmp_path, "A", turns=30)
    talked(tmp_path, "B", turns=3, wrong=True)
    talked(tmp_path, "B", turns=30, lang="en")
    bad = talked(tmp_path, "C", turns=4).path
    record = json.loads(bad.read_text(encoding="utf-8"))
    record["events"][0]["line"] = "thanks"
    bad.write_text(json.dumps(record), encoding="utf-8")
    return tmp_path


def told_of(home: Path, **options: str) -> Class:
    return gather(logs(home), **options)  # type: ignore[arg-type]


def test_the_class_is_counted_from_what_was_played(home: Path) -> None:
    told = told_of(home)
    (one,) = told.played
    assert (one.calls, set(one.scores)) == (3, {"A", "B"})
    assert sum(one.endings.values()) == 3
    assert one.first < one.best
    assert sum(choice.times for choice in one.choices) == sum(
        len(json.loads(path.read_text(encoding="utf-8"))["events"]) for who, path in logs(home) if who != "C"
    )
    assert [name for name, _why in told.refused] == [f"C · {NAME}-1.json"]


def test_the_weakest_step_comes_first_and_names_who_lost_it(home: Path) -> None:
    (one,) = told_of(home, counts="first").played
    shares = [step.share for step in one.steps]
    talk = next(step for step in one.steps if not step.rule.startswith("T "))  # nobody filled the ticket
    assert shares == sorted(shares) and "B" in talk.weak and "A" not in talk.weak
    assert all("B" in who and "A" not in who for who in one.slips.values()) and one.slips


def test_first_last_or_best_is_a_setting(home: Path) -> None:
    first, last, best = (
        told_of(home, counts=word).played[0].scores["B"] for word in ("first", "last", "best")
    )
    assert first < last == best
    with pytest.raises(LabError, match="没有计分办法 mean"):
        told_of(home, counts="mean")


def test_the_same_free_words_are_a_question(home: Path) -> None:
    for student, words in (("D", "您好"), ("E", "您好"), ("F", "喂您好")):
        made = attempts.again(plays(home, student), NAME, student=student)
        for text in (words, "真对不起，让您久等了", "您能说说哪里坏了吗"):
            made.do("say", text=text)
            made.do("confirm", acts=[made.guesses[0][0]])
    (one,) = told_of(home).played
    assert one.alike == (("D", "E"),)
    assert one.free > 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_whole_and_runs_nothing(lang: str, home: Path) -> None:
    made = attempts.again(plays(home, "<b>G"), NAME)
    made.do("line", line=view(made).chips[0][0])
    page = class_page.html(told_of(home, lang=lang), lang=lang)

    reader = Tags()
    reader.feed(page)
    assert not {"script", "b"} & set(reader.names) and "&lt;b&gt;G" in page
    assert {"zh": "角色扮演：班级情况", "en": "Role-play: the class"}[lang] in page


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)


def test_a_folder_without_calls_says_so(tmp_path: Path) -> None:
    assert "还没有人交通话记录" in class_page.html(told_of(tmp_path))


def test_the_command_writes_the_page_and_refuses_what_is_not_there(home: Path, tmp_path: Path) -> None:
    run, out = CliRunner(), tmp_path / "out" / "calls.html"
    done = run.invoke(assemble(), ["roleplay", "class", str(home), "--out", str(out)])
    assert done.exit_code == 0 and "3 次通话，1 份记录没有计入" in done.output
    assert "最弱的步骤在前" in out.read_text(encoding="utf-8")
    lost = run.invoke(assemble(), ["roleplay", "class", str(home / "none")])
    assert isinstance(lost.exception, LabError) and "没有文件夹" in str(lost.exception)
