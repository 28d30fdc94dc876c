"""The curve of anger and trust over a call, as one SVG that needs no font of its own and says in words what it shows."""

from html import escape

from crmlab.language import translator
from crmlab.roleplay.engine import Play

WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 40, 88, 14, 42
ANGER, TRUST = "#a3261b", "#0b4f8a"


def curve(play: Play) -> str:
    """Return the SVG: anger solid with round marks, trust dashed with squares, 0-100 over the turns."""
    _ = translator(play.lang)
    states = [play._start(), *(turn.state for turn in play.turns)]
    anger, trust = [state.anger for state in states], [state.trust for state in states]
    told = _("客户的心情：生气从 {a0} 到 {a1}，信任从 {t0} 到 {t1}").format(
        a0=anger[0], a1=anger[-1], t0=trust[0], t1=trust[-1]
    )
    parts = [_grid(len(states), _("轮次"))]
    parts.append(_line(anger, ANGER, dash="", square=False))
    parts.append(_line(trust, TRUST, dash="6 4", square=True))
    parts += _names([(anger[-1], _("生气"), ANGER), (trust[-1], _("信任"), TRUST)])
    style = "width:100%;max-width:640px;height:auto;background:#fff;font:14px sans-serif"
    return (
        # a feedback page makes it a picture of its own: that needs the namespace and a size
        f'<svg xmlns="http://www.w3.org/2000/svg" class="crm-curve" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" style="{style}" '
        f'aria-label="{escape(told)}"><title>{escape(told)}</title>{"".join(parts)}</svg>'
    )


def _x(n: int, count: int) -> float:
    return LEFT + n * (WIDTH - LEFT - RIGHT) / max(1, count - 1)


def _y(value: float) -> float:
    return TOP + (100 - value) * (HEIGHT - TOP - BOTTOM) / 100


def _grid(count: int, name: str) -> str:
    rows = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(v):.1f}" y2="{_y(v):.1f}" stroke="#d4dae1"/>'
        f'<text x="{LEFT - 6}" y="{_y(v) + 4:.1f}" text-anchor="end" fill="#39434d">{v}</text>'
        for v in (0, 25, 50, 75, 100)
    )
    every = max(1, count // 14)
    marks = "".join(
        f'<text x="{_x(n, count):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#39434d">{n}</text>'
        for n in range(0, count, every)
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    return f'{rows}{marks}<text x="{middle}" y="{HEIGHT - 5}" text-anchor="middle" fill="#39434d">{escape(name)}</text>'


def _line(values: list[int], colour: str, *, dash: str, square: bool) -> str:
    places = [(_x(n, len(values)), _y(value)) for n, value in enumerate(values)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(
        f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"/>'
        if square
        else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        for x, y in places
    )
    stroke = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"'
    return f'<polyline points="{points}" fill="none" {stroke}/><g fill="{colour}">{dots}</g>'


def _names(ends: list[tuple[int, str, str]]) -> list[str]:
    """Return the name and last value of each line at its end, pushed apart where they would meet."""
    high, low = sorted(ends, key=lambda end: -end[0])
    y_high, y_low = _y(high[0]) + 4, _y(low[0]) + 4
    if y_low - y_high < 16:
        middle = min(max((y_high + y_low) / 2, TOP + 10), HEIGHT - BOTTOM - 10)
        y_high, y_low = middle - 8, middle + 8
    return [
        f'<text x="{WIDTH - RIGHT + 10}" y="{y:.1f}" fill="{colour}" font-weight="bold">{escape(name)} {value}</text>'
        for (value, name, colour), y in ((high, y_high), (low, y_low))
    ]
