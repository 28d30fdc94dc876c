import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crmlab.places import DATASETS
from crmlab.world import TARGET, World, build, write

DEMO_SEED = 2


@pytest.fixture(scope="module")
def world() -> World:
    return build(DEMO_SEED)


def test_the_committed_demo_world_comes_out_again(world: World, tmp_path: Path) -> None:
    write(world, tmp_path)
    kept = sorted(
        path.relative_to(DATASETS / "demo") for path in (DATASETS / "demo").rglob("*") if path.is_file()
    )
    assert kept == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    for name in kept:
        if name.suffix == ".parquet":
            pd.testing.assert_frame_equal(
                pd.read_parquet(tmp_path / name), pd.read_parquet(DATASETS / "demo" / name)
            )
        else:
            assert (tmp_path / name).read_bytes() == (DATASETS / "demo" / name).read_bytes()


def test_another_process_makes_the_same_facts(world: World) -> None:
    code = f"from crmlab.world import build; print(build({DEMO_SEED}).facts)"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert said.stdout.strip() == str(world.facts)


def test_naive_misses_and_expert_makes_the_promise(world: World) -> None:
    plans = world.facts["staffing"]
    assert world.accepted
    assert plans["naive"]["service_level"] < TARGET <= plans["expert"]["service_level"]


def test_visible_cards_do_not_carry_their_answers(world: World) -> None:
    assert not {"type", "now", "next_step"} & set(world.visible["call_cards"].columns)
    assert set(world.visible["contacts"]["contact_id"]).isdisjoint(world.truth["contacts"]["contact_id"])


def test_the_story_call_comes_first_in_the_trace(world: World) -> None:
    assert world.visible["trace"]["contact_id"].iloc[0] == world.facts["story"]["contact_id"]


@pytest.mark.slow
def test_no_two_answer_keys_are_alike() -> None:
    keys = [str(build(seed).facts["cards"]) for seed in range(4)]
    assert len(set(keys)) == len(keys)
