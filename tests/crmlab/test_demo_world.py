import shutil
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from crmlab import demo_world
from crmlab.errors import LabError
from crmlab.places import DATASETS

CURE = "the demo world comes out otherwise; if that is meant, run crmlab.demo_world.remake() and commit"


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets")
    demo_world.remake(folder)
    return folder


def test_the_committed_demo_world_comes_out_again(remade: Path) -> None:
    kept, made = (demo_world.checksums(folder / "demo") for folder in (DATASETS, remade))
    assert list(kept) == list(made)
    for name in kept:
        mine, theirs = (folder / "demo" / name for folder in (remade, DATASETS))
        if name.endswith(".parquet"):  # its bytes may differ with another pyarrow, its table may not
            pd.testing.assert_frame_equal(
                pd.read_parquet(mine), pd.read_parquet(theirs), obj=f"{name}: {CURE}"
            )
        else:
            assert kept[name] == made[name], CURE


def test_the_manifest_is_of_the_committed_files() -> None:
    assert demo_world.manifest()["files"] == demo_world.checksums(DATASETS / "demo")


def test_the_manifest_names_the_faker_at_work(remade: Path) -> None:
    assert demo_world.manifest(remade)["faker"] == version("faker")
    assert set(demo_world.manifest()) == set(demo_world.manifest(remade))
    assert demo_world.manifest()["difficulty"] == demo_world.manifest(remade)["difficulty"]


def test_the_demo_world_is_small() -> None:
    assert sum(one["bytes"] for one in demo_world.manifest()["files"].values()) < 1_500_000


def test_line_ends_do_not_change_a_checksum(tmp_path: Path) -> None:
    for name, ending in (("unix", b"\n"), ("windows", b"\r\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "facts.json").write_bytes(b"{" + ending + b"}" + ending)
    assert demo_world.checksums(tmp_path / "unix") == demo_world.checksums(tmp_path / "windows")


def test_a_seed_out_of_the_band_leaves_the_demo_world_alone(tmp_path: Path) -> None:
    shutil.copytree(DATASETS / "demo" / "visible", tmp_path / "demo" / "visible")
    before = demo_world.checksums(tmp_path)
    with pytest.raises(LabError, match=r"种子 6 的数据难度不合要求.*请换一个种子"):
        demo_world.remake(tmp_path, seed=6)
    assert demo_world.checksums(tmp_path) == before
