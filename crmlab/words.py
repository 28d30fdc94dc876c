"""The words of a lab: the TOML beside its notebook, read, checked and handed out by id.

    title = "接待电话客户"

    [say]                                  # lab.say("welcome", name="小李")
    welcome = "你好，{name}。"

    [options]                              # lists of [value, label] that several fields share
    parts = [["pbx", "程控交换机"], ["ivr", "交互式语音应答"]]

    [form.path]                            # lab.form("path")
    title = "跟着一通电话走"
    intro = "先看时间线，再回答。"           # optional
    hints = ["看哪里", "规则", "半句答案"]    # optional, shown one by one

    [[form.path.field]]                    # one or more; the answer is {"first": "pbx", …}
    name = "first"
    kind = "choice"                        # choice, many, number, text, essay, blocks
    label = "电话先到哪里？"
    help = "…"                             # optional, small print below the field
    options = "parts"                      # choice and many: a shared list, or [[value, label], …] here

    [check.path]                           # the sentence shown when check.that("first_part", …) fails
    first_part = "第一站不对：看时间线最左边。"
    done = "…"                             # optional, shown when everything is right

What else a field takes: `number` min, max, step (1 = whole numbers), unit; `text` and `essay` placeholder;
`essay` min_words; `blocks` blocks = ["08:00–10:00", …], min, max (whole numbers; the answer is a list).
A form with `rows = {key = "call_id", text = ["at", "note"]}` asks its fields for every row of a table, given as
`lab.form("register", rows=df)`; for `note` it takes the column `note_zh` or `note_en` when there is one.
`lab.live_board("plan")` takes title, intro and hints from [form.plan], whose one field is of kind blocks.
"""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from crmlab.errors import LabError
from crmlab.translate import CHINESE

FORM = {"title", "intro", "hints", "field", "rows"}
COMMON = {"name", "kind", "label", "help"}
KINDS: dict[str, set[str]] = {
    "choice": {"options"},
    "many": {"options"},
    "number": {"min", "max", "step", "unit"},
    "text": {"placeholder"},
    "essay": {"placeholder", "min_words"},
    "blocks": {"blocks", "min", "max"},
}
SECTIONS = {"language", "title", "say", "options", "form", "check"}


@dataclass(frozen=True)
class Field:
    """One question of a form; which parts are used depends on `kind`."""

    name: str
    kind: str
    label: str
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    min: float | None = None
    max: float | None = None
    step: float | None = None
    unit: str = ""
    placeholder: str = ""
    min_words: int = 0
    blocks: tuple[str, ...] = ()

    def shown(self, value: Any) -> str:
        """Return an answer in the reader's words: labels for values, "" for what was not answered."""
        if value is None or value == []:
            return ""
        labels = dict(self.options)
        between = "；" if CHINESE.search("".join((self.label, *labels.values(), *self.blocks))) else "; "
        if self.kind == "many" and isinstance(value, list):
            return between.join(
                str(labels.get(one, one)) if isinstance(one, str) else str(one) for one in value
            )
        if self.kind == "blocks" and isinstance(value, list):
            return between.join(f"{block} {n}" for block, n in zip(self.blocks, value, strict=False))
        if self.kind == "number":
            return f"{value:g} {self.unit}".strip() if isinstance(value, int | float) else str(value)
        return str(labels.get(value, value)) if isinstance(value, str) else str(value)


@dataclass(frozen=True)
class Rows:
    """Which columns of a table name a row and describe it."""

    key: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class FormSpec:
    """One form as its author wrote it."""

    name: str
    title: str
    intro: str
    hints: tuple[str, ...]
    fields: tuple[Field, ...]
    rows: Rows | None = None


