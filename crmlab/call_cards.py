"""Call cards: short accounts of calls that a student registers and classifies, with what they truly are."""

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab.places import DATASETS
from sim import people
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

MIX = ("harassing", "threatening", "complaint", "complaint", "enquiry", "order", "tracking", "silent")
OPENING_MINUTE, OPEN_MINUTES, DESKS = 8 * 60 + 5, 11 * 60 + 40, 12


def deal(streams: Streams) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return (cards, key): eight cards in order of time, and their type, now and next step by `call_id`."""
    import pandas as pd

    streams = streams.under("call cards")
    order = np.argsort(streams.uniforms("order", range(len(MIX))))
    ids = np.arange(1, len(MIX) + 1)
    minutes = np.sort(OPENING_MINUTE + np.floor(streams.uniforms("minute", ids) * OPEN_MINUTES).astype(int))
    names, phones = people.surnames(streams, ids), people.masked_phones(streams, ids)
    desks = 1 + np.floor(streams.uniforms("desk", ids) * DESKS).astype(int)
    cards, key = [], []
    for k, note in enumerate(_pick(streams, [MIX[place] for place in order])):
        words = _slots(streams, k, names[k])
        call_id = f"C{k + 1}"
        cards.append(
            {
                "call_id": call_id,
                "at": f"{minutes[k] // 60:02d}:{minutes[k] % 60:02d}",
                "number": phones[k],
                "desk": f"{desks[k]:02d}",
                "note_zh": note["zh"].format(**words["zh"]),
                "note_en": note["en"].format(**words["en"]),
            }
        )
        key.append({"call_id": call_id, **{name: note[name] for name in ("type", "now", "next_step")}})
    return pd.DataFrame(cards), pd.DataFrame(key)


def _pick(streams: Streams, types: list[str]) -> list[dict[str, Any]]:
    """Return a note for each type; two cards of one type never share a note."""
    rank = {kind: iter(_shuffled(streams, kind)) for kind in set(types)}
    return [next(rank[kind]) for kind in types]


def _shuffled(streams: Streams, kind: str) -> list[dict[str, Any]]:
    notes = [note for note in _notes()["notes"] if note["type"] == kind]
    order = np.argsort(streams.uniforms(f"note {kind}", range(len(notes))))
    return [notes[place] for place in order]


def _slots(streams: Streams, card: int, surname: str) -> dict[str, dict[str, str]]:
    """Return what fills the slots of a note in each language; both name the same product and time."""
    lists = _notes()["slots"]
    order = f"CH{int(streams.uniforms('order number', [card])[0] * 900_000) + 100_000}"
    filled = {lang: {"surname": surname, "order": order} for lang in ("zh", "en")}
    for slot in ("product", "appliance", "hour"):
        place = int(streams.uniforms(slot, [card])[0] * len(lists[f"{slot}_zh"]))
        for lang, words in filled.items():
            words[slot] = lists[f"{slot}_{lang}"][place]
    return filled


@cache
def _notes() -> dict[str, Any]:
    return tomllib.loads((DATASETS / "retail" / "call_notes.toml").read_text(encoding="utf-8"))
