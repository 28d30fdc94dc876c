"""Grades on their way out: for platforms, and into sheets that schools hand out."""

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import books
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart

from grader.course import Course
from grader.errors import GraderError
from grader.export import export
from grader.gradesheet import fill


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("graded")
    course = Course(folder / "course", folder / "home")
    books.listed(
        course,
        ("0017", "王一", "一班"),
        ("0018", "=李二", "一班"),
        ("0019", "张三", "一班"),
        ("0020", "赵四", ""),
    )
    points = {
        "0017": {"total": 4.0, "why": 1.5},
        "0018": {"total": 0.0, "why": None},
        "77": {"total": 4.0, "why": 2.0},
    }
    return books.keep(course, points, undecided={"0019": "坏了"})


def table(path: Path) -> list[list[str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def sheet(path: Path, *, chart: bool = False) -> Path:
    book = Workbook()
    page = book.active
    page.append(["2026 秋 客户关系管理"])
    page.append(["学号", "姓名", "平时", "成绩", "总评", "备注"])
    page.append(["0017", "王一", 80, None, "=C3*0.4+D3*0.6", "重修"])
    page.append([18, "李二", 70, 50, "=C4*0.4+D4*0.6", None])
    page.append(["0019", "张三", 60, None, "=C5*0.4+D5*0.6", None])
    page.append(["0020", "赵四", 60, "=1+1", "=C6*0.4+D6*0.6", None])
    page.append(["9999", "别班的", 60, 61, None, None])
    book.create_sheet("说明")["B2"] = "=SUM(1,2)"
    if chart:
        page.add_chart(BarChart(), "H2")
    book.save(path)
    return path


def test_moodle_gets_a_column_for_each_project(graded: Course, tmp_path: Path) -> None:
    assert table(export(graded, tmp_path / "m.csv", form="moodle")) == [
        ["ID number", "Full name", "project01_tiny"],
        ["0017", "王一", "5.5"],
        ["0018", "'=李二", "0"],
        ["0019", "张三", ""],
        ["0020", "赵四", ""],
        ["77", "", "6"],
    ]


def test_a_bonus_above_the_full_points_is_told_and_capped_where_asked(tmp_path: Path) -> None:
    course = Course(tmp_path / "course", tmp_path / "home")
    books.keep(course, {"0017": {"total": 4.0, "why": 2.0}, "0018": {"total": 1.0, "why": None}})
    with closing(sqlite3.connect(course.home / "gradebook.db")) as db, db:
        db.execute("UPDATE grade SET extra_credit = 3 WHERE auto_score = 4")
    asked = tmp_path / "asked.csv"
    asked.write_text("学号,成绩\n0017,\n0018,\n", encoding="utf-8")
    filled = fill(course, asked, tmp_path / "full.csv")
    assert "1 人加上附加分超过满分：0017；系统不收时请加上 --cap" in filled.notes
    assert "0017,9" in (tmp_path / "full.csv").read_text(encoding="utf-8")
    capped = fill(course, asked, tmp_path / "capped.csv", cap=True)
    assert not any("附加分" in one for one in capped.notes)
    assert "0017,6" in (tmp_path / "capped.csv").read_text(encoding="utf-8")
    assert table(export(course, tmp_path / "m.csv", form="moodle", cap=True))[1][-1] == "6"


def test_canvas_gets_its_row_of_possible_points(graded: Course, tmp_path: Path) -> None:
    head, possible, first, *_ = table(export(graded, tmp_path / "c.csv", form="canvas"))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "project01_tiny"]
    assert (possible[0].strip(), possible[-1]) == ("Points Possible", "6")
    assert first == ["王一", "", "0017", "0017", "一班", "5.5"]


def test_an_unknown_form_is_refused(graded: Course, tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="没有成绩表格式 xml；可用的格式：nbgrader、moodle、canvas"):
        export(graded, tmp_path / "c.csv", form="xml")


def test_a_workbook_is_filled_and_keeps_all_else(graded: Course, tmp_path: Path) -> None:
    filled = fill(graded, sheet(tmp_path / "t.xlsx"), tmp_path / "out.xlsx", out_of=100)
    page = load_workbook(tmp_path / "out.xlsx")
    assert [cell.value for cell in page.worksheets[0]["D"]] == [None, "成绩", 91.67, 0, None, "=1+1", 61]
    assert [cell.value for cell in page.worksheets[0]["E"]][2:4] == ["=C3*0.4+D3*0.6", "=C4*0.4+D4*0.6"]
    assert (page.worksheets[0]["F3"].value, page["说明"]["B2"].value) == ("重修", "=SUM(1,2)")
    assert filled.count == 2
    assert filled.notes == [
        "1 人评不出分，留空：0019",
        "1 人没有交，留空：0020",
        "1 人还有题等人工评分，分数会再变：0018",
        "1 人有成绩，但不在模板里：77",
        "1 格原来有别的内容，已改成新的分数",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_keeps_its_encoding_quotes_and_line_ends(
    graded: Course, tmp_path: Path, encoding: str
) -> None:
    text = '"学号","姓名","成绩","备注"\r\n"0017","王,一","","=A1"\r\n"5","x","3",""\r\n'
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    fill(graded, tmp_path / "t.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == text.replace('"王,一",""', '"王,一","5.5"').encode(encoding)


def test_a_sheet_without_a_place_for_grades_gets_one_at_its_end(graded: Course, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("学号,姓名\n0017,王一\n", encoding="utf-8")
    filled = fill(graded, tmp_path / "t.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "学号,姓名,project01_tiny\n0017,王一,5.5\n"
    assert filled.notes[0] == "模板里没有成绩一列，在最后加了一列“project01_tiny”"


def test_the_column_of_ids_is_the_one_that_holds_them(graded: Course, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Student,ID,SIS Login ID,Score\n王一,991,0017,\n", encoding="utf-8")
    fill(graded, tmp_path / "t.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").endswith("王一,991,0017,5.5\n")


@pytest.mark.parametrize(
    ("text", "options", "rule"),
    [
        ("学号,成绩\n9,\n", {}, "没有一个学号在成绩册里"),
        ("学号,成绩,得分\n0017,,\n", {}, "几列都可能是成绩：成绩、得分；请用 --column"),
        ("学号,成绩\n0017,\n", {"column": "期末"}, "没有“期末”一列；表头是：学号、成绩"),
        (
            "学号,成绩\n0017,\n",
            {"project": "project09_x"},
            "没有项目 project09_x；请用 --project 选一个：project01_tiny",
        ),
        ("成绩\n1\n", {}, "没有学号一列"),
    ],
)
def test_a_sheet_that_is_not_clear_is_refused(
    graded: Course, tmp_path: Path, text: str, options: dict[str, str], rule: str
) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(GraderError, match=rule):
        fill(graded, tmp_path / "t.csv", tmp_path / "out.csv", **options)
    assert not (tmp_path / "out.csv").exists()


def test_a_named_column_is_filled(graded: Course, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("学号,成绩,总评\n0017,,\n", encoding="utf-8")
    fill(graded, tmp_path / "t.csv", tmp_path / "out.csv", column="总评")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "学号,成绩,总评\n0017,,5.5\n"


def test_the_template_itself_is_never_written_over(graded: Course, tmp_path: Path) -> None:
    path = sheet(tmp_path / "t.xlsx")
    with pytest.raises(GraderError, match=r"t\.xlsx 就是模板本身"):
        fill(graded, path, path)
    with pytest.raises(GraderError, match=r"模板是XLSX，结果却要存成 out\.csv"):
        fill(graded, path, tmp_path / "out.csv")


def test_a_workbook_that_would_lose_its_charts_is_refused(graded: Course, tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="里有图表或控件（charts）"):
        fill(graded, sheet(tmp_path / "t.xlsx", chart=True), tmp_path / "out.xlsx")
