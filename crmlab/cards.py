"""What a notebook shows: cards and tables in HTML, each with a plain text beside it."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

Mood = Literal["calm", "good", "bad", "open"]

# background, edge, sign: never colour alone; text on every ground has a contrast above 7
MOODS: dict[Mood, tuple[str, str]] = {
    "calm": ("#f3f6fb", "#3b5b8c"),
    "good": ("#edf7ee", "#2b7a3d"),
    "bad": ("#fdf3ec", "#b4530c"),
    "open": ("#f5f5f5", "#6b6b6b"),
}
TEXT = "color:#1b1b1b;font-size:14px;line-height:1.6"


def show(html: str, text: str) -> None:
    """Display a piece of HTML, with `text` for readers without it."""
    from IPython.display import display

    display({"text/html": html, "text/plain": text}, raw=True)


def card(title: str, body: str = "", *, mood: Mood = "calm") -> str:
    """Return a card; `title` is text, `body` is HTML already."""
    ground, edge = MOODS[mood]
    style = (
        f"background:{ground};border-left:5px solid {edge};border-radius:4px;padding:8px 14px;margin:6px 0"
    )
    return (
        f'<div role="status" style="{style};{TEXT};max-width:900px">'
        f'<div style="font-weight:600;color:{edge}">{escape(title)}</div>{body}</div>'
    )


def paragraphs(text: str) -> str:
    """Return text as HTML, escaped; an empty line begins a new paragraph."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return "".join(f'<p style="margin:4px 0">{escape(part)}</p>'.replace("\n", "<br>") for part in parts)


def bullets(lines: Iterable[str]) -> str:
    """Return lines as an HTML list, escaped."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul style="margin:4px 0 2px 18px;padding:0">{items}</ul>' if items else ""


SHORT = 8  # characters of a cell that is not broken


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> str:
    """Return rows of text as an HTML table, escaped; the first cell of a row names it, short cells stay on one line."""
    plain = "border:1px solid #c9cfd8;padding:4px 10px;text-align:left;vertical-align:top;white-space:"

    def edge(cell: str) -> str:
        return plain + ("nowrap" if len(cell) <= SHORT and "\n" not in cell else "pre-wrap")

    top = "".join(
        f'<th scope="col" style="{edge(cell)};background:#eef2f8">{escape(cell)}</th>' for cell in head
    )
    body = "".join(
        "<tr>"
        + f'<th scope="row" style="{edge(row[0])};font-weight:500">{escape(row[0])}</th>'
        + "".join(f'<td style="{edge(cell)}">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    head_row = f"<thead><tr>{top}</tr></thead>" if top else ""
    return (
        f'<table style="border-collapse:collapse;margin:6px 0;background:#fff;{TEXT}">'
        f"{head_row}<tbody>{body}</tbody></table>"
    )


def bar(done: int, total: int) -> str:
    """Return a progress bar in HTML."""
    share = round(100 * done / total) if total else 0
    return (
        f'<div role="progressbar" aria-valuemin="0" aria-valuemax="{total}" aria-valuenow="{done}" '
        'style="background:#fff;border:1px solid #3b5b8c;border-radius:6px;height:12px;max-width:420px;'
        f'margin:6px 0"><div style="background:#3b5b8c;height:100%;width:{share}%"></div></div>'
    )
