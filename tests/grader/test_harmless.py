"""What strangers' notebooks showed may be shown: nothing in it acts or loads."""

import base64
import re
from html.parser import HTMLParser

import pytest

from grader.harmless import TAGS, html, markdown, picture, shown, text

ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<img src="https://example.org/a.png">',
    '<svg onload="alert(1)"><a href="javascript:alert(1)">x</a></svg>',
    "<svg><script>alert(1)</script>",
    '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<div style="background:url(https://example.org/a)">x</div>',
    '<div style="position:fixed;inset:0">x</div>',
    "<style>@import 'https://example.org/a.css'</style>",
    '<form action="https://example.org"><input name=q></form>',
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '<table background="https://example.org/a"><td>1',
    "</div></section></body><script>alert(1)",
    "<base href='https://example.org'>",
    "\ue0000\ue001<b>x</b>",
]
ALLOWED = {"class", "style", "colspan", "rowspan", "title", "role", "alt", "src"}


class Reader(HTMLParser):
    """Reads a page as a browser would and keeps what could act or load."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS | {"img"}:
            self.bad.append(tag)
        for name, value in attrs:
            loads = re.search(r"url|position|javascript", value or "", re.IGNORECASE)
            if name not in ALLOWED or (name == "src" and not (value or "").startswith("data:image/")):
                self.bad.append(f"{tag} {name}")
            elif name == "style" and loads:
                self.bad.append(f"{tag} {value}")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("form", ["text/html", "text/markdown", "text/plain", "stream", "error", "svg"])
def test_nothing_acts_or_loads(attack: str, form: str) -> None:
    output: dict[str, object] = {"output_type": "display_data", "data": {form: attack}}
    if form == "stream":
        output = {"output_type": "stream", "text": [attack]}
    if form == "error":
        output = {"output_type": "error", "ename": attack, "evalue": attack, "traceback": [attack]}
    if form == "svg":
        output = {"output_type": "display_data", "data": {"image/svg+xml": attack, "text/plain": attack}}
    reader = Reader()
    reader.feed(shown(output))
    reader.close()
    assert reader.bad == []


def test_tables_and_colours_stay() -> None:
    table = '<table><tr><td style="color: red;" colspan="2">1</td></tr></table>'
    assert html(table) == (
        '<table><tbody><tr><td style="color: red;" colspan="2">1</td></tr></tbody></table>'
    )


def test_a_drawing_becomes_a_picture_wherever_it_stands() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>放弃率</text></svg>'
    coded = base64.b64encode(svg.encode()).decode()
    image = f'<img alt="" src="data:image/svg+xml;base64,{coded}">'
    assert picture("image/svg+xml", svg) == image
    assert html(f"<p>图{svg}</p>") == f"<p>图{image}</p>"


@pytest.mark.parametrize("raw", ["no base64!", base64.b64encode(b"<html>").decode(), ""])
def test_what_is_no_picture_is_not_shown(raw: str) -> None:
    assert picture("image/png", raw) == ""
    assert (
        shown({"output_type": "display_data", "data": {"image/png": raw, "text/plain": "x"}})
        == "<pre>x</pre>"
    )


def test_a_widget_goes() -> None:
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "VBox()"}
    assert shown({"output_type": "display_data", "data": widget}) == ""


def test_an_output_that_gives_a_secret_away_goes() -> None:
    for output in (
        {"output_type": "stream", "text": "a secret"},
        {"output_type": "error", "ename": "E", "evalue": "a secret"},
        {"output_type": "execute_result", "data": {"text/plain": "a secret"}},
    ):
        assert shown(output, gives_away=lambda said: "secret" in said) == ""


def test_text_is_escaped_without_terminal_colours_and_cut() -> None:
    assert text("\x1b[31m<b>") == "&lt;b&gt;"
    assert len(text("x" * 100_000)) < 21_000


def test_raw_html_in_markdown_is_shown_as_text() -> None:
    assert markdown("**a** <b>x</b>") == "<p><strong>a</strong> &lt;b&gt;x&lt;/b&gt;</p>\n"
