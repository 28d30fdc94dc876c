"""Where a student's tables lie, and the truth that belongs to them."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab import places
from crmlab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class Found:
    """The folder of the visible tables and, where it may be seen, that of the truth of the same world."""

    visible: Path
    truth: Path | None = None


def find(project: Path, student: str) -> Found:
    """Return where the world of `student` lies, seen from a project's folder.

    CRMLAB_DATA first, then the release's own `data/`, then the home above (plain nbgrader), and for authors
    in `course/` the demo world. Raises LabError when there is none.
    """
    project = project.resolve()
    if os.environ.get("CRMLAB_DATA"):
        folder = Path(os.environ["CRMLAB_DATA"])
        return Found(folder, _truth(project, folder.parent / "truth"))
    if (project / "data" / "who.json").exists():
        return _released(project / "data", project, student)
    for home in project.parents:
        if (home / "variants" / "manifest.json").exists():
            from crmlab.variants import Pool

            world = home / "variants" / Pool(home).variant_of(student).nnn
            return Found(world / "visible", _truth(project, world / "truth"))
        data = home / "release" / project.name / "data"
        if (data / "who.json").exists():
            return _released(data, project, student)
    demo = places.DATASETS / "demo"
    if project.is_relative_to(places.COURSE) and (demo / "visible").is_dir():
        return Found(demo / "visible", _truth(project, demo / "truth"))
    raise LabError(
        f"项目 {project.name} 的数据文件夹 data 不在笔记本旁边；请重新运行 lab.py 准备实训文件夹，或问老师"
    )


def read_table(folder: Path, name: str) -> "pd.DataFrame":
    """Return the table `name` of a folder; raise LabError, with the tables there are, when there is none.

    It is read without a thread: in a judge, which is forked, Arrow now and then waited for ever for one of its own.
    """
    import pyarrow.parquet as pq

    there = "、".join(sorted(path.stem for path in folder.glob("*.parquet"))) or "（一张也没有）"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise LabError(f"数据表的名字 {str(name)[:40]!r} 不对，只能用小写字母、数字和 _；现有的：{there}")
    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise LabError(f"没有数据表 {name!r}；现有的：{there}")
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            table: pd.DataFrame = file.read(use_threads=False).to_pandas(use_threads=False)
            return table
    except (OSError, ValueError) as error:
        raise LabError(f"数据表 {path.name} 读不出来；请删掉它，重新运行 lab.py 准备实训文件夹") from error


def _released(data: Path, project: Path, student: str) -> Found:
    from crmlab.released import variant_of

    nnn = variant_of(data, student)
    homes = [home for home in project.parents if (home / "variants" / nnn / "truth").is_dir()]
    return Found(data / nnn, _truth(project, homes[0] / "variants" / nnn / "truth" if homes else None))


def _truth(project: Path, own: Path | None) -> Path | None:
    """Return the truth: as told by CRMLAB_TRUTH, else of the same world, else beside the notebook."""
    if os.environ.get("CRMLAB_TRUTH"):
        return Path(os.environ["CRMLAB_TRUTH"])
    return next((folder for folder in (own, project / "truth") if folder and folder.is_dir()), None)
