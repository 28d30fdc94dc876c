import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from crmlab import solvers
from crmlab.demo_world import DEMO_SEED
from crmlab.replay import replay_staffing
from crmlab.world import EXPERT_ROOM, SCENARIO, TARGET, World, build, write
from sim.scenario import load

SOLVED = {"type", "now", "next_step", "solved", "facts"}
REFUSED_SEED = 6  # Friday's worst hour is hardly worse than the next
SEEDS = range(24)


@pytest.fixture(scope="module")
def world() -> World:
    return build(DEMO_SEED)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.mark.slow
def test_a_seed_makes_the_same_bytes_in_another_process(world: World, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from crmlab.world import build, write; "
        f"write(build({DEMO_SEED}), Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True)
    write(world, tmp_path / "here")
    assert files(tmp_path / "here") == files(tmp_path / "there")


def test_what_is_written_is_read_again(world: World, tmp_path: Path) -> None:
    write(world, tmp_path)
    for side, tables in (("visible", world.visible), ("truth", world.truth)):
        for name, table in tables.items():
            read = pd.read_parquet(tmp_path / side / f"{name}.parquet")
            pd.testing.assert_frame_equal(read, table.reset_index(drop=True))
    facts = (tmp_path / "truth" / "facts.json").read_text(encoding="utf-8")
    assert json.loads(facts) == world.facts


def test_facts_survive_json(world: World) -> None:
    assert json.loads(json.dumps(world.facts)) == world.facts


def test_naive_misses_and_expert_makes_the_promise(world: World) -> None:
    plans = world.facts["staffing"]
    assert world.accepted
    assert plans["naive"]["service_level"] < TARGET <= plans["textbook"]["service_level"]
    assert plans["expert"]["service_level"] >= TARGET + EXPERT_ROOM


def test_facts_say_what_the_marker_will_find(world: World) -> None:
    known = world.facts["staffing"]["expert"]
    outcome = replay_staffing(world.truth["contacts"], world.truth["draws"], known["agents"], load(SCENARIO))
    assert {"agents": known["agents"], **vars(outcome)} == known


def test_the_expert_plan_is_the_formulas_and_no_agent_can_be_spared(world: World) -> None:
    scenario = load(SCENARIO)
    calls, aht = solvers._volumes(world.visible["contacts"], world.visible["draws"], scenario)
    plan = solvers.expert(world.visible["contacts"], world.visible["draws"], scenario)

    def level(agents: list[int]) -> float:
        blocks = calls.reshape(solvers.BLOCKS, -1)
        served = (solvers._in_time(c, aht, n, scenario) for c, n in zip(blocks, agents, strict=True))
        return sum(served) / float(calls.sum())

    fewer = [[*plan[:k], plan[k] - 1, *plan[k + 1 :]] for k in range(solvers.BLOCKS)]
    assert level(plan) >= solvers.EXPERT_AIM
    assert max(level(one) for one in fewer) < solvers.EXPERT_AIM


def test_visible_tables_carry_no_truth(world: World) -> None:
    assert not SOLVED & set(world.visible["call_cards"].columns)
    assert set(world.visible["calls"]["day"]) == set(range(5))
    assert set(world.visible["contacts"]["contact_id"]).isdisjoint(world.truth["contacts"]["contact_id"])
    assert set(world.visible["draws"]["contact_id"]) == set(world.visible["contacts"]["contact_id"])
    assert set(world.truth["contacts"]["day"]) == set(range(7, 12))


def test_the_story_call_comes_first_in_the_trace_and_is_told_as_it_was(world: World) -> None:
    story, trace = world.facts["story"], world.visible["trace"]
    told = trace[trace["contact_id"] == story["contact_id"]]
    first = told[told["attempt"] == 1].set_index("event")["t"]
    assert trace["contact_id"].iloc[0] == story["contact_id"]
    assert round(first["answered"] - first["queued"], 3) == story["wait_s"] >= 20
    assert round(first["hung_up"] - first["answered"], 3) == story["talk_s"] >= 60
    assert list(dict.fromkeys(told["part"].where(told["part"] != "cti").dropna())) == story["parts"]
    assert story["team"] in [team.name for team in load(SCENARIO).teams]


@pytest.mark.slow
def test_the_example_comes_second_and_has_waited_in_every_accepted_world(accepted: list[World]) -> None:
    for made in accepted:
        story, example = made.visible["trace"]["contact_id"].drop_duplicates().tolist()[:2]
        trace = made.visible["trace"]
        told = trace[(trace["contact_id"] == example) & (trace["attempt"] == 1)].set_index("event")["t"]
        assert example != story == made.facts["story"]["contact_id"]
        assert 10 <= told["answered"] - told["queued"] <= 60


def test_the_trace_tells_of_a_dozen_calls(world: World) -> None:
    assert world.visible["trace"]["contact_id"].nunique() in (11, 12, 13)


def test_a_world_refused_at_first_sight_tries_no_plans() -> None:
    refused = build(REFUSED_SEED)
    assert not refused.accepted
    assert "staffing" not in refused.facts and refused.difficulty["worst_hour_margin"] < 0.03


@pytest.fixture(scope="module")
def accepted() -> Iterator[list[World]]:
    yield [world for world in map(build, SEEDS) if world.accepted]


@pytest.mark.slow
def test_at_least_one_world_in_ten_is_accepted(accepted: list[World]) -> None:
    assert len(accepted) >= 0.1 * len(SEEDS)


@pytest.mark.slow
def test_every_accepted_world_tells_the_plans_apart(accepted: list[World]) -> None:
    for world in accepted:
        hardness = world.difficulty
        assert hardness["naive_level"] < TARGET < hardness["textbook_level"]
        assert hardness["expert_level"] >= TARGET + EXPERT_ROOM
        assert hardness["textbook_hours"] <= 1.10 * hardness["expert_hours"]


@pytest.mark.slow
def test_accepted_worlds_are_about_equally_hard(accepted: list[World]) -> None:
    table = pd.DataFrame([world.difficulty for world in accepted])
    assert (table[["naive_level", "textbook_level", "expert_level", "friday_level"]].std() < 0.05).all()
    assert table["expert_hours"].max() <= 1.2 * table["expert_hours"].min()


@pytest.mark.slow
def test_no_two_answer_keys_are_alike(accepted: list[World]) -> None:
    for part in ("cards", "board", "story"):
        keys = {json.dumps(world.facts[part], sort_keys=True) for world in accepted}
        assert len(keys) == len(accepted), part
