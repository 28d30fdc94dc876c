"""The front door, in real processes: a small lab of its own, a package folder for an index, no network."""

import ast
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
DEAD_INDEX = "http://127.0.0.1:9/simple"  # nobody listens on the discard port

BACKEND = """
import zipfile
from pathlib import Path

WHEEL = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(Path(folder) / "crmlab-0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("crmlab.pth", str(Path(__file__).parent / "src"))
        wheel.writestr("crmlab-0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: crmlab\\nVersion: 0\\n")
        wheel.writestr("crmlab-0.dist-info/WHEEL", WHEEL)
        wheel.writestr("crmlab-0.dist-info/RECORD", "")
    return "crmlab-0-py3-none-any.whl"
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "crmlab"
version = "0"
"""
DOOR = """
import json, sys
import part
print(json.dumps(sys.argv[1:]))
sys.exit(7 if "fail" in sys.argv else 0)
"""
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lab whose lock names one tiny part, lying in a folder that serves as the index."""
    root = tmp_path_factory.mktemp("房子 house")
    shutil.copy(ROOT / "lab.py", root)
    (root / "backend.py").write_text(BACKEND, encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (root / "src" / "crmlab").mkdir(parents=True)
    (root / "src" / "crmlab" / "__main__.py").write_text(DOOR, encoding="utf-8")
    (root / "wheels").mkdir()
    wheel = root / "wheels" / "part-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as parts:
        parts.writestr("part.py", "")
        parts.writestr("part-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: part\nVersion: 1\n")
        parts.writestr("part-1.dist-info/WHEEL", WHEEL)
        parts.writestr("part-1.dist-info/RECORD", "")
    fingerprint = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (root / "requirements.lock").write_text(f"part==1 --hash=sha256:{fingerprint}\n", encoding="utf-8")
    return root


def start(house: Path, *args: str, shim: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run lab.py from elsewhere, without this machine's package settings; `shim` alters its Python."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "PYTHON"))}
    environment |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "PYTHONIOENCODING": "utf-8",
        **variables,
    }
    runs = f"runpy.run_path({str(house / 'lab.py')!r}, run_name='__main__')"
    door = f"import runpy, sys\nsys.argv = {['lab.py', *args]!r}\n{shim}\n{runs}"
    return subprocess.run(
        [sys.executable, "-c", door], cwd=Path.home(), env=environment, capture_output=True, encoding="utf-8"
    )


def lab_python(house: Path) -> Path:
    """The environment's own Python, wherever this system puts it."""
    return next(path for path in (house / ".venv").glob("*/python*") if path.is_file())


def offline(house: Path) -> dict[str, str]:
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (house / "wheels").as_uri()}


@pytest.fixture(scope="module")
def furnished(house: Path) -> Path:
    """The same lab after its first start."""
    first = start(house, "first", **offline(house))
    assert first.returncode == 0, first.stderr
    assert "没有取得 uv" in first.stdout and "环境已就绪" in first.stdout
    assert first.stdout.splitlines()[-1] == '["first"]'
    return house


