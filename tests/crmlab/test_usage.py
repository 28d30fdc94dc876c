"""Words of a command that are off are told in one sentence: name, value, rule, cure; Chinese unless asked for English."""

import pytest

from crmlab import commands

BUILD = ("dataset", "build", "retail", "--out", "nowhere")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*BUILD, "--seed", "-1"), "--seed -1：要不小于 0；请改正后再运行，用法见 crmlab dataset build --help"),
        ((*BUILD, "--seed", "-1", "--lang", "en"), "--seed = -1: must be at least 0; correct it; crmlab dataset build --help tells how"),
        ((*BUILD, "--months", "many"), "--months many：要是整数；"),
        ((*BUILD, "--months=many", "--lang=en"), "--months = many: must be a whole number; "),
        (("dataset", "build", "retail"), "--out：（没有写）：必须写；"),
        (("dataset", "story", "retail", "x"), "customer x：要是整数；"),
        ((*BUILD, "--sed", "1"), "--sed：没有这个选项（是不是 --seed？）；"),
        (("datasets",), "datasets：没有这个命令（是不是 dataset？）；"),
        ((*BUILD, "--seed"), "--seed：后面要写一个值；"),
        ((*BUILD, "more"), "命令的写法不对：Got unexpected extra argument"),
    ],
)  # fmt: skip
def test_words_that_are_off_are_told_in_one_sentence(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands._run(list(words)) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"crmlab: {said}") and shown.count("\n") == 1


def test_a_group_without_a_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands._run(["dataset"]) == 2
    shown = capsys.readouterr()
    assert "build" in shown.out + shown.err and "crmlab:" not in shown.err


def test_what_went_well_ends_in_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands._run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("crmlab ")
