"""What students would get, looked through for what they must not: solutions, hidden tests, the teacher's files."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from crmlab.errors import LabError
from crmlab.lint import Finding, Lab
from crmlab.lint.cells import HIDDEN, SOLUTION

SHORTEST = 10
"""A shorter line says nothing: `else:` stands everywhere."""


def check(folder: Path, labs: list[Lab]) -> Iterator[Finding]:
    """Release the project in `folder` into a folder of its own, and yield every secret that is in it."""
    from grader.course import Course
    from grader.errors import GraderError
    from grader.release import generate

    with tempfile.TemporaryDirectory() as home:
        course = Course(folder.resolve().parent, Path(home))
        try:
            released = generate(course, folder.resolve().name)
        except GraderError as error:
            yield Finding("error", folder.name, str(error))
            return
        yield from look(released, secrets(labs))


def secrets(labs: list[Lab]) -> dict[str, str]:
    """Return each line that must not leave the house → where it stands."""
    found, public = {}, set()
    for lab in labs:
        for cell in lab.cells:
            hidden = False
            for line in cell.source.splitlines():
                plain = line.strip()
                if plain in (SOLUTION[0], HIDDEN[0]):
                    hidden = True
                elif plain in (SOLUTION[1], HIDDEN[1]):
                    hidden = False
                elif hidden:
                    found[plain] = f"{lab.name} · {cell.get('id', '')}"
                else:
                    public.add(plain)
    return {line: where for line, where in found.items() if len(line) >= SHORTEST and line not in public}


def look(released: Path, secret: dict[str, str]) -> Iterator[Finding]:
    """Yield what is in `released` and must not be."""
    for path in sorted(one for one in released.rglob("*") if one.is_file()):
        name = path.relative_to(released).as_posix()
        if path.suffix == ".py" or {"teacher", "truth"} & set(path.relative_to(released).parts):
            yield Finding(
                "error", name, "老师的文件会发给学生；请移进 teacher/，并看看 grader.course.IGNORED"
            )
            continue
        text = _text(path)
        for mark in (*SOLUTION, *HIDDEN):
            if mark in text:
                yield Finding("error", name, f"发布的文件里还有“{mark}”；请检查它是否成对、顶格")
        for line, where in secret.items():
            if line in text:
                yield Finding("error", name, f"发布的文件里有 {where} 的一行答案或隐藏测试：{line[:60]}")


def _text(path: Path) -> str:
    """Return the text of a file; of a notebook its sources, so that a line reads as it was written."""
    import nbformat

    raw = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix != ".ipynb":
        return raw
    try:
        return "\n".join(cell.source for cell in nbformat.reads(raw, as_version=4).cells)
    except Exception as error:
        raise LabError(
            f"发布的 {path.name} 读不出来（{type(error).__name__}）；请运行 crmlab build"
        ) from error
