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

READY = Path(__file__).resolve().parents[2] / "datasets"
LANGUAGES = ("zh", "en")
STRANGER = 10**15  # message_id of mails about no order: from here on
DAY = 86_400
SILENT = "silent"  # the kind of an occasion that failed and of which nothing is said
LATER_DAYS = 2.0  # mean time from an order to what is written about it
OTHER_HOST = "elsewhere.example"
MAIL = ("message_id", "day", "at", "sender", "subject", "text")
QUESTION = ("message_id", "day", "at", "way", "text")
TRUTH = ("message_id", "customer_id", "order_id", "topic", "department", "priority", "typo")
NEEDED = ("order_id", "customer_id", "day", "at", "amount")


class Post(NamedTuple):
    """Tables `mails` and `questions`, and apart from them `truth_mail` and `truth_question`."""

    mails: "pd.DataFrame"
    questions: "pd.DataFrame"
    truth_mails: "pd.DataFrame"
    truth_questions: "pd.DataFrame"


def post(
    orders: "pd.DataFrame",
    customers: "pd.DataFrame",
    streams: Streams,
    *,
    lang: str = "zh",
    market: str = "retail",
) -> Post:
    """Return what is written about a firm's orders, bills, contracts or quotes, and what strangers write.

    `orders` has order_id (once each), customer_id, day, at (s), amount (yuan) and either failed (True where something
    went wrong) or kind (plain, trouble, silent: it failed and not a word is said of it, or another that the market's
    wordings know); and may have `about`, what it is,
    with `number`, its own number: the truth then tells both. `customers` has customer_id and e_mail, and may have
    e_mail_<role>: other people who write for the customer, topic by topic. Every draw belongs to an order, so both
    languages tell of the same orders and topics. Raises InputError for an unknown language or market, missing columns,
    an unknown kind or a customer without an address.
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang = {lang!r}: must be one of {', '.join(LANGUAGES)}; correct the spelling")
    need(customers, ["customer_id", "e_mail"], "customers")
    told, here = settings(market), streams.under("mailbox")
    known = _orders(orders, told)
    ids, rates = known["order_id"], told["rates"]
    writes = known.loc[here.uniforms("writes", ids) < _rates(known, rates["mails"])]
    asks = known.loc[here.uniforms("asks", ids) < _rates(known, rates["questions"])]
    writes, asks = writes.reset_index(drop=True), asks.reset_index(drop=True)
    strange = _strangers(writes, here, rates["stranger_share"])
    mails = _written(writes, strange, here.under("mail"), lang, "mail", told)
    mails["sender"] = _senders(mails, customers, here, told)
    questions = _written(asks, asks.iloc[:0], here.under("question"), lang, "ask", told)
    ways = here.uniforms("way", questions["key"].to_numpy()) * len(told["ways"])
    questions["way"] = np.array(told["ways"], dtype=object)[ways.astype(np.int64)]
    truth = [*TRUTH, *(["about"] if "about" in orders else [])]
    return Post(mails[list(MAIL)], questions[list(QUESTION)], mails[truth], questions[truth])


@cache
def settings(market: str = "retail") -> dict[str, Any]:
    """Return wordings and rates of a market, from datasets/<market>/mailbox.toml; InputError if it has none."""
    source = READY / market / "mailbox.toml"
    if not source.is_file():
        there = sorted(path.parent.name for path in READY.glob("*/mailbox.toml"))
        raise InputError(
            f"market = {market!r}: has no mailbox; choose one of {', '.join(there)} or write {source.name} for it"
        )
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _orders(orders: "pd.DataFrame", told: dict[str, Any]) -> "pd.DataFrame":
    need(orders, [*NEEDED, "kind" if "kind" in orders else "failed"], "orders")
    made = orders[list(NEEDED)].astype({"amount": float})
    ids = numbers(once(orders, "order_id", "orders"), "order_id", low=0, whole=True).astype(np.int64)
    kinds = orders["kind"] if "kind" in orders else np.where(orders["failed"], "trouble", "plain")
    made = made.assign(order_id=ids, kind=np.asarray(kinds, dtype=object))
    odd = sorted(set(made["kind"]) - set(told["rates"]["mails"]) - {SILENT})
    if odd:
        refuse("kind", odd[0], f"must be one of {', '.join(told['rates']['mails'])}", "correct the spelling")
    extra = {"about": orders.get("about", "order"), "number": orders.get("number", made["order_id"])}
    return made.assign(**extra).reset_index(drop=True)


def _rates(known: "pd.DataFrame", rates: dict[str, float]) -> "pd.Series":
    return known["kind"].map({**rates, SILENT: rates["plain"]})


def complaints(market: str = "retail") -> frozenset[str]:
    """Return the topics that voice a failure: written oftener of what failed than of what did not."""
    topics = settings(market)["topics"]
    return frozenset(one["id"] for one in topics if _voices(one))


def _voices(topic: dict[str, Any]) -> bool:
    return bool(topic.get("trouble", 0.0) > topic.get("plain", 0.0))


def _weight(topic: dict[str, Any], kind: str) -> float:
    """Return how often a topic is written of at an occasion; of a silent failure no word, yet ordinary questions."""
    if kind == SILENT:
        return 0.0 if _voices(topic) else float(topic.get("plain", 0.0))
    return float(topic.get(kind, 0.0))


def _strangers(writes: "pd.DataFrame", here: Streams, rate: float) -> "pd.DataFrame":
    """Return mails about no order, in numbers that fit the others', each on the day of one of them."""
    chosen = writes.loc[here.uniforms("stranger", writes["order_id"].to_numpy()) < rate].copy()
    chosen["order_id"] += STRANGER
    nobody = {"customer_id": -1, "kind": "stranger", "about": "none", "number": -1}
    return chosen.assign(**nobody).reset_index(drop=True)


