"""The dialogue acts, as `acts.toml` defines them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crmlab.language import require

FILE = Path(__file__).parents[1] / "acts.toml"


@dataclass(frozen=True)
class Act:
    """One thing an utterance can do: its name in logs, labels, definitions, and whether it breaks the rules."""

    name: str
    family: str
    zh: str
    en: str
    what_zh: str
    what_en: str
    not_zh: str = ""
    not_en: str = ""
    violation: bool = False

    def label(self, lang: str) -> str:
        """Return the word people see; raise LabError for a language we have not."""
        require(lang)
        return self.en if lang == "en" else self.zh

    def definition(self, lang: str) -> str:
        """Return what counts as this act; raise LabError for a language we have not."""
        require(lang)
        return self.what_en if lang == "en" else self.what_zh


@cache
def acts() -> tuple[Act, ...]:
    """Return every act in the order that breaks ties."""
    return tuple(Act(**row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["act"])


@cache
def names() -> tuple[str, ...]:
    """Return the names of all acts in their order."""
    return tuple(act.name for act in acts())


@cache
def violations() -> frozenset[str]:
    """Return the names of the acts that break the rules."""
    return frozenset(act.name for act in acts() if act.violation)
