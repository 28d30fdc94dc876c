"""Words of a command that are off, told in the house's form: name, value, rule, cure, in one sentence."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

RULES = {  # what a value had to be, by what was found wrong with it
    "greater_than_equal": ("要不小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("要不大于 {le}", "must be at most {le}"),
    "int": ("要是整数", "must be a whole number"),
    "float": ("要是数字", "must be a number"),
    "bool": ("要是 true 或 false", "must be true or false"),
    "path": ("要是文件或文件夹的路径", "must be the path of a file or folder"),
}
CURE = ("请改正后再运行，用法见 {command} --help", "correct it; {command} --help tells how")


def told(error: Any, words: Sequence[str]) -> str:
    """Return what to say of a usage error of the command line, given its words; Chinese unless they ask for English."""
    english = _english(words)
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", None) or "crmlab"
    cure = _in(english, CURE).format(command=command)
    return f"{_fault(error, english)}{_in(english, ('；', '; '))}{cure}"


def _fault(error: Any, english: bool) -> str:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = "、".join(getattr(error, "possibilities", None) or ())
        cure = (f"（是不是 {near}？）", f" (did you mean {near}?)") if near else ("", "")
        return f"{error.option_name}{_in(english, ('：没有这个选项', ': there is no such option'))}{_in(english, cure)}"
    name = _name(error)
    if kind == "MissingParameter":
        return f"{name}{_in(english, ('：（没有写）：必须写', ' = (missing): must be given'))}"
    problem = _problem(error)
    if name and problem:
        value = str(problem.get("input", ""))[:80]
        sort = str(problem.get("type", ""))
        rule = RULES.get(sort) or RULES.get(sort.split("_")[0])
        said = _in(english, rule).format(**problem.get("ctx", {})) if rule else str(problem.get("msg", ""))
        return f"{name}{_in(english, (f' {value}：', f' = {value}: '))}{said}"
    if kind == "UsageError" and str(error.format_message()).startswith("No such command"):
        parts = str(error.format_message()).split(
            "'"
        )  # the command stands between the first, what is like it between the next
        near = parts[3] if len(parts) > 3 else ""
        cure = (f"（是不是 {near}？）", f" (did you mean {near}?)") if near else ("", "")
        return (
            f"{parts[1]}{_in(english, ('：没有这个命令', ': there is no such command'))}{_in(english, cure)}"
        )
    if kind == "BadOptionUsage":
        option = getattr(error, "option_name", "")
        return f"{option}{_in(english, ('：后面要写一个值', ': a value must follow it'))}"
    lead = _in(english, ("命令的写法不对：", "the words of the command are off: "))
    return f"{lead}{name + ' ' if name else ''}{str(error.format_message()).rstrip('.')}"


def _name(error: Any) -> str:
    parameter = getattr(error, "param", None)
    names = [name for name in getattr(parameter, "opts", ()) if name.startswith("--")]
    return str(names[0] if names else getattr(parameter, "name", "") or "")


def _problem(error: Any) -> dict[str, Any]:
    """Return the first thing found wrong with the value, as the checker noted it."""
    cause = getattr(error, "__cause__", None)
    noted: list[Any] = getattr(cause, "errors", list)()
    return dict(noted[0]) if noted else {}


def _english(words: Sequence[str]) -> bool:
    return "--lang=en" in words or any(one == "--lang" and other == "en" for one, other in pairwise(words))


def _in(english: bool, both: tuple[str, str]) -> str:
    return both[english]
