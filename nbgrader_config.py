"""nbgrader's door to this course: source in course/, every other step under grading/."""

import os
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))
# nbgrader calls the program `alembic` by its bare name; it lies beside our Python, activated or not
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

from crmlab import seat  # noqa: E402 - the root has to be on the path first
from grader.course import Course  # noqa: E402
from grader.formgrader import route  # noqa: E402

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - nbgrader puts it here
c.merge(Course(source=ROOT / "course", home=ROOT / "grading").config())
seat.before_nbgrader(ROOT / "grading")
# each student's own data, in the release and in grading
c.GenerateAssignment.post_convert_hook = partial(seat.after_release, ROOT / "grading")
c.Autograde.pre_convert_hook = partial(seat.before_autograde, ROOT / "grading")

# formgrader's Autograde and Generate Feedback run our own commands: the same engine, the same feedback pages
route([sys.executable, "-m", "crmlab"], folder=ROOT, home=ROOT / "grading")
