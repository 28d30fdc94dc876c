"""Which world is a student's: read from a released project, with the standard library alone."""

import hashlib
import hmac
import json
import re
import unicodedata
from pathlib import Path

from crmlab.errors import LabError

SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


def clean_id(typed: str) -> str:
    """Return a student id as it is kept: half-width, no blanks around it.

    Raises LabError when something else than letters, digits, - and _ is left, or more than 32 signs.
    """
    student = unicodedata.normalize("NFKC", typed).strip()
    if not SAFE_ID.fullmatch(student):
        raise LabError(
            f"学号 {typed!r} 不能用；学号只含字母、数字、- 和 _，最多 32 个字符，请照学生证再填一次"
        )
    return student


def hashed(salt: str, student: str) -> str:
    """Return the form in which a release names `student`."""
    return hashlib.sha256((salt + student).encode()).hexdigest()


def unlisted(token: str, student: str, pool: int) -> str:
    """Return the world (as "007") of a student who is not on the class list: HMAC(token, id) mod pool."""
    number = int.from_bytes(hmac.new(token.encode(), student.encode(), hashlib.sha256).digest())
    return f"{number % pool + 1:03d}"


def variant_of(data_folder: Path, student_id: str) -> str:
    """Return the number, as "007", of the world of `student_id` in the `data` folder of a released project.

    Raises LabError when the id cannot be one, or the folder has no readable `who.json`.
    """
    student = clean_id(student_id)
    who = _read(data_folder / "who.json")
    listed: str | None = who["ids"].get(hashed(who["salt"], student))
    return listed or unlisted(who["token"], student, who["pool"])


def on_the_list(data_folder: Path, student: str) -> bool:
    """Return whether a released project's class list has `student`; True where there is no list to hold it against."""
    try:
        who = _read(data_folder / "who.json")
    except LabError:
        return True
    return not who["ids"] or hashed(who["salt"], student) in who["ids"]


def _read(path: Path) -> dict:
    try:
        who = json.loads(path.read_text(encoding="utf-8"))
        missing = {"schema", "salt", "ids", "token", "pool"} - set(who)
    except (OSError, ValueError) as error:
        raise LabError(f"读不到 {path}（{error}）；请重新准备实训文件夹，或向老师要完整的一份") from error
    if missing or who["schema"] != 1:
        raise LabError(
            f"{path} 不是本版本的名单（缺 {'、'.join(sorted(missing)) or 'schema 1'}）；请向老师要新的一份"
        )
    return dict(who)
