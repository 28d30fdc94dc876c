"""The class list in the forms schools have it."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from grader import tabular
from grader.errors import GraderError
from grader.roster import Student, class_list, read, table

TEXT = "学号,姓名,班级\n2024001,王一,客服1班\n2024002,李二,客服1班\n"


def sheet(path: Path, *rows: list[object], form: str = "General") -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for (cell,) in book.active.iter_rows(max_col=1):
        cell.number_format = form
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "roster.csv").write_text(TEXT, encoding=encoding)
    assert read(tmp_path / "roster.csv")[0] == Student("2024001", "王一", "客服1班")


@pytest.mark.parametrize("sign", [";", "\t", "，"])
def test_every_usual_separator_is_read(tmp_path: Path, sign: str) -> None:
    (tmp_path / "roster.csv").write_text(TEXT.replace(",", sign), encoding="utf-8")
    assert read(tmp_path / "roster.csv")[1] == Student("2024002", "李二", "客服1班")


def test_titles_above_spare_columns_and_any_order_do_no_harm(tmp_path: Path) -> None:
    text = "2024级客服1班名单\n序号,班级,性别,姓名,学号（必填）\n1,一班,女,王一,2024001\n,,,,\n"
    (tmp_path / "roster.csv").write_text(text, encoding="gb18030")
    assert class_list(tmp_path / "roster.csv").students == [Student("2024001", "王一", "一班")]


def test_a_workbook_is_read_from_the_sheet_that_fits(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"] = "说明"
    book.create_sheet("名单").append(["姓名", "学号", "班级"])
    book["名单"].append(["王一", "007", "一班"])
    book.save(tmp_path / "a.xlsx")
    assert class_list(tmp_path / "a.xlsx").students == [Student("007", "王一", "一班")]


def test_numbers_of_a_workbook_become_ids_again(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", ["学号", "姓名"], [2024001.0, "王一"])
    assert class_list(path).students == [Student("2024001", "王一")]


def test_zeros_that_a_cell_only_shows_are_read(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", ["学号", "姓名"], [42, "王一"], form="000000")
    assert class_list(path).students == [Student("000042", "王一")]


def test_floats_in_a_text_are_put_right_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("学号,姓名,班级\n2024001.0,王一,一班\n", encoding="utf-8")
    found = class_list(tmp_path / "a.csv")
    assert found.students[0].id == "2024001"
    assert found.notes == ["1 个学号带着小数点（如 2024001.0），已按整数 2024001 读入"]


def test_zeros_that_were_eaten_are_told(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", ["学号", "姓名", "班级"], [99, "王一", "一班"], [100, "李二", "一班"])
    found = class_list(path)
    assert [student.id for student in found.students] == ["99", "100"]
    assert "可能被表格软件吃掉了前面的 0（应为 099？）" in found.notes[0]


def test_full_width_ids_and_text_signs_are_cleaned(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("学号,姓名,班级\n'２０２４０１,王一,一班\n", encoding="utf-8")
    assert class_list(tmp_path / "a.csv").students[0].id == "202401"


def test_an_absent_column_is_told_with_the_headings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("学号,名字\n1,王一\n", encoding="utf-8")
    assert class_list(tmp_path / "a.csv").notes == ["表里没有姓名、班级一列，这一项留空；表头是：学号、名字"]


def test_a_list_survives_a_round_trip(tmp_path: Path) -> None:
    students = [Student("2024001", "王,一", "一班"), Student("2024002")]
    (tmp_path / "roster.csv").write_text(table(students), encoding="utf-8-sig")
    assert read(tmp_path / "roster.csv") == students


def test_no_list_is_no_students(tmp_path: Path) -> None:
    assert read(tmp_path / "roster.csv") == []


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ("学号,姓名\n".encode(), "没有学生"),
        ("姓名,班级\n王一,一班\n".encode(), "没有学号一列"),
        (
            "学号,姓名\n1,王一\n１,李二\n".encode(),
            r"学号 1 出现了不止一次：第 2 行（王一）、第 3 行（李二）；请每个学号只留一行",
        ),
        (
            "学号,姓名\n2.02401E+11,王一\n".encode(),
            "第 2 行的学号 2.02401E.11 被表格软件当成了数.*请从教务系统重新导出",
        ),
        (b"\xff\xfe\xff\xd8", "既不是 UTF-8 也不是 GBK"),
        (b"\x81\xff\xff", "既不是 UTF-8 也不是 GBK"),
        (tabular.OLD_EXCEL + b"x", "旧格式或有密码的 Excel"),
        (b'\xe5\xad\xa6\xe5\x8f\xb7\n"' + b"1" * 200_000 + b'"\n', "不是一张 CSV 表"),
        (b"PK\x05\x06" + b"\0" * 18, "不是完整的 XLSX 文件"),
    ],
)
def test_what_is_no_class_list_is_refused_with_the_cure(tmp_path: Path, raw: bytes, rule: str) -> None:
    (tmp_path / "roster.csv").write_bytes(raw)
    with pytest.raises(GraderError, match=rule):
        read(tmp_path / "roster.csv")


def test_digits_that_a_workbook_lost_are_refused(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", ["学号", "姓名"], [20240100000000001, "王一"])
    with pytest.raises(GraderError, match="被表格软件当成了数，后面的数字已经丢了"):
        class_list(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match=r"nothing\.csv 读不出来"):
        class_list(tmp_path / "nothing.csv")
