"""Paper forms: follow-up record, questionnaire, background sheet, network of relations; flawed, and what is wrong is known."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.instruments import cards
from sim.instruments.form_sources import Sources, pairs, sources, year_before
from sim.market.accounts import SEAT_STEP
from sim.market.settings import kind_of
from sim.market.story import Story
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

READY = Path(__file__).resolve().parents[2] / "datasets"
FORMS = ("form_tracking", "form_survey", "form_background", "form_network")
KINDS = tuple(name.removeprefix("form_") for name in FORMS)
MOST_TIMES = 4  # one form of one person or contact
UNKNOWN = -1
LAST_DAYS = 90  # questionnaires were handed out in the last days of the story
CLOSENESS, ANSWERS = 5, 5
INDUSTRY = {"科技": "technology", "传媒": "media", "网络": "networks", "信息": "data",
            "Technology": "technology", "Media": "media", "Networks": "networks", "Data": "data"}  # fmt: skip
TRUTH = ("form", "form_id", "person_id", "customer_id", "other_id", "double", "stale", "wrong")


class Forms(NamedTuple):
    """The four tables by name, and table `truth_form`: whose each form is, and what is wrong with it."""

    tables: "dict[str, pd.DataFrame]"
    truth: "pd.DataFrame"


def forms(
    story: Story,
    customers: "pd.DataFrame",
    seed: int,
    streams: Streams,
    *,
    contacts: "pd.DataFrame | None" = None,
    lang: str = "zh",
) -> Forms:
    """Return the forms in the folders at the end of a story.

    `customers` is its table of people, `contacts` the table account_contacts where customers are firms. A form may be a
    double (the same matter written down again), stale (number or address were true once: the same old ones as on the
    paper cards), or contradictory (a field differs from what is so). Draws belong to person, contact and form.
    """
    import pandas as pd

    told = settings(kind_of(story.settings))
    here, days = streams.under("forms"), int(story.almanac.first[story.months])
    made_of = sources(story, customers, contacts, seed, streams, lang=lang)
    first = {
        "tracking": _tracking(made_of, told, here),
        "survey": _survey(story, made_of, told, here, days, lang),
        "background": _background(story, made_of, told, here, days),
        "network": _network(story, made_of, told, here, days, seed, streams, lang),
    }
    tables_, truths = {}, []
    for kind, rows in first.items():
        rows, truth = _again(rows, told["again_share"], here.under(kind), days)
        rows["writer"] = _writers(story, rows, "writer" in rows)
        cards.grow_stale(rows, truth, days, streams.under("cards"), lang)
        if kind == "tracking":
            _notes(rows, truth, told, here.under(kind), streams.under("cards"), days, lang)
        cards.slip(rows, truth, here.under(kind), lang)
        _own_slips(rows, truth, told, here.under(kind))
        frame, truth = _numbered(kind, rows, truth)
        tables_[f"form_{kind}"] = frame
        truths.append(truth)
    return Forms(tables_, pd.concat(truths, ignore_index=True)[list(TRUTH)])


@cache
def settings(market: str) -> dict[str, Any]:
    """Return wordings and shares of a market's forms, from datasets/<market>/forms.toml."""
    return tomllib.loads((READY / market / "forms.toml").read_text(encoding="utf-8"))


def _some(
    rows: "pd.DataFrame", share: float, here: Streams, name: str, number: str = "person_id"
) -> "pd.DataFrame":
    luck = here.uniforms(f"has {name}", rows[number].to_numpy())
    some = rows[luck < share].reset_index(drop=True)
    return some.assign(number=some[number], other_id=UNKNOWN)


def _day(rows: "pd.DataFrame", here: Streams, name: str, days: int) -> NDArray[np.int64]:
    return np.floor(here.uniforms(f"day {name}", rows["number"].to_numpy()) * days).astype(np.int64)


def _tracking(made_of: Sources, told: dict[str, Any], here: Streams) -> "pd.DataFrame":
    """Return the contacts that somebody noted, with the person each was with."""
    kept = made_of.events[made_of.events["about"].isin(list(told["notes"]))]
    rows = _some(kept, told["tracking_share"], here, "tracking", "number")
    persons = made_of.persons.drop(columns=["customer_id"])
    own = rows[["number", "other_id", "person_id", "customer_id", "day", "way", "writer", "about"]]
    return own.merge(persons.drop_duplicates("person_id"), on="person_id")


