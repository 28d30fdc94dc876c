"""What hidden tests may look at: the truth of the student's world, and the answers handed in."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import places
from crmlab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Truth:
    """The hidden side of one world."""

    folder: Path

    @property
    def facts(self) -> dict[str, Any]:
        """What is true of this world, as plain values."""
        return _json(self.folder / "facts.json")

    def table(self, name: str) -> "pd.DataFrame":
        """Return hidden table `name`; raise LabError when there is none."""
        import pandas as pd

        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise LabError(f"真值里没有表 {name}（{path}）；请重新发布这个项目")
        return pd.read_parquet(path)


def evidence(name: str) -> Any:
    """Return what a hidden test asks for: "truth" → Truth, "answers" → the answers as handed in (a dict).

    Raises LabError for another name, or when the evidence is not there.
    """
    if name == "truth":
        return Truth(_truth_folder())
    if name == "answers":
        return _json(Path(os.environ.get("CRMLAB_EVIDENCE", ".")) / "answers.json")
    raise LabError(f"没有证据 {name!r}；可用 truth、answers")


def _truth_folder() -> Path:
    """Return the folder that the marker names; else the one beside the notebook; else the demo world's."""
    named = os.environ.get("CRMLAB_TRUTH")
    candidates = [Path(named)] if named else [Path("truth"), places.DATASETS / "demo" / "truth"]
    for folder in candidates:
        if (folder / "facts.json").is_file():
            return folder
    raise LabError(f"找不到这位学生的真值（看过 {'、'.join(map(str, candidates))}）；请先运行 crmlab release")


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabError(f"{path.name} 大于 {MOST_BYTES} 字节，不读；请检查这份作业")
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise LabError(f"读不了 {path}：{error}；请检查这份作业是否完整") from error
    if not isinstance(plain, dict):
        raise LabError(f"{path} 里不是一组键和值；请检查这份作业是否完整")
    return plain
