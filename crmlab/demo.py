"""A demonstration class: simulated students of several abilities, from the simulator to the grade."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab import complaint_answers, crm_hand, half_hours, skill_answers
from crmlab.errors import LabError
from crmlab.judging import Truth
from crmlab.places import COURSE
from crmlab.telephone import ring
from crmlab.variants import DEMO_SIZE, Pool

PROJECT, LAB = "project03_phone_service", "lab1_receiving_calls"
CALLS = {"enquiry_two_matters": "register", "harassment": "special"}  # each goes as well as a form
MARKER = ".made-by-the-demo"
EXPLAINED = (
    "老周：来电最多的时段我排 {most} 个人，最少的排 {least} 个人，"
    "是看着上星期五每个小时的服务水平排的。下星期有忙有闲，我没有卡着 80% 排。"
)
EXPLAINED_COMPLAINTS = (
    "老周：投诉成立、贡献又大的，我选换货再补 50 元，少走的人比 50 元值钱。"
    "先改花费最大的那个原因，出库前多看一眼。客户不接受，我问清他要什么，再报给您。"
)
EXPLAINED_SKILLS = (
    "老周：看板最好看的是说得快，可是没办成的客户最多；我照星期五的数算了净省，选净省最多的那一样。"
    "我自己最弱的是约定，下一次说清几点回电话。挨了骂先深呼吸，下班说一说就放下。"
)
FORMS = ("parts", "path", "board", "register", "special", "predict", "plan", "halves")

# Which forms each student gets right; the rest they answer with a plausible slip, a blank hands in nothing.
ABILITIES: dict[str, tuple[str, ...]] = {
    "expert": FORMS,
    "good": ("parts", "path", "board", "register", "special", "predict"),
    "average": ("parts", "path", "register"),
    "weak": ("parts",),
    "careless": ("board", "special"),
    "blank": (),
}


@dataclass(frozen=True)
class Paths:
    """What a visitor opens after the demo."""

    report: Path
    feedback: Path
    grades: Path


def prepare_home(home: Path) -> None:
    """Make `home` an empty folder of the demo; raise LabError for what the demo did not make."""
    if home.exists() and not home.is_dir():
        raise LabError(f"{home} 是一个文件，不是文件夹；请用 --home 换一个文件夹")
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise LabError(f"{home} 里已有别的东西；演示不会动它，请用 --home 换一个空文件夹")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()


def run(home: Path, students: int, tell: Callable[[str], None], *, seed: int = 1) -> Paths:
    """Run the whole circle in `home` and return where to look; `tell` hears what happens, with seconds.

    `seed` picks the day that is shown first; the worlds of the class follow from the public demo key.
    """
    from crmlab.collect import collect
    from crmlab.release import release
    from crmlab.seat import setting, worlds_of
    from grader.course import Course
    from grader.export import export
    from grader.feedback import feedback
    from grader.marking import mark
    from grader.report import report

    prepare_home(home)
    with _step("模拟一天来电", tell):
        tell(_a_day(seed))
    with _step(f"做 {DEMO_SIZE} 份学生数据，发布实训", tell):
        released = release(PROJECT, home=home, demo=True, size=DEMO_SIZE)
    with _step("学生做题、打包、收作业", tell):
        names = list(ABILITIES)[:students]
        inbox = home / "inbox"
        for name in names:
            shutil.move(hand_in(home, released, name), inbox / f"{name}_{PROJECT}.zip")
        collect(inbox, home)
    course = Course(COURSE, home)
    with _step("评分", tell):
        # these hand-ins are our own, so the demo also runs where no sandbox is to be had
        marks = mark(course, PROJECT, setting=setting(home, unsafe=True))
    with _step("反馈、班级报告、成绩表", tell):
        pages = feedback(course, PROJECT)
        made = Paths(
            report(course, PROJECT, variants=worlds_of(home)), pages[0], export(course, home / "grades.csv")
        )
    for one in marks:
        score = "—" if one.score is None else format(one.score, "g")
        by_hand = f"，{one.by_hand_pending} 题等老师批改" if one.by_hand_pending else ""
        tell(f"  {one.student:10} {score:>4} / {one.max_score:g}{by_hand}")
    return made


def hand_in(home: Path, released: Path, student: str) -> Path:
    """Return the zip that a student of this ability hands in, made in a workspace of their own."""
    from crmlab.handin import submit

    (home / "inbox").mkdir(exist_ok=True)
    desk = home / "desks" / student
    shutil.copytree(released, desk / PROJECT, ignore=shutil.ignore_patterns("data"))
    pool = Pool(home)
    nnn = pool.variant_of(student).nnn
    facts = Truth(pool.truth(nnn)).facts
    given = {LAB: answers_of(student, facts, pool.visible(nnn))}
    project = desk / PROJECT
    if given[LAB]:
        for scenario, form in CALLS.items():
            ring(project, scenario, student, well=form in ABILITIES[student])
        for lab, call in ((complaint_answers, "call"), (skill_answers, "talk")):
            given[lab.LAB] = lab.of(student, facts, pool.visible(nnn))
            for scenario in lab.CALLS:
                ring(project, scenario, student, well=call in lab.ABILITIES.get(student, ()))
        for level in (2, 3) if "levels" in skill_answers.ABILITIES.get(student, ()) else ():
            ring(project, skill_answers.CALL, student, well=True, level=level)
        agents = given[LAB]["plan"]["agents"]
        given = crm_hand.moved(project / "crm.sqlite3", pool.visible(nnn), given)
        _explain(project / f"{LAB}.ipynb", EXPLAINED.format(most=max(agents), least=min(agents)))
        _explain(project / f"{complaint_answers.LAB}.ipynb", EXPLAINED_COMPLAINTS)
        _explain(project / f"{skill_answers.LAB}.ipynb", EXPLAINED_SKILLS)
    answers = {"schema": 1, "student": student, "answers": given}
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    (project / "answers.json").write_text(text, encoding="utf-8")
    return submit(desk, PROJECT, student)


def _explain(notebook: Path, words: str) -> None:
    """Write a few words into the cell that a teacher marks."""
    import nbformat

    lab = nbformat.read(notebook, as_version=4)
    (cell,) = (c for c in lab.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "explain")
    cell.source = words
    nbformat.write(lab, notebook)


def answers_of(ability: str, facts: dict[str, Any], visible: Path) -> dict[str, Any]:
    """Return the answers of one ability in a world with these facts and tables; blank answers nothing."""
    if ability == "blank":
        return {}
    right, slips = right_answers(facts, visible), usual_slips(facts, visible)
    return {form: (right if form in ABILITIES[ability] else slips)[form] for form in FORMS}


def right_answers(facts: dict[str, Any], visible: Path) -> dict[str, Any]:
    """Return what a student who knows the trade answers, from the facts and the visible tables of a world."""
    first, second, third, fourth = facts["story"]["parts"]
    noted = ["number", "time", "desk"]
    return {
        "parts": {
            "pbx": "door",
            "acd": "queue",
            "ivr": "menu",
            "cti": "popup",
            "database": "records",
            "seat": "talk",
        },
        "path": {
            "first": first,
            "second": second,
            "third": third,
            "fourth": fourth,
            "waited": "acd",
            "wait_s": round(facts["story"]["wait_s"]),
        },
        "board": {
            "worst_hour": facts["worst_hour"],
            "level": round(100 * facts["board"]["service_level"]),
            "asa_without": "abandoned",
            "denominator": "asked",
        },
        "register": {
            card["call_id"]: {
                "type": card["type"],
                "now": "now" if card["now"] else "later",
                "next_step": card["next_step"],
            }
            for card in facts["cards"]
        },
        "special": {
            "harassing": noted,
            "threatening": [*noted, "sex", "words", "matters"],
            "first": "calm",
            "report": "leader",
            "never": ["rude", "hang_up"],
        },
        "predict": {"wait": "longer", "abandon": "more", "occupancy": "higher"},
        "plan": {"agents": facts["staffing"]["expert"]["agents"]},
        "halves": {"agents": _morning(half_hours.expert, visible), "more": "c", "reason": "patience"},
    }


def usual_slips(facts: dict[str, Any], visible: Path) -> dict[str, Any]:
    """Return the commonest wrong answer of each form."""
    right = right_answers(facts, visible)
    return {
        "parts": {**right["parts"], "acd": "menu", "ivr": "queue"},
        "path": {**right["path"], "waited": "csr"},
        "board": {**right["board"], "level": right["board"]["level"] / 100, "denominator": "answered"},
        "register": {
            name: {"type": "enquiry", "now": "now", "next_step": "close"} for name in right["register"]
        },
        "special": {**right["special"], "first": "hang_up"},
        "predict": {"wait": "longer", "abandon": "same", "occupancy": "same"},
        "plan": {"agents": facts["staffing"]["naive"]["agents"]},
        "halves": {"agents": _morning(half_hours.naive, visible), "more": "a", "reason": "skills"},
    }


def _morning(planner: Callable[..., list[int]], visible: Path) -> list[int]:
    import pandas as pd

    from crmlab.world import SCENARIO
    from sim.scenario import load

    return planner(pd.read_parquet(visible / "calls.parquet"), load(SCENARIO))


def _a_day(seed: int) -> str:
    from sim.callcenter import Centre
    from sim.contacts import arrivals
    from sim.metrics import board
    from sim.scenario import load
    from sim.streams import Streams

    scenario = load("retail_hotline")
    seen = board(Centre(scenario).run(*arrivals(scenario, Streams(seed), 0)).calls)
    return (
        f"  转人工 {seen.offered} 通，服务水平 {seen.service_level:.0%}，"
        f"平均应答速度 {seen.asa:.0f} 秒，放弃率 {seen.abandonment_rate:.1%}"
    )


@contextmanager
def _step(name: str, tell: Callable[[str], None]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    tell(f"{name}：{time.perf_counter() - started:.0f} 秒")
