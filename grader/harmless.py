"""What a stranger's notebook showed, made safe to show on a page: nothing acts, nothing loads."""

import base64
import binascii
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/gif": b"GIF8"}
MOST_TEXT = 20_000
MOST_PICTURE = 3_000_000
TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
GONE = (
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "template",
    "noscript",
    "title",
    "head",
    "form",
    "textarea",
)
STYLES = [
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-left",
    "border-radius",
    "border-right",
    "border-top",
    "color",
    "display",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "line-height",
    "margin",
    "margin-top",
    "margin-bottom",
    "margin-left",
    "max-width",
    "min-width",
    "padding",
    "text-align",
    "vertical-align",
    "white-space",
    "width",
]
SVG_IN_TEXT = re.compile(r"<svg\b.*?</svg>", re.DOTALL | re.IGNORECASE)
LOADS = re.compile(r"""\s*style="[^"]*(?:url|image|expression|\\|@|&#)[^"]*\"""", re.IGNORECASE)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(raw: Any) -> str:
    """Return plain text as HTML: escaped, without terminal colours, cut at a readable length."""
    from markupsafe import escape

    plain = ESCAPES.sub("", "".join(raw) if isinstance(raw, list) else str(raw))
    cut = plain[:MOST_TEXT] + ("\n…" if len(plain) > MOST_TEXT else "")
    return str(escape(cut))


@lru_cache(maxsize=1024)  # a class shows much of the same
def html(raw: str) -> str:
    """Return HTML with allowed tags and styles only; drawings in it become pictures."""
    import bleach
    from bleach.css_sanitizer import CSSSanitizer

    drawings: list[str] = []

    def keep(found: re.Match[str]) -> str:
        drawings.append(picture("image/svg+xml", found.group()))
        return f"\ue000{len(drawings) - 1}\ue001"

    plain = SVG_IN_TEXT.sub(keep, raw.replace("\ue000", "").replace("\ue001", "")[:2_000_000])
    for tag in GONE:
        plain = re.sub(rf"<{tag}\b.*?(</{tag}\s*>|\Z)", "", plain, flags=re.DOTALL | re.IGNORECASE)
    attributes = {"*": ["style", "colspan", "rowspan", "title", "role"]}
    styles = CSSSanitizer(allowed_css_properties=STYLES)
    clean = bleach.clean(plain, tags=TAGS, attributes=attributes, css_sanitizer=styles, strip=True)
    clean = LOADS.sub("", clean)
    return re.sub("\ue000(\\d+)\ue001", lambda found: drawings[int(found.group(1))], clean)


@lru_cache(maxsize=512)
def markdown(raw: str) -> str:
    """Return the HTML of Markdown; raw HTML in it is shown as text, addresses lead nowhere."""
    import mistune

    render = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
    return html(str(render(raw[:MOST_TEXT])))


def picture(kind: str, raw: Any) -> str:
    """Return an image tag that carries its picture; "" for what is no picture. Scripts in an image never run."""
    plain = "".join(raw) if isinstance(raw, list) else str(raw)
    if kind == "image/svg+xml":
        content = plain.encode()
        if "<svg" not in plain[:2000].lower() or len(content) > MOST_PICTURE:
            return ""
    else:
        try:
            content = base64.b64decode(re.sub(r"\s", "", plain), validate=True)
        except (binascii.Error, ValueError):
            return ""
        if not content.startswith(PICTURES.get(kind, b"\0none")) or len(content) > MOST_PICTURE:
            return ""
    return f'<img alt="" src="data:{kind};base64,{base64.b64encode(content).decode()}">'


def shown(output: dict[str, Any], *, gives_away: Callable[[str], bool] = lambda text: False) -> str:
    """Return the HTML of one output of a cell, "" for widgets, scripts and what `gives_away` a secret."""
    kind = output.get("output_type")
    if kind == "stream":
        raw = "".join(output.get("text", ""))
        return "" if gives_away(raw) else f"<pre>{text(raw)}</pre>"
    if kind == "error":
        said = f"{output.get('ename', '')}: {output.get('evalue', '')}"
        return "" if gives_away(said) else f'<pre class="error">{text(said[:600])}</pre>'
    data = output.get("data") or {}
    if any("widget" in str(one) for one in data) or any(gives_away(_joined(one)) for one in data.values()):
        return ""
    for one in ("image/svg+xml", *PICTURES):
        if one in data and (made := picture(one, data[one])):
            return made
    if "text/html" in data:
        return html(_joined(data["text/html"]))
    if "text/markdown" in data:
        return markdown(_joined(data["text/markdown"]))
    return f"<pre>{text(_joined(data['text/plain']))}</pre>" if "text/plain" in data else ""


def _joined(raw: Any) -> str:
    return "".join(str(one) for one in raw) if isinstance(raw, list) else str(raw)
