"""The words of one lab: everything a student reads outside Markdown, from the TOML beside the notebook.

    title = "…"                         the lab's name
    [say]  id = "text with {values}"    sentences for code cells
    [check.FORM]  id = "…"              what an immediate check says when `id` fails
    [form.FORM]
    title = "…"; intro = "…"; hints = ["…", "…", "…"]
    [[form.FORM.field]]
    name = "…"; kind = "choice"; label = "…"; options = [["value", "text"], …]

Kinds of field: `choice` (one of options), `many` (any of options), `number` (min, max, step, unit), `text`,
`essay`, `blocks` (one whole number a block: blocks = ["08-10", …], min, max, start). A form with `rows = true`
asks the same fields for each row of a table given by the notebook.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab.errors import LabError

KINDS = {
    "choice": {"options"},
    "many": {"options"},
    "number": {"min", "max"},
    "text": set(),
    "essay": set(),
    "blocks": {"blocks", "min", "max"},
}


@dataclass(frozen=True)
class Field:
    """One question of a form; `more` holds what its kind needs (options, min, max, unit …)."""

    name: str
    kind: str
    label: str
    more: dict[str, Any]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices as (value kept, text shown)."""
        return [(str(value), str(text)) for value, text in self.more["options"]]


@dataclass(frozen=True)
class Form:
    """One form of the lab."""

    name: str
    title: str
    intro: str
    hints: tuple[str, ...]
    rows: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Words:
    """All words of a lab; made by `load`, which checks them."""

    path: Path
    title: str
    texts: dict[str, str]
    checks: dict[str, dict[str, str]]
    forms: dict[str, Form]

    def say(self, name: str, **values: object) -> str:
        """Return text `name` with its values filled in; raise LabError when the text or a value is missing."""
        try:
            return self.texts[name].format(**values)
        except KeyError as error:
            raise LabError(
                f"{self.path.name}：[say] 里没有 {error}（要说的是 {name}）；请在词条文件里补上"
            ) from error

    def form(self, name: str) -> Form:
        """Return form `name`; raise LabError naming the known ones."""
        if name not in self.forms:
            raise LabError(f"{self.path.name}：没有表单 {name}；现有 {'、'.join(self.forms) or '（无）'}")
        return self.forms[name]


def load(path: Path) -> Words:
    """Return the words in the TOML file `path`; raise LabError with file, form, field and cure."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise LabError(f"读不了词条文件 {path}：{error}；请恢复这个文件（重新打开实训室即可）") from error
    forms = {name: _form(path, name, one) for name, one in plain.get("form", {}).items()}
    return Words(path, str(plain.get("title", path.stem)), plain.get("say", {}), plain.get("check", {}), forms)


def _form(path: Path, name: str, plain: dict[str, Any]) -> Form:
    fields = tuple(_field(path, name, one) for one in plain.get("field", []))
    if not fields:
        raise LabError(f"{path.name}：表单 {name} 没有 field；至少写一个 [[form.{name}.field]]")
    return Form(
        name=name,
        title=str(plain.get("title", name)),
        intro=str(plain.get("intro", "")),
        hints=tuple(plain.get("hints", ())),
        rows=bool(plain.get("rows", False)),
        fields=fields,
    )


def _field(path: Path, form: str, plain: dict[str, Any]) -> Field:
    where = f"{path.name}：表单 {form} 的 field {plain.get('name', '?')!r}"
    for needed in ("name", "kind", "label"):
        if needed not in plain:
            raise LabError(f"{where} 缺 {needed}；请补上")
    kind = plain["kind"]
    if kind not in KINDS:
        raise LabError(f"{where} 的 kind = {kind!r} 不认识；可用 {'、'.join(KINDS)}")
    missing = sorted(KINDS[kind] - set(plain))
    if missing:
        raise LabError(f"{where}（{kind}）缺 {'、'.join(missing)}；请补上")
    more = {key: value for key, value in plain.items() if key not in ("name", "kind", "label")}
    return Field(str(plain["name"]), kind, str(plain["label"]), more)
