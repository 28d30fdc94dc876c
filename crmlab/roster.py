"""The class list of a home: brought in from the school's table."""

from pathlib import Path
from typing import TYPE_CHECKING

from crmlab.errors import LabError
from crmlab.released import clean_id

if TYPE_CHECKING:
    from grader.roster import Student


def import_roster(file: Path, home: Path) -> "list[Student]":
    """Make `file` (CSV, UTF-8 or GBK) the class list of `home` and return its students.

    The list before is kept as `roster.csv.bak`. Students who were listed keep their world. Raises LabError
    for a missing file or an impossible id, GraderError for a table that is no class list.
    """
    from crmlab.variants import relist
    from grader import roster
    from grader.marks import write_whole

    if not file.is_file():
        raise LabError(f"没有文件 {file}；请给出班级名单的 CSV 文件")
    students = roster.read(file)
    for student in students:
        clean_id(student.id)
    target = home / "roster.csv"
    if target.exists() and target.resolve() != file.resolve():
        target.replace(target.with_name("roster.csv.bak"))
    write_whole(target, roster.table(students), encoding="utf-8-sig")
    relist(home)
    return students
