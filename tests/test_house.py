"""The house itself: who imports whom, what the tree must not hold, and that the locks fit the description."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KNOWS = {"sim": {"sim"}, "grader": {"grader"}, "crmlab": {"sim", "crmlab", "grader"}}
HOUSE = {"sim", "crmlab", "grader", "course"}
ADDRESSES = re.compile(
    r"pypi\.(org|python)|pythonhosted|\.tsinghua\.|mirrors?\.(aliyun|ustc|cloud)|npmjs\.(org|com)"
)
ELSEWHERE = re.compile(r"/work/(main|shared)|\.\./shared|\.librar[y]\b|farm[-_]studio", re.IGNORECASE)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def imported(path: Path) -> set[str]:
    """The top names a module imports anywhere, also late inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", KNOWS)
def test_imports_look_down(package: str) -> None:
    modules = list((ROOT / package).rglob("*.py"))
    assert modules
    strangers = {path.name: imported(path) & (HOUSE - KNOWS[package]) for path in modules}
    assert not {name: names for name, names in strangers.items() if names}


def loaded_by(statement: str) -> set[str]:
    """The top modules a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    ("package", "absent"),
    [
        ("sim", {"pandas", "scipy", "matplotlib", "pyarrow", "faker", "pandera", "crmlab", "grader"}),
        ("crmlab", {"django", "pandas", "scipy", "matplotlib", "nbgrader", "jupyterlab", "grader"}),
        ("grader", {"sim", "crmlab", "nbgrader", "pandas"}),
        ("crmlab.commands", {"django", "pandas", "scipy", "matplotlib", "nbgrader", "jupyterlab"}),
    ],
)
def test_a_package_opens_without_what_is_heavy(package: str, absent: set[str]) -> None:
    assert not loaded_by(f"import {package}") & absent


def test_the_tree_names_no_place_but_itself() -> None:
    bad = []
    for path in tracked():
        if path == Path(__file__).resolve():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        bad += [f"{path.name}: {m.group()}" for p in (ADDRESSES, ELSEWHERE) for m in p.finditer(text)]
    assert not bad


def test_every_file_of_ours_stays_readable() -> None:
    labs = ROOT / "course"  # a lab is a page read from top to bottom, not a module
    made = ROOT / "crmlab" / "crm" / "migrations"  # written by Django, never by hand
    modules = [p for p in tracked() if p.suffix == ".py" and not {labs, made} & set(p.parents)]
    long = {p.name: n for p in modules if (n := len(p.read_bytes().splitlines())) > 400}
    assert not long


def pinned(lock: str) -> dict[str, set[str]]:
    """Name → versions of a lock (a version may differ by Python)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_fits_the_description_and_has_hashes_only(lock: str) -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + (project["optional-dependencies"]["test"] if "test" in lock else [])
    versions = pinned(lock)
    for requirement in map(Requirement, wanted):
        have = versions.get(canonicalize_name(requirement.name), set())
        assert have and all(requirement.specifier.contains(v) for v in have), f"{requirement}: {have}"
    text = (ROOT / lock).read_text()
    assert "://" not in text and not re.search(r"^\s*--(?!hash)", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_both_locks_agree() -> None:
    run, test = pinned("requirements.lock"), pinned("requirements-test.lock")
    assert {name: test.get(name) for name in run} == run
