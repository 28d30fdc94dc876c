"""The student kit: one zip with the programs and the released projects, and nothing that is not theirs."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from crmlab import places
from crmlab.errors import LabError
from crmlab.workspace import deliverable

NAME = "crmlab-student"
SINGLE = ("lab.py", "pyproject.toml", "requirements.lock", "LICENSE", "README.md", "README.zh-CN.md")
FOLDERS = {
    "sim": ("*.py", "*.toml"),
    "crmlab": ("*.py", "*.css", "*.js", "*.html", "*.svg", "*.toml", "*.txt", "*.npz"),
    "grader": ("*.py", "*.toml"),
    "datasets/scenarios": ("*.toml",),
    "datasets/words": ("*",),
    "datasets/crm": ("morning.toml",),  # without what a good record of it holds
    "datasets/roleplay": ("*",),
}
# what only makes other files: compiled code, and the lines a tagger learnt from
AT_WORK = ("__pycache__", "lines")
LOOSE = ("datasets/curriculum.toml", "locale/en/crmlab.po")
STAMP = (2026, 1, 1, 0, 0, 0)  # one date for every file, so that equal contents give equal kits


def make_kit(*, home: Path = places.GRADING, lang: str = "zh", root: Path = places.ROOT) -> Path:
    """Write `home/kit/crmlab-student.zip` from the release in `lang`; return its path.

    Raises LabError when nothing has been released in that language.
    """
    ending = "" if lang == "zh" else f"-{lang}"
    released = home / f"release{ending}"
    brought = [(f"released{ending}/{name}", source) for name, source in deliverable(released)]
    if not brought:
        option = f" --lang {lang}" if ending else ""
        raise LabError(f"{released} 里还没有发布的项目；请先运行 python3 lab.py release 项目名{option}")
    target = home / "kit" / f"{NAME}{ending}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".half")
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as kit:
        for name, source in [*programs(root), *brought]:
            entry = zipfile.ZipInfo(f"{NAME}/{name}", STAMP)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            kit.writestr(entry, source.read_bytes())
    half.replace(target)
    return target


def programs(root: Path) -> Iterator[tuple[str, Path]]:
    """Give (name in the kit, source) of what a student needs besides the labs: only what is listed here."""
    for name in (*SINGLE, *LOOSE):
        if (root / name).exists():
            yield name, root / name
    for folder, patterns in FOLDERS.items():
        found = {path for pattern in patterns for path in (root / folder).rglob(pattern) if path.is_file()}
        for path in sorted(found):
            if not set(path.parts).intersection(AT_WORK):
                yield path.relative_to(root).as_posix(), path
