"""The mailbox and the log of questions: what customers write, and what each text is truly about."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.checked import need, numbers, once, refuse
from sim.errors import InputError
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

SOURCE = Path(__file__).resolve().parents[2] / "datasets" / "retail" / "mailbox.toml"
LANGUAGES = ("zh", "en")
STRANGER = 10**15  # message_id of mails about no order: from here on
DAY = 86_400
LATER_DAYS = 2.0  # mean time from an order to what is written about it
OTHER_HOST = "elsewhere.example"
WAYS = ("chat", "counter", "phone")
MAIL = ("message_id", "day", "at", "sender", "subject", "text")
QUESTION = ("message_id", "day", "at", "way", "text")
TRUTH = ("message_id", "customer_id", "order_id", "topic", "department", "priority", "typo")


class Post(NamedTuple):
    """Tables `mails` and `questions`, and apart from them `truth_mail` and `truth_question`."""

    mails: "pd.DataFrame"
    questions: "pd.DataFrame"
    truth_mails: "pd.DataFrame"
    truth_questions: "pd.DataFrame"


def post(orders: "pd.DataFrame", customers: "pd.DataFrame", streams: Streams, *, lang: str = "zh") -> Post:
    """Return what is written about a firm's orders, and what strangers write.

    `orders` has order_id (once each), customer_id, day, at (s), amount (yuan) and failed (True where something went
    wrong); `customers` has customer_id and e_mail. Every draw belongs to an order, so both languages tell of the same
    orders and topics. Raises InputError for an unknown language, missing columns or a customer without an address.
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang = {lang!r}: must be one of {', '.join(LANGUAGES)}; correct the spelling")
    need(customers, ["customer_id", "e_mail"], "customers")
    known, here, told = _orders(orders), streams.under("mailbox"), settings()["rates"]
    ids = known["order_id"]
    share = np.where(known["failed"], told["trouble_share"], told["order_share"])
    writes = known.loc[here.uniforms("writes", ids) < share].reset_index(drop=True)
    asks = known.loc[here.uniforms("asks", ids) < told["question_share"]].reset_index(drop=True)
    mails = _written(writes, _strangers(writes, here), here.under("mail"), lang, "mail")
    mails["sender"] = _senders(mails, customers, here)
    questions = _written(asks, asks.iloc[:0], here.under("question"), lang, "ask")
    ways = here.uniforms("way", questions["key"].to_numpy()) * len(WAYS)
    questions["way"] = np.array(WAYS, dtype=object)[ways.astype(np.int64)]
    return Post(mails[list(MAIL)], questions[list(QUESTION)], mails[list(TRUTH)], questions[list(TRUTH)])


@cache
def settings() -> dict[str, Any]:
    """Return wordings and rates, from datasets/retail/mailbox.toml."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def _orders(orders: "pd.DataFrame") -> "pd.DataFrame":
    need(orders, ["order_id", "customer_id", "day", "at", "amount", "failed"], "orders")
    made = orders[["order_id", "customer_id", "day", "at", "amount"]].astype({"amount": float})
    made["order_id"] = numbers(once(orders, "order_id", "orders"), "order_id", low=0, whole=True).astype(
        np.int64
    )
    return made.assign(failed=np.asarray(orders["failed"], dtype=bool)).reset_index(drop=True)


def _strangers(writes: "pd.DataFrame", here: Streams) -> "pd.DataFrame":
    """Return mails about no order, in numbers that fit the others', each on the day of one of them."""
    rate = settings()["rates"]["stranger_share"]
    chosen = writes.loc[here.uniforms("stranger", writes["order_id"].to_numpy()) < rate].copy()
    chosen["order_id"] += STRANGER
    return chosen.assign(customer_id=-1, failed=False).reset_index(drop=True)


