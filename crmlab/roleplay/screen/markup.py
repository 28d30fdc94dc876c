"""The panes of the screen as HTML, every word escaped: bubbles, card, feelings with face and bar, steps, hints."""

from html import escape
from pathlib import Path

from crmlab.roleplay.screen.view import Bubble, Feeling, View, labels

STYLE = Path(__file__).with_name("screen.css")
SIGNS = {
    "done": "✓",
    "part": "◐",
    "now": "▶",
    "open": "○",
}  # told apart by shape, so that they print in black and white
GOOD, FAIR, BAD = "#1f6f43", "#8a5a00", "#a3261b"  # each above 5:1 on white


def head(view: View) -> str:
    """Return title, level and simulated clock."""
    told = labels(view.lang)
    mood = "".join(
        f'<span class="crm-tag crm-narrow">{escape(one.label)} {escape(one.word)}</span>'
        for one in view.feelings[:2]
    )  # on a narrow screen the pane of feelings lies below the fold
    return (
        f'<div class="crm-head"><h2>{escape(view.title)}</h2>{mood}'
        f'<span class="crm-tag">{escape(told["level"])} {view.level}</span>'
        f'<span class="crm-clock" role="timer"><span class="crm-small">{escape(told["clock"])}</span> '
        f"{view.clock}</span></div>"
    )


def brief(view: View) -> str:
    """Return what the trainee is told before the call."""
    return f'<p class="crm-brief">{escape(view.brief)}</p>'


def log(view: View) -> str:
    """Return the whole conversation; the newest line stays in sight, for the list hangs from its end."""
    told = labels(view.lang)
    inside = "".join(bubble(one) for one in view.bubbles)
    return (
        f'<div class="crm-log" role="log" aria-live="polite" tabindex="0" aria-label="{escape(told["log"])}">'
        f'<div class="crm-lines">{inside}</div></div>'
    )


def bubble(one: Bubble) -> str:
    """Return one bubble; who speaks is said in words, not by colour alone."""
    note = f'<div class="crm-note">{escape(one.note)}</div>' if one.note else ""
    return (
        f'<div class="crm-line crm-{one.who}"><div class="crm-who">{escape(one.name)}</div>'
        f'<div class="crm-bubble">{escape(one.text)}</div>{note}</div>'
    )


def card(view: View) -> str:
    """Return the customer's card: who calls."""
    told = labels(view.lang)
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in view.customer)
    return (
        f'<section class="crm-pane"><h3>{escape(told["card"])}</h3><dl class="crm-card">{rows}</dl></section>'
    )


def feelings(view: View) -> str:
    """Return face, word and bar of each feeling; nothing where only the voice may tell."""
    if not view.feelings:
        return ""
    told = labels(view.lang)
    face = _face(view.feelings[0].value, view.feelings[0].word)
    rows = "".join(_feeling(one, figures=view.level == 1) for one in view.feelings)
    return (
        f'<section class="crm-pane crm-feelings"><h3>{escape(told["feelings"])}</h3>'
        f'<div class="crm-mood">{face}<div class="crm-bars">{rows}</div></div></section>'
    )


def steps(view: View) -> str:
    """Return the list of steps with a sign for each; empty outside practice."""
    if not view.steps:
        return ""
    rows = "".join(
        f'<li class="crm-{state}"><span aria-hidden="true">{SIGNS[state]}</span> {escape(name)}</li>'
        for name, state in view.steps
    )
    told = labels(view.lang)
    legend = f'<p class="crm-small">{escape(told["signs"])}</p>'
    return f'<section class="crm-pane"><h3>{escape(told["steps"])}</h3><ul class="crm-steps">{rows}</ul>{legend}</section>'


def hints(view: View) -> str:
    """Return the newest hint."""
    return f'<div class="crm-hint" role="status">{escape(view.hints[-1])}</div>' if view.hints else ""


def notice(text: str, *, bad: bool = False) -> str:
    """Return a sentence that is read out at once."""
    mood = "crm-bad" if bad else "crm-good"
    return f'<div class="crm-notice {mood}" role="alert">{escape(text)}</div>' if text else ""


def heard(view: View) -> str:
    """Return the customer's last words for a screen reader alone: a list that is drawn anew is not read out."""
    last = next((one for one in reversed(view.bubbles) if one.who == "customer"), None)
    return (
        f'<div class="crm-unseen" role="alert">{escape(last.name)}: {escape(last.text)}</div>' if last else ""
    )


def _feeling(one: Feeling, *, figures: bool) -> str:
    rises = "▲" if one.change > 0 else "▼" if one.change < 0 else "＝"
    figure = f"{one.value}/100 {rises}" if figures else rises
    level = one.value if one.bad else 100 - one.value
    colour = BAD if level >= 65 else FAIR if level >= 35 else GOOD
    return (
        f'<div class="crm-feel"><span class="crm-feel-name">{escape(one.label)}</span>'
        f'<b style="color:{colour}">{escape(one.word)}</b> <span class="crm-small">{figure}</span>'
        f'<div class="crm-bar" role="meter" aria-label="{escape(one.label)}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{one.value}" aria-valuetext="{escape(one.word)}">'
        f'<div style="width:{one.value}%;background:{colour}"></div></div></div>'
    )


def _face(anger: int, word: str) -> str:
    """Return a face whose mouth and brows follow `anger` 0-100; drawn, so that no font is needed."""
    bend = 50 - anger  # above 0 the mouth smiles
    brow = max(0, anger - 40) / 6
    skin = "#fbe3df" if anger >= 60 else "#fdf0d2" if anger >= 35 else "#e2f3e6"
    mouth = f"M 24 {54 - bend * 0.1:.1f} Q 40 {54 + bend * 0.28:.1f} 56 {54 - bend * 0.1:.1f}"
    brows = f'<path d="M 20 {26 - brow / 2:.1f} L 34 {26 + brow:.1f}"/><path d="M 60 {26 - brow / 2:.1f} L 46 {26 + brow:.1f}"/>'
    return (
        f'<svg class="crm-face" viewBox="0 0 80 80" role="img" aria-label="{escape(word)}">'
        f'<circle cx="40" cy="40" r="37" fill="{skin}" stroke="#3a3a3a" stroke-width="2"/>'
        '<circle cx="28" cy="35" r="4" fill="#222"/><circle cx="52" cy="35" r="4" fill="#222"/>'
        f'<g fill="none" stroke="#222" stroke-width="3" stroke-linecap="round">{brows}<path d="{mouth}"/></g></svg>'
    )
