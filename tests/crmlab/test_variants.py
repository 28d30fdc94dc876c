"""Worlds of a class: grown from its key, made once, one per student for the whole term."""

import stat
from hashlib import sha256
from pathlib import Path

import pytest
import tiny

from crmlab import key
from crmlab.errors import LabError
from crmlab.roster import import_roster
from crmlab.variants import Pool, variant_of


def bytes_of(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def roster(folder: Path, *ids: str) -> Path:
    path = folder / "class.csv"
    path.write_text("学号,姓名\n" + "".join(f"{i},某某\n" for i in ids), encoding="utf-8-sig")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    key.ensure(tmp_path / "home", demo=True)
    return tmp_path / "home"


def test_the_key_is_secret_and_made_once(tmp_path: Path) -> None:
    first = key.ensure(tmp_path)
    assert key.ensure(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "course.key").stat().st_mode) == 0o600
    assert first != key.DEMO_KEY


@pytest.mark.parametrize("sign", ["gradebook.db", "variants", "assigned.json"])
def test_a_home_whose_key_is_gone_is_refused_with_the_cure(tmp_path: Path, sign: str) -> None:
    (tmp_path / sign).mkdir()
    with pytest.raises(LabError, match=rf"{sign}.*course\.key 不见了.*从备份放回"):
        key.ensure(tmp_path)


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "course.key").write_text("abc\n")
    with pytest.raises(LabError, match="不是一把密钥"):
        key.ensure(tmp_path)


def test_a_class_home_is_no_demo(tmp_path: Path) -> None:
    key.ensure(tmp_path)
    with pytest.raises(LabError, match="演示不能用它"):
        key.ensure(tmp_path, demo=True)


def test_a_home_without_key_has_no_worlds(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="还没有密钥"):
        Pool(tmp_path).build(1, world=tiny.world)


def test_a_home_without_pool_knows_nobodys_world(home: Path) -> None:
    with pytest.raises(LabError, match="还没有学生数据"):
        variant_of(home, "2024001")


def test_only_accepted_worlds_are_kept_and_the_manifest_holds_no_secret(home: Path) -> None:
    assert Pool(home).build(5, world=tiny.world, processes=1, quiet=True) == [
        "001",
        "002",
        "003",
        "004",
        "005",
    ]
    manifest = (home / "variants" / "manifest.json").read_text(encoding="utf-8")
    assert "difficulty" in manifest and "visible/calls.parquet" in manifest
    assert key.read(home) not in manifest and "answer" not in manifest


def test_a_world_that_is_there_is_never_made_again(home: Path) -> None:
    pool = Pool(home)
    pool.build(2, world=tiny.world, processes=1, quiet=True)
    (pool.truth("001") / "facts.json").write_text("{}", encoding="utf-8")
    pool.build(3, world=tiny.world, processes=1, quiet=True)
    assert (pool.truth("001") / "facts.json").read_text(encoding="utf-8") == "{}"
    assert pool.numbers() == ["001", "002", "003"]


def test_a_world_whose_making_was_cut_off_is_made_again_whole(home: Path) -> None:
    whole = bytes_of(_built(home, 2) / "002")
    (home / "variants" / "002").rename(home / "variants" / ".002.part")
    assert bytes_of(_built(home, 2) / "002") == whole


def _built(home: Path, size: int) -> Path:
    Pool(home).build(size, world=tiny.world, processes=1, quiet=True)
    return home / "variants"


@pytest.mark.slow
def test_two_processes_give_what_one_gives(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    key.ensure(other, demo=True)
    Pool(other).build(3, world=tiny.world, processes=2, quiet=True)
    assert bytes_of(other / "variants") == bytes_of(_built(home, 3))


def test_a_scenario_without_acceptable_worlds_is_refused(home: Path) -> None:
    with pytest.raises(LabError, match="第 001 份学生数据试了 200 次"):
        Pool(home).build(1, world=tiny.hopeless, quiet=True)


def test_the_first_list_goes_in_its_order_and_the_demo_has_four(home: Path) -> None:
    import_roster(roster(home, "b2", "a1", "c3"), home)
    _built(home, 3)
    assert [variant_of(home, student).nnn for student in ("b2", "a1", "c3")] == ["001", "002", "003"]
    assert variant_of(home, " ｂ２ ").listed


def test_without_a_list_the_demo_has_four_worlds(home: Path) -> None:
    assert len(Pool(home).build(world=tiny.world, processes=1, quiet=True)) == 4


def test_students_keep_their_world_when_others_join(home: Path) -> None:
    import_roster(roster(home, "a1", "b2"), home)
    _built(home, 2)
    (home / "release" / "p" / "data").mkdir(parents=True)
    (home / "release" / "p" / "data" / "who.json").touch()
    late = variant_of(home, "z9")
    assert not late.listed
    import_roster(roster(home, "z9", "b2", "a1"), home)
    assert [variant_of(home, student).nnn for student in ("a1", "b2")] == ["001", "002"]
    assert variant_of(home, "z9").nnn == late.nnn
    assert variant_of(home, "z9").listed


def test_the_list_before_is_kept(home: Path) -> None:
    import_roster(roster(home, "a1"), home)
    import_roster(roster(home, "a1", "b2"), home)
    assert "b2" not in (home / "roster.csv.bak").read_text(encoding="utf-8-sig")


def test_a_list_that_is_not_there_is_refused(home: Path) -> None:
    with pytest.raises(LabError, match="没有文件"):
        import_roster(home / "nothing.csv", home)


@pytest.mark.parametrize("student", ["", "../x", "a b", "王一", "a" * 33, "-x"])
def test_an_impossible_id_is_refused(home: Path, student: str) -> None:
    with pytest.raises(LabError, match=r"学号 .* 不能用"):
        variant_of(home, student)
