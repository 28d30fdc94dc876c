"""Commands of the teacher's round: class list, release, hand-in, grade, feedback, report, export."""

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmlab.places import COURSE, GRADING, WORKSPACE

if TYPE_CHECKING:
    from grader.course import Course
    from grader.marks import Mark

Home = Annotated[Path, typer.Option(help="班级文件夹（密钥、名单、成绩都在里面）")]
Project = Annotated[str, typer.Argument(help="项目名，例如 project03_phone_service")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，给程序读")]
Students = Annotated[list[str] | None, typer.Option("--student", help="只要这名学生（学号），可写多次")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    roster = typer.Typer(no_args_is_help=True, help="班级名单。")
    roster.command("import")(roster_import)
    app.add_typer(roster, name="roster")
    for command in (release, submit, collect, grade, feedback, report, export):
        app.command(command.__name__)(command)


def roster_import(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX：学号、姓名、班级")], home: Home = GRADING
) -> None:
    """读入班级名单；已有学生的数据编号不变。"""
    from crmlab.roster import import_roster

    found = import_roster(file, home)
    for note in found.notes:
        typer.echo(f"注意：{note}", err=True)
    typer.echo(f"名单里有 {len(found.students)} 名学生：{home / 'roster.csv'}")


def release(
    project: Project,
    lang: Annotated[str, typer.Option(help="zh 或 en")] = "zh",
    home: Home = GRADING,
    demo: Annotated[bool, typer.Option(help="用公开的演示密钥")] = False,
    due: Annotated[str | None, typer.Option(help='截止时间，例如 "2026-12-01 23:59"')] = None,
    late: Annotated[float | None, typer.Option(help="每迟一天扣满分的百分之几，例如 10；0 是不扣")] = None,
) -> None:
    """发布一个项目：做好每名学生的数据和不含答案的笔记本。"""
    from crmlab.language import require, translator
    from crmlab.release import release as make
    from grader import lateness

    require(lang)
    _ = translator(lang)

    if due is not None:
        lateness.moment_of(due)  # a slip is told before a class's data are made, not after
    if late is not None:
        lateness.LateRule(late)
    with _told():
        folder = make(project, home=home, lang=lang, demo=demo)
    typer.echo(_("已发布：{folder}").format(folder=folder))
    if due is not None:
        day = lateness.due(_course(project, home), project, due).astimezone()
        typer.echo(_("截止时间：{day}").format(day=f"{day:%Y-%m-%d %H:%M}"))
    if late is not None:
        rule = lateness.keep(_course(project, home), project, late)
        told = _("每迟一天扣满分的 {percent}%") if rule.percent else _("迟交不扣分")
        typer.echo(told.format(percent=f"{rule.percent:g}"))


def submit(
    project: Project,
    student: Annotated[str | None, typer.Option(help="学号；不写就用笔记本里填过的")] = None,
    workspace: Annotated[Path, typer.Option(help="实训文件夹")] = WORKSPACE,
) -> None:
    """把一个项目打包成要交的压缩包。"""
    from crmlab import handin, soundness
    from crmlab.language import translator
    from crmlab.places import DEMO
    from crmlab.workspace import find_released

    lang = handin.language_of(workspace, project)
    path = handin.submit(workspace, project, student or handin.student_of(workspace, project))
    given = find_released(lang) or DEMO / ("release" if lang == "zh" else f"release-{lang}")
    known = given / project if handin.language_of(given, project) == lang else None
    for sentence in soundness.told(workspace / project, known, lang=lang):
        typer.echo(sentence)
    _ = translator(lang)
    typer.echo(_("请交这个文件：{path}").format(path=path))


def collect(
    folder: Annotated[Path, typer.Argument(help="放着学生压缩包的文件夹")],
    home: Home = GRADING,
    as_json: Json = False,
) -> None:
    """收作业：把文件夹里的压缩包都解到班级文件夹。"""
    from crmlab.collect import collect as unpack
    from crmlab.errors import PartlyDone

    rows = unpack(folder, home)
    if as_json:
        _print_json(rows)
    else:
        words = {"collected": "已收", "unchanged": "没有变化", "set_aside": "已有更新的", "refused": "没有收"}
        _print_table(
            ("文件", "学号", "项目", "情况", "说明"),
            [(row.file, row.student, row.project, words[row.status], row.note) for row in rows],
        )
    refused = [row.file for row in rows if row.status == "refused"]
    if refused:
        raise PartlyDone(
            f"{len(rows)} 个压缩包里有 {len(refused)} 个没有收：{'、'.join(refused)}；原因见上表"
        )


def grade(
    project: Project,
    student: Students = None,
    force: Annotated[bool, typer.Option(help="没有变化的也重评")] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="打开人工评分的网页")] = False,
    lang: Annotated[str, typer.Option(help="人工评分网页的语言：zh 或 en")] = "zh",
    port: Annotated[int, typer.Option(help="人工评分网页的端口；0 是自动找")] = 0,
    browser: Annotated[bool, typer.Option(help="人工评分时是否打开浏览器")] = True,
    workers: Annotated[int, typer.Option(help="同时评几份；0 表示有几个核就评几份")] = 0,
    unsafe: Annotated[bool, typer.Option(help="这台机器不能完全隔离学生代码时，也照样评")] = False,
    dask: Annotated[
        str, typer.Option(help="在 Dask 集群上评，如 tcp://127.0.0.1:8786；各机器要看得到班级文件夹")
    ] = "",
    compat: Annotated[str, typer.Option(help="写 nbgrader：按 nbgrader 的计分怪癖评")] = "",
    home: Home = GRADING,
    as_json: Json = False,
) -> None:
    """评分，并做好反馈页和班级报告；--by-hand 打开网页，给写几句话的题评分。"""
    if by_hand:
        from crmlab.commands.keeping import mark_by_hand

        mark_by_hand(_course(project, home), project, lang=lang, port=port, browser=browser)
        return
    from crmlab.seat import setting, worlds_of
    from grader import manual
    from grader.feedback import feedback as write_feedback
    from grader.marking import mark
    from grader.marks import load
    from grader.model import broken
    from grader.report import report as write_report

    course = _course(project, home)
    manual.remember(course, project)
    marks = mark(
        course,
        project,
        student,
        force,
        setting=setting(home, workers=workers, unsafe=unsafe, compat=_compat(compat), dask=dask),
        progress=_bar,
    )
    again = manual.settle(course, project)
    known = load(course, project)
    marks = [known[one.student] for one in marks]
    pages = write_feedback(course, project, student)
    page = write_report(course, project, variants=worlds_of(home))
    if as_json:
        _print_json(marks)
    else:
        _print_marks(marks)
        typer.echo(f"反馈页：{len(pages)} 页，在 {home / 'feedback'}")
        typer.echo(f"班级报告：{page}")
    for notebook, task in broken(course, project):
        told = f"{notebook}.ipynb 的检查格 {task} 连出题人自己的答案也通不过，全班都会丢这一题的分"
        typer.echo(f"注意：{told}；请告诉出题人，再手工给分", err=True)
    for answer in again:
        typer.echo(f"注意：{answer.student} 的 {answer.task} 在您评分以后变了，请再看一次", err=True)
    _tell_undecided(marks)