@pytest.fixture
def lab() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lab", ROOT / "lab.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_can_read_the_file_and_is_told_what_to_do(house: Path) -> None:
    ast.parse((ROOT / "lab.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    old = start(house, shim="sys.version_info, sys.version = (3, 10, 2), '3.10.2 (x)'")
    assert old.returncode == 5
    assert "3.10.2" in old.stderr and "3.11" in old.stderr and "Python" in old.stderr
    assert len(old.stderr.splitlines()) == 1


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_names_the_package_to_install(house: Path, module: str) -> None:
    bare = start(house, shim=f"sys.modules[{module!r}] = None")
    assert bare.returncode == 5
    assert "apt install python3." in bare.stderr and module in bare.stderr
    assert not (house / ".venv" / "crmlab-ready.json").exists()


def test_a_kit_without_tests_says_so(house: Path) -> None:
    absent = start(house, "test")
    assert absent.returncode == 5
    assert "requirements-test.lock" in absent.stderr


@pytest.mark.slow
def test_without_an_index_the_door_says_so_and_the_next_start_goes_on(tmp_path: Path, house: Path) -> None:
    other = tmp_path / "lab"
    shutil.copytree(house, other, ignore=shutil.ignore_patterns(".venv"))
    cut_off = start(other, PIP_INDEX_URL=DEAD_INDEX)
    assert cut_off.returncode == 5
    assert "连不上软件源" in cut_off.stderr
    python = lab_python(other)
    made = python.lstat().st_mtime_ns
    resumed = start(other, **offline(other))
    assert resumed.returncode == 0, resumed.stderr
    assert python.lstat().st_mtime_ns == made, "a sound environment is resumed, not rebuilt"


@pytest.mark.slow
def test_the_second_start_installs_nothing(furnished: Path) -> None:
    second = start(furnished, PIP_INDEX_URL=DEAD_INDEX)
    assert (second.returncode, second.stdout) == (0, '["lab"]\n')


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "passed"),
    [
        ([], ["lab"]),
        (["--no-browser", "--port", "9000"], ["lab", "--no-browser", "--port", "9000"]),
        (["--help"], ["--help"]),
        (["submit", "project03", "--student", "学号 1"], ["submit", "project03", "--student", "学号 1"]),
    ],
)
def test_words_are_passed_on(furnished: Path, typed: list[str], passed: list[str]) -> None:
    assert json.loads(start(furnished, *typed).stdout) == passed


@pytest.mark.slow
def test_the_exit_code_is_the_commands_own(furnished: Path) -> None:
    assert start(furnished, "fail").returncode == 7


@pytest.mark.slow
def test_a_changed_lock_is_installed_again_and_a_wrong_fingerprint_is_refused(furnished: Path) -> None:
    lock = furnished / "requirements.lock"
    good = lock.read_text(encoding="utf-8")
    venv_part = next((furnished / ".venv").rglob("part.py"))
    try:
        lock.write_text("part==2 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8")
        refused = start(furnished, **offline(furnished))
        assert refused.returncode == 5 and "part==2" in refused.stderr
        assert venv_part.exists()
    finally:
        lock.write_text(good + "# new\n", encoding="utf-8")
    again = start(furnished, **offline(furnished))
    assert "环境已就绪" in again.stdout


@pytest.mark.slow
def test_a_broken_environment_is_rebuilt(furnished: Path) -> None:
    shutil.rmtree(lab_python(furnished).parent)
    rebuilt = start(furnished, **offline(furnished))
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "第一次运行" in rebuilt.stdout


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "指纹"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'",
            "连不上软件源",
        ),
        ("ERROR: No matching distribution found for simpy==4.1.2", "simpy==4.1.2"),
        ("something new\nERROR: the last word\n", "ERROR: the last word"),
    ],
)
def test_each_failure_has_its_sentence(lab: ModuleType, said: str, told: str) -> None:
    assert told in lab.reason(said)


@pytest.mark.parametrize("said", ["[Errno 28] No space left on device", "os error 28", "[WinError 112]"])
def test_a_full_disk_is_called_by_its_name(lab: ModuleType, said: str) -> None:
    with pytest.raises(lab.Missing, match="磁盘满了"):
        lab.reason(said)


def test_a_folder_that_cannot_be_made_is_named(lab: ModuleType, tmp_path: Path) -> None:
    lab.VENV = tmp_path / "file" / ".venv"
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(lab.Missing, match="不能建立"):
        lab.make_venv()


def test_pips_own_settings_reach_uv(lab: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    settings = {
        "index-url": "https://mirror.example/simple",
        "find-links": "/a\n/b",
        "extra-index-url": "x y",
    }
    told = lab.uv_settings(settings)
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert (told["UV_FIND_LINKS"], told["UV_INDEX"]) == ("/a,/b", "x y")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert "UV_DEFAULT_INDEX" not in lab.uv_settings(settings), "what the user set for uv wins"


def test_pips_settings_are_read_from_pip_itself(lab: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert lab.pip_settings([sys.executable, "-m", "pip"])["index-url"] == "https://mirror.example/simple"