def _survey(
    story: Story, made_of: Sources, told: dict[str, Any], here: Streams, days: int, lang: str
) -> "pd.DataFrame":
    rows = _some(made_of.persons, told["survey_share"], here, "survey")
    who = rows["number"].to_numpy()
    people = story.customers()
    order = np.argsort(people.id)
    mood = people.satisfaction[order][np.searchsorted(people.id[order], rows["customer_id"])]
    said = 0.7 * np.clip(mood, -2.0, 2.0) + 0.7 * here.normals("answer", who)
    wants = told["slots"][f"product_{lang}"]
    place = np.array(list(told["places"]), dtype=object)
    return rows.assign(
        day=np.maximum(days - 1 - _day(rows, here, "survey", LAST_DAYS), 0),
        place=place[(here.uniforms("place", who) * len(place)).astype(np.int64)],
        wants=np.array(wants, dtype=object)[(here.uniforms("wants", who) * len(wants)).astype(np.int64)],
        answer=1 + np.searchsorted([-1.2, -0.6, 0.1, 0.9], said),
        agrees=np.where(rows["consent"], "yes", "no").astype(object),
    )


def _background(
    story: Story, made_of: Sources, told: dict[str, Any], here: Streams, days: int
) -> "pd.DataFrame":
    """Return one sheet a customer; of a firm, as its user told it."""
    rows = made_of.persons
    rows = _some(
        rows[rows["role"] == "need"] if "role" in rows else rows, told["background_share"], here, "background"
    )
    day = _day(rows, here, "background", days)
    count, spent = year_before(story, rows["customer_id"].to_numpy(), day)
    if "industry" not in rows:
        kinds = [next((v for k, v in INDUSTRY.items() if k in firm), "") for firm in rows["firm"].tolist()]
        rows = rows.assign(industry=kinds, employees=UNKNOWN)
    return rows.assign(day=day, buys_a_year=count, spends_a_year=spent)


def _network(
    story: Story, made_of: Sources, told: dict[str, Any], here: Streams, days: int, seed: int,
    streams: Streams, lang: str,
) -> "pd.DataFrame":  # fmt: skip
    """Return who is said to know whom, one row a pair."""
    import pandas as pd

    links, others = pairs(story, made_of.persons, seed, streams, lang=lang)
    number = (links["person_id"] * 7 + links["other_id"]).astype(np.int64)
    links = links.assign(number=number).drop_duplicates("number")
    links = links[here.uniforms("has network", links["number"].to_numpy()) < told["network_share"]]
    names = pd.concat([made_of.persons[["person_id", "name", "phone"]], others]).drop_duplicates("person_id")
    names = names.rename(columns={"person_id": "other_id", "name": "other_name", "phone": "other_phone"})
    own = made_of.persons.drop(columns=["role"], errors="ignore").drop_duplicates("person_id")
    rows = links.merge(own, on="person_id").merge(names, on="other_id")
    close = here.uniforms("closeness", rows["number"].to_numpy())
    return rows.assign(
        day=_day(rows, here, "network", days),
        closeness=1 + (close * CLOSENESS).astype(np.int64),
    )


def _again(
    rows: "pd.DataFrame", share: float, here: Streams, days: int
) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return the forms with those that somebody else wrote again, some days later, and their truth."""
    lots, places, number = [], np.arange(len(rows)), rows["number"].to_numpy()
    for time in range(MOST_TIMES):
        lots.append((places, np.full(len(places), time)))
        places = places[here.uniforms("again", number[places], use=time) < share]
    which, turn = (np.concatenate(part) for part in zip(*lots, strict=True))
    made = rows.iloc[which].reset_index(drop=True)
    key = made["number"].to_numpy() * 10 + turn
    later = np.where(turn > 0, 1 + np.floor(here.uniforms("later", key) * 60.0), 0).astype(np.int64)
    made["day"] = np.minimum(made["day"].to_numpy() + later * np.maximum(turn, 1), days - 1)
    made["turn"] = turn
    truth = made[["person_id", "customer_id", "other_id"]].assign(
        key=key, double=turn > 0, stale="", wrong=""
    )
    return made, truth


def _writers(story: Story, rows: "pd.DataFrame", noted: bool) -> NDArray[np.int64]:
    """Return who wrote each form: who looks after the customer, or took the contact; what is written again, another one."""
    turn, firms = rows["turn"].to_numpy(), kind_of(story.settings) == "business"
    if noted and not firms:
        return np.asarray(rows["writer"].to_numpy() + turn)
    seat = (rows["keeper"].to_numpy() + turn) % story.settings.staff.count
    if not firms:
        return np.asarray(seat)
    leaves = story.surroundings.leaves[: story.months].astype(np.int64)
    before = np.cumsum(leaves, axis=0) - leaves
    return np.asarray(seat * SEAT_STEP + before[story.almanac.month_of(rows["day"].to_numpy()), seat])


def _own_slips(rows: "pd.DataFrame", truth: "pd.DataFrame", told: dict[str, Any], here: Streams) -> None:
    """Let fields of a form's own contradict what is so, and some be left open."""
    key = truth["key"].to_numpy()
    for name in told["slips"]:
        if name not in rows or not len(rows):
            continue
        luck = here.uniforms(f"own {name}", key)
        share, old = told["slips"][name], rows[name].to_numpy()
        wrong = luck < share["wrong"]
        other = _other(name, old, luck / max(share["wrong"], 1e-9), told)
        wrong &= other != old
        rows.loc[wrong, name] = other[wrong]
        cards.mark(truth, "wrong", name, wrong)
        none = (luck >= share["wrong"]) & (luck < share["wrong"] + share["none"])
        rows.loc[none, name] = UNKNOWN if old.dtype.kind == "i" else ""