def feedback(project: Project, student: Students = None, home: Home = GRADING) -> None:
    """重做反馈页（例如人工评分之后）。"""
    from grader.feedback import feedback as write
    from grader.manual import refresh

    course = _course(project, home)
    refresh(course, project)
    for page in write(course, project, student):
        typer.echo(str(page))


def report(
    project: Project,
    lang: Annotated[str, typer.Option(help="zh 或 en")] = "zh",
    home: Home = GRADING,
) -> None:
    """重做班级报告。"""
    from crmlab.seat import worlds_of
    from grader.manual import refresh
    from grader.report import report as write

    course = _course(project, home)
    refresh(course, project)
    typer.echo(str(write(course, project, variants=worlds_of(home), lang=lang)))


def export(
    file: Annotated[Path, typer.Argument(help="要写的文件，例如 grades.csv")],
    form: Annotated[str, typer.Option("--format", help="nbgrader、moodle 或 canvas")] = "nbgrader",
    template: Annotated[
        Path | None, typer.Option(help="教务系统下载的成绩模板（XLSX 或 CSV），填好存到 FILE")
    ] = None,
    project: Annotated[str | None, typer.Option(help="模板里填哪个项目；只有一个就不用写")] = None,
    column: Annotated[str | None, typer.Option(help="填模板的哪一列；不写就找“成绩”")] = None,
    out_of: Annotated[
        float | None, typer.Option(min=1, help="折合成满分几分，例如 100（只用于模板）")
    ] = None,
    cap: Annotated[bool, typer.Option("--cap", help="加上附加分也不超过满分，系统不收更高的分时用")] = False,
    home: Home = GRADING,
) -> None:
    """把成绩导出为表格，或填进教务系统下载的模板。"""
    from grader.course import Course
    from grader.export import export as write
    from grader.gradesheet import fill

    course = Course(COURSE, home)
    if template is None:
        typer.echo(f"成绩表：{write(course, file, form=form, cap=cap)}")
        return
    filled = fill(course, template, file, project=project, column=column, out_of=out_of, cap=cap)
    for note in filled.notes:
        typer.echo(f"注意：{note}", err=True)
    typer.echo(f"填好 {filled.count} 人的成绩：{filled.path}")


