"""YAML that a teacher wrote: read with the line of every entry, or refused with file, line and cure."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab.errors import LabError

MOST_BYTES = 500_000
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Page:
    """What a YAML file says, and on which line, counted from 1, each entry begins."""

    name: str
    plain: Any
    lines: dict[Place, int]

    def at(self, *place: str | int) -> str:
        """Return where an entry is, as 第 12 行 facts.late; of an entry that is absent, where it belongs."""
        dotted = ".".join(map(str, place))
        return f"第 {self.line(*place)} 行" + (f" {dotted}" if dotted else "")

    def line(self, *place: str | int) -> int:
        """Return the line of an entry, or of what it would belong to."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(content: bytes, name: str, *, ours: bool = False) -> Page:
    """Return the page in `content`; raise LabError naming file, line and cure when it cannot be read.

    What we ship (`ours`) is read in C where that can be had, many times as fast. What others wrote is not: the reader in C
    takes slips that the other one refuses, has other words for them, and does not survive a thousand brackets.
    """
    import yaml

    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=quick if ours else yaml.SafeLoader)
        lines: dict[Place, int] = {}
        return Page(name, _value(node, (), lines, name, set()), lines)
    except UnicodeDecodeError as error:
        raise LabError(f"{name} 不是 UTF-8 文字；请在编辑器里另存为 UTF-8") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark, place = getattr(error, "problem_mark", None), getattr(error, "position", None)
        line = mark.line + 1 if mark else content[:place].count(b"\n") + 1
        raise LabError(f"{name} 第 {line} 行读不懂；{_cure(str(error))}") from error


def content_of(path: Path) -> bytes:
    """Return what is in the file at `path`; raise LabError when it cannot be read or is too large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabError(f"{path.name} 大于 {MOST_BYTES} 字节，不读；请检查是不是剧本文件")
        return path.read_bytes()
    except OSError as error:
        raise LabError(f"读不了剧本 {path}；请检查文件名和路径") from error


def _value(node: Any, place: Place, lines: dict[Place, int], name: str, seen: set[int]) -> Any:
    """Return what `node` says and note its line; names are always text. What is written twice or refers is refused."""
    import yaml

    if node is None:
        return None
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if isinstance(node, yaml.ScalarNode):
        return yaml.constructor.SafeConstructor().construct_object(node)
    if id(node) in seen:
        raise LabError(f"{name} 里第 {line} 行的内容用 & 和 * 引用了别处；请直接写出内容")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(value, (*place, n), lines, name, seen) for n, value in enumerate(node.value)]
    made = {}
    for key, value in node.value:
        inside = (*place, str(key.value))
        if inside in lines:
            raise LabError(
                f"{name} 第 {key.start_mark.line + 1} 行又写了一次 {'.'.join(map(str, inside))[:80]}"
                f"（第 {lines[inside]} 行已有）；请删去一个或改名"
            )
        lines[inside] = key.start_mark.line + 1
        made[inside[-1]] = _value(value, inside, lines, name, seen)
    return made


def _cure(problem: str) -> str:
    """Return what to do about a parser's complaint."""
    told = {
        r"'\t'": "这里用了 Tab 键；YAML 只认空格，请把它换成空格",
        "mapping values": "多半是前一行的引号没有成对，或冒号前后的文字要加引号",
        "expected ',' or": "括号里的各项要用英文逗号隔开，并且括号要成对",
        "unexpected end of stream": "引号或括号没有成对，请补上",
        "could not find expected ':'": "这里少了英文冒号和它后面的空格",
        "special characters are not allowed": "这里有看不见的控制字符，请删去",
    }
    return next(
        (cure for sign, cure in told.items() if sign in problem), "请检查缩进、英文冒号后的空格和引号是否成对"
    )
