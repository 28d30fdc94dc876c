"""Grades one notebook step by step: the student's process runs the cells, then the judge runs the tests."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from grader import outputs as shown
from grader import repair
from grader.children import Child, Died
from grader.names import BUILT_IN
from grader.pipe import Late, Pipe, pair
from grader.plan import Cell, Need, NotebookPlan, is_test, judged
from grader.scores import Verdict

GRACE = 3.0
CELLS_LONG = 10  # a whole notebook may run as long as this many cells may
MOST_SHOWN = 20_000_000  # characters of output that one notebook may leave with us
CANARIES = (
    "assert False",
    "assert 1 == 2",
    "import pandas as _p\n_p.testing.assert_series_equal(_p.Series([1]), _p.Series([2]))",
)
NOTHING = Need(frozenset(), frozenset(), frozenset(), "")


class DiskFull(Exception):
    """The student's code filled its scratch folder."""


@dataclass
class Moment:
    """What the student's names held when a judged cell was due; `copy` still answers calls from then."""

    place: int
    given: dict[str, Any] = field(default_factory=dict)
    copy: Pipe | None = None


@dataclass
class Run:
    """One notebook while it is graded."""

    plan: NotebookPlan
    notebook: dict[str, Any]
    seconds: float
    weak: frozenset[str] = frozenset()
    watch: Callable[[], None] | None = None
    moments: dict[int, Moment] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    stopped: list[tuple[int, Literal["late", "died", "full"]]] = field(default_factory=list)
    author: list[str] = field(default_factory=list)
    shown: int = 0
    begun: float = field(default_factory=time.monotonic)

    def first_half(self, student: Child) -> None:
        """Run all cells in the student's process, and keep what the judge will need of each moment."""
        code = [place for place, one in enumerate(self.notebook["cells"]) if one["cell_type"] == "code"]
        for place in code:
            cell = self.notebook["cells"][place]
            try:
                known = self._run(student, place, cell)
                if judged(cell):
                    self.moments[place] = self._freeze(student, place, known, last=place == code[-1])
            except Late:
                self.stopped.append((place, "late"))
            except Died:
                self.stopped.append((place, "died"))
            except DiskFull:
                self.stopped.append((place, "full"))
            else:
                continue
            cell["outputs"] = [_stop_error(self.stopped[-1][1])]
            student.end()
            return

    def second_half(self, student: Child, judge: Child) -> None:
        """Run locked and test cells in the judge, in their order."""
        last = max((place for place, cell in enumerate(self.notebook["cells"]) if is_test(cell)), default=-1)
        for place, cell in enumerate(self.notebook["cells"][: last + 1]):
            if not judged(cell):
                continue
            name = str(repair.task(cell))
            if name in self.weak:
                verdict = self._weak(place, name)
            else:
                verdict = self._judge(student, judge, place, cell, name)
            if is_test(cell):
                self.verdicts[name] = verdict
                cell["source"] = self.plan.full.get(name, cell["source"])
                cell["outputs"] = list(verdict.outputs)
                if verdict.told and not verdict.outputs:
                    cell["outputs"] = [_told_error(verdict)]

    def close(self) -> None:
        """Let go of the copies."""
        for moment in self.moments.values():
            if moment.copy:
                moment.copy.close()

    def _run(self, student: Child, place: int, cell: Cell) -> list[str]:
        request = {"do": "run", "source": cell["source"], "seconds": self.seconds}
        answer = _plain(student.ask(request, seconds=self._left(), tick=self.watch))
        cell["outputs"] = shown.checked(answer.get("outputs"))
        self.shown += len(str(cell["outputs"]))
        if self.shown > MOST_SHOWN:
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": shown.LEFT_OUT}]
        count = answer.get("count")
        cell["execution_count"] = count if type(count) is int else None
        if shown.has_error(cell["outputs"], "CellTimeoutError"):
            self.stopped.append((place, "late"))
        names = answer.get("names")
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    def _freeze(self, student: Child, place: int, known: list[str], *, last: bool) -> Moment:
        """Return what the judge will need of this moment; after the `last` cell the process itself stays it."""
        cell = self.notebook["cells"][place]
        need = self.plan.needs.get(str(repair.task(cell)), NOTHING)
        own = (set(known) & need.reads) - need.ours - BUILT_IN
        wanted = sorted(need.theirs | own)
        weak = str(repair.task(cell)) in self.weak
        if not wanted and not weak:
            return Moment(place)
        ours, theirs = pair()
        keep = "yes" if weak else "no" if last else "calls"
        request = {"do": "freeze", "names": wanted, "keep": keep, "seconds": self.seconds}
        try:
            answer = _plain(
                student.ask(request, seconds=self._left(), handed=(theirs.fileno(),), tick=self.watch)
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        values = answer.get("values")
        given = {n: v for n, v in values.items() if isinstance(v, dict)} if isinstance(values, dict) else {}
        if answer.get("kept") is True:
            return Moment(place, given, Pipe(ours))
        ours.close()
        return Moment(place, given)

    def _weak(self, place: int, name: str) -> Verdict:
        moment = self.moments.get(place)
        if moment is None or moment.copy is None:
            return Verdict(cause="gone", weak=True)
        request = {"do": "weak", "source": self.plan.full.get(name, ""), "canaries": CANARIES}
        try:
            child = Child(moment.copy, moment.copy.end, [])
            seconds = (self.seconds + GRACE) * (1 + len(CANARIES))
            answer = _plain(child.ask({**request, "seconds": self.seconds}, seconds=seconds, tick=self.watch))
        except Late:
            return Verdict(cause="late", weak=True)
        except (Died, DiskFull):
            return Verdict(cause="gone", weak=True)
        if answer.get("tampered"):
            return Verdict(cause="tampered", told="评分格的检查被改动过，不能相信", weak=True)
        outputs = tuple(shown.checked(answer.get("outputs")))
        return Verdict(outputs, points=_points_shown(outputs), weak=True)

    def _judge(self, student: Child, judge: Child, place: int, cell: Cell, name: str) -> Verdict:
        moment = self.moments.get(place)
        need = self.plan.needs.get(name, NOTHING)
        source = self.plan.full.get(name, cell["source"])
        if need.first:
            source = f"{need.first}\n{source}"
        given = moment.given if moment else {theirs: {"gone": True} for theirs in need.theirs}
        try:
            verdict, asked = self._converse(student, judge, moment, {"source": source, "given": given})
        except Late:
            return Verdict(cause="late")
        except Died:
            return Verdict(cause="author", told="评分程序自己停止了")
        if not is_test(cell) and not asked and verdict.failed:
            self.author.append(name)
        return verdict

    def _converse(
        self, student: Child, judge: Child, moment: Moment | None, request: dict[str, Any]
    ) -> tuple[Verdict, bool]:
        """Let the judge run one cell, carrying its questions to the student's process and the answers back."""
        ends = time.monotonic() + self._most  # for all questions of the cell together
        message = judge.ask(request, seconds=self._most)
        asked = False
        while "verdict" not in message:
            asked = True
            answer = self._answer(student, moment, message, seconds=ends - time.monotonic())
            message = judge.ask(answer, seconds=max(GRACE, ends - time.monotonic()))
        told = message["verdict"]
        cause: Any = "gone" if told["gone"] else "odd" if told["odd"] else ""
        outputs = tuple(shown.checked(told["outputs"]))
        return Verdict(outputs, told["points"], cause, str(told["odd"] or "")), asked or bool(told["asked"])

    @property
    def _most(self) -> float:
        return 2 * self.seconds + GRACE

    def _left(self) -> float:
        """Return how long the running cell may still take, of its own time and of the whole notebook's."""
        left = self.begun + self.seconds * CELLS_LONG - time.monotonic()
        if left <= 0:
            raise Late
        return min(self.seconds, left) + GRACE

    def _answer(
        self, student: Child, moment: Moment | None, message: dict[str, Any], *, seconds: float
    ) -> dict[str, Any]:
        """Put a question of the judge's to the copy of that moment, or to the process as it is now."""
        asker = Child(moment.copy, moment.copy.end, []) if moment and moment.copy else student
        if "ask" in message:
            request = {"do": "ask", "name": message["ask"]}
        else:
            request = {"do": "call", "function": message["call"]}
            request |= {"args": message["args"], "named": message["named"]}
        try:
            if seconds <= 0:
                raise Late
            seconds = min(seconds, self.seconds + GRACE)
            return _plain(asker.ask({**request, "seconds": self.seconds}, seconds=seconds, tick=self.watch))
        except (Late, Died, DiskFull):
            return {"gone": True}


def _plain(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise Died("no answer")
    return answer


def _stop_error(kind: str) -> dict[str, Any]:
    name = {"late": "CellTimeoutError", "died": "DeadKernelError", "full": "DiskFullError"}[kind]
    return {"output_type": "error", "ename": name, "evalue": "", "traceback": [name]}


def _told_error(verdict: Verdict) -> dict[str, Any]:
    name = {"odd": "NotPlainValue", "tampered": "Tampered", "late": "CellTimeoutError"}.get(
        verdict.cause, "NotRun"
    )
    return {"output_type": "error", "ename": name, "evalue": verdict.told, "traceback": [verdict.told]}


def _points_shown(outputs: tuple[dict[str, Any], ...]) -> float | None:
    for output in outputs:
        if output["output_type"] == "execute_result":
            try:
                return float(output["data"].get("text/plain", ""))
            except ValueError:
                return None
    return None


def scratch_watch(folder: Path, *, most_bytes: int, most_files: int) -> Callable[[], None]:
    """Return a check that raises DiskFull when `folder` holds more than it may."""
    import os

    def look() -> None:
        size = count = 0
        places = [str(folder)]
        while places:
            try:
                entries = list(os.scandir(places.pop()))
            except OSError:
                continue
            for entry in entries:
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    places.append(entry.path)
                else:
                    try:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                    except OSError:
                        continue
                if size > most_bytes or count > most_files:
                    raise DiskFull

    return look
