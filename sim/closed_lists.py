"""Closed lists: what columns may hold whose values stand in settings or data files, so that nobody types them again."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import InputError

READY = Path(__file__).resolve().parents[1] / "datasets"
# What a month may cost beside campaigns and win-back offers, which the settings of a market name.
COSTS = (
    "calls", "care", "save", "hotline", "faq", "service", "quality", "loyalty", "prospecting",
    "follow-up", "terms", "alerts", "visits", "key accounts", "hand-over",
)  # fmt: skip


@cache
def closed_list(name: str) -> tuple[str, ...]:
    """Return the values of a closed list, both languages where it has two; InputError for an unknown name."""
    if name not in LISTS:
        raise InputError(
            f"list = {name!r}: there is no such closed list; choose one of {', '.join(sorted(LISTS))}"
        )
    return tuple(dict.fromkeys(LISTS[name]()))


def _costs() -> list[str]:
    from sim.market.settings import load

    told = load("retail")
    campaigns = [f"campaign {kind}" for kind in told.levers.campaigns]
    return [*COSTS, *campaigns, *(f"winback {offer}" for offer in told.winback.offers)]


def _provinces() -> list[str]:
    names = [name.split("/")[0] for name in _people("places")["cities"]]
    english = _people("pinyin")["places"]
    return [*names, *(english[name] for name in names)]


def _titles() -> list[str]:
    from sim.firms import TITLES

    return sorted(_flat(TITLES))


def _flat(told: Any) -> list[str]:
    if isinstance(told, str):
        return [told]
    return [text for part in (told.values() if isinstance(told, Mapping) else told) for text in _flat(part)]


def _people(name: str) -> dict[str, Any]:
    return tomllib.loads((READY / "people" / f"{name}.toml").read_text(encoding="utf-8"))


def _survey_items() -> list[str]:
    from sim.instruments.surveys import items

    return [item.id for item in items()]


def _dimensions() -> list[str]:
    from sim.instruments.surveys import items

    return [item.dimension for item in items()]


def _wants() -> list[str]:
    made = [""]
    for path in sorted(READY.glob("*/forms.toml")):
        slots = tomllib.loads(path.read_text(encoding="utf-8"))["slots"]
        made += [*slots["product_zh"], *slots["product_en"]]
    return made


LISTS: Mapping[str, Callable[[], list[str]]] = {
    "costs": _costs,
    "dimensions": _dimensions,
    "provinces": _provinces,
    "survey_items": _survey_items,
    "titles": _titles,
    "wants": _wants,
}
