"""What a marked answer got wrong, row by row, in a sentence each: the number, what was chosen, and what to look at again."""

import re
from collections.abc import Mapping
from typing import Any

from crmlab import casebook
from crmlab.language import translator

_FIRST, _SECOND = casebook.book()["law"]["levels"]

Rows = Mapping[str, Any]


def severity(made: Rows, known: Rows, *, lang: str) -> list[str]:
    """Return what to look at again for every case of a wrong class; `known` is the truth of `sort`."""
    _ = translator(lang)
    asks = {
        "simple": _("系统里当场查得清吗？"),
        "ordinary": _("要不要换货、退款，或者请另一个部门看？"),
        "complex": _("有没有人受伤、是第几次来电、要几个部门对账？"),
    }
    chosen = {"simple": _("简单"), "ordinary": _("一般"), "complex": _("复杂")}
    return [
        _line(name, chosen.get(_of(made, name, "severity"), ""), asks[one["severity"]], lang)
        for name, one in known.items()
        if _of(made, name, "severity") != one["severity"]
    ]


def level(made: Rows, known: Rows, amounts: Mapping[str, float], *, lang: str) -> list[str]:
    """Return what to look at again for every case on the wrong desk; `amounts` is yuan by case."""
    _ = translator(lang)
    chosen = {"agent": _("客服代表"), "leader": _("班长"), "manager": _("经理")}
    return [
        _line(name, chosen.get(_of(made, name, "level"), ""), _rule(one, amounts.get(name, 0), lang), lang)
        for name, one in known.items()
        if _of(made, name, "level") != one["level"]
    ]


def _rule(case: Mapping[str, str], amount: float, lang: str) -> str:
    _ = translator(lang)
    if case["level"] == "manager":
        return _("金额是多少？") if amount > _SECOND else _("有没有人受伤？")
    if case["level"] == "leader":
        if case["severity"] == "complex":
            return _("复杂的归谁？")
        return _("金额是多少？") if amount > _FIRST else _("投诉的是谁？")
    return _("哪一条够得上班长？")


def closed(made: Rows, known: Rows, *, lang: str) -> list[str]:
    """Return what to look at again for every case that is closed and should not be, or should be and is not."""
    _ = translator(lang)
    asks = {
        True: _("当场查得清、又归你的，办好了就结束"),
        False: _("还要别的部门看，或者不归你结束"),
    }
    chosen = {"closed": _("已结束"), "open": _("还没有结束")}
    return [
        _line(name, chosen.get(_of(made, name, "closed"), ""), asks[casebook.closable(one)], lang)
        for name, one in known.items()
        if (_of(made, name, "closed") == "closed") != casebook.closable(one)
    ]


def due(made: Rows, known: Rows, names: list[str], *, lang: str) -> list[str]:
    """Return every case among `names` whose day is wrong, with the day that was promised."""
    _ = translator(lang)
    ask = _("从登记的第二天起，一个工作日一个工作日地数")
    return [
        _line(name, _day(_of(made, name, "by")), ask, lang)
        for name in names
        if _of(made, name, "by") != known[name][5:]
    ]


def late(made: Rows, known: Rows, *, lang: str) -> list[str]:
    """Return every case that is overdue and has no call noted, or has one and is not overdue."""
    _ = translator(lang)
    chosen = {"call": _("记了道歉电话"), "wait": _("没有记道歉电话")}
    ask = _("期限比 {today} 早，才是过期").format(today=casebook.TODAY[5:])
    return [
        _line(name, chosen.get(_of(made, name, "late"), ""), ask, lang)
        for name, day in known.items()
        if (_of(made, name, "late") == "call") != casebook.overdue(day)
    ]


def types(made: Rows, known: Mapping[str, str], *, lang: str) -> list[str]:
    """Return what to look at again for every call of a wrong type; `known` is call → type."""
    _ = translator(lang)
    asks = {
        "enquiry": _("他只是打听，还是已经要买、要说法？"),
        "order": _("他买了没有？"),
        "tracking": _("他要一个说法，还是只问货在哪里？"),
        "complaint": _("他有不满、要一个说法吗？"),
        "harassing": _("他有业务要办吗？"),
        "threatening": _("他说要伤人、毁东西吗？"),
        "silent": _("电话里有人说话吗？"),
    }
    chosen = {
        "enquiry": _("咨询"), "order": _("订购"), "tracking": _("货品跟踪"), "complaint": _("投诉"), "silent": _("无声电话"),
        "harassing": _("骚扰电话"), "threatening": _("恐吓电话"),
    }  # fmt: skip
    return [
        _line(name, chosen.get(_of(made, name, "type"), ""), asks[kind], lang)
        for name, kind in known.items()
        if _of(made, name, "type") != kind
    ]


def told(slips: list[str], *, lang: str) -> str:
    """Return slips as one text."""
    return ("；" if lang == "zh" else "; ").join(slips)


def _line(name: str, chosen: str, ask: str, lang: str) -> str:
    _ = translator(lang)
    return _("{name}（你的：{chosen}）{ask}").format(name=name, chosen=chosen or _("空着"), ask=ask)


def _day(by: Any) -> str:
    """Return a promised day as written, month-day; "" for anything else, which is nothing to repeat."""
    return by if isinstance(by, str) and re.fullmatch(r"\d\d-\d\d", by) else ""


def _of(made: Rows, name: str, field: str) -> Any:
    line = made.get(name)
    return line.get(field) if isinstance(line, dict) else None
