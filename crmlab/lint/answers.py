"""The answers on record of a lab: enough wrong ones that must lose, enough right ones that must win, a rubric."""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import Any

from crmlab.lint import Finding, Lab

FEWEST_WRONG = 3
FEWEST_RIGHT = 2


def check(lab: Lab) -> Iterator[Finding]:
    """Yield what the teacher's material of `lab` lacks."""
    yield from _rubric(lab)
    if not lab.graded:
        return
    name = f"teacher/{lab.short}_answers.toml"
    if lab.answers is None:
        yield Finding(
            "error",
            lab.name,
            f"没有 {name}；请记下每题至少 {FEWEST_WRONG} 个错答和 {FEWEST_RIGHT} 种对的写法",
        )
        return
    wrong: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for place, answer in enumerate(lab.answers, start=1):
        where = f"{name} 第 {place} 个"
        said = _broken(answer)
        if said:
            yield Finding("error", where, said)
            continue
        unknown = sorted(set(answer["loses"]) - set(lab.graded))
        if unknown:
            yield Finding(
                "error", where, f"loses 里的 {'、'.join(unknown)} 不是自动评分的格子；请看 grade_id"
            )
        wrong.update(answer["loses"])
        if not answer["loses"]:
            right.update(stored(answer["code"]))
    for task in lab.graded:
        if wrong[task] < FEWEST_WRONG:
            yield Finding(
                "error",
                f"{lab.name} · {task}",
                f"只有 {wrong[task]} 个错答丢这一题的分；至少要 {FEWEST_WRONG} 个，才知道它真的会扣分",
            )
    for name in answered(lab):
        if right[name] < FEWEST_RIGHT:
            yield Finding(
                "error",
                f"{lab.name} · {name}",
                f"只有 {right[name]} 种对的写法；除了参考答案至少要 {FEWEST_RIGHT} 种，免得只认一种",
            )


def answered(lab: Lab) -> list[str]:
    """Return the names that solution cells set and graded cells read: what students answer with."""
    read = {
        node.id
        for cell in lab.graded.values()
        for node in ast.walk(_tree(cell.source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    names = dict.fromkeys(name for cell in lab.solutions for name in stored(cell.source))
    return [name for name in names if name in read]


def stored(source: str) -> list[str]:
    """Return the names that a piece of code sets at its top level, functions included."""
    found = []
    for node in _tree(source).body:
        targets: list[Any] = list(getattr(node, "targets", [])) or [getattr(node, "target", None)]
        names = [
            one.id for target in targets if target for one in ast.walk(target) if isinstance(one, ast.Name)
        ]
        found += [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else names
    return list(dict.fromkeys(found))


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # told where cells are looked over
        return ast.Module(body=[], type_ignores=[])


def _broken(answer: dict[str, Any]) -> str:
    if (
        not isinstance(answer.get("code"), str)
        or not isinstance(answer.get("loses"), list)
        or not answer.get("why")
    ):
        return "要有 why（文字）、loses（列表）和 code（文字）三项"
    try:
        ast.parse(answer["code"])
    except SyntaxError as error:
        return f"code 第 {error.lineno} 行不是 Python（{error.msg}）"
    return ""


def _rubric(lab: Lab) -> Iterator[Finding]:
    path = lab.folder / "teacher" / f"{lab.short}_rubric.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for task in lab.by_hand:
        if task not in text:
            yield Finding(
                "error",
                f"{lab.name} · {task}",
                f"人工题没有评分标准；请写进 teacher/{path.name}，写上 `{task}`，并给三种水平的例子",
            )
