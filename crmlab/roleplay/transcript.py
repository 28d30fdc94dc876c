"""A plain transcript, a JSON list of speaker and text, read into what the trainee said."""

import importlib
import json
from pathlib import Path
from typing import Any

from crmlab.errors import LabError, MissingPart
from crmlab.roleplay.judge import Said

AGENTS = frozenset({"agent", "客服", "坐席", "trainee", "学员"})
MOST_BYTES = 1_000_000
MOST_CHARACTERS = 2_000
SURE, VIOLATION_SURE = 0.5, 0.6
VIOLATIONS = frozenset({"blame", "interrupt", "overpromise", "rude"})


def read(path: Path, *, lang: str) -> list[Said]:
    """Return what the trainee said in the transcript at `path`; raise LabError naming the entry that is off."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabError(f"{path.name} 大于 {MOST_BYTES} 字节，不读；请检查是不是通话文字稿")
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise LabError(f"读不了文字稿 {path.name}；请检查它是不是 UTF-8 的 JSON 文件") from error
    if not isinstance(rows, list) or not rows:
        raise LabError(f"{path.name} 应是不空的列表，每项有 speaker 和 text；请改正")
    return [said for n, row in enumerate(rows, 1) if (said := _said(n, row, lang))]


def _said(n: int, row: Any, lang: str) -> Said | None:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("speaker", "text")):
        raise LabError(f"文字稿第 {n} 项缺 speaker 或 text；每项应是 {{speaker, text}} 两段文字")
    if len(row["text"]) > MOST_CHARACTERS:
        raise LabError(f"文字稿第 {n} 项有 {len(row['text'])} 个字，最多 {MOST_CHARACTERS} 个；请截短")
    if row["speaker"].strip().lower() not in AGENTS:
        return None
    return Said(n, row["text"], understood(row["text"], lang))


def understood(text: str, lang: str) -> tuple[str, ...]:
    """Return the acts of `text` that are probable enough; raise MissingPart while no tagger is installed."""
    try:
        tag = importlib.import_module("crmlab.roleplay").tag
    except (ImportError, AttributeError) as error:
        raise MissingPart("本机没有自由文字的识别器，只能用建议语句；请换用 crmlab roleplay play") from error
    return tuple(act for act, p in tag(text, lang) if p >= (VIOLATION_SURE if act in VIOLATIONS else SURE))
