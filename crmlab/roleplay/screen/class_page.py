"""The page a teacher sees about the role-play: which choices a class took and where it fails; no script, made to be printed."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import mean

from crmlab.language import Words, translator
from crmlab.roleplay.screen.class_facts import Class, Played, Step
from crmlab.roleplay.tagging.acts import acts

STYLE = Path(__file__).with_name("class_page.css")
BANDS = ((0, 50), (50, 75), (75, 90), (90, 101))
NAMED = 12
"""How many names are shown; the rest is counted."""


def html(told: Class, *, lang: str = "zh") -> str:
    """Return the page of a class as HTML, each word escaped."""
    _ = translator(lang)
    title = _("角色扮演：班级情况")
    parts = [_played(one, _) for one in told.played] or [_p(_("还没有人交通话记录。"))]
    if told.refused:
        rows = [(name, why) for name, why in told.refused]
        parts.append(_section(_("没有计入的记录"), _table((_("记录"), _("原因")), rows)))
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def write(told: Class, path: Path, *, lang: str = "zh") -> None:
    """Write the page to `path`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(html(told, lang=lang), encoding="utf-8")
    fresh.replace(path)


def _played(one: Played, _: Words) -> str:
    tiles = (
        (_("学生"), str(len(one.scores))),
        (_("通话次数"), str(one.calls)),
        (_("平均分"), f"{mean(one.scores.values()):.0f}"),
        (_("第一次 → 最好"), f"{one.first:.0f} → {one.best:.0f}"),
        (_("自己的话"), f"{one.free:.0%}"),
        (_("改写"), str(one.rephrased)),
        (_("看提示"), str(one.hints)),
    )
    boxes = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in tiles)
    weak = _table(
        (_("规则"), _("得到的分"), _("不到一半的学生")), [_step(step, _) for step in one.steps], bar=1
    )
    ends = {
        "farewell": _("正常道别"), "hang_up": _("客户挂断"), "left": _("学生先挂断"), "open": _("没有说完"),
    }  # fmt: skip
    endings = [(ends.get(name, name), str(n)) for name, n in sorted(one.endings.items(), key=lambda x: -x[1])]
    alike = [(" · ".join(pair),) for pair in one.alike]
    return _section(
        one.title,
        f"<dl>{boxes}</dl>"
        + _titled(_("最弱的步骤在前"), weak)
        + _titled(_("分数"), _bands(one, _))
        + _titled(_("结局"), _table((_("结局"), _("通话次数")), endings))
        + _titled(_("选了哪些建议语句"), _choices(one, _))
        + (_titled(_("失礼和越权"), _slips(one, _)) if one.slips else "")
        + (_titled(_("自己的话一字不差，请问一问"), _table((_("学生"),), alike)) if alike else ""),
    )


def _step(step: Step, _: Words) -> tuple[str, str, str]:
    return step.rule, f"{step.share:.0%}", _people(step.weak, _)


def _bands(one: Played, _: Words) -> str:
    rows = []
    for low, high in BANDS:
        some = [student for student, points in one.scores.items() if low <= points < high]
        rows.append((f"{low}–{min(high - 1, 100)}", str(len(some)), _people(tuple(some), _)))
    return _table((_("分数"), _("学生"), _("名单")), rows)


def _choices(one: Played, _: Words) -> str:
    rows = [
        (
            ("⚠ " if x.tempting else "") + x.text,
            str(x.times),
            str(x.students),
            f"{x.anger:+.1f}".replace("-", "−"),
        )
        for x in one.choices
    ]
    return _table((_("建议语句"), _("次数"), _("学生"), _("之后生气的变化")), rows)


def _slips(one: Played, _: Words) -> str:
    names = {act.name: act.label(_.lang) for act in acts()}
    rows = [(names[act], str(len(who)), _people(who, _)) for act, who in one.slips.items()]
    return _table((_("行为"), _("学生"), _("名单")), rows)


def _people(some: tuple[str, ...], _: Words) -> str:
    comma = "、" if _.lang == "zh" else ", "
    more = _("，另有 {n} 人").format(n=len(some) - NAMED) if len(some) > NAMED else ""
    return comma.join(some[:NAMED]) + more if some else "—"


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def _titled(title: str, inside: str) -> str:
    return f"<h3>{escape(title)}</h3>{inside}"


def _p(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, bar: int = -1) -> str:
    """Return a table; the column `bar` holds percentages, drawn too."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        "<tr>" + "".join(_cell(cell, n, bar) for n, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(cell: str, n: int, bar: int) -> str:
    if n == 0:
        return f'<th scope="row">{escape(cell)}</th>'
    drawn = f'<div class="track"><div style="width:{cell}"></div></div>' if n == bar else ""
    return f"<td>{escape(cell)}{drawn}</td>"