def _written(
    writes: "pd.DataFrame", strange: "pd.DataFrame", here: Streams, lang: str, part: str
) -> "pd.DataFrame":
    """Return texts and their truth, one row each, in order of time; `key` is what their draws belong to."""
    import pandas as pd

    every = pd.concat([writes, strange], ignore_index=True)
    ids = every["order_id"].to_numpy()
    rates, told = settings()["rates"], settings()["topics"]
    topic = _topics(every, here, part)
    typo = here.uniforms("typo", ids) < rates["typo_share"]
    urgent = here.uniforms("urgent", ids) < rates["urgent_share"]
    later = np.floor(here.exponentials("later", ids) * LATER_DAYS * DAY).astype(np.int64)
    moment = every["day"].to_numpy() * DAY + every["at"].to_numpy().astype(np.int64) + later + 60
    luck = here.quads("words", ids, blocks=3).T
    flaws = zip(urgent.tolist(), typo.tolist(), strict=True)
    rows = zip(topic.tolist(), luck, ids.tolist(), every["amount"].tolist(), flaws, strict=True)
    texts = [_text(told[t], u, lang, part, (order, amount), flaw) for t, u, order, amount, flaw in rows]
    columns = {name: np.array([one.get(name) for one in told], dtype=object) for name in ("id", "department")}
    made = pd.DataFrame(
        {
            "key": ids,
            "day": moment // DAY,
            "at": moment % DAY,
            "subject": np.array([subject for subject, _ in texts], dtype=object),
            "text": np.array([text for _, text in texts], dtype=object),
            "customer_id": every["customer_id"].to_numpy(),
            "order_id": np.where(ids >= STRANGER, -1, ids),
            "topic": columns["id"][topic],
            "department": columns["department"][topic],
            "priority": np.maximum(np.array([one["priority"] for one in told])[topic] - urgent, 1),
            "typo": typo,
        }
    )
    made = made.iloc[np.lexsort((ids, moment))].reset_index(drop=True)
    # Numbered as they come in: the number of the order would tell what the text is about.
    return made.assign(message_id=np.arange(1, len(made) + 1))


def _topics(every: "pd.DataFrame", here: Streams, part: str) -> NDArray[np.int64]:
    told = [one if f"{part}_zh" in one else {} for one in settings()["topics"]]
    ids = every["order_id"].to_numpy()
    kinds = np.where(ids >= STRANGER, 2, every["failed"].to_numpy().astype(int))
    luck, made = here.uniforms("topic", ids), np.zeros(len(every), dtype=np.int64)
    for kind, name in enumerate(("plain", "trouble", "stranger")):
        upto = np.cumsum([one.get(name, 0.0) for one in told])
        mine = kinds == kind
        made[mine] = np.searchsorted(upto, luck[mine] * upto[-1], side="right")
    return made


def _text(
    topic: dict[str, Any],
    luck: NDArray[np.float64],
    lang: str,
    part: str,
    order: tuple[int, float],
    flaws: tuple[bool, bool],
) -> tuple[str, str]:
    """Return subject and text; `luck` are twelve uniform numbers, `flaws` whether it presses and has a slip."""
    told, frame = settings(), settings()["frame"]
    urgent, typo = flaws
    about_order = order[0] < STRANGER and part == "mail"
    parts = [
        _one(frame[f"hello_{lang}"], luck[0]) if part == "mail" else "",
        _one(topic[f"{part}_{lang}"], luck[1]),
        _one(frame[f"more_{lang}"], luck[2]) if about_order else "",
        _one(frame[f"urgent_{lang}"], luck[3]) if urgent else "",
        _one(frame[f"bye_{lang}"], luck[4]) if part == "mail" else "",
    ]
    slots = {
        "order": order[0],
        "product": _one(told["slots"][f"product_{lang}"], luck[5]),
        "when": _one(told["slots"][f"when_{lang}"], luck[6]),
        "days": 2 + int(luck[7] * 9),
        "sum": f"{order[1]:.2f}",
    }
    gap = "" if lang == "zh" else " "
    text = gap.join(one for one in parts if one).format(**slots)
    subject = _one(topic[f"subject_{lang}"], luck[8]).format(**slots)
    return subject, _slip(text, lang, luck[9], luck[10]) if typo else text


def _slip(text: str, lang: str, first: float, second: float) -> str:
    """Return the text with one slip of the pen: a known confusion if it has one, else a letter lost."""
    swaps = [pair for pair in settings()["typos"][f"swaps_{lang}"] if pair[0] in text]
    if swaps and first < 0.7:
        right, wrong = swaps[int(second * len(swaps))]
        return text.replace(right, wrong, 1)
    place = 1 + int(second * (len(text) - 2))
    return text[:place] + text[place + 1 :]


def _senders(mails: "pd.DataFrame", customers: "pd.DataFrame", here: Streams) -> NDArray:
    """Return addresses: the customer's, sometimes another one; the firm knows senders by nothing else."""
    known = dict(zip(customers["customer_id"].tolist(), customers["e_mail"].tolist(), strict=True))
    keys = mails["key"].to_numpy()
    other = here.uniforms("address", keys) < settings()["rates"]["other_address"]
    box = np.floor(here.uniforms("box", keys) * 1e6).astype(np.int64)
    made = []
    for customer, away, number in zip(
        mails["customer_id"].tolist(), other.tolist(), box.tolist(), strict=True
    ):
        if customer >= 0 and customer not in known:
            refuse(
                "customer_id", customer, "is not among the customers", "add the customer or drop the order"
            )
        strange = f"{'office' if customer < 0 else 'user'}{number:06d}@{OTHER_HOST}"
        made.append(strange if away or customer < 0 else known[customer])
    return np.array(made, dtype=object)


def _one(choices: list[str], uniform: float) -> str:
    return choices[int(uniform * len(choices))]
