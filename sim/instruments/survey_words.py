"""How each market words the questions of a survey: the shop's words, or its own where a shop's would not fit."""

import tomllib
from functools import cache
from pathlib import Path

from sim.checked import refuse
from sim.instruments import surveys

READY = Path(__file__).resolve().parents[2] / "datasets"
LANGUAGES = ("zh", "en")


@cache
def words(market: str, lang: str = "zh") -> dict[tuple[str, str], str]:
    """Return the wording of every question by item and aspect, from datasets/<market>/surveys.toml.

    InputError for a market that asks nothing, or an unknown language.
    """
    there = sorted(path.parent.name for path in READY.glob("*/surveys.toml"))
    for name, value, allowed in (("market", market, there), ("lang", lang, LANGUAGES)):
        if value not in allowed:
            refuse(name, value, f"must be one of {', '.join(allowed)}", "correct the spelling")
    said = {} if market == "retail" else own(market)
    return {(q.id, q.aspect): said[q.id][lang] if q.id in said else getattr(q, lang) for q in surveys.items()}


def own(market: str) -> dict[str, dict[str, str]]:
    """Return the questions a market words in its own way, by item, in both languages."""
    told = tomllib.loads((READY / market / "surveys.toml").read_text(encoding="utf-8"))
    made: dict[str, dict[str, str]] = dict(told["items"])
    for dimension, both in told["statements"].items():
        for k, (zh, en) in enumerate(zip(both["zh"], both["en"], strict=True), start=1):
            made[f"{dimension}_{k}"] = {"zh": zh, "en": en}
    return made
