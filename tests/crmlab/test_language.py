"""The words: Chinese in the code, English in the catalogue, nothing missing."""

import ast
import re
import warnings

import pytest

from crmlab.errors import LabError
from crmlab.language import catalogue, translator
from crmlab.places import ROOT
from crmlab.translate import read


def marked() -> set[str]:
    """Every text that crmlab passes to `_()`."""
    from babel.messages.extract import extract_from_dir

    found = extract_from_dir(ROOT / "crmlab", method_map=[("**.py", "python")], keywords={"_": None})
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def test_no_text_hides_where_the_extractor_cannot_see_it() -> None:
    called = set()
    for path in (ROOT / "crmlab").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                called |= {word.value for word in node.args if isinstance(word, ast.Constant)}
    assert called == marked(), "a text inside an f-string is not found by pybabel"


def test_every_text_has_its_english_and_no_english_is_left_over() -> None:
    texts = marked()
    assert len(texts) > 20
    assert set(read("crmlab")) == texts


def test_placeholders_survive_translation() -> None:
    for chinese, english in read("crmlab").items():
        assert set(re.findall(r"{[^}]*}", chinese)) == set(re.findall(r"{[^}]*}", english)), chinese


def test_chinese_is_what_the_code_says() -> None:
    assert translator("zh")("开始") == "开始"
    assert translator("en")("开始") == "Start"


def test_a_missing_text_stays_chinese_with_one_warning() -> None:
    _ = translator("en")
    with pytest.warns(UserWarning, match="没有译文") as warned:
        assert [_("谁也没译过"), _("谁也没译过"), _("这句也没有")] == [
            "谁也没译过",
            "谁也没译过",
            "这句也没有",
        ]
    assert len(warned) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert translator("zh")("谁也没译过") == "谁也没译过"


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(LabError, match=r"fr.*zh、en"):
        catalogue("fr")
