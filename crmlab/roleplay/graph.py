"""A scenario as a picture: what is said, which facts it brings out, which offers follow, and how the call ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from crmlab.language import Words, translator
from crmlab.roleplay.appraisal import rules_of
from crmlab.roleplay.scenario import Scenario
from crmlab.roleplay.tagging.acts import acts, violations

WIDE, HIGH, GAP, APART = 218, 52, 14, 84  # a box, the space under it, the space to the next column
TOP = 58
SIGNS = {"zh": 15, "en": 31}  # that fit into one line of a box
BOLD = (' font-weight="bold"', "")  # the first line of a box, the second
COLOURS = {"line": "#e8f0fb", "fact": "#eef6e8", "yes": "#d8f0dd", "no": "#f6e7e4", "end": "#f1eefb"}


@dataclass(frozen=True)
class Box:
    """One thing in the picture: its column 0-3, its place in it, its words and its colour."""

    column: int
    row: int
    head: str
    text: str
    colour: str

    @property
    def left(self) -> int:
        """Left edge in pixels."""
        return 10 + self.column * (WIDE + APART)

    @property
    def top(self) -> int:
        """Upper edge in pixels."""
        return TOP + self.row * (HIGH + GAP)


def page(scenario: Scenario, *, lang: str) -> str:
    """Return a self-contained HTML page with the picture and, in words, what it shows."""
    _ = translator(lang)
    title = str(scenario.plain["title"][lang])
    notes = "".join(f"<li>{escape(note)}</li>" for note in _notes(scenario, _))
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        "<style>body{font:16px/1.6 sans-serif;margin:1rem;color:#1d232a;background:#fff}.wide{overflow-x:auto}</style>"
        f"</head><body><h1>{escape(title)}</h1><p>{escape(scenario.plain['brief'][lang])}</p>"
        f'<div class="wide">{svg(scenario, lang=lang)}</div><ul>{notes}</ul></body></html>\n'
    )


def svg(scenario: Scenario, *, lang: str) -> str:
    """Return the picture as one SVG: a column each for lines, facts, offers and endings, arrows for what leads where."""
    _ = translator(lang)
    lines, facts = _lines(scenario, lang), _facts(scenario, lang, _)
    offers = _offers(scenario, lines, lang, _)
    ends = _endings(offers, lines, _)
    boxes = [*lines.values(), *facts.values(), *offers.values(), *ends.values()]
    arrows = "".join(_arrow(*pair) for pair in _leads(scenario, lines, facts, offers, ends))
    width = boxes[-1].left + WIDE + 10
    height = max(box.top for box in boxes) + HIGH + 16
    heads = (_("学员说的话"), _("客户说出的事"), _("方案"), _("结局"))
    top = "".join(
        f'<text x="{10 + n * (WIDE + APART)}" y="32" font-weight="bold" font-size="16">{escape(head)}</text>'
        for n, head in enumerate(heads)
    )
    told = _("剧本“{title}”的图：{facts} 件事，{offers} 个方案，{ends} 种结局").format(
        title=scenario.plain["title"][lang], facts=len(facts), offers=len(offers), ends=len(ends)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(told)}" font-family="sans-serif" font-size="13" fill="#1d232a">'
        f"<title>{escape(told)}</title>{top}{arrows}{''.join(_drawn(box, lang) for box in boxes)}</svg>"
    )


def _lines(scenario: Scenario, lang: str) -> dict[str, Box]:
    """Return a box for each line that brings out a fact, makes an offer, or does harm."""
    asked = {act for fact in scenario.facts.values() for act in fact["asked"]}
    named = {act.name: act.label(lang) for act in acts()}
    shown = {
        name: row
        for name, row in scenario.lines.items()
        if "offer" in row or set(row["acts"]) & (asked | violations() | {"thank_close"})
    }
    order = sorted(shown, key=lambda name: _kind(shown[name]["acts"]))
    return {
        name: Box(0, row, f"{name} · {'、'.join(named[act] for act in shown[name]['acts'])}", shown[name]["text"][lang],
                  COLOURS["no" if violations() & set(shown[name]["acts"]) else "line"])
        for row, name in enumerate(order)
    }  # fmt: skip


def _kind(done: list[str]) -> int:
    """Return where a line stands in its column: questions, offers, the close, harm."""
    if violations() & set(done):
        return 3
    return 2 if "thank_close" in done else 1 if "solution" in done else 0


def _facts(scenario: Scenario, lang: str, _: Words) -> dict[str, Box]:
    heads = {
        name: f"{name} · " + _("信任 ≥ {trust}").format(trust=fact["trust"]) if fact.get("trust") else name
        for name, fact in scenario.facts.items()
    }
    return {
        name: Box(1, row, heads[name], fact["say"][lang], COLOURS["fact"])
        for row, (name, fact) in enumerate(scenario.facts.items())
    }


def _offers(scenario: Scenario, lines: dict[str, Box], lang: str, _: Words) -> dict[str, Box]:
    """Return a box for each offer, beside the first line that makes it, so that arrows run clear of the facts."""
    plain, made, row = scenario.plain, {}, 0
    for name, text in plain["offers"].items():
        good = scenario.fits(name)
        beyond = name in plain.get("beyond", ())
        said = (
            _("超出权限")
            if beyond
            else _("客户接受")
            if name in plain["goal"]["accept"]
            else _("合规定，可以提")
            if good
            else _("客户不接受")
        )
        row = max(
            [row, *(box.row for line, box in lines.items() if scenario.lines[line].get("offer") == name)]
        )
        colour = COLOURS["yes" if good and not beyond else "no"]
        made[name] = Box(2, row, f"{name} · {said}", text[lang], colour)
        row += 1
    return made


def _endings(offers: dict[str, Box], lines: dict[str, Box], _: Words) -> dict[str, Box]:
    first = min(box.row for box in offers.values())
    last = max([first + 2, *(box.row for box in lines.values())])
    told = {
        "farewell": (first, _("道别"), _("谈成方案后感谢结束")),
        "unsolved": (first + 1, _("没有谈成"), _("没有方案就结束，总分封顶")),
        "hang_up": (last, _("客户挂断"), _("怒气到 95，或耐心用完")),
    }
    return {name: Box(3, row, head, text, COLOURS["end"]) for name, (row, head, text) in told.items()}


def _leads(
    scenario: Scenario,
    lines: dict[str, Box],
    facts: dict[str, Box],
    offers: dict[str, Box],
    ends: dict[str, Box],
) -> Iterable[tuple[Box, Box, str]]:
    """Yield every arrow: from, to, colour."""
    rows = scenario.lines
    for name, fact in scenario.facts.items():
        for line in lines:
            if set(rows[line]["acts"]) & set(fact["asked"]):
                yield lines[line], facts[name], "#5b7fb5"
    for line in lines:
        if rows[line].get("offer") in offers:
            yield lines[line], offers[rows[line]["offer"]], "#8a8f98"
        elif violations() & set(rows[line]["acts"]):
            yield lines[line], ends["hang_up"], "#c08a80"
    for box in offers.values():
        good = box.colour == COLOURS["yes"]
        yield box, ends["farewell" if good else "unsolved"], "#3f8f5b" if good else "#c08a80"


def _arrow(start: Box, end: Box, colour: str) -> str:
    x1, y1, x2, y2 = start.left + WIDE, start.top + HIGH // 2, end.left, end.top + HIGH // 2
    bend = min(APART, (x2 - x1) // 2)
    return (
        f'<path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 7} {y2}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        f'<path d="M{x2 - 8} {y2 - 4}L{x2} {y2}L{x2 - 8} {y2 + 4}z" fill="{colour}"/>'
    )


def _drawn(box: Box, lang: str) -> str:
    most = SIGNS[lang]
    rows = [_cut(box.head, most + 2), _cut(box.text, most)]
    told = "".join(
        f'<text x="{box.left + 8}" y="{box.top + 21 + 19 * n}"{BOLD[n]}>{escape(row)}</text>'
        for n, row in enumerate(rows)
    )
    full = escape(f"{box.head}: {box.text}")
    return (
        f'<g><title>{full}</title><rect x="{box.left}" y="{box.top}" width="{WIDE}" height="{HIGH}" rx="6" '
        f'fill="{box.colour}" stroke="#8a8f98"/>{told}</g>'
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _notes(scenario: Scenario, _: Words) -> list[str]:
    rules = rules_of(scenario)
    told = [
        _("客户的怒气不超过 {calm}、并且已说出至少 {facts} 件事时，提出方案才不算太早。").format(
            calm=rules["calm_enough"], facts=rules["facts_enough"]
        ),
        _("怒气超过 {calm} 时，先安抚，客户才肯回答问题。").format(calm=rules["calm_enough"]),
    ]
    for level, row in scenario.plain["levels"].items():
        told.append(
            _("难度 {level}：开始时怒气 {anger}、信任 {trust}、耐心 {patience}。").format(level=level, **row)
        )
    return told
