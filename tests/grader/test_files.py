"""Folders of strangers are copied and removed without following anything out of them."""

import os
from pathlib import Path

from grader import files


def test_plain_files_are_copied_and_nothing_is_followed(tmp_path: Path) -> None:
    secret, source = tmp_path / "secret", tmp_path / "source"
    secret.write_text("s", encoding="utf-8")
    (source / "a" / "b").mkdir(parents=True)
    (source / "a" / "b" / "kept.txt").write_bytes(b"x" * 3_000_000)
    (source / "link").symlink_to(secret)
    (source / "folder").symlink_to(tmp_path)
    os.mkfifo(source / "pipe")
    files.copy(source, tmp_path / "target")
    there = sorted(
        path.relative_to(tmp_path / "target").as_posix() for path in (tmp_path / "target").rglob("*")
    )
    assert there == ["a", "a/b", "a/b/kept.txt"]
    assert (tmp_path / "target" / "a" / "b" / "kept.txt").stat().st_size == 3_000_000


def test_a_folder_nested_deeper_than_python_can_follow_is_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    before = Path.cwd()
    try:
        os.chdir(top)
        for _level in range(1500):
            os.mkdir("d")  # noqa: PTH102 - the path as a whole is longer than a path may be
            os.chdir("d")
    finally:
        os.chdir(before)
    files.remove(top)
    assert not top.exists()
