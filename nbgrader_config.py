"""nbgrader's door to this course: source in course/, every other step under grading/."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))
# nbgrader calls the program `alembic` by its bare name; it lies beside our Python, activated or not
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

from grader.course import Course  # noqa: E402 - the root has to be on the path first

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - nbgrader puts it here
c.merge(Course(source=ROOT / "course", home=ROOT / "grading").config())
c.Autograde.pre_convert_hook = "crmlab.seat.before_autograde"  # gives each hand-in its student's data

# formgrader's Autograde and Generate Feedback run our own commands: the same engine, the same feedback pages
from grader.formgrader import route  # noqa: E402

route([sys.executable, "-m", "crmlab"], folder=ROOT, home=ROOT / "grading")
