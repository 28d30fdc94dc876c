"""Side-by-side measurements: runs one file of `benchmarks/` by its name."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from crmlab.places import ROOT

BENCHMARKS = ROOT / "benchmarks"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group to `app`."""
    # what follows the name belongs to the measurement, not to us
    own = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command("bench", context_settings=own)(bench)


def bench(
    words: typer.Context,
    name: Annotated[str, typer.Argument(help="测量的名字，即 benchmarks/ 里的文件名，不带 .py")],
) -> None:
    """做一次并排测量并打印结果表；名字后面的选项原样交给它。"""
    raise typer.Exit(run(find(name), *words.args))


def find(name: str, *, folder: Path = BENCHMARKS) -> Path:
    """Return the file of the measurement `name`; raise LabError with the known names when there is none."""
    from crmlab.errors import LabError

    files = {path.stem: path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")}
    if name not in files:
        known = "、".join(files) or "（一项也没有；学生包不带测量，请用完整的仓库）"
        raise LabError(f"没有名为“{name}”的测量；现有：{known}")
    return files[name]


def run(file: Path, *words: str) -> int:
    """Run a measurement in a fresh Python, so that nothing loaded here is measured; return its exit code."""
    sys.stdout.flush()
    return subprocess.call([sys.executable, str(file), *words])
