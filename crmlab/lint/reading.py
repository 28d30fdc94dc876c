"""How much there is to read in a lab, how hard it reads, and whether it fits the time."""

import re
from collections.abc import Iterator
from pathlib import Path

from crmlab.lint import Finding, Lab, told, toml

SIGNS_A_MINUTE = 250
"""Chinese characters that a student of a vocational school reads and understands in a minute, slowly."""
MOST_READING = 0.5
"""The share of the time that may go into reading."""
LONG_SENTENCE = 60
MEAN_SENTENCE = 30
MOST_RARE = 0.01
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MINUTES = re.compile(r"^#+ (?!作业|进阶).*约 *(\d+) *分钟", re.MULTILINE)
LEVEL_ONE_ENDS = 0xD8
"""GB 2312 keeps the 3755 commonest characters below this first byte."""


def check(lab: Lab) -> Iterator[Finding]:
    """Yield what is hard about reading `lab`, and a note with its figures."""
    prose = [
        cell.source for cell in lab.cells if cell.cell_type == "markdown" and not told(cell).get("solution")
    ]
    text = _plain("\n\n".join(prose))
    signs = CHINESE.findall(text)
    if not signs:
        return
    sentences = [CHINESE.findall(one) for one in re.split(r"[。！？；：\n|]", text)]
    lengths = sorted(len(one) for one in sentences if one)
    minutes, mean = len(signs) / SIGNS_A_MINUTE, sum(lengths) / len(lengths)
    rare = rare_signs("".join(signs))
    yield Finding(
        "note",
        lab.name,
        f"正文 {len(signs)} 字，读完约 {minutes:.0f} 分钟；平均一句 {mean:.0f} 字，最长 {lengths[-1]} 字；次常用字 {len(rare) / len(signs):.1%}",
    )
    planned = lab.about.get("minutes", 0)
    if planned and minutes > MOST_READING * planned:
        yield Finding(
            "warning",
            lab.name,
            f"光读就要约 {minutes:.0f} 分钟，超过计划 {planned} 分钟的一半；请删短，或把说明移到做的时候",
        )
    if mean > MEAN_SENTENCE:
        yield Finding("warning", lab.name, f"平均一句 {mean:.0f} 字，超过 {MEAN_SENTENCE} 字；请把长句断开")
    for one in [one for one in sentences if len(one) > LONG_SENTENCE][:3]:
        yield Finding(
            "warning", lab.name, f"一句有 {len(one)} 字，太长：“{''.join(one)[:24]}……”；请断成两三句"
        )
    if len(rare) > MOST_RARE * len(signs):
        yield Finding(
            "warning", lab.name, f"次常用字较多：{'、'.join(sorted(set(rare))[:20])}；请换常用的说法，或注音"
        )
    told_minutes = sum(int(number) for number in MINUTES.findall("\n".join(prose)))
    if planned and told_minutes > planned:
        yield Finding(
            "error", lab.name, f"各节合计约 {told_minutes} 分钟，超过计划的 {planned} 分钟；请改一处"
        )


def check_project(folder: Path, labs: list[Lab]) -> Iterator[Finding]:
    """Yield where the minutes of a project and those of its labs differ."""
    about = toml(folder / "project.toml")
    total = sum(lab.about.get("minutes", 0) for lab in labs)
    if about.get("minutes") != total:
        yield Finding(
            "error", "project.toml", f"minutes 是 {about.get('minutes')}，各实训合计 {total}；请改成一样"
        )


def rare_signs(text: str) -> list[str]:
    """Return the characters of `text` that are not among the 3755 commonest (GB 2312, level 1)."""
    found = []
    for sign in text:
        try:
            first = sign.encode("gb2312")[0]
        except UnicodeEncodeError:
            first = 0xFF
        if first >= LEVEL_ONE_ENDS:
            found.append(sign)
    return found


def _plain(text: str) -> str:
    without_code = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    return re.sub(r"<[^>]+>|!?\[([^\]]*)\]\([^)]*\)", r"\1", without_code)
