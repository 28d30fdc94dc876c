"""A role-play scenario: a YAML file a teacher can write, checked by a schema, read into frozen values."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay import schema, yaml_file
from crmlab.roleplay.yaml_file import Page

FOLDER = schema.FOLDER
SCENARIOS = FOLDER / "scenarios"
TEMPLATE = FOLDER / "template.yaml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_TOLD = 5  # more than so many faults at once help nobody


@dataclass(frozen=True)
class Scenario:
    """One customer and one occasion.

    `plain` is the checked content of the file, `sha` its fingerprint, `page` the file with the line of each entry.
    """

    plain: dict[str, Any]
    sha: str
    page: Page = field(compare=False, repr=False)

    @property
    def id(self) -> str:
        """The scenario's name, as in its file name."""
        return str(self.plain["id"])

    @property
    def facts(self) -> dict[str, Any]:
        """What the customer can tell, by name, in the order of the file."""
        return dict(self.plain["facts"])

    @property
    def lines(self) -> dict[str, Any]:
        """The suggested lines by name; each has its acts, its text and perhaps an offer."""
        return dict(self.plain["lines"])

    @property
    def parting(self) -> bool:
        """Whether a polite farewell without a deal is a right end, too."""
        return bool(self.plain["goal"].get("part"))

    def fits(self, offer: str) -> bool:
        """Whether an offer is a right one: one the customer takes or, where parting is right, any within the rules."""
        goal, beyond = self.plain["goal"], self.plain.get("beyond", ())
        return offer in goal["accept"] or (
            self.parting and offer in self.plain["offers"] and offer not in beyond
        )


def names() -> list[str]:
    """Return the names of the scenarios that are shipped, sorted."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def load(name_or_path: str | Path) -> Scenario:
    """Return the scenario of that name or file; raise LabError with file, line and cure when it is broken."""
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = SCENARIOS / f"{name_or_path}.yaml"
        if str(name_or_path) not in names():
            raise LabError(f"没有剧本 {str(name_or_path)[:60]}；可用的剧本：{'、'.join(names())}")
    return _read(yaml_file.content_of(path), path.name, path.parent == SCENARIOS)


@lru_cache(maxsize=32)
def _read(content: bytes, name: str, ours: bool) -> Scenario:
    """Return the scenario in a file's content, read once: the calls of a class are judged one after the other."""
    page = yaml_file.read(content, name, ours=ours)
    check(page, "scenario")
    return Scenario(page.plain, hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:12], page)


def fresh(name: str) -> str:
    """Return the text of a small commented scenario called `name`; raise LabError when it cannot be called so."""
    if not NAME.fullmatch(name):
        raise LabError(
            f"剧本不能叫 {name[:60]!r}；名字请用小写英文字母、数字和下划线，以字母开头，不超过 40 个字符"
        )
    return TEMPLATE.read_text(encoding="utf-8").replace("id: my_customer ", f"id: {name} ", 1)


def read_yaml(content: bytes, name: str) -> Any:
    """Return what the YAML says; raise LabError naming file, line and cure when it cannot be read."""
    return yaml_file.read(content, name).plain


def check(page: Page, kind: str) -> None:
    """Raise LabError, naming file, line, rule and cure, when `page` does not fit the schema of its kind."""
    found = schema.faults(page, kind)
    if found:
        more = f"（另外还有 {len(found) - MOST_TOLD} 处）" if len(found) > MOST_TOLD else ""
        raise LabError(f"{page.name} 有 {len(found)} 处不合规定：{'；'.join(found[:MOST_TOLD])}{more}")