def _other(name: str, old: NDArray, luck: NDArray[np.float64], told: dict[str, Any]) -> NDArray:
    """Return another value for each: of a list, or a number written with a nought too many or too few."""
    if old.dtype.kind == "i":
        odd = np.where(luck < 0.5, old * 10, np.maximum(old // 10, 1))
        return np.where(old > 0, odd, old)
    values = np.array(told["values"][name], dtype=object)
    return values[np.minimum(luck * len(values), len(values) - 1).astype(np.int64)]


def _notes(
    rows: "pd.DataFrame", truth: "pd.DataFrame", told: dict[str, Any], here: Streams, paper: Streams,
    days: int, lang: str,
) -> None:  # fmt: skip
    """Write the note of each contact: what was said, in somebody's words; here and there that the number is another now."""
    key, person = truth["key"].to_numpy(), truth["person_id"].to_numpy()
    changed = (
        days - paper.exponentials("since phone", person) / cards.settings()["new_number_share"] * cards.YEAR
    )
    tells = (changed > 0) & (rows["day"].to_numpy() >= changed)
    luck = here.quads("note", key, blocks=2).T
    slots, notes, results, following = told["slots"], [], [], []
    for about, phone, day, new, u in zip(
        rows["about"].tolist(),
        rows["phone"].tolist(),
        rows["day"].tolist(),
        tells.tolist(),
        luck.tolist(),
        strict=True,
    ):
        one = told["notes"][about]
        words = (
            _pick(one[lang], u[0]) + (told["number"][lang] if new else "") + _pick(told["tail"][lang], u[1])
        )
        notes.append(
            words.format(
                product=_pick(slots[f"product_{lang}"], u[2]), when=_pick(slots[f"when_{lang}"], u[3]),
                days=2 + int(u[4] * 9), pieces=5 * (1 + int(u[5] * 40)), phone=phone,
            )
        )  # fmt: skip
        results.append(_pick(one["results"], u[6]))
        following.append(day + 1 + int(u[7] * 14) if u[7] < 0.8 else UNKNOWN)
    rows["note"], rows["result"] = np.array(notes, dtype=object), np.array(results, dtype=object)
    wrong = here.uniforms("next", key) < told["next_before_share"]
    rows["next_day"] = np.where(wrong, rows["day"] - 3, following).astype(np.int64)
    cards.mark(truth, "wrong", "next_day", wrong)
    # The note has the new number; the head of the sheet was written before.
    before = cards.former(person, paper, lang)["phone"]
    rows.loc[tells, "phone"] = before[tells]
    cards.mark(truth, "stale", "phone", tells & ~truth["stale"].str.contains("phone").to_numpy())


def _numbered(
    kind: str, rows: "pd.DataFrame", truth: "pd.DataFrame"
) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return forms in order of time with the columns of their table, and the truth of what those columns show."""
    from sim import tables

    order = np.lexsort((truth["key"].to_numpy(), rows["day"].to_numpy()))
    names = tables.columns(f"form_{kind}")
    number = np.arange(1, len(rows) + 1)
    rows, truth = rows.iloc[order].reset_index(drop=True), truth.iloc[order].reset_index(drop=True)
    shown = {*names, *(["address"] if set(cards.ADDRESS) & set(names) else [])}
    for column in ("stale", "wrong"):
        texts = [" ".join(w for w in text.split() if w in shown) for text in truth[column].tolist()]
        truth[column] = np.array(texts, dtype=object)
    made = rows.assign(form_id=number)[list(names)]
    kinds = {told.name: tables.DTYPES[told.dtype] for told in tables.table(f"form_{kind}").columns}
    made = made.astype(kinds)
    ids = {name: truth[name].astype(np.int64) for name in ("person_id", "customer_id", "other_id")}
    return made, truth.assign(form=kind, form_id=number, **ids)


def _pick(choices: list[str], uniform: float) -> str:
    return choices[int(uniform * len(choices))]
