"""What a trainee gets after the call: score, three improvements, curve, and the transcript with act, effect and rule."""

from dataclasses import dataclass
from html import escape

from crmlab.language import Words, translator
from crmlab.roleplay.judge import OUTCOME, TICKET, Line, Sheet, judge_play
from crmlab.roleplay.screen.call import HINT_COST, Call
from crmlab.roleplay.screen.curve import curve
from crmlab.roleplay.screen.markup import SIGNS
from crmlab.roleplay.screen.view import broken_promise
from crmlab.roleplay.tagging.acts import acts

LINES = ' style="white-space:pre"'  # a change or a rule a line, none broken
MEDALS = ((90, "gold"), (75, "silver"), (50, "bronze"))


@dataclass(frozen=True)
class Score:
    """The judged call with the price of its hints taken off: points 0-100."""

    sheet: Sheet
    hints: int

    @property
    def points(self) -> int:
        """The overall score less the hints, at least 0."""
        return max(0, self.sheet.overall - HINT_COST * self.hints)


def score(call: Call) -> Score:
    """Return the score of a call, finished or not."""
    return Score(judge_play(call.play, call.crm), len(call.hints))


def html(call: Call) -> str:
    """Return the whole sheet as HTML, each word escaped."""
    _ = translator(call.play.lang)
    made = score(call)
    name = _("通话之后")
    parts = (
        _top(call, made, _) + _improvements(made.sheet, _),
        _titled(_("心情曲线"), curve(call.play)),
        _titled(_("得分表"), _points(call, made, _)),
        _titled(_("通话记录与批注"), _transcript(call, made.sheet, _)),
    )
    return f'<section class="crm-sheet" aria-label="{escape(name)}">{"".join(parts)}</section>'


def _titled(title: str, inside: str) -> str:
    return f"<h3>{escape(title)}</h3>{inside}"


def _top(call: Call, made: Score, _: Words) -> str:
    sheet = made.sheet
    words = {"gold": _("金牌"), "silver": _("银牌"), "bronze": _("铜牌")}
    medal = next((words[name] for least, name in MEDALS if made.points >= least), _("再练一次就有奖牌"))
    ends = {
        "farewell": _("客户道了别，通话正常结束。"),
        "hang_up": _("客户生气地挂断了电话。"),
        "left": _("你先挂断了电话。"),
    }
    parts = _("过程 {procedure}/70 · 结果 {outcome}/30").format(
        procedure=sheet.procedure, outcome=sheet.outcome or 0
    )
    price = _(" · 提示 −{cost}").format(cost=HINT_COST * made.hints) if made.hints else ""
    promise = broken_promise(call, _)
    broken = f"<p>{escape(promise)}</p>" if promise else ""
    cap = f'<p class="crm-cap">{escape(_cap(sheet.cap, _))}</p>' if sheet.cap else ""
    return (
        f'<div class="crm-score"><div class="crm-points"><b>{made.points}</b><span>/100</span></div>'
        f"<div><p><b>{escape(medal)}</b></p><p>{escape(parts + price)}</p>"
        f"<p>{escape(ends.get(call.ended, ''))}</p>{broken}{cap}</div></div>"
    )


def _cap(cap: str, _: Words) -> str:
    told = {
        "rude": _("说了失礼的话，总分封顶。"),
        "hang_up": _("客户挂断了电话，总分封顶。"),
        "no_solution": _("没有谈成方案，总分封顶。"),
        "unkind": _("三次以上推责或打断，总分封顶。"),
    }
    return told.get(cap, _("总分封顶：{cap}").format(cap=cap))


def _improvements(sheet: Sheet, _: Words) -> str:
    if not sheet.improvements:
        praise = _("没有要改进的地方，做得很好！")
        return f"<p>{escape(praise)}</p>"
    rows = "".join(
        f"<li>{mark(line)} <b>{escape(line.rule)}</b>{_cited(line, _)}{_why(line)}{_better(line, _)}</li>"
        for line in sheet.improvements
    )
    return _titled(_("下次先改这几点"), f'<ol class="crm-better">{rows}</ol>')


def mark(line: Line) -> str:
    """Return the sign of a line: all of its points, a part of them, or none."""
    return SIGNS["done" if line.points == line.of else "part" if line.points else "open"]


