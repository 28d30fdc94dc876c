"""A student's desk of telephone skills: things to do before the shift, a call to mark up, slips to mend, a scene."""

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab.places import DATASETS
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

LANGUAGES = ("zh", "en")
KINDS = ("knowledge", "customer", "mood", "release")
NEVER = 2  # of the things to do before the shift
MORE = 2  # things beside one of each kind
LEFT_OUT = 2  # beats of the call that this student's recording does without
LETTERS = ("A", "B", "C")
QUOTES = {"zh": ("客户：", "客服："), "en": ("Customer: ", "Agent: ")}


def deal(streams: Streams) -> tuple[dict[str, "pd.DataFrame"], dict[str, Any]]:
    """Return the visible tables of one student, and the facts of the answer key."""
    import pandas as pd

    streams = streams.under("phone skills")
    ready, call, slips = _ready(streams), _call(streams), _slips(streams)
    scene = _shuffled(streams, "scene", book()["scenes"])[0]
    visible = {
        "skill_ready": pd.DataFrame(ready).drop(columns="kind"),
        "skill_call": pd.DataFrame(call).drop(columns="skill"),
        "skill_slips": pd.DataFrame(slips).drop(columns=["feature", "good"]),
        "skill_scene": pd.DataFrame([scene]),
    }
    facts = {
        "ready": {one["ready_id"]: one["kind"] for one in ready},
        "call": {one["line_id"]: one["skill"] for one in call},
        "slips": {one["mend_id"]: {"feature": one["feature"], "better": one["good"]} for one in slips},
    }
    return visible, facts


@cache
def book() -> dict[str, Any]:
    """Return things, calls, slips, scenes and trainings, as written in `datasets/retail/phone_skills.toml`."""
    return tomllib.loads((DATASETS / "retail" / "phone_skills.toml").read_text(encoding="utf-8"))


def _ready(streams: Streams) -> list[dict[str, Any]]:
    """Return eight things in an order of their own (R1 …): every kind, and some that must not be done."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in _shuffled(streams, "ready", book()["ready"]):
        by_kind.setdefault(one["kind"], []).append(one)
    more = _shuffled(streams, "more", [{"kind": kind} for kind in KINDS])[:MORE]
    some = [by_kind[kind].pop() for kind in (*KINDS, *(one["kind"] for one in more))]
    some += by_kind["never"][:NEVER]
    some.sort(key=lambda one: one["kind"])
    return [
        {"ready_id": f"R{k}", "note_zh": one["zh"], "note_en": one["en"], "kind": one["kind"]}
        for k, one in enumerate(_shuffled(streams, "ready order", some), 1)
    ]


def _call(streams: Streams) -> list[dict[str, Any]]:
    """Return a recorded call line by line (L1 …); what the customer said to a line left out goes with the next."""
    beats = _shuffled(streams, "call", book()["calls"])[0]["beats"]
    may_go = [{"place": n} for n, beat in enumerate(beats) if beat.get("may_go")]
    gone = {one["place"] for one in _shuffled(streams, "left out", may_go)[:LEFT_OUT]}
    told: list[dict[str, Any]] = []
    before = dict.fromkeys(LANGUAGES, "")
    for n, beat in enumerate(beats):
        heard = {
            lang: (before[lang] + (" " if lang == "en" else "") + beat[f"customer_{lang}"]).strip()
            for lang in LANGUAGES
        }
        if n in gone:
            before = heard
            continue
        before = dict.fromkeys(LANGUAGES, "")
        line = {f"note_{lang}": _exchange(heard[lang], beat[lang], lang) for lang in LANGUAGES}
        told.append({"line_id": f"L{len(told) + 1}", **line, "skill": beat["skill"]})
    return told


def _exchange(customer: str, agent: str, lang: str) -> str:
    one, other = QUOTES[lang]
    return f"{one}{customer}\n{other}{agent}"


def _slips(streams: Streams) -> list[dict[str, Any]]:
    """Return one slip of every feature (S1 …), each with three lines A to C of which one mends it."""
    by_feature: dict[str, dict[str, Any]] = {}
    for one in _shuffled(streams, "slip", book()["slips"]):
        by_feature.setdefault(one["feature"], one)
    some = sorted(by_feature.values(), key=lambda one: str(one["feature"]))
    made = []
    for k, one in enumerate(_shuffled(streams, "slip order", some), 1):
        order = np.argsort(streams.under("slip", k).uniforms("letters", range(len(LETTERS))))
        note = {}
        for lang in LANGUAGES:
            lines = (one[f"good_{lang}"], *one[f"bad_{lang}"])
            choices = "\n".join(
                f"{letter}. {lines[place]}" for letter, place in zip(LETTERS, order, strict=True)
            )
            note[f"note_{lang}"] = f"{one[lang]}\n{choices}"
        good = LETTERS[order.tolist().index(0)]
        made.append({"mend_id": f"S{k}", **note, "feature": one["feature"], "good": good})
    return made


def _shuffled(streams: Streams, purpose: str, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [things[place] for place in np.argsort(streams.uniforms(purpose, range(len(things))))]
