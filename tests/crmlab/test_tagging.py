"""The tagger: acts with probabilities, the same everywhere, for whatever people type."""

import pytest

from crmlab.errors import LabError
from crmlab.roleplay import tag
from crmlab.roleplay.tagging import acts


def test_every_act_comes_back_once_most_probable_first():
    found = tag("真对不起，让您久等了，我马上给您退款", "zh")
    chances = [p for _, p in found]
    assert sorted(name for name, _ in found) == sorted(acts.names())
    assert chances == sorted(chances, reverse=True) and all(0 <= p <= 1 for p in chances)


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(LabError, match="xx"):
        tag("hello", "xx")