def _short(line: Line) -> str:
    """Return the number of a step, or the name of a line that has none."""
    return line.rule.replace("：", ":").split(":")[0].split()[0]


def _why(line: Line) -> str:
    return f"<br>{escape(line.why)}" if line.why else ""


def _better(line: Line, _: Words) -> str:
    if not line.better:
        return ""
    if line.part == TICKET:
        return f"<br>{escape(line.better)}"
    told = _("可以这样说：")
    return f"<br>{escape(told)}<q>{escape(line.better)}</q>"


def _cited(line: Line, _: Words) -> str:
    if not line.turn and line.points == line.of:
        return ""
    if line.part == TICKET and line.points:
        return f'<span class="crm-small"> <q>{escape(line.quote)}</q></span>' if line.quote else ""
    if not line.turn:
        missing = _("这次没有做到")
        return f'<span class="crm-small"> {escape(missing)}</span>'
    where = _("第 {n} 轮").format(n=line.turn)
    return f'<span class="crm-small"> {escape(where)} <q>{escape(line.quote)}</q></span>'


def _outcome(call: Call, _: Words) -> str:
    """Return what the points for the outcome come from: satisfaction, the offer, and whether its time was told."""
    state = call.play.state
    told = [_("满意度 {share}%").format(share=state.satisfaction)]
    told.append(_("方案谈成了") if state.accepted else _("方案没有谈成"))
    if state.accepted and state.overpromised:
        told.append(_("许的愿兑现不了"))
    elif state.accepted:
        told.append(_("说定了时间") if state.timed else _("方案谈成以后，没有再说定时间"))
    return " · ".join(told)


def _points(call: Call, made: Score, _: Words) -> str:
    rows = "".join(
        f'<tr><td class="crm-mark">{mark(line)}</td><th scope="row">{escape(line.rule)}</th>'
        f'<td class="crm-number" style="white-space:nowrap">{line.points}/{line.of}</td>'
        f"<td>{_cited(line, _)}{_why(line)}</td></tr>"
        for line in made.sheet.lines
    )
    filed = next((line for line in made.sheet.lines if line.part == TICKET), None)
    got, of = (filed.points, filed.of) if filed else (0, 0)
    outcome = f"{(made.sheet.outcome or 0) - got}/{OUTCOME - of}"
    more = [(_("结果：满意、方案、兑现"), outcome, _outcome(call, _))]
    if made.hints:
        more.append((_("看提示"), f"−{HINT_COST * made.hints}", ""))
    rows += "".join(
        f'<tr><td></td><th scope="row">{escape(name)}</th><td class="crm-number" style="white-space:nowrap">{told}</td>'
        f'<td><span class="crm-small">{escape(why)}</span></td></tr>'
        for name, told, why in more
    )
    names = ("", _("规则"), _("得分"), _("依据"))
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    signs = _("✓ 全部做到　◐ 做到一部分　○ 没有做到")
    legend = f'<p class="crm-small">{escape(signs)}</p>'
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{legend}"


def _transcript(call: Call, sheet: Sheet, _: Words) -> str:
    known = {act.name: act for act in acts()}
    rules: dict[int, list[str]] = {}
    for line in sheet.lines:
        rules.setdefault(line.turn, []).append(f"{mark(line)} {_short(line)} {line.points}/{line.of}")
    before, rows = call.play._start(), ""
    for turn in call.play.turns:
        done = " · ".join(known[name].label(call.play.lang) for name in turn.acts if name in known)
        cells = (
            turn.text,
            done,
            _change(before, turn.state, _),
            "\n".join(rules.get(turn.n, [])),
            turn.reply,
        )
        rows += (
            f'<tr><th scope="row">{turn.n}</th>'
            + "".join(
                f"<td{LINES if n in (2, 3) else ''}>{escape(cell)}</td>" for n, cell in enumerate(cells)
            )
            + "</tr>"
        )
        before = turn.state
    names = (_("轮次"), _("你说"), _("行为"), _("效果"), _("规则"), _("客户答"))
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    return f'<div class="crm-wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _change(before: object, after: object, _: Words) -> str:
    pairs = (
        (_("生气"), "anger"),
        (_("信任"), "trust"),
    )
    told = ((name, getattr(after, key) - getattr(before, key)) for name, key in pairs)
    return "\n".join(f"{name}{change:+d}".replace("-", "−") for name, change in told if change)