def _course(project: str, home: Path) -> "Course":
    from crmlab import key
    from crmlab.release import require
    from grader.course import Course

    require(project)
    key.miss(home)
    return Course(COURSE, home)


def _print_marks(marks: "list[Mark]") -> None:
    words = {"graded": "已评分", "could_not_tell": "评不出分"}
    flags = {
        "unlisted": "不在名单",
        "rewritten": "改过评分格或给定格",
        "tampering": "动过评分检查",
        "weak": "有的格子在学生进程里评",
        "unprotected": "没有保护地评",
    }
    _print_table(
        ("学号", "情况", "得分", "满分", "等人工", "说明"),
        [
            (
                mark.student,
                words[mark.status],
                "—" if mark.score is None else f"{mark.score:g}",
                f"{mark.max_score:g}",
                str(mark.by_hand_pending),
                "；".join(
                    [
                        *([f"其中附加分 {mark.bonus:g}"] if mark.bonus else []),
                        *([f"迟交扣 {mark.penalty:g} 分"] if mark.penalty else []),
                        *(flags.get(flag, flag) for flag in mark.flags),
                        *([mark.note] if mark.note else []),
                    ]
                ),
            )
            for mark in marks
        ],
    )


def _tell_undecided(marks: "list[Mark]") -> None:
    from grader.errors import SomeNotGraded

    undecided = [mark.student for mark in marks if mark.status == "could_not_tell"]
    if undecided:
        raise SomeNotGraded(
            f"{len(marks)} 份作业里有 {len(undecided)} 份评不出分：{'、'.join(undecided)}；"
            "原因和办法见上表和班级报告"
        )


def _compat(name: str) -> bool:
    from crmlab.errors import LabError

    if name not in ("", "nbgrader"):
        raise LabError(f"--compat 只能写 nbgrader，不能写 {name!r}")
    return name == "nbgrader"


def _bar(students: list[str]) -> Any:
    from tqdm import tqdm

    return tqdm(students, desc="评分", unit="份")


def _print_json(rows: Sequence[Any]) -> None:
    typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; a Chinese sign is two wide."""
    table = [tuple(headings), *(tuple(row) for row in rows)]
    widths = [max(_width(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        cells = [value + " " * (wide - _width(value)) for value, wide in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


@contextmanager
def _told() -> Iterator[None]:
    """Say our own warnings in one line each, on stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, UserWarning):
            typer.echo(f"注意：{warning.message}", err=True)