@dataclass(frozen=True)
class LabWords:
    """All words of one lab; `file` is named in every complaint."""

    file: str
    title: str
    said: Mapping[str, str]
    forms: Mapping[str, FormSpec]
    checks: Mapping[str, Mapping[str, str]]
    language: str = ""

    def form(self, name: str) -> FormSpec:
        """Return a form; raise LabError, with the names there are, for an unknown one."""
        return _known(self.forms, name, f"{self.file} 里没有表单", "[form.{}]")

    def say(self, name: str, values: Mapping[str, object] | None = None) -> str:
        """Return the text `name` of [say] with its {places} filled; raise LabError when text or value lacks."""
        text = _known(self.said, name, f"{self.file} 的 [say] 里没有文字", "[say] {} = …")
        try:
            return text.format_map(dict(values or {}))
        except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
            raise LabError(
                f"{self.file} 的 [say] {name} 里 {error} 填不上；请在 lab.say({name!r}, …) 里给出它的值"
            ) from error

    def check_sentence(self, form: str, name: str) -> str:
        """Return the sentence of a failed check; raise LabError when its author wrote none."""
        sentences = self.checks.get(form, {})
        return _known(
            sentences, name, f"{self.file} 的 [check.{form}] 里没有句子", f"[check.{form}] {{}} = …"
        )


