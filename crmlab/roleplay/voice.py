"""Optional: a language model says the customer's lines in other words. What happens and what it scores, it never touches."""

import json
import os
import re
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from crmlab.roleplay.clarity import HAN
from crmlab.roleplay.engine import Play, Turn

URL, KEY, MODEL = "CRMLAB_MODEL_URL", "CRMLAB_MODEL_KEY", "CRMLAB_MODEL_NAME"
SECONDS = 5
MOST_KEPT = 500
MOST_BYTES = 200_000
LONGER = 3  # times as long as the script's line, and twenty signs: more is a speech, not a reply
ORDER = {
    "zh": "你扮演来电的客户{name}。把下面这句话换一种口语说法，意思、态度、数字和括号里的动作都不变，不加新的事，只回这一句。",
    "en": "You play the calling customer {name}. Say the line below in other spoken words. Keep meaning, mood, numbers and what stands in brackets, add no new fact, answer with the line only.",
}


@dataclass(frozen=True)
class Spoken:
    """A reply as it is shown: the words, and whether the model was asked and failed."""

    text: str
    failed: bool = False


_heard: dict[tuple[Any, ...], Spoken] = {}  # a convenience of this process: losing it changes words, no play


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere: the key is for one address."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


def wanted() -> bool:
    """Return whether a model is set up by the environment, and this is no marking."""
    return bool(os.environ.get(URL)) and not os.environ.get("CRMLAB_GRADING")


def spoken(play: Play, turn: Turn) -> Spoken:
    """Return the customer's reply of a turn in the model's words, where one is set up; else, or on failure, the script's.

    Each reply is asked for once in a process, and only while it is the newest.
    """
    if not wanted():
        return Spoken(turn.reply)
    place = (os.environ[URL], play.scenario.sha, play.seed, play.level, play.lang, turn.n, turn.reply)
    if place not in _heard and turn is play.turns[-1]:
        if len(_heard) >= MOST_KEPT:
            _heard.clear()
        name = str(play.scenario.plain["customer"]["name"][play.lang])
        _heard[place] = _asked(ORDER[play.lang].format(name=name), turn.reply)
    return _heard.get(place, Spoken(turn.reply))


def _asked(order: str, reply: str) -> Spoken:
    try:
        words = _words(_answer(os.environ[URL], os.environ.get(MODEL, ""), order, reply))
    except (OSError, HTTPException, ValueError, KeyError, IndexError, TypeError, RecursionError):
        return Spoken(reply, failed=True)
    return Spoken(words) if _faithful(reply, words) else Spoken(reply, failed=True)


def _answer(url: str, model: str, order: str, reply: str) -> Any:
    """Return what the server answers to one request in the form of OpenAI's chat completions."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(url)
    asked = {
        "model": model,
        "temperature": 0.7,
        "messages": [{"role": "system", "content": order}, {"role": "user", "content": reply}],
    }
    heads = {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ.get(KEY, '')}"}
    address = url.rstrip("/") + "/chat/completions"
    request = urllib.request.Request(address, json.dumps(asked).encode("utf-8"), heads)
    with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS) as answer:
        return json.loads(answer.read(MOST_BYTES))


def _words(answer: Any) -> str:
    told = answer["choices"][0]["message"]["content"]
    if not isinstance(told, str):
        raise TypeError(type(told).__name__)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in told).split()).strip("\"'“”「」")


def _faithful(reply: str, words: str) -> bool:
    """Return whether the model kept to the line: language, numbers, length, and who hangs up."""
    kept = re.findall(r"\d+|[（(][^）)]*[）)]", reply)
    return (
        0 < len(words) <= LONGER * len(reply) + 20
        and bool(HAN.search(words)) == bool(HAN.search(reply))
        and sorted(re.findall(r"\d+", words)) == sorted(re.findall(r"\d+", reply))
        and all(part in words for part in kept)
    )
