"""Paper cards: what people wrote down about themselves, with slips, doubles and news of yesterday; and who they are."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import people
from sim.checked import need, numbers, once
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

SOURCE = Path(__file__).resolve().parents[2] / "datasets" / "retail" / "cards.toml"
FIELDS = ("name", "gender", "birth_year", "phone", "e_mail", "province", "city", "district", "street")
ADDRESS = ("province", "city", "district", "street")
MOST_CARDS = 5  # a person
STRANGER, FAMILY = 4 * 10**15, 5 * 10**15  # person_id of people who are no customers: from here on
YEAR = 365.0


class Cards(NamedTuple):
    """Tables `paper_cards` (what lies in the drawer) and `truth_cards` (whose each card is, and what is wrong)."""

    cards: "pd.DataFrame"
    truth: "pd.DataFrame"


def cards(customers: "pd.DataFrame", days: int, streams: Streams, *, lang: str = "zh") -> Cards:
    """Return the cards in the drawer at the end of a story of `days` days.

    `customers` has customer_id and the columns of FIELDS as they are true now. A card may be a double (not the first of
    its person), stale (address or number were true once), contradictory (a slip in a field), or somebody else's in all but the person.
    Draws belong to person and card. InputError for missing columns or an unknown language.
    """
    need(customers, ["customer_id", *FIELDS], "customers")
    ids = numbers(once(customers, "customer_id", "customers"), "customer_id", low=0, whole=True)
    here = streams.under("cards")
    everybody = _everybody(customers, ids.astype(np.int64), here, lang)
    made, truth = _filled(everybody, days, here)
    grow_stale(made, truth, days, here, lang)
    slip(made, truth, here, lang)
    return _numbered(made, truth)


@cache
def settings() -> dict[str, Any]:
    """Return the shares of every flaw, from datasets/retail/cards.toml."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def _everybody(customers: "pd.DataFrame", ids: NDArray[np.int64], here: Streams, lang: str) -> "pd.DataFrame":
    """Return who may have filled in a card: customers, people who never bought, and members of customers' families."""
    import pandas as pd

    told = settings()
    known = customers[list(FIELDS)].assign(person_id=ids, customer_id=ids)
    strange = ids[here.uniforms("stranger", ids) < told["stranger_share"]] + STRANGER
    others = pd.DataFrame(people.persons(here.under("strangers"), strange, lang=lang))[list(FIELDS)]
    kin = here.uniforms("family", ids) < told["family_share"]
    family = known[kin].copy()
    born = pd.DataFrame(people.persons(here.under("family"), ids[kin] + FAMILY, lang=lang))
    family["name"] = same_surname(family["name"].tolist(), born["name"].tolist(), lang)
    for name in ("gender", "birth_year"):
        family[name] = born[name].to_numpy()
    family["e_mail"], family["person_id"] = "", ids[kin] + FAMILY
    made = pd.concat(
        [known, others.assign(person_id=strange, customer_id=-1), family.assign(customer_id=-1)],
        ignore_index=True,
    )
    strangers = made["person_id"].to_numpy() >= STRANGER
    has = strangers | (here.uniforms("has", made["person_id"].to_numpy()) < told["card_share"])
    return made[has].reset_index(drop=True)


