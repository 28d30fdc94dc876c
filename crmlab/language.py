"""What crmlab says, in the reader's language: Chinese is in the code, English in locale/en/crmlab.po."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from crmlab.errors import LabError

LANGUAGES = ("zh", "en")
DOMAIN = "crmlab"


@dataclass(frozen=True)
class Words:
    """A translator, called with the Chinese text; what has no translation stays Chinese, with one warning."""

    lang: str
    texts: Mapping[str, str]
    _missed: set[str] = field(default_factory=set, repr=False, compare=False)

    def __call__(self, chinese: str) -> str:
        """Return `chinese` in this language."""
        if self.lang == "zh":
            return chinese
        if chinese not in self.texts:
            self._warn_once(chinese)
        return self.texts.get(chinese, chinese)

    def _warn_once(self, chinese: str) -> None:
        if not self._missed:
            warnings.warn(
                f"没有译文，仍用中文：{chinese!r}；请补进 locale/{self.lang}/{DOMAIN}.po", stacklevel=3
            )
        self._missed.add(chinese)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return Chinese text → text in `lang`, read once; empty for Chinese.

    Raises LabError for a language we have not, or a catalogue that cannot be read.
    """
    require(lang)
    if lang == "zh":
        return MappingProxyType({})
    from crmlab.translate import read

    return MappingProxyType(read(DOMAIN, lang=lang))


def translator(lang: str) -> Words:
    """Return the translator into `lang`; raise LabError for a language we have not."""
    return Words(lang, catalogue(lang))


def require(lang: str) -> None:
    """Raise LabError when `lang` is none of ours."""
    if lang not in LANGUAGES:
        raise LabError(f"没有语言 {lang}；可用的语言：{'、'.join(LANGUAGES)}")
