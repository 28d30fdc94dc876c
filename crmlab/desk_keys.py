"""JupyterLab's one-letter commands, off on a student's desk: who types a note into a cell that is not open changes no cell."""

import json
import sys
from pathlib import Path
from typing import Any

SETTING = "@jupyterlab/shortcuts-extension:shortcuts"
SCHEMAS = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
ON_A_CELL = ("jp-mod-commandMode", "jp-kernel-user")  # where a letter is a command instead of a letter


def off() -> dict[str, Any]:
    """Return the setting that turns them off (x cuts a cell, 1 makes a heading); menus and buttons still do what they do.

    They are read from JupyterLab's own settings: only a rule equal in command, keys and place is turned off.
    """
    rules = [
        rule
        for path in sorted(SCHEMAS.glob("@jupyterlab/*/*.json"))
        for rule in json.loads(path.read_text(encoding="utf-8")).get("jupyter.lab.shortcuts", [])
    ]
    return {"shortcuts": [rule | {"disabled": True} for rule in rules if _is_letter_on_a_cell(rule)]}


def _is_letter_on_a_cell(rule: dict[str, Any]) -> bool:
    keys = rule.get("keys", [])
    letters = bool(keys) and all(len(key.removeprefix("Shift ")) == 1 for key in keys)
    return letters and any(part in rule["selector"] for part in ON_A_CELL)
