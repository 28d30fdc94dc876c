"""Hand-ins graded on more machines than one: a Dask cluster whose workers see the class's folder."""

import gc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from grader.children import ForkServer, Unprotected
from grader.course import Course
from grader.errors import GraderError
from grader.marks import Mark
from grader.plan import Plan
from grader.setting import Setting
from grader.submission import Marker, Outcome

MOST_IN_A_BLOCK = 20  # hand-ins a worker is given at once: enough to pay for warming up
BLOCKS_A_WORKER = 2  # given out ahead, so that nobody waits and the memory stays flat
ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Block:
    """What one worker does at a time: some students of one project, with all that decides their grades."""

    course: Course
    plan: Plan
    setting: Setting
    weak: frozenset[tuple[str, str]]
    students: tuple[str, ...]

    def graded(self) -> list[Outcome | Mark]:
        """Grade these students here, one after another; whatever happens to one stays with that one.

        Raises Unprotected when this machine cannot protect itself, GraderError when it does not see the class.
        """
        from grader.marking import grade_one

        folder = self.course.home / "submitted"
        if not folder.is_dir():
            raise GraderError(
                f"集群里的一台机器看不到班级文件夹 {folder}；请把它放在所有机器都能用同一路径打开的地方"
            )
        warm = (*self.setting.preload, *self.plan.imports)
        with ForkServer(warm, unsafe=self.setting.unsafe) as server:
            marker = Marker(self.plan, self.setting, server, self.course.cell_seconds, weak=self.weak)
            return [grade_one(self.course, marker, student, 0) for student in self.students]


def graded(
    course: Course, plan: Plan, setting: Setting, due: list[str], *, weak: frozenset[tuple[str, str]]
) -> Iterator[Outcome | Mark]:
    """Yield what became of every student of `due`, as the cluster at `setting.dask` finishes; equal to one machine's.

    Nothing is written but by the caller. A worker that dies makes its students "could not tell". Raises
    GraderError when no cluster answers or Dask is missing, Unprotected when a machine cannot protect itself.
    """
    here = Course(course.source.resolve(), course.home.resolve(), course.cell_seconds)
    with _client(setting.dask) as client:
        from distributed import as_completed

        workers = max(1, len(client.scheduler_info()["workers"]))
        size = max(1, min(MOST_IN_A_BLOCK, len(due) // (workers * BLOCKS_A_WORKER)))
        blocks = iter(
            Block(here, plan, setting, weak, tuple(due[k : k + size])) for k in range(0, len(due), size)
        )
        sent: dict[Any, Block] = {}
        waiting = as_completed(loop=client.loop)
        for block in _some(blocks, workers * BLOCKS_A_WORKER):
            sent[_send(client, waiting, block)] = block
        for future in waiting:
            block = sent.pop(future)
            yield from _answer(future, block)
            for following in _some(blocks, 1):
                sent[_send(client, waiting, following)] = following


def _send(client: Any, waiting: Any, block: Block) -> Any:
    future = client.submit(Block.graded, block, pure=False, retries=1)
    waiting.add(future)
    return future


def _answer(future: Any, block: Block) -> list[Outcome | Mark]:
    try:
        return list(future.result())
    except (GraderError, Unprotected):
        raise
    except (
        Exception
    ) as error:  # the worker is gone, and its students with it: they are told, the class goes on
        note = f"评这份作业的机器停止了（{type(error).__name__}）；请再评一次"
        most = block.plan.max_score
        return [
            Mark(student, block.plan.project, "could_not_tell", None, most, note=note)
            for student in block.students
        ]


def _some(blocks: Iterator[Block], count: int) -> list[Block]:
    return [block for _, block in zip(range(count), blocks, strict=False)]


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise GraderError(f"--dask {address}：这里没有装 Dask；请先安装 distributed") from None

    with suppress(OSError, ValueError, TimeoutError):
        return Client(address, timeout=f"{ANSWER_SECONDS}s", set_as_default=False)
    # a client that failed closes itself when it is collected, and waits for ever if another one is just starting then
    gc.collect()
    raise GraderError(
        f"--dask {address}：那里没有调度器回答；请先运行 dask scheduler，再写它的地址，如 tcp://127.0.0.1:8786"
    )
