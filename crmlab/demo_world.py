"""The committed demo world in `datasets/demo`, and the manifest that says what made it."""

import hashlib
import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.places import DATASETS

DEMO_SEED = 2


def remake(datasets: Path = DATASETS, seed: int = DEMO_SEED) -> dict[str, Any]:
    """Make the demo world of `seed` and its manifest anew in `datasets`; return the manifest.

    For authors, after the world changed. Raises LabError for a seed whose world is not accepted; the world
    that is there then stays.
    """
    from crmlab import world

    made = world.build(seed)
    if not made.accepted:
        raise LabError(f"种子 {seed} 的数据难度不合要求（{made.difficulty}）；请换一个种子")
    draft = datasets / ".demo.part"
    shutil.rmtree(draft, ignore_errors=True)
    world.write(made, draft)
    shutil.rmtree(datasets / "demo", ignore_errors=True)
    draft.rename(datasets / "demo")
    about = {
        "schema": 1,
        "seed": seed,
        "faker": version("faker"),
        "difficulty": made.difficulty,
        "files": checksums(datasets / "demo"),
    }
    text = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    (datasets / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    return about


def manifest(datasets: Path = DATASETS) -> dict[str, Any]:
    """Return what the manifest says: seed, Faker's version, difficulty, and size and checksum of each file."""
    return dict(json.loads((datasets / "manifest.json").read_text(encoding="utf-8")))


def checksums(folder: Path) -> dict[str, dict[str, Any]]:
    """Return bytes and SHA-256 of every file under `folder`, by its path there.

    JSON is counted with line feeds only, for git may give Windows others.
    """
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".json":
            content = content.replace(b"\r\n", b"\n")
        about = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        found[path.relative_to(folder).as_posix()] = about
    return found
