"""A class graded by a cluster of two workers that see its folder: the same grades as on one machine."""

import gc
import os
import pickle
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import tiny
from golden import hand_in

from grader import marking, release, sandbox
from grader.children import Unprotected
from grader.cluster import _client
from grader.course import Course
from grader.errors import GraderError
from grader.setting import Setting

CASES = (
    "right",
    "wrong",
    "cheat_equal_to_all",
    "cut_off",
    "syntax_error",
    "right_another_way",
    "no_notebook",
)
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def workers():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("shared")
    course = Course(tiny.course(folder), folder / "home")
    release.generate(course, tiny.PROJECT)
    for case in CASES:
        if case == "no_notebook":
            course.step("submitted", "no-notebook", tiny.PROJECT).mkdir(parents=True)
        else:
            hand_in(course, case)
    return course


def copy_of(course: Course, folder: Path) -> Course:
    shutil.copytree(course.root, folder)
    return Course(folder / "course", folder / "home")


def environment(student: str) -> dict[str, str]:
    return {"TINY_STUDENT": student}


@pytest.mark.slow
def test_a_cluster_gives_the_grades_of_one_machine(handed_in: Course, workers, tmp_path: Path):
    here, there = copy_of(handed_in, tmp_path / "here"), copy_of(handed_in, tmp_path / "there")
    setting = Setting(preload=(), environment=lambda student: {"TINY_STUDENT": student})
    alone = marking.mark(here, tiny.PROJECT, setting=setting)
    cloud = replace(setting, dask=workers.scheduler_address)
    together = marking.mark(there, tiny.PROJECT, setting=cloud)
    assert together == alone and len(alone) == len(CASES)
    assert {mark.score for mark in together} >= {4, 0, None}
    assert marking.mark(there, tiny.PROJECT, setting=cloud) == together  # nothing is left to be done
    assert sorted(p.name for p in (there.home / "autograded").iterdir()) == sorted(
        p.name for p in (here.home / "autograded").iterdir()
    )


@pytest.mark.slow
def test_a_worker_that_dies_costs_nobody_a_grade(handed_in: Course, workers, tmp_path: Path):
    course = copy_of(handed_in, tmp_path / "class")
    fallen = tmp_path / "fallen"

    def deadly(student: str) -> dict[str, str]:
        if student == "wrong":
            fallen.touch()
            os.kill(os.getpid(), signal.SIGKILL)  # the machine, not the hand-in
        return {}

    setting = Setting(preload=(), environment=deadly, dask=workers.scheduler_address)
    # the author's solution is tried here first, for the first student: not the deadly one
    made = {mark.student: mark for mark in marking.mark(course, tiny.PROJECT, setting=setting)}
    assert fallen.exists() and made["wrong"].status == "could_not_tell" and "请再评一次" in made["wrong"].note
    whole = {m.student: m for m in marking.mark(course, tiny.PROJECT, setting=Setting(preload=()))}
    assert [whole[who].score for who in ("right", "wrong", "right-another-way")] == [4, 0, 4]


@pytest.mark.slow
def test_a_cluster_that_does_not_answer_is_told(course: Course):
    release.generate(course, tiny.PROJECT)
    hand_in(course, "right")
    setting = Setting(preload=(), dask="tcp://127.0.0.1:nowhere")
    with pytest.raises(GraderError, match="没有调度器回答"):
        marking.mark(course, tiny.PROJECT, setting=setting)


@pytest.mark.slow
def test_a_client_that_failed_is_gone_before_the_next_one_starts():
    with pytest.raises(GraderError, match="没有调度器回答"):
        _client("tcp://127.0.0.1:nowhere")
    left = [one for one in gc.get_objects() if isinstance(one, distributed.Client)]
    assert [one for one in left if one.status != "running"] == []


@pytest.mark.slow
def test_a_machine_that_does_not_see_the_class_is_told(workers, tmp_path: Path):
    from grader.cluster import Block
    from grader.plan import Plan

    blind = Course(tmp_path / "course", tmp_path / "nowhere")
    block = Block(blind, Plan("p", "1", (), ()), Setting(), frozenset(), ("a",))
    with (
        _client(workers.scheduler_address) as client,
        pytest.raises(GraderError, match="看不到班级文件夹"),
    ):
        client.submit(Block.graded, block, pure=False).result()


def test_what_a_machine_lacks_comes_home_whole():
    told = Unprotected(sorted(sandbox.WORDS)[:2])
    assert str(pickle.loads(pickle.dumps(told))) == str(told)