def _written(
    writes: "pd.DataFrame",
    strange: "pd.DataFrame",
    here: Streams,
    lang: str,
    part: str,
    told: dict[str, Any],
) -> "pd.DataFrame":
    """Return texts and their truth, one row each, in order of time; `key` is what their draws belong to."""
    import pandas as pd

    every = pd.concat([writes, strange], ignore_index=True)
    ids = every["order_id"].to_numpy()
    rates, topics = told["rates"], told["topics"]
    topic = _topics(every, here, part, topics)
    typo = here.uniforms("typo", ids) < rates["typo_share"]
    urgent = here.uniforms("urgent", ids) < rates["urgent_share"]
    later = np.floor(here.exponentials("later", ids) * LATER_DAYS * DAY).astype(np.int64)
    moment = every["day"].to_numpy() * DAY + every["at"].to_numpy().astype(np.int64) + later + 60
    luck = here.quads("words", ids, blocks=3).T
    columns = (every[name].tolist() for name in ("about", "number", "amount"))
    rows = zip(topic.tolist(), luck, zip(*columns, strict=True), urgent.tolist(), strict=True)
    texts = [_text(topics[t], u, lang, part, it, presses, told) for t, u, it, presses in rows]
    names = [
        _slip(text, lang, u[9], u[10], told) if t else text
        for (_, text), u, t in zip(texts, luck, typo, strict=True)
    ]
    columns_ = {n: np.array([one.get(n) for one in topics], dtype=object) for n in ("id", "department")}
    made = pd.DataFrame(
        {
            "key": ids,
            "day": moment // DAY,
            "at": moment % DAY,
            "subject": np.array([subject for subject, _ in texts], dtype=object),
            "text": np.array(names, dtype=object),
            "customer_id": every["customer_id"].to_numpy(),
            "order_id": every["number"].to_numpy(),
            "topic": columns_["id"][topic],
            "department": columns_["department"][topic],
            "priority": np.maximum(np.array([one["priority"] for one in topics])[topic] - urgent, 1),
            "typo": typo,
            "about": every["about"].to_numpy(),
        }
    )
    made = made.iloc[np.lexsort((ids, moment))].reset_index(drop=True)
    # Numbered as they come in: the number of the order would tell what the text is about.
    return made.assign(message_id=np.arange(1, len(made) + 1))


