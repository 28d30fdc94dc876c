"""The class list of a home: brought in from the school's table."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab.errors import LabError
from crmlab.released import clean_id

if TYPE_CHECKING:
    from grader.roster import ClassList


def import_roster(file: Path, home: Path) -> "ClassList":
    """Make `file` (CSV or XLSX) the class list of `home`; return it with what a person should look at.

    The list before is kept as `roster.csv.bak`. Students who were listed keep their world. Raises LabError
    for a missing file or an impossible id, GraderError for a table that is no class list.
    """
    from crmlab.variants import relist
    from grader import roster
    from grader.marks import write_whole

    if not file.is_file():
        raise LabError(f"没有文件 {file}；请给出班级名单的 CSV 或 XLSX 文件")
    found = roster.class_list(file)
    for student in found.students:
        clean_id(student.id)
    target = home / "roster.csv"
    gone = sorted({s.id for s in roster.read(target)} - {s.id for s in found.students})
    if target.exists() and target.resolve() != file.resolve():
        shutil.copyfile(target, target.with_name("roster.csv.bak"))
    write_whole(target, roster.table(found.students), encoding="utf-8-sig")
    relist(home)
    if not gone:
        return found
    note = (
        f"原来名单里的 {len(gone)} 人不在新名单里：{'、'.join(gone[:10])}{' 等' if gone[10:] else ''}；"
        "他们的作业和成绩都还在，旧名单是 roster.csv.bak"
    )
    return replace(found, notes=[*found.notes, note])
