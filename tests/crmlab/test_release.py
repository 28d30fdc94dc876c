"""Release: every student's data and no one's name; the English edition word for word beside it."""

import hashlib
import json
from pathlib import Path

import nbformat
import pytest
import tiny
from babel.messages.pofile import write_po

from crmlab import key, translate
from crmlab.errors import LabError
from crmlab.release import projects, release, tables_of
from crmlab.released import variant_of
from crmlab.variants import Pool


def make(folder: Path, **options: object) -> Path:
    return release(
        tiny.PROJECT,
        home=folder / "home",
        course=folder / "course",
        demo=True,
        world=tiny.world,
        quiet=True,
        **options,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    tiny.course(folder)
    (folder / "home").mkdir()
    (folder / "home" / "roster.csv").write_text("学号\n2024001\n2024002\n", encoding="utf-8-sig")
    make(folder)
    return folder


@pytest.fixture
def released(place: Path) -> Path:
    return place / "home" / "release" / tiny.PROJECT


@pytest.mark.slow
def test_every_world_carries_the_tables_its_labs_read_and_no_truth(released: Path) -> None:
    data = sorted(path.relative_to(released).as_posix() for path in (released / "data").rglob("*.*"))
    assert data == ["data/001/calls.parquet", "data/002/calls.parquet", "data/who.json"]


@pytest.mark.slow
def test_student_and_marker_agree_on_the_world(place: Path, released: Path) -> None:
    pool = Pool(place / "home")
    for student in ("2024001", "2024002", "guest-1", "guest-2", "guest-3"):
        assert variant_of(released / "data", student) == pool.variant_of(student).nnn


@pytest.mark.slow
def test_a_release_names_nobody_and_tells_no_key(place: Path, released: Path) -> None:
    text = (released / "data" / "who.json").read_text(encoding="utf-8")
    assert "2024001" not in text
    assert key.read(place / "home") not in text


@pytest.mark.slow
def test_a_second_release_is_the_same(place: Path, released: Path) -> None:
    def state() -> dict[str, str]:
        files = (path for path in released.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = state()
    make(place)
    assert state() == before


@pytest.mark.slow
def test_the_english_edition_changes_words_only(
    place: Path, released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translate, "LOCALE", place / "locale")
    catalogue = translate.extract(tiny.PROJECT, course=place / "course")
    assert {message.id for message in catalogue if message.id} >= {"# 两数之和\n\n算出 2 + 3。", "你好"}
    for message in catalogue:
        if message.id == "# 两数之和\n\n算出 2 + 3。":
            message.string = "# A sum\n\nWork out 2 + 3."
    path = translate.catalogue_path(tiny.PROJECT)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)

    with pytest.warns(UserWarning, match=r"还没有英文.*请补全 locale/en/project01_tiny.po"):
        english = make(place, lang="en")
    ours, theirs = (nbformat.read(f / tiny.NOTEBOOK, as_version=4) for f in (released, english))
    code = [
        (a.source, b.source) for a, b in zip(ours.cells, theirs.cells, strict=True) if a.cell_type == "code"
    ]
    assert all(a == b for a, b in code)
    assert theirs.cells[0].source == "# A sum\n\nWork out 2 + 3."
    assert theirs.metadata.crmlab.language == "en"
    assert (english / "project.toml").read_text(encoding="utf-8").startswith('language = "en"')
    assert 'hello = "你好"' in (english / "lab1_sum.toml").read_text(encoding="utf-8")
    assert json.loads((english / "data" / "who.json").read_text()) == json.loads(
        (released / "data" / "who.json").read_text()
    )


def test_an_unreadable_catalogue_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate, "LOCALE", tmp_path)
    path = translate.catalogue_path(tiny.PROJECT)
    path.parent.mkdir(parents=True)
    path.write_bytes(b'msgid "a"\nmsgstr "\xff\xfe"\n')
    with pytest.raises(LabError, match=r"译文 project01_tiny.po 读不出来"):
        translate.read(tiny.PROJECT)


def test_without_a_catalogue_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate, "LOCALE", tmp_path)
    assert translate.read(tiny.PROJECT) == {}


def test_an_unknown_project_or_language_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    course = tiny.course(tmp_path)
    assert projects(course) == [tiny.PROJECT]
    with pytest.raises(LabError, match=r"project99_none.*project01_tiny"):
        release("project99_none", home=tmp_path / "home", course=course)
    with pytest.raises(LabError, match=r"没有语言 fr.*zh、en"):
        release(tiny.PROJECT, home=tmp_path / "home", course=course, lang="fr")


@pytest.mark.parametrize(
    ("text", "rule"), [('tables = "calls"', "应是表名的列表"), ("tables = [", "读不出来")]
)
def test_a_project_that_does_not_name_its_tables_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=rule):
        tables_of(tmp_path)


@pytest.mark.slow
def test_a_table_the_world_does_not_make_is_refused_with_those_it_does(tmp_path: Path) -> None:
    course = tiny.course(tmp_path)
    (course / tiny.PROJECT / "project.toml").write_text('tables = ["orders"]\n', encoding="utf-8")
    with pytest.raises(LabError, match="orders 不在学生数据里；现有的表：calls、notes"):
        make(tmp_path, size=1)


def test_a_folder_without_its_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"读不到 .*who\.json"):
        variant_of(tmp_path, "2024001")


def test_a_list_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "who.json").write_text('{"schema": 2}', encoding="utf-8")
    with pytest.raises(LabError, match="不是本版本的名单"):
        variant_of(tmp_path, "2024001")
