"""Who and what the paper forms tell of: contacts and visits, people, firms, and who knows whom."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import people
from sim.instruments import cards
from sim.market.story import Story
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

EVENT_STEP = 10  # a visit in numbers: account, day, and one of three people
SEEN_FROM = 0.55  # a degree that sounds as if it were there
YEAR_DAYS, LEAST_DAYS, DAY_STEP = 365, 91, 100_000
SENT = {"chat": 0.2, "phone": 0.6, "counter": 0.2}  # how a contact of people reached the writer


@dataclass(frozen=True)
class Sources:
    """What forms are made of: `persons` (a row each, with the columns of cards.FIELDS, person_id, customer_id, firm, industry)
    and `events` (contacts worth a note: number, person_id, customer_id, day, way, writer, about).
    """

    persons: "pd.DataFrame"
    events: "pd.DataFrame"


def sources(
    story: Story,
    customers: "pd.DataFrame",
    contacts: "pd.DataFrame | None",
    seed: int,
    streams: Streams,
    *,
    lang: str,
) -> Sources:
    """Return them for a market of people, or, where `contacts` (table account_contacts) is given, of firms."""
    known = _people(customers) if contacts is None else _in_firms(story, customers, contacts, seed, lang)
    return Sources(known, _asked(story, streams) if contacts is None else _visited(story))


def pairs(
    story: Story, known: "pd.DataFrame", seed: int, streams: Streams, *, lang: str
) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return who knows whom (person_id, other_id, relation, role) and, a row each, the others who are no customers."""
    import pandas as pd

    found = story.frame("prospects")
    sent = found[found["referred_by"] >= 0]
    lots = [_pair(sent["referred_by"], sent["prospect_id"], "recommended")]
    strangers = sent.loc[~sent["prospect_id"].isin(known["person_id"]), "prospect_id"].to_numpy()
    women = story.settings.customers.women_share
    born = people.persons(Streams(seed, "people"), strangers, lang=lang, women_share=women)
    others = [_named(born, strangers)]
    if "role" in known:
        lots += _inside(known)
    else:
        kin, pair = _families(known, streams.under("cards"), lang)
        lots += [pair, _colleagues(known)]
        others.append(kin)
    made = pd.concat(lots, ignore_index=True)
    return made[made["person_id"].isin(known["person_id"])], pd.concat(others, ignore_index=True)


