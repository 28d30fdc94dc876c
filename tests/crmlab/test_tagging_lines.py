"""The lines the tagger learns from and is tried on: their form, their breadth, and that the weights come from them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from crmlab.errors import LabError
from crmlab.roleplay import tag
from crmlab.roleplay.tagging import acts, lines, train
from crmlab.roleplay.tagging.text import clean
from crmlab.roleplay.tagging.weights import load

UNSEEN = Path(__file__).parents[1] / "data/roleplay"


def unseen(lang: str) -> list[lines.Line]:
    return lines.read_test(UNSEEN / f"unseen-{lang}.txt")


# --- back test: held-back lines --------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_held_back_lines_are_read_as_well_as_promised(lang):
    known = unseen(lang)
    said = [tag(line.text, lang) for line in known]
    found = [{name for name, p in line if p >= 0.5} for line in said]
    scores = []
    for act in acts.names():
        hits = sum(act in line.acts and act in have for line, have in zip(known, found, strict=True))
        scores.append(
            2
            * hits
            / sum((act in line.acts) + (act in have) for line, have in zip(known, found, strict=True))
        )
    top = [line.acts <= {name for name, _ in have[:3]} for line, have in zip(known, said, strict=True)]
    assert sum(scores) / len(scores) >= 0.75
    assert sum(top) / len(top) >= 0.93


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_violation_is_alleged_with_care(lang):
    bad = acts.violations()
    pairs = [
        (bool(line.acts & bad), max(p for n, p in tag(line.text, lang) if n in bad)) for line in unseen(lang)
    ]
    alleged = [true for true, p in pairs if p >= 0.6]
    assert sum(alleged) / len(alleged) >= 0.9
    assert sum(alleged) / sum(true for true, _ in pairs) >= 0.5


# --- what it learns from ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "fewest"), [("zh", 80), ("en", 60)])
def test_every_act_has_many_lines(lang, fewest):
    counts = Counter(act for line in lines.training(lang) for act in line.acts)
    assert min(counts[act] for act in acts.names()) >= fewest


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_held_back_line_of_more_than_a_few_words_is_learnt(lang):
    letters = {"zh": 8, "en": 30}[lang]  # people who write alone both write "您好，请讲"
    learnt = {clean(line.text).strip(" .?!。") for line in lines.training(lang)}
    kept = {clean(line.text).strip(" .?!。") for line in unseen(lang)}
    assert not {text for text in learnt & kept if len(text) > letters}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_weights_are_made_from_the_lines_as_they_are(lang):
    assert load(lang).data == train.fingerprint(lang), "run python -m crmlab.roleplay.tagging.train"


@pytest.mark.slow
def test_training_again_gives_the_same_weights():
    kept, again = load("en"), train.fit("en", lines.training("en"))
    assert again.words == kept.words and (again.idf == kept.idf).all()
    apart = np.abs(again.steps.astype(int) - kept.steps)
    assert apart.max() <= 1 and (apart > 0).mean() < 0.01  # the last digit may differ between processors
    assert np.allclose(again.unit, kept.unit, rtol=1e-2) and np.allclose(again.bias, kept.bias, atol=1e-2)


def test_calibration_tells_sure_scores_from_empty_ones():
    rng = np.random.default_rng(3)
    truth = (rng.random((400, 21)) < 0.1).astype(float)
    truth[truth.sum(axis=1) == 0, 0] = 1
    slope, _ = train.calibrate(4 * truth - 2 + rng.normal(size=truth.shape), truth)
    noise, _ = train.calibrate(rng.normal(size=truth.shape), truth)
    assert slope.min() > 1 and abs(noise).max() < 0.6


# --- the form of the files -------------------------------------------------------------------------------


def test_a_mixed_line_says_its_acts_part_by_part(tmp_path):
    file = tmp_path / "zh-x.txt"
    file.write_text(
        "# 说明\n[greet+listen]\n您好，请讲\n[mixed]\ngreet: 您好，| hold: 请稍等\n", encoding="utf-8"
    )
    first, second = lines.read_training(file)
    assert first.acts == {"greet", "listen"} and not first.parts
    assert second.text == "您好，请稍等" and second.acts == {"greet", "hold"}
    assert second.parts == (("您好，", frozenset({"greet"})), ("请稍等", frozenset({"hold"})))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[gret]\n您好\n", "zh-x.txt:2：没有名为“gret”的动作"),
        ("您好\n", "zh-x.txt:1：没有名为“”的动作"),
        ("[mixed]\n您好，请稍等\n", "zh-x.txt:2：“您好，请稍等”没有写明动作"),
        ("[mixed]\ngreat: 您好\n", "zh-x.txt:2：没有名为“great”的动作"),
    ],
)
def test_a_training_file_out_of_form_is_refused_with_its_line(tmp_path, content, told):
    file = tmp_path / "zh-x.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(LabError) as refusal:
        list(lines.read_training(file))
    assert str(refusal.value).startswith(told)


@pytest.mark.parametrize(("content", "told"), [("greet 您好\n", "缺少竖线"), ("gret | 您好\n", "“gret”")])
def test_a_test_file_out_of_form_is_refused_with_its_line(tmp_path, content, told):
    file = tmp_path / "zh-x.txt"
    file.write_text("# 说明\n" + content, encoding="utf-8")
    with pytest.raises(LabError, match=f"zh-x.txt:2.*{told}"):
        lines.read_test(file)
