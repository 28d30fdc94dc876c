"""The page of measures names every function of `sim.value`, and no other; the examples on it are run with all pages."""

import re
from pathlib import Path

from sim import value

PAGE = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    lines = [
        line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| measure |")
    ]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_measure_is_on_the_page_and_every_name_on_it_is_a_measure() -> None:
    named = {name for row in rows() for name in re.findall(r"`(\w+)`", row[-1])}
    assert named == set(value.__all__)


def test_every_row_has_formula_source_and_function() -> None:
    assert all(len(row) == 4 and all(row) for row in rows()), rows()
