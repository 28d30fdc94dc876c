"""Where a command writes to: nothing of anybody's is written over, and a disk that refuses is told in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd


def refuse_full(out: Path, force: bool) -> None:
    """Raise LabError when `out` is a file, or a folder with something in it that may not be replaced."""
    if out.exists() and not out.is_dir():
        raise LabError(f"--out {out} 是一个文件，不是文件夹；请换一个文件夹名")
    if not force and out.is_dir() and any(out.iterdir()):
        raise LabError(f"--out {out} 里已有文件；为免覆盖，请换一个空文件夹，或加上 --force")


def refuse_there(out: Path, force: bool) -> None:
    """Raise LabError when there is a file `out` that may not be replaced."""
    if out.exists() and not force:
        raise LabError(f"--out {out} 已经有了；为免覆盖，请换一个文件名，或加上 --force")


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn what the disk says into LabError; who writes inside takes care that nothing half-written stays."""
    try:
        yield
    except OSError as refusal:
        raise LabError(
            f"--out {out} 写不进去（{refusal.strerror or refusal}）；请检查磁盘空间和权限，或换一个文件夹"
        ) from refusal


def write_csv(frame: "pd.DataFrame", out: Path) -> None:
    """Write a table as CSV that spreadsheet programs read right (UTF-8 with BOM); as `write_text`."""
    write_text(frame.to_csv(index=False), out, encoding="utf-8-sig")


def write_text(text: str, out: Path, *, encoding: str = "utf-8") -> None:
    """Write a file, and its folder if need be: all of it, or nothing. Raises LabError when the disk refuses."""
    part = out.with_name(f".{out.name}.part")
    try:
        with writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(text, encoding=encoding)
            part.replace(out)
    finally:
        with suppress(OSError):  # the very place may be missing
            part.unlink(missing_ok=True)
