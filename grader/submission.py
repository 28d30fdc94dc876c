"""Grades one hand-in: its folders, its notebooks one after another, and what a person should know about it."""

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import files, repair
from grader.children import Child, Died, ForkServer
from grader.engine import Run, scratch_watch
from grader.errors import GraderError
from grader.pipe import Late
from grader.plan import NotebookPlan, Plan, is_test
from grader.sandbox import Rules
from grader.scores import CellScore, Verdict, of_answer, of_test, unanswered
from grader.setting import Setting

MOST_NOTEBOOK_BYTES = 20_000_000
READ_SECONDS = 30
LANGUAGES = ("zh", "en")  # of feedback; the student's edition says which
STOPPED = {
    "late": "{file} 第 {number} 格运行超过 {seconds:g} 秒被停下；请看这一格是否有不会结束的循环，改好后重评或手工给分",
    "died": "{file} 第 {number} 格运行时内核停止了（可能内存用尽）；请打开这份作业看看，再用 grade --student 重评",
    "full": "{file} 第 {number} 格写的文件太多或太大，被停下；请看看这一格，改好后重评或手工给分",
}


@dataclass
class Graded:
    """One notebook after grading: the notebook with outputs, the points by task, untouched answers."""

    notebook: dict[str, Any]
    scores: list[CellScore]
    unanswered: set[str]


@dataclass
class Outcome:
    """All that grading one hand-in gave; `notebooks` holds None for one that was not handed in."""

    student: str
    notebooks: dict[str, Graded | None] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    wrong: set[tuple[str, str]] = field(default_factory=set)

    @property
    def could_tell(self) -> bool:
        """Whether every graded cell has its verdict."""
        return not self.causes


@dataclass(frozen=True)
class Marker:
    """Grades hand-ins of one project; safe to use from many threads."""

    plan: Plan
    setting: Setting
    server: ForkServer
    seconds: float
    weak: frozenset[tuple[str, str]] = frozenset()
    trusted: bool = False  # the author's own solution may see what the judge sees

    def grade(self, student: str, submitted: Path, *, slot: int = 0) -> Outcome:
        """Return the outcome of the hand-in in `submitted`; raise GraderError when nothing can be graded."""
        outcome = Outcome(student)
        given = {"NBGRADER_EXECUTION": "autograde", **self.setting.environment(student)}
        there = self._notebooks(submitted, outcome)
        scratch = Path(tempfile.mkdtemp(dir=self.server.scratch))
        scratch.chmod(0o711)
        try:
            seat = _Seat(scratch, submitted, self, given, slot)
            for plan in self.plan.notebooks:
                file = there.get(plan.name)
                if file is None:
                    outcome.notes.append(f"没有交 {plan.file}，按 0 分计")
                    outcome.notebooks[plan.name] = None
                    continue
                self._one(plan, file, seat, outcome)
        finally:
            files.remove(scratch)
        return outcome

    def _notebooks(self, submitted: Path, outcome: Outcome) -> dict[str, Path]:
        """Return which file is which notebook; a single stranger stands in for a single missing one."""
        there = {path.stem: path for path in sorted(submitted.glob("*.ipynb")) if path.is_file()}
        there = {name: path for name, path in there.items() if not path.is_symlink()}
        wanted = [plan.name for plan in self.plan.notebooks]
        found = {name: there[name] for name in wanted if name in there}
        missing = [name for name in wanted if name not in found]
        strangers = [name for name in there if name not in wanted]
        if len(missing) == 1 and len(strangers) == 1:
            found[missing[0]] = there[strangers[0]]
            outcome.notes.append(f"{strangers[0]}.ipynb 当作 {missing[0]}.ipynb 评分")
        if not found:
            names = "、".join(f"{name}.ipynb" for name in wanted)
            raise GraderError(f"没有找到笔记本 {names}；请让学生不要改文件名，重新交一次")
        return found

    def _one(self, plan: NotebookPlan, file: Path, seat: "_Seat", outcome: Outcome) -> None:
        student = seat.student()
        judge: Child | None = None
        run: Run | None = None
        try:
            notebook = _read(student, file, plan)
            _mend(notebook, plan, outcome)
            weak = frozenset(task for name, task in self.weak if name == plan.name)
            run = Run(plan, notebook, self.seconds, weak, seat.watch())
            run.first_half(student)
            seat.hand_over()
            judge = seat.judge()
            run.second_half(student, judge)
        finally:
            student.end()
            if judge:
                judge.end()
            if run:
                run.close()
        _tell(run, plan, outcome, self.seconds)
        outcome.notebooks[plan.name] = self._scored(run, plan)

    def _scored(self, run: Run, plan: NotebookPlan) -> Graded:
        scores, untouched = [], set()
        late = {place for place, _kind in run.stopped}
        for place, cell in enumerate(run.notebook["cells"]):
            name = repair.task(cell)
            if name is None:
                continue
            if name in plan.comments and unanswered(cell, plan):
                untouched.add(name)
            if name not in plan.tasks:
                continue
            task = plan.tasks[name]
            if is_test(cell):
                verdict = run.verdicts.get(name, Verdict(cause="gone"))
                bonus = 0.0 if self.setting.compat else task.bonus  # nbgrader knows of none
                auto = of_test(verdict, bonus or task.max_score, compat=self.setting.compat)
                if auto == 0.0 and any(before < place for before in late):
                    auto = None  # what failed may have failed for want of the cell that was stopped
                if bonus:
                    scores.append(CellScore(name, 0.0, auto is None, auto or 0.0))
                else:
                    scores.append(CellScore(name, auto, auto is None))
            elif task.kind == "TaskCell":
                scores.append(CellScore(name, None, True))
            else:
                scores.append(of_answer(cell, plan.checksums.get(name, "")))
        return Graded(run.notebook, scores, untouched)