def year_before(
    story: Story, ids: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many payments each customer of `ids` made in the year before each `day`, and yuan, whole.

    From a quarter of a year on what is known is taken for the whole; with less, -1: nobody can tell yet.
    """
    rows = story.income()
    known = np.minimum(day, YEAR_DAYS)
    if not rows:
        return np.full(len(ids), -1), np.full(len(ids), -1)
    when = rows["customer_id"] * DAY_STEP + rows["day"]
    order = np.argsort(when, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(rows["amount"][order] / 100.0)])
    begin, end = (np.searchsorted(when[order], ids * DAY_STEP + edge) for edge in (day - known, day))
    times = YEAR_DAYS / np.maximum(known, 1)
    told = [np.rint((end - begin) * times), np.rint((sums[end] - sums[begin]) * times)]
    count, spent = (np.where(known >= LEAST_DAYS, one, -1).astype(np.int64) for one in told)
    return count, spent


def _people(customers: "pd.DataFrame") -> "pd.DataFrame":
    ids = customers["customer_id"]
    made = customers[["customer_id", *cards.FIELDS, "employer", "consent", "keeper"]]
    return made.assign(person_id=ids, firm=customers["employer"]).reset_index(drop=True)


def _in_firms(
    story: Story, customers: "pd.DataFrame", contacts: "pd.DataFrame", seed: int, lang: str
) -> "pd.DataFrame":
    """Return the people in accounts, at the address of their firm; one person may have two roles, the first is told."""
    place = customers[
        ["customer_id", "province", "city", "district", "street", "employer", "consent", "keeper"]
    ]
    firms = story.frame("accounts")[["customer_id", "industry", "employees"]]
    once = contacts.drop_duplicates(["customer_id", "person_id"])
    made = once.merge(place, on="customer_id").merge(firms, on="customer_id")
    gap = "" if lang == "zh" else " "
    born = people.persons(Streams(seed, "people"), made["person_id"].to_numpy(), lang=lang)["birth_year"]
    return made.assign(firm=made["city"] + gap + made["employer"], birth_year=born)


def _asked(story: Story, streams: Streams) -> "pd.DataFrame":
    """Return the contacts of customers with the service, first attempts, as somebody might note them."""
    rows = story.frame("service_contacts")
    rows = rows[(rows["attempt"] == 1) & ~rows["abandoned"]]
    number = rows["contact_id"].to_numpy()
    upto = np.cumsum(list(SENT.values()))
    ways = np.searchsorted(upto[:-1], streams.under("forms").uniforms("way", number), side="right")
    return rows.assign(
        number=number, person_id=rows["customer_id"], writer=rows["agent_id"], about=rows["reason"],
        way=np.array(list(SENT), dtype=object)[ways],
    ).reset_index(drop=True)  # fmt: skip


def _visited(story: Story) -> "pd.DataFrame":
    """Return the visits of salespeople; what was said of money, authority or need makes what the note is about."""
    from sim.market.accounts import ROLES
    from sim.market.tables import AUTHORITY_STEP, MONEY_STEP

    rows = story.frame("visits")
    small = story.frame("accounts").set_index("customer_id")["employees"] < story.settings.accounts.boss_below
    account, role = rows["customer_id"], rows["role"]
    boss = small.loc[account].to_numpy()
    money = np.where(boss, account + AUTHORITY_STEP, account + MONEY_STEP)
    person = np.select([role == "money", role == "authority"], [money, account + AUTHORITY_STEP], account)
    sound = np.where(rows["said"] >= SEEN_FROM, "has", "lacks")
    code = role.map({name: k for k, name in enumerate(ROLES)}).to_numpy()
    return rows.assign(
        number=(account.to_numpy() * 10_000 + rows["day"].to_numpy()) * EVENT_STEP + code,
        person_id=person, writer=rows["salesperson_id"], way="visit", about=role.astype(str) + "_" + sound,
    ).drop_duplicates("number", ignore_index=True)  # fmt: skip


def _pair(who: Any, other: Any, relation: str, role: Any = "") -> "pd.DataFrame":
    import pandas as pd

    who = np.asarray(who, dtype=np.int64)
    return pd.DataFrame(
        {"person_id": who, "other_id": np.asarray(other, dtype=np.int64), "relation": relation, "role": role}
    )


def _inside(known: "pd.DataFrame") -> list["pd.DataFrame"]:
    """Return, for each account, its user beside who has the money, and beside who decides."""
    user = known[known["role"] == "need"].set_index("customer_id")["person_id"]
    lots = []
    for role, relation in (("money", "colleague"), ("authority", "superior")):
        rows = known[known["role"] == role]
        lots.append(_pair(user.loc[rows["customer_id"]], rows["person_id"], relation, role))
    return lots


def _families(known: "pd.DataFrame", here: Streams, lang: str) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return members of customers' families, the same as on paper cards, and whose they are."""
    ids = known["person_id"].to_numpy()
    kin = here.uniforms("family", ids) < cards.settings()["family_share"]
    born = people.persons(here.under("family"), ids[kin] + cards.FAMILY, lang=lang)
    born["name"] = np.array(
        cards.same_surname(known.loc[kin, "name"].tolist(), born["name"].tolist(), lang), dtype=object
    )
    return _named(born, ids[kin] + cards.FAMILY), _pair(ids[kin], ids[kin] + cards.FAMILY, "family")


def _colleagues(known: "pd.DataFrame") -> "pd.DataFrame":
    """Return customers who work at the same firm in the same city, each beside the next of them."""
    rows = known.sort_values("person_id")
    firm = rows["city"] + rows["employer"]
    other = rows.groupby(firm)["person_id"].shift(-1)
    there = other.notna()
    return _pair(rows.loc[there, "person_id"], other[there], "colleague")


def _named(persons: dict[str, NDArray], ids: Any) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(
        {"person_id": np.asarray(ids, dtype=np.int64), "name": persons["name"], "phone": persons["phone"]}
    )
