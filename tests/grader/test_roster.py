"""The class list in the forms schools have it."""

from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.roster import Student, read, table

TEXT = "学号,姓名,班级\n2024001,王一,客服1班\n2024002,李二,客服1班\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "roster.csv").write_text(TEXT, encoding=encoding)
    assert read(tmp_path / "roster.csv")[0] == Student("2024001", "王一", "客服1班")


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
        ("学号\n1\n1\n".encode(), "学号 1 出现了不止一次"),
        (b"\xff\xfe\xff\xff", "既不是 UTF-8 也不是 GBK"),
    ],
)
def test_what_is_no_class_list_is_refused_with_the_cure(tmp_path: Path, raw: bytes, rule: str) -> None:
    (tmp_path / "roster.csv").write_bytes(raw)
    with pytest.raises(GraderError, match=rule):
        read(tmp_path / "roster.csv")