class _Seat:
    """The folders and variables of one hand-in: a scratch copy for its code, an untouched one for the judge."""

    def __init__(
        self, scratch: Path, submitted: Path, marker: Marker, given: dict[str, str], slot: int
    ) -> None:
        self.scratch, self.marker, self.slot = scratch, marker, slot
        setting = marker.setting
        self.turn = 0
        self.work, self.home = scratch / "work0", scratch / "home0"
        self.bench = scratch / "bench"
        (self.home / "tmp").mkdir(parents=True)
        own = marker.plan.files_for(submitted)
        copy_of(submitted, self.bench, own)
        copy_of(submitted, self.work, own)
        evidence = {setting.evidence: str(self.bench)} if setting.evidence else {}
        self.judges = {**given, **evidence}
        self.students = {name: value for name, value in given.items() if name not in setting.secret}
        if marker.trusted:
            self.students = self.judges
        _open_up(self.home)

    def student(self) -> Child:
        """Return a new student's process."""
        rules = self._rules((str(self.work), str(self.home)), self.students)
        variables = {**self.students, **_at_home(self.home)}
        return self.marker.server.spawn("student", folder=self.work, environment=variables, rules=rules)

    def judge(self) -> Child:
        """Return a new judge."""
        home = self.home if self.marker.trusted else self.bench
        rules = self._rules((str(self.bench), str(home)), self.judges)
        variables = {**self.judges, **_at_home(home)}
        return self.marker.server.spawn("judge", folder=self.bench, environment=variables, rules=rules)

    def hand_over(self) -> None:
        """Give the next notebook the files of this one, as they are before the judge asks anything.

        What a function writes down of a hidden test's questions is thereby seen by no later cell.
        """
        self.turn += 1
        if self.turn >= len(self.marker.plan.notebooks):
            return
        folders = self.scratch / f"work{self.turn}", self.scratch / f"home{self.turn}"
        for old, new in zip((self.work, self.home), folders, strict=True):
            files.copy(old, new)
            _open_up(new)
        self.work, self.home = folders

    def watch(self) -> Any:
        """Return the check of how much this notebook has written."""
        limits = self.marker.setting.limits
        return scratch_watch(
            self.scratch, most_bytes=limits.scratch_mb * 2**20, most_files=limits.scratch_files
        )

    def _rules(self, writable: tuple[str, ...], variables: dict[str, str]) -> Rules:
        setting = self.marker.setting
        told = [value for value in variables.values() if value.startswith("/") and Path(value).exists()]
        return Rules((*setting.readable, *told), writable, setting.limits, self.slot)


def _at_home(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "TMPDIR": str(home / "tmp"), "IPYTHONDIR": str(home)}


def copy_of(submitted: Path, target: Path, own: tuple[Path, ...]) -> None:
    """Copy a hand-in without links, then the course's own files over it."""
    shutil.copytree(submitted, target, ignore=_left_out)
    for path in own:
        shutil.copy(path, target / path.name)
    _open_up(target)