def _filled(everybody: "pd.DataFrame", days: int, here: Streams) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return one row a card, as it would be without flaws, and its truth."""
    import pandas as pd

    told, lots, rows = settings(), [], np.arange(len(everybody))
    person = everybody["person_id"].to_numpy()
    for number in range(MOST_CARDS):
        lots.append((rows, np.full(len(rows), number)))
        rows = rows[here.uniforms("again", person[rows], use=number) < told["again_share"]]
    which, turn = (np.concatenate(part) for part in zip(*lots, strict=True))
    made = everybody.iloc[which].reset_index(drop=True)
    key = made["person_id"].to_numpy() * 10 + turn
    start = -told["months_before"] * 30.0
    day = np.floor(start + here.uniforms("day", key) * (days - start)).astype(np.int64)
    upto = np.cumsum(list(told["places"].values()))
    places = np.searchsorted(upto, here.uniforms("place", key) * upto[-1], side="right")
    made["day"], made["place"] = day, np.array(list(told["places"]), dtype=object)[places]
    truth = pd.DataFrame({"key": key, "person_id": made["person_id"], "customer_id": made["customer_id"]})
    return made[["day", "place", *FIELDS]], truth.assign(stale="", wrong="")


def grow_stale(made: "pd.DataFrame", truth: "pd.DataFrame", days: int, here: Streams, lang: str) -> None:
    """Give papers from before a move the old address, and from before a new number the old one."""
    import pandas as pd

    person, day = truth["person_id"].to_numpy(), made["day"].to_numpy()
    before = pd.DataFrame(former(person, here, lang))
    for what, share, names in (
        ("address", settings()["moved_share"], ADDRESS),
        ("phone", settings()["new_number_share"], ("phone",)),
    ):
        since = here.exponentials(f"since {what}", person) / share * YEAR  # days before the end
        old = day < days - since
        for name in names:
            made.loc[old, name] = before[name].to_numpy()[old]
        mark(truth, "stale", what, old)


def former(person: NDArray[np.int64], here: Streams, lang: str) -> dict[str, NDArray]:
    """Return who each was before: the address and number of old, the same on every paper about one person."""
    ids, place = np.unique(person, return_inverse=True)
    told = people.persons(here.under("before"), ids, lang=lang)
    return {name: told[name][place] for name in (*ADDRESS, "phone")}


def slip(made: "pd.DataFrame", truth: "pd.DataFrame", here: Streams, lang: str) -> None:
    """Let fields be misheard, misread or left out, and mark what is wrong; draws belong to the key of each row."""
    told, key = settings()["slips"], truth["key"].to_numpy()

    def hit(name: str) -> NDArray[np.bool_]:
        return np.asarray(here.uniforms(f"slip {name}", key) < told[name])

    where = here.uniforms("where", key)
    misheard = {a: b for pair in settings()["misheard"][lang] for a, b in (pair, pair[::-1])}
    names = made["name"].tolist()
    other = np.array([_misheard(name, misheard, lang) for name in names], dtype=object)
    wrong = hit("name") & (other != made["name"].to_numpy())
    made.loc[wrong, "name"] = other[wrong]
    mark(truth, "wrong", "name", wrong)
    _phones(made, truth, hit, where)
    wrong = hit("birth_year")
    steps = np.floor(1.0 + where * 9.0).astype(np.int64) * np.where(where * 97.0 % 1.0 < 0.5, -1, 1)
    made.loc[wrong, "birth_year"] = made["birth_year"].to_numpy()[wrong] + steps[wrong]
    mark(truth, "wrong", "birth_year", wrong)
    wrong = hit("gender")
    made.loc[wrong, "gender"] = np.where(made["gender"].to_numpy()[wrong] == "f", "m", "f")
    mark(truth, "wrong", "gender", wrong)
    wrong = hit("e_mail")
    mails = [
        _without(text, 1 + int(u * 5))
        for text, u in zip(made["e_mail"].tolist(), where.tolist(), strict=True)
    ]
    made.loc[wrong, "e_mail"] = np.array(mails, dtype=object)[wrong]
    none = hit("e_mail_none")
    mark(truth, "wrong", "e_mail", wrong & ~none & (made["e_mail"] != "").to_numpy())
    made.loc[none, "e_mail"] = ""
    made.loc[hit("street_none"), "street"] = ""


def _phones(made: "pd.DataFrame", truth: "pd.DataFrame", hit: Any, where: NDArray[np.float64]) -> None:
    numbers_ = made["phone"].tolist()
    places = (3 + where * 7).astype(np.int64).tolist()
    swapped = [n[:k] + n[k + 1] + n[k] + n[k + 2 :] for n, k in zip(numbers_, places, strict=True)]
    short = [_without(n, k) for n, k in zip(numbers_, places, strict=True)]
    forms = [
        f"{n[:3]}-{n[3:7]}-{n[7:]}" if k % 2 else f"+86 {n}" for n, k in zip(numbers_, places, strict=True)
    ]
    none = hit("phone_none")
    right = made["phone"].to_numpy().copy()
    for name, written in (("phone_digit", swapped), ("phone_short", short)):
        which = hit(name)
        made.loc[which, "phone"] = np.array(written, dtype=object)[which]
    mark(truth, "wrong", "phone", (made["phone"].to_numpy() != right) & ~none)
    form = hit("phone_form") & (made["phone"].to_numpy() == right)
    made.loc[form, "phone"] = np.array(forms, dtype=object)[form]
    made.loc[none, "phone"] = ""


def _numbered(made: "pd.DataFrame", truth: "pd.DataFrame") -> Cards:
    """Return the cards in the order they were filled in, and which of each person is the newest."""
    order = np.lexsort((truth["key"].to_numpy(), made["day"].to_numpy()))
    made, truth = made.iloc[order].reset_index(drop=True), truth.iloc[order].reset_index(drop=True)
    number = np.arange(1, len(made) + 1)
    truth = truth.assign(
        card_id=number,
        double=truth.duplicated("person_id"),
        newest=~truth.duplicated("person_id", keep="last"),
    )
    made.insert(0, "card_id", number)
    return Cards(made, truth[["card_id", "person_id", "customer_id", "double", "newest", "stale", "wrong"]])


def mark(truth: "pd.DataFrame", column: str, word: str, which: NDArray[np.bool_]) -> None:
    """Add a word to a column of words parted by spaces."""
    truth.loc[which, column] = (truth.loc[which, column] + " " + word).str.strip()


def _misheard(name: str, alike: dict[str, str], lang: str) -> str:
    if lang == "zh":
        return alike.get(name[0], name[0]) + name[1:]
    given, surname = name.rsplit(" ", 1)
    return f"{given} {alike.get(surname, surname)}"


def same_surname(mine: list[str], other: list[str], lang: str) -> list[str]:
    """Return the names of `other` with the surnames of `mine`."""
    if lang == "zh":
        return [a[0] + b[1:] for a, b in zip(mine, other, strict=True)]
    return [f"{b.rsplit(' ', 1)[0]} {a.rsplit(' ', 1)[1]}" for a, b in zip(mine, other, strict=True)]


def _without(text: str, place: int) -> str:
    return text[:place] + text[place + 1 :]
