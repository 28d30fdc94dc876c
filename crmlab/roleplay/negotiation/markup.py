"""What a negotiation shows, as HTML: the cover between two people, the own brief with the table, and the result."""

from html import escape

from crmlab.language import translator
from crmlab.roleplay.negotiation.result import result
from crmlab.roleplay.negotiation.talk import Talk


def cover(talk: Talk) -> str:
    """Return the page that hides what the last person read."""
    _ = translator(talk.lang)
    told = _("请把电脑交给：{name}。别人请转过身去。").format(name=_name(talk, talk.seat))
    return f'{_head(talk)}<div class="crm-pane" role="status"><h2>{escape(told)}</h2></div>'


def table(talk: Talk) -> str:
    """Return the own brief, which only the person on the seat may see, and what was said at the table."""
    _, case, lang = translator(talk.lang), talk.case, talk.lang
    seat = case.plain["seats"][talk.seat]
    side = case.plain["sides"][seat["side"]]
    rows = [
        (_name(talk, talk.seat), seat["brief"][lang]),
        (_("只给您看："), side["aim"][lang]),
        (_("底牌："), seat["secret"]["text"][lang]),
    ]
    there = talk.on_table()
    if there is not None:
        worth = _("对方的条件对您值 {points:+g} 分（和谈不成相比）：").format(
            points=case.gain(seat["side"], there)
        )
        rows.append((worth, case.told(there, lang)))
    card = "".join(f"<p><b>{escape(name)}</b> {escape(text)}</p>" for name, text in rows)
    return (
        f'{_head(talk)}<p class="crm-brief">{escape(case.plain["brief"][lang])}</p>{_said(talk)}'
        f'<div class="crm-pane">{card}</div>'
    )


def end(talk: Talk) -> str:
    """Return the deal, the group's score, and the score of each seat that a person had."""
    _, case, lang, made = translator(talk.lang), talk.case, talk.lang, result(talk)
    endings = {"deal": _("谈成了："), "walk": _("有一方离席，没有谈成。"), "late": _("轮次用完，没有谈成。")}
    told = endings[made.ended] + (case.told(made.deal, lang) if made.deal else "")
    pages = [_head(talk), f'<div class="crm-pane"><h2>{escape(told)}</h2>']
    pages.append(f"<p>{escape(_('小组得分 {points}/100').format(points=made.group))}</p></div>")
    for seat in talk.people:
        head = _("{name}：{points}/100").format(name=_name(talk, seat), points=made.points(seat))
        rows = "".join(
            f"<p><b>{part.points}/{part.of}</b> {escape(part.why)}"
            + (f' <span class="crm-small">#{part.turn} {escape(part.quote)}</span>' if part.turn else "")
            + "</p>"
            for part in made.seats[seat]
        )
        pages.append(f'<div class="crm-pane"><h3>{escape(head)}</h3>{rows}</div>')
    return "".join(pages) + _said(talk)


def notice(text: str) -> str:
    """Return a refusal, for people and for screen readers."""
    return f'<div class="crm-notice crm-bad" role="alert">{escape(text)}</div>'


def _head(talk: Talk) -> str:
    _, case = translator(talk.lang), talk.case
    turn = _("第 {n} 轮，共 {of} 轮").format(n=min(talk.round, case.rounds), of=case.rounds)
    return (
        f'<div class="crm-head"><h2>{escape(case.plain["title"][talk.lang])}</h2>'
        f'<span class="crm-tag">{escape(turn)}</span></div>'
    )


def _said(talk: Talk) -> str:
    if not talk.moves:
        return ""
    lines = "".join(
        f'<div class="crm-line crm-{"agent" if talk.case.side(move.seat) == "seller" else "customer"}">'
        f'<div class="crm-who">{escape(_name(talk, move.seat))}</div><div class="crm-bubble">{escape(move.text)}'
        + (
            f"〔{escape(talk.case.told(move.terms, talk.lang))}〕"
            if move.kind == "offer" and move.terms
            else ""
        )
        + "</div></div>"
        for move in talk.moves
    )
    return f'<div class="crm-log" role="log" tabindex="0"><div class="crm-lines">{lines}</div></div>'


def _name(talk: Talk, seat: str) -> str:
    return str(talk.case.plain["seats"][seat]["name"][talk.lang])