def _left_out(folder: str, names: list[str]) -> list[str]:
    here = Path(folder)
    odd = [n for n in names if (here / n).is_symlink() or not ((here / n).is_file() or (here / n).is_dir())]
    return [*odd, *(name for name in names if name == ".ipynb_checkpoints")]


def _open_up(folder: Path) -> None:
    """Let the process's own user write here; which process may, the sandbox says."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)


def _read(student: Child, file: Path, plan: NotebookPlan) -> dict[str, Any]:
    if file.stat().st_size > MOST_NOTEBOOK_BYTES:
        raise GraderError(f"{file.name} 大于 {MOST_NOTEBOOK_BYTES // 10**6} MB；请让学生清除输出后再交一次")
    request = {"do": "read", "bytes": file.read_bytes().hex(), "name": file.name}
    try:
        answer = student.ask(request, seconds=READ_SECONDS)
    except (Died, Late) as error:
        raise GraderError(f"{file.name} 读不出来；请让学生在实训环境里重新保存并再交一次") from error
    if "refused" in answer:
        raise GraderError(str(answer["refused"]))
    return dict(answer["notebook"])


def _mend(notebook: dict[str, Any], plan: NotebookPlan, outcome: Outcome) -> None:
    """Put accidents right, give locked and test cells the author's text, and clear what was shown."""
    outcome.notes += repair.repair(notebook, plan.release, list(plan.others))
    released = repair.by_task(plan.release)
    texts = [released, *(repair.by_task(other) for other in plan.others)]
    changed = []
    for cell in notebook["cells"]:
        name = repair.task(cell)
        if name is not None and name not in released:
            del cell["metadata"]["nbgrader"]
        elif name is not None:
            changed += _official(cell, name, texts)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    edition = notebook["metadata"].get("crmlab")
    notebook["metadata"] = json.loads(json.dumps(plan.release["metadata"]))
    if isinstance(edition, dict) and edition.get("language") in LANGUAGES:
        notebook["metadata"].setdefault("crmlab", {})["language"] = edition["language"]
    if changed:
        outcome.notes.append(f"格子 {'、'.join(changed)} 被改过，按原文评分")
        outcome.flags.append("rewritten")


def _official(cell: dict[str, Any], name: str, texts: list[dict[str, Any]]) -> list[str]:
    """Give a cell its released metadata, and its text when it is the author's; return its name if that changed."""
    original = texts[0][name]
    about = original["metadata"]["nbgrader"]
    cell["metadata"]["nbgrader"] = dict(about)
    if cell["cell_type"] != original["cell_type"]:
        cell["cell_type"] = original["cell_type"]
        if cell["cell_type"] != "code":
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    if about.get("solution") or about.get("task") or not (about.get("locked") or about.get("grade")):
        return []
    same = any(cell["source"].strip() == text[name]["source"].strip() for text in texts if name in text)
    cell["source"] = original["source"]
    return [] if same else [name]


def _tell(run: Run, plan: NotebookPlan, outcome: Outcome, seconds: float) -> None:
    """Say what could not be told, and what a person should look at."""
    for place, kind in run.stopped:
        outcome.causes.append(STOPPED[kind].format(file=plan.file, number=place + 1, seconds=seconds))
    for name, verdict in run.verdicts.items():
        if verdict.cause in ("gone", "late") and not run.stopped:
            outcome.causes.append(
                f"{plan.file} 的格子 {name} 没有得到回答（超时或进程停止）；请看看这份作业，或手工给分"
            )
        elif verdict.cause == "author":
            outcome.causes.append(f"{plan.file} 的格子 {name} 自己出错：{verdict.told}；请把这一格告诉出题人")
        elif verdict.cause == "odd":
            outcome.notes.append(f"格子 {name} 的答案不是普通的值（{verdict.told}），按没有通过计")
        elif verdict.cause == "tampered":
            outcome.notes.append(f"格子 {name}：{verdict.told}")
            outcome.flags.append("tampering")
        if verdict.weak:
            outcome.flags.append("weak")
        if verdict.failed:
            outcome.wrong.add((plan.name, name))
    for name in run.author:
        outcome.causes.append(f"{plan.file} 的给定格 {name} 自己出错；请把这一格告诉出题人")
    outcome.flags[:] = list(dict.fromkeys(outcome.flags))