def load(path: Path) -> LabWords:
    """Return the words in the TOML file `path`; LabError says file, form, field, value, rule and cure."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise LabError(
            f"找不到 {path.name}（应在笔记本旁边）；请重新准备实训文件夹，或向老师要完整的一份"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{path.name} 不是 UTF-8 的 TOML 文件（{error}）；请改正这一行") from error
    return _Author(path.name).words(plain)


def _known(among: Mapping[str, Any], name: str, lack: str, where: str) -> Any:
    if name not in among:
        there = "、".join(among) or "（还没有）"
        raise LabError(f"{lack} {name!r}；现有的：{there}；请改正名字，或加上 {where.format(name)}")
    return among[name]


class _Author:
    """Reads what an author wrote, and complains with the place."""

    def __init__(self, file: str) -> None:
        self.file = file

    def refuse(self, where: str, value: object, rule: str) -> NoReturn:
        raise LabError(f"{self.file}：{where} = {str(value)[:80]}：{rule}；请改正后重新运行")

    def words(self, plain: dict[str, Any]) -> LabWords:
        self._only(plain, SECTIONS, "文件开头")
        options = {
            name: self._pairs(pairs, f"[options] {name}")
            for name, pairs in self._table(plain, "options").items()
        }
        return LabWords(
            file=self.file,
            title=self._text(plain, "title", "文件开头"),
            said=self._sentences(self._table(plain, "say"), "[say]"),
            forms={
                name: self._form(name, told, options) for name, told in self._table(plain, "form").items()
            },
            checks={
                name: self._sentences(told, f"[check.{name}]")
                for name, told in self._table(plain, "check").items()
            },
            language=str(plain.get("language", "")),
        )

    def _form(self, name: str, told: Any, options: dict[str, tuple]) -> FormSpec:
        where = f"[form.{name}]"
        if not isinstance(told, dict):
            self.refuse(where, told, "一个表单要写成一节")
        self._only(told, FORM, where)
        fields = told.get("field")
        if not isinstance(fields, list) or not fields:
            self.refuse(
                f"{where} field",
                fields,
                f"至少要有一个问题，以 [[form.{name}.field]] 开头",
            )
        made = tuple(self._field(one, f"{where} 第 {n} 个问题", options) for n, one in enumerate(fields, 1))
        names = [one.name for one in made]
        doubles = sorted({one for one in names if names.count(one) > 1})
        if doubles:
            self.refuse(f"{where} name", doubles[0], "同一个表单里的问题不能重名")
        return FormSpec(
            name=name,
            title=self._text(told, "title", where),
            intro=self._text(told, "intro", where, absent=""),
            hints=tuple(self._texts(told.get("hints", []), f"{where} hints")),
            fields=made,
            rows=self._rows(told["rows"], f"{where} rows") if "rows" in told else None,
        )

    def _rows(self, told: Any, where: str) -> Rows:
        if not isinstance(told, dict) or set(told) != {"key", "text"} or not isinstance(told["key"], str):
            self.refuse(where, told, '要写成 {key = "列名", text = ["列名", …]}')
        text = [told["text"]] if isinstance(told["text"], str) else told["text"]
        return Rows(told["key"], tuple(self._texts(text, f"{where} text")))

    def _field(self, told: Any, where: str, options: dict[str, tuple]) -> Field:
        if not isinstance(told, dict):
            self.refuse(where, told, "一个问题要写成一节")
        name = self._text(told, "name", where)
        where = f"{where}（{name}）"
        kind = told.get("kind")
        if kind not in KINDS:
            self.refuse(f"{where} kind", kind, f"只能是 {'、'.join(KINDS)}")
        self._only(told, COMMON | KINDS[kind], where)
        made: dict[str, Any] = {"help": self._text(told, "help", where, absent="")}
        if "options" in KINDS[kind]:
            made["options"] = self._options(told.get("options"), f"{where} options", options)
        if kind == "blocks":
            made["blocks"] = tuple(self._texts(told.get("blocks"), f"{where} blocks", least=1))
        made |= {k: self._text(told, k, where, absent="") for k in KINDS[kind] & {"unit", "placeholder"}}
        made |= {k: self._number(told, k, where) for k in KINDS[kind] & {"min", "max", "step"}}
        if "min_words" in told:
            made["min_words"] = int(self._number(told, "min_words", where) or 0)
        low, high = made.get("min"), made.get("max")
        if low is not None and high is not None and low > high:
            self.refuse(f"{where} max", high, f"不能小于 min = {low:g}")
        return Field(name=name, kind=kind, label=self._text(told, "label", where), **made)

    def _options(self, told: Any, where: str, shared: dict[str, tuple]) -> tuple[tuple[str, str], ...]:
        if isinstance(told, str):
            if told not in shared:
                self.refuse(
                    where, told, f"[options] 里没有这个名字，现有的：{'、'.join(shared) or '（还没有）'}"
                )
            return shared[told]
        return self._pairs(told, where)

    def _pairs(self, told: Any, where: str) -> tuple[tuple[str, str], ...]:
        fits = isinstance(told, list) and told and all(isinstance(p, list) and len(p) == 2 for p in told)
        if not fits or not all(isinstance(part, str) and part for pair in told for part in pair):
            self.refuse(where, told, '要写成 [["值", "文字"], …]，至少一个')
        values = [value for value, _ in told]
        if len(set(values)) < len(values):
            self.refuse(where, values, "选项的值不能重复")
        return tuple((value, label) for value, label in told)

    def _table(self, plain: dict[str, Any], name: str) -> dict[str, Any]:
        told = plain.get(name, {})
        if not isinstance(told, dict):
            self.refuse(name, told, f"要写成一节，以 [{name}] 开头")
        return told

    def _sentences(self, told: Any, where: str) -> dict[str, str]:
        if not isinstance(told, dict):
            self.refuse(where, told, "要写成一节")
        for name, text in told.items():
            if not isinstance(text, str) or not text.strip():
                self.refuse(f"{where} {name}", text, "要是一句话")
            try:
                list(string.Formatter().parse(text))
            except ValueError:
                self.refuse(f"{where} {name}", text, "花括号要成对；要写花括号本身，请写两个")
        return dict(told)

    def _texts(self, told: Any, where: str, *, least: int = 0) -> list[str]:
        fits = isinstance(told, list) and len(told) >= least
        if not fits or not all(isinstance(one, str) and one.strip() for one in told):
            self.refuse(where, told, '要写成 ["…", "…"]，每个都不能空')
        return list(told)

    def _text(self, told: dict[str, Any], name: str, where: str, *, absent: str | None = None) -> str:
        text = told.get(name, absent)
        if not isinstance(text, str) or (absent is None and not text.strip()):
            self.refuse(f"{where} {name}", text, "要是一句话，写在引号里")
        return text

    def _number(self, told: dict[str, Any], name: str, where: str) -> float | None:
        value = told.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(f"{where} {name}", value, "要是一个数，不加引号")
        return value

    def _only(self, told: dict[str, Any], allowed: set[str], where: str) -> None:
        unknown = sorted(set(told) - allowed)
        if unknown:
            self.refuse(
                f"{where} {unknown[0]}",
                told[unknown[0]],
                f"这里没有这个名字，可用的：{'、'.join(sorted(allowed))}",
            )
