"""What marking costs on a real lab beyond the student's own code: the same cells run bare, and run by the marker.

`crmlab bench real_lab` prints the seconds a hand-in takes in one warm process either way; `bench grader` ends with it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

MARK = """
import json, sys, time
from pathlib import Path
from crmlab.seat import setting
from grader import children, marking
from grader.course import Course
from crmlab.places import COURSE
home, project = Path(sys.argv[1]), sys.argv[2]
before, warm = children.ForkServer.ready, []
def ready(self):
    before(self)
    warm.append(time.perf_counter())
children.ForkServer.ready = ready
marking.mark(Course(COURSE, home), project, force=True, setting=setting(home, workers=1, unsafe=True))
print(json.dumps(time.perf_counter() - warm[0]))
"""
# Every hand-in in a fork of one warm process: charts are drawn as in a notebook, but there is no sandbox, no judge, no
# database, and nothing is kept. The graded notebook holds the student's cells, the visible and the hidden tests.
BARE = """
import importlib, json, os, shutil, sys, tempfile, time
from pathlib import Path
from crmlab import seat
from crmlab.places import COURSE
for name in seat.PRELOAD:
    importlib.import_module(name)
from grader import forkserver, shell as shells
shell = forkserver._warm()
home, project = Path(sys.argv[1]), sys.argv[2]
def run(folder):
    work = Path(tempfile.mkdtemp()) / project
    shutil.copytree(home / "submitted" / folder.parent.name / project, work)
    for path in (COURSE / project).glob("*.toml"):
        shutil.copy(path, work)
    os.environ.update(seat.environment(home, folder.parent.name), NBGRADER_EXECUTION="autograde")
    os.chdir(work)
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                shells.run(shell, "".join(cell["source"]), 60)
                assert "NameError" not in str(shell.recorder.outputs), shell.recorder.outputs
start = time.perf_counter()
for folder in sorted(home.glob(f"autograded/*/{project}")):
    child = os.fork()
    if child == 0:
        run(folder)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
print(json.dumps(time.perf_counter() - start))
"""


def overhead(folder: Path) -> None:
    """Print the seconds a hand-in of the first real lab takes in one process, marked and bare, and the difference."""
    from crmlab.collect import collect
    from crmlab.demo import ABILITIES, PROJECT, hand_in
    from crmlab.release import release

    released = release(PROJECT, home=folder, demo=True, size=4)
    for name in ABILITIES:
        hand_in(folder, released, name).rename(folder / "inbox" / f"{name}_{PROJECT}.zip")
    collect(folder / "inbox", folder)
    _seconds(MARK, folder, PROJECT)  # compiles, and makes the graded notebooks that are run bare
    marked, bare = (_seconds(code, folder, PROJECT) / len(ABILITIES) for code in (MARK, BARE))
    print(f"{PROJECT}, {len(ABILITIES)} hand-ins, one process, warm: seconds a hand-in")
    print(f"cells run bare          {bare:8.2f}")
    print(f"marked                  {marked:8.2f}   {marked / bare:6.2f} x   {marked - bare:+.2f}")


def main() -> None:
    """Make a class of the real lab, run it both ways, print the table."""
    here = Path(__file__).resolve().parent  # a measurement of the same name stands before the package grader
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != here]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        overhead(Path(folder))


def _seconds(code: str, *words: Path | str) -> float:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ran = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=True, env=kept
    )
    return float(json.loads(ran.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
