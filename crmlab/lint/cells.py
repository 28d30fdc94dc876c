"""The cells of a lab: metadata, points, marks of solution and hidden test, sentences beside assertions."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from crmlab.errors import LabError
from crmlab.lint import Finding, Lab, is_test, told

SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
UNSEEN = ("get_ipython", "In", "Out", "capsys")
"""Names that mean nothing in the judge, which never runs the student's code."""


def check(lab: Lab) -> Iterator[Finding]:
    """Yield what is wrong with the cells of `lab`."""
    yield from _in_step(lab)
    ids = Counter(told(cell)["grade_id"] for cell in lab.cells if told(cell))
    for name in [name for name, count in ids.items() if count > 1]:
        yield _error(lab, name, "grade_id 用了不止一次；请给每个格子一个自己的名字")
    for place, cell in enumerate(lab.cells, start=1):
        where = told(cell).get("grade_id") or f"第 {place} 格"
        yield from (_error(lab, where, said) for said in _metadata(cell))
        if cell.cell_type == "code":
            yield from _code(lab, where, cell)
    yield from _points(lab)


def _in_step(lab: Lab) -> Iterator[Finding]:
    import nbformat

    from crmlab.authoring import notebook_of

    text = lab.notebook.with_suffix(".py")
    if not text.exists():
        yield Finding("warning", lab.name, "没有文本稿（.py）；没有它，别人看不出改了什么")
        return
    try:
        made = nbformat.writes(notebook_of(text)) + "\n"
    except LabError as error:
        yield Finding("error", lab.name, str(error))
        return
    if made != lab.notebook.read_text(encoding="utf-8"):
        yield Finding("error", lab.name, "笔记本与文本稿不一致；请运行 crmlab build")


def _metadata(cell: Any) -> Iterator[str]:
    about = told(cell)
    if not about:
        return
    if about.get("schema_version") != 3:
        yield f"schema_version 是 {about.get('schema_version')}，应为 3"
    if is_test(cell) and not about.get("locked"):
        yield "评分格没有锁上；请写 locked: true，否则学生能改它"
    if about.get("solution") and about.get("locked"):
        yield "作答的格子锁着，学生写不进去；请写 locked: false"
    most = _most(cell)
    if most is not None:
        yield from _bonus(cell, most)
    elif about.get("grade") and not about.get("points", 0) > 0:
        yield f"评分格的 points 是 {about.get('points')}；请写一个大于 0 的分数"
    if cell.cell_type == "markdown" and about.get("grade") and not about.get("solution"):
        yield "文字格只评分、不作答；请加 solution: true"
    if cell.get("outputs") or cell.get("execution_count"):
        yield "带着运行结果；请运行 crmlab build"


def _most(cell: Any) -> Any:
    """Return what a cell's bonus is said to be, None when nothing is said."""
    about = cell.metadata.get("crmlab")
    return about.get("bonus") if isinstance(about, dict) else None


def _bonus(cell: Any, most: Any) -> Iterator[str]:
    if type(most) not in (int, float) or not most > 0:
        yield f"附加分 bonus 是 {most!r}；请写一个大于 0 的数"
    if not is_test(cell):
        yield "附加分写在不自动评分的格子里，没有人会给；请移到评分格"
    elif told(cell).get("points"):
        yield f"附加分的格子 points 是 {told(cell)['points']}；请写 0，否则它也算进满分"
    elif _shows_a_value(cell.source):
        yield "附加分的格子最后一行是一个值；nbgrader 会把它当成分数，超过 0 就评不下去，请去掉"


def _shows_a_value(source: str) -> bool:
    try:
        last = ast.parse(source).body[-1:]
    except SyntaxError:  # told where the code is looked over
        return False
    return bool(last) and isinstance(last[0], ast.Expr) and not isinstance(last[0].value, ast.Call)


def _code(lab: Lab, where: str, cell: Any) -> Iterator[Finding]:
    for first, last in (SOLUTION, HIDDEN):
        if cell.source.count(first) != cell.source.count(last):
            yield _error(lab, where, f"“{first}”和“{last}”不成对；没有成对，答案会发给学生")
    if told(cell).get("solution") and SOLUTION[0] not in cell.source:
        yield _error(lab, where, f"作答的格子里没有“{SOLUTION[0]}”；整格答案会发给学生")
    if HIDDEN[0] in cell.source and not is_test(cell):
        yield _error(lab, where, "隐藏测试写在不评分的格子里；它不会被去掉，请移到评分格")
    if CHINESE.search(cell.source) and told(cell):
        yield Finding(
            "warning", f"{lab.name} · {where}", "代码格里有中文；请把话写进旁边的 TOML，英文版才能一样"
        )
    if is_test(cell):
        yield from _test(lab, where, cell.source)


def _test(lab: Lab, where: str, source: str) -> Iterator[Finding]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        yield _error(
            lab, where, f"评分格第 {error.lineno} 行不是 Python（{error.msg}）；请不要用 % 和 ! 开头的命令"
        )
        return
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    if not asserts:
        yield _error(lab, where, "评分格里没有 assert；怎样作答都得满分")
    silent = [node.lineno for node in asserts if node.msg is None]
    if silent:
        yield Finding(
            "warning",
            f"{lab.name} · {where}",
            f"第 {silent[0]} 行的 assert 没有给学生的话；失分时只能说“没有通过”",
        )
    if any(isinstance(node.msg, ast.JoinedStr) for node in asserts):
        yield Finding(
            "warning",
            f"{lab.name} · {where}",
            'assert 的话里嵌了变量（f"…"），可能带出答案，反馈页不会显示它',
        )
    used = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & set(UNSEEN))
    if used:
        yield _error(
            lab, where, f"用了 {'、'.join(used)}，裁判进程里没有学生的这些东西；请让学生返回普通数据再查"
        )


def _points(lab: Lab) -> Iterator[Finding]:
    total = sum(told(cell).get("points", 0) for cell in lab.cells if told(cell).get("grade"))
    if not lab.about:
        yield Finding(
            "error", lab.name, "project.toml 的 [[labs]] 里没有这份实训；请写上 id、title、minutes、points"
        )
    elif lab.about.get("points") != total:
        yield Finding(
            "error",
            lab.name,
            f"各题合计 {total:g} 分，project.toml 写的是 {lab.about.get('points')}；请改成一样",
        )
    bonus = sum(most for cell in lab.graded.values() if type(most := _most(cell)) in (int, float))
    if lab.about and lab.about.get("bonus", 0) != bonus:
        yield Finding(
            "error",
            lab.name,
            f"附加分合计 {bonus:g} 分，project.toml 写的是 {lab.about.get('bonus', 0)}；请改成一样",
        )
    readme = lab.folder / "README.md"
    if not readme.exists() or f"{total:g} 分" not in readme.read_text(encoding="utf-8"):
        yield Finding("warning", lab.name, f"README.md 里没有写这份实训 {total:g} 分；学生要知道每题几分")


def _error(lab: Lab, where: str, said: str) -> Finding:
    return Finding("error", f"{lab.name} · {where}", said)