def _topics(
    every: "pd.DataFrame", here: Streams, part: str, topics: list[dict[str, Any]]
) -> NDArray[np.int64]:
    told = [one if f"{part}_zh" in one else {} for one in topics]
    kinds, luck = every["kind"].to_numpy(), here.uniforms("topic", every["order_id"].to_numpy())
    made = np.zeros(len(every), dtype=np.int64)
    for kind in dict.fromkeys(kinds.tolist()):
        upto = np.cumsum([_weight(one, kind) for one in told])
        mine = kinds == kind
        made[mine] = np.searchsorted(upto, luck[mine] * upto[-1], side="right")
    return made


def _text(
    topic: dict[str, Any],
    luck: NDArray[np.float64],
    lang: str,
    part: str,
    it: tuple[str, int, float],
    urgent: bool,
    told: dict[str, Any],
) -> tuple[str, str]:
    """Return subject and text; `luck` are twelve uniform numbers, `it` is what is written about: kind, number, yuan."""
    frame, (about, number, amount) = told["frame"], it
    said, detail = _one(topic[f"{part}_{lang}"], luck[1]), _detail(topic.get(f"detail_{lang}", []), luck[11])
    presses = _one(frame[f"urgent_{lang}"], luck[3]) if urgent else ""
    hello = _one(frame[f"hello_{lang}" if part == "mail" or detail else f"lead_{lang}"], luck[0])
    if part == "mail":
        more, bye = (
            _one(frame.get(f"more_{about}_{lang}", [""]), luck[2]),
            _one(frame[f"bye_{lang}"], luck[4]),
        )
        lines = [hello, said, detail, more, presses, bye]
    else:  # a question comes last, after what it is about
        mark = "？" if lang == "zh" and urgent else ""
        lines = [hello, detail, said + mark, presses or _one(frame[f"tail_{lang}"], luck[4])]
    slots = {
        "order": number,
        "days": 2 + int(luck[7] * 9),
        "sum": f"{amount:.2f}",
        "product": _one(told["slots"][f"product_{lang}"], luck[5]),
        "when": _one(told["slots"][f"when_{lang}"], luck[6]),
        "pieces": 5 * (1 + int(luck[8] * 40)),
    }
    gap = "" if lang == "zh" else " "
    text = gap.join(one for one in lines if one).format(**slots)
    return _one(topic[f"subject_{lang}"], luck[8]).format(**slots), text


def _detail(details: list[str], uniform: float) -> str:
    """Return one of the details of a topic, or nothing as often as two of them."""
    return _one([*details, "", ""], uniform)


def _slip(text: str, lang: str, first: float, second: float, told: dict[str, Any]) -> str:
    """Return the text with one slip of the pen: a known confusion if it has one, else a letter lost."""
    swaps = [pair for pair in told["typos"][f"swaps_{lang}"] if pair[0] in text]
    if swaps and first < 0.7:
        right, wrong = swaps[int(second * len(swaps))]
        return text.replace(right, wrong, 1)
    place = 1 + int(second * (len(text) - 2))
    return text[:place] + text[place + 1 :]


def _senders(
    mails: "pd.DataFrame", customers: "pd.DataFrame", here: Streams, told: dict[str, Any]
) -> NDArray:
    """Return addresses: the customer's, sometimes another one; the firm knows senders by nothing else."""
    ids, roles = customers["customer_id"].tolist(), {one["id"]: one.get("role") for one in told["topics"]}
    books = {
        name: dict(zip(ids, customers[name].tolist(), strict=True)) for name in customers if "e_mail" in name
    }
    keys = mails["key"].to_numpy()
    other = here.uniforms("address", keys) < told["rates"]["other_address"]
    box = np.floor(here.uniforms("box", keys) * 1e6).astype(np.int64)
    made, known = [], books["e_mail"]
    columns = (mails["customer_id"].tolist(), mails["topic"].tolist(), other.tolist(), box.tolist())
    for customer, topic, away, number in zip(*columns, strict=True):
        if customer >= 0 and customer not in known:
            refuse(
                "customer_id", customer, "is not among the customers", "add the customer or drop the order"
            )
        strange = f"{'office' if customer < 0 else 'user'}{number:06d}@{OTHER_HOST}"
        book = books.get(f"e_mail_{roles[topic]}", known)
        made.append(strange if away or customer < 0 else book[customer])
    return np.array(made, dtype=object)


def _one(choices: list[str], uniform: float) -> str:
    return choices[int(uniform * len(choices))]
