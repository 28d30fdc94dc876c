"""Release of a project: what students get, with every student's own data in it."""

import json
import shutil
import tomllib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab import key as keys
from crmlab.errors import LabError
from crmlab.places import COURSE, GRADING
from crmlab.released import hashed
from crmlab.variants import Pool

if TYPE_CHECKING:
    from crmlab.variants import Build

LANGUAGES = ("zh", "en")


def projects(course: Path = COURSE) -> list[str]:
    """Return the names of the projects that can be released, in order."""
    from grader.course import Course

    return Course(course, GRADING).projects()


def require(project: str, course: Path = COURSE) -> None:
    """Raise LabError, with the known names, when there is no such project."""
    if project not in projects(course):
        known = "、".join(projects(course)) or "（还没有）"
        raise LabError(f"没有名为 {project} 的项目；现有的项目：{known}")


def release(
    project: str,
    *,
    home: Path = GRADING,
    lang: str = "zh",
    demo: bool = False,
    course: Path = COURSE,
    size: int | None = None,
    world: "Build | None" = None,
    quiet: bool = False,
) -> Path:
    """Make the worlds that are missing and the released project; return its folder.

    English goes to `release-en/` beside the Chinese one, which is made first: the gradebook knows one
    edition only. A text without translation stays Chinese, with a warning. `course`, `size`, `world` are for
    small classes of one's own. Raises LabError for an unknown project, language or table, or a home without
    its key.
    """
    from grader.course import Course
    from grader.release import generate

    require(project, course)
    if lang not in LANGUAGES:
        raise LabError(f"没有语言 {lang}；可用的语言：{'、'.join(LANGUAGES)}")
    pool = Pool(home)
    pool.ensure_key(demo=demo)
    pool.build(size, world=world, quiet=quiet, lang=lang)
    folder = furnish(generate(Course(course, home), project), home)
    return folder if lang == "zh" else _translated(folder, project, lang)


def furnish(folder: Path, home: Path) -> Path:
    """Put every student's data into the released project `folder`; return it.

    Makes the home's worlds when it has none, as after a release by nbgrader itself. Raises LabError for an
    unknown table or a home without its key.
    """
    pool = Pool(home)
    if not pool.numbers():
        pool.build()
    _add_data(folder, pool, pool.numbers())
    return folder


def tables_of(folder: Path) -> list[str]:
    """Return the tables that the labs of a project read; raise LabError when `project.toml` names none."""
    path = folder / "project.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("tables")
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LabError(f"{path} 读不出来：{error}；请写上 tables = [表名…]") from error
    if not isinstance(tables, list) or not all(isinstance(table, str) for table in tables):
        raise LabError(f'{path} 里的 tables 应是表名的列表，现为 {tables!r}；请写成 tables = ["calls"]')
    return tables


def _add_data(folder: Path, pool: Pool, numbers: list[str]) -> None:
    """Put `data/` into a release as a whole, only what students may see."""
    draft = folder / ".data.part"
    for nnn in numbers:
        for table in tables_of(folder):
            source = pool.visible(nnn) / f"{table}.parquet"
            if not source.exists():
                there = "、".join(sorted(p.stem for p in pool.visible(nnn).glob("*.parquet")))
                raise LabError(f"project.toml 里的表 {table} 不在学生数据里；现有的表：{there}")
            (draft / nnn).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, draft / nnn / source.name)
    draft.mkdir(exist_ok=True)
    (draft / "who.json").write_text(json.dumps(_who(pool), indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder / "data", ignore_errors=True)
    draft.rename(folder / "data")


def _who(pool: Pool) -> dict[str, object]:
    """Return who works in which world, in a form that names nobody."""
    salt = keys.derive(keys.read(pool.home), "salt").hex()
    return {
        "schema": 1,
        "salt": salt,
        "ids": dict(sorted((hashed(salt, student), nnn) for student, nnn in pool.assigned().items())),
        "token": pool.token(),
        "pool": pool.manifest()["pool"],
    }


def _translated(folder: Path, project: str, lang: str) -> Path:
    from crmlab.translate import read, translate

    other = folder.parents[1] / f"release-{lang}" / project
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(folder, other)
    missing = translate(other, read(project, lang=lang), lang=lang)
    if missing:
        example = missing[0].strip().splitlines()[0][:40]
        warnings.warn(
            f"{project} 有 {len(missing)} 段文字还没有英文，先用中文代替，例如“{example}”；"
            f"请补全 locale/{lang}/{project}.po",
            stacklevel=3,
        )
    return other
