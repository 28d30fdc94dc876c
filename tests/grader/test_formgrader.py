"""Formgrader's buttons run our commands; nbgrader's own programs stay as they are."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny
from nbgrader.apps import api
from nbgrader.apps.autogradeapp import Autograde as programs
from nbgrader.converters import Autograde

from grader import formgrader
from grader.course import Course

SAYS = "import sys; print(*sys.argv[1:]); print('还有一句', file=sys.stderr); sys.exit({code})"


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(api, "Autograde", api.Autograde)
    monkeypatch.setattr(api, "GenerateFeedback", api.GenerateFeedback)
    yield


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tiny.course(tmp_path), tmp_path / "home")


def button(course: Course, *command: str) -> api.NbGraderAPI:
    """Return what formgrader's buttons call, routed to `command`."""
    formgrader.route(command, folder=course.root, home=course.home)
    course.home.mkdir(exist_ok=True)
    return api.NbGraderAPI(course.folders(project=tiny.PROJECT))


def test_autograde_runs_our_command_for_that_student(course: Course) -> None:
    done = button(course, sys.executable, "-c", SAYS.format(code=0)).autograde(tiny.PROJECT, "2401")
    assert done["success"]
    assert f"grade {tiny.PROJECT} --student 2401 --force --home {course.home}" in done["log"]


def test_feedback_for_all_runs_our_command(course: Course) -> None:
    done = button(course, sys.executable, "-c", SAYS.format(code=0)).generate_feedback(tiny.PROJECT)
    assert done["success"] and f"feedback {tiny.PROJECT} --home {course.home}" in done["log"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (SAYS.format(code=4), "还有一句"),
        ("raise SystemExit(9)", "评分程序停下了（退出码 9）；请在终端里运行"),
    ],
)
def test_a_refusal_is_told_with_its_sentence(course: Course, command: str, said: str) -> None:
    done = button(course, sys.executable, "-c", command).autograde(tiny.PROJECT, "2401")
    assert not done["success"] and said in done["error"]


def test_nbgraders_own_programs_are_not_touched(course: Course) -> None:
    button(course, "x")
    assert programs is Autograde and api.Autograde is not Autograde


def test_the_configuration_of_the_course_routes_the_buttons() -> None:
    root = Path(formgrader.__file__).parents[1]
    from traitlets.config import Config

    names = {"get_config": Config, "__file__": str(root / "nbgrader_config.py")}
    exec(
        compile((root / "nbgrader_config.py").read_text(encoding="utf-8"), "nbgrader_config.py", "exec"),
        names,
    )
    assert api.Autograde.__module__ == api.GenerateFeedback.__module__ == "grader.formgrader"


@pytest.mark.slow
def test_the_button_grades_with_our_engine(course: Course, tmp_path: Path) -> None:
    from crmlab import key
    from grader import release

    key.ensure(course.home, demo=True)
    release.generate(course, tiny.PROJECT)
    handed = course.step("submitted", "2401", tiny.PROJECT)
    handed.mkdir(parents=True)
    (handed / tiny.NOTEBOOK).write_bytes((course.source / tiny.PROJECT / tiny.NOTEBOOK).read_bytes())
    program = tmp_path / "ours.py"
    program.write_text(
        "import sys\nfrom pathlib import Path\nfrom crmlab import commands, release\n"
        "from crmlab.commands import classroom\n"
        f"classroom.COURSE = Path({str(course.source)!r})\n"
        f"release.projects = lambda course=None: [{tiny.PROJECT!r}]\n"
        "import crmlab.seat\ncrmlab.seat.environment = lambda home, who: {}\n"
        "commands.main()\n",
        encoding="utf-8",
    )
    root = Path(formgrader.__file__).parents[1]
    formgrader.route([sys.executable, str(program)], folder=root, home=course.home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(root))
        done = api.NbGraderAPI(course.folders(project=tiny.PROJECT)).autograde(tiny.PROJECT, "2401")
    assert done["success"], done
    assert "2401  已评分  4" in done["log"]
    assert (course.home / "feedback" / "2401" / tiny.PROJECT / "lab1_sum.html").exists()
