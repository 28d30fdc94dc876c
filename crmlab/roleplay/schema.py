"""Scenarios and rubrics held against their JSON Schemas: each fault in words, with its line and its cure."""

import json
from functools import cache
from typing import Any

from crmlab import places, schema_faults
from crmlab.roleplay.yaml_file import Page

FOLDER = places.DATASETS / "roleplay"


def faults(page: Page, kind: str) -> list[str]:
    """Return what of `page` does not fit the schema of `kind`, scenario or rubric: one sentence each, by line."""
    from jsonschema import Draft202012Validator

    found = [
        (schema_faults.place(error), error)
        for error in Draft202012Validator(_schema(kind)).iter_errors(page.plain)
    ]
    told = {
        f"{page.at(*place)}：{schema_faults.sentence(error)}": page.line(*place) for place, error in found
    }
    return sorted(told, key=lambda sentence: told[sentence])


@cache
def _schema(kind: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8")))
