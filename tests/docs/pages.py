"""The pages of the repository, taken apart: headings, fenced blocks, links, commands, numbers."""

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FRONT = re.compile(r"^(?:(?:python3|py) lab\.py|crmlab)(?=\s|$)")


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return FENCE.sub("", self.text)

    @cached_property
    def blocks(self) -> list[tuple[str, str]]:
        """(language, content) of each fenced block."""
        return FENCE.findall(self.text)

    def of(self, language: str) -> list[str]:
        return [content for spoken, content in self.blocks if spoken == language]

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """(level, words) of each heading."""
        return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(#+) (.*)$", self.prose, re.MULTILINE)]

    @cached_property
    def anchors(self) -> set[str]:
        return {slug(words) for _, words in self.headings}

    @cached_property
    def links(self) -> list[str]:
        return LINK.findall(self.prose)

    @cached_property
    def shell_lines(self) -> list[str]:
        """The lines of the shell blocks, without comments."""
        lines = [line.split("  #")[0].strip() for block in self.of("sh") for line in block.splitlines()]
        return [line for line in lines if line and not line.startswith("#")]

    @cached_property
    def commands(self) -> list[list[str]]:
        """The words of each call of crmlab shown to be typed (shell blocks)."""
        return [words for line in self.shell_lines if (words := call(line)) is not None]

    @cached_property
    def mentions(self) -> list[list[str]]:
        """The words of each call of crmlab mentioned in running text."""
        return [words for span in SPAN.findall(self.prose) if (words := call(span)) is not None]

    @cached_property
    def numbers(self) -> list[str]:
        """Every number of the prose, in order of size as text; links and code spans left out."""
        plain = SPAN.sub("", LINK.sub("", self.prose))
        return sorted(number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", plain))


def pages() -> list[Page]:
    """Every page we keep: those at the top, and all under docs/."""
    return [Page(path) for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])]


def call(line: str) -> list[str] | None:
    """Return the words that reach crmlab ("lab" for a bare lab.py); None for other lines and for patterns."""
    found = FRONT.match(line)
    if not found or re.search(r"…|\bCMD\b|\bNAME\b", line):
        return None
    words = shlex.split(line[found.end() :])
    if "lab.py" in found[0] and words[:1] == ["test"]:
        return None  # lab.py's own, handed to pytest
    bare = not words or (words[0].startswith("-") and words[0] not in ("--help", "--version"))
    return ["lab", *words] if bare and "lab.py" in found[0] else words


def slug(words: str) -> str:
    """Return the anchor that a heading gets on the usual Git platforms."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", words).lower())
    return kept.replace(" ", "-")
