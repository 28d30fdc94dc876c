"""Firms: the names of accounts, of the people in them, and of the salespeople who call on them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import people
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

    Frames = dict[str, pd.DataFrame]

STAFF = 4 * 10**14  # salespeople are persons too, numbered from here on
PERSON = ("name", "gender", "phone", "e_mail")
BOSS = ("总经理", "General manager")
TITLES = {  # position of who has the money, the authority, the need: of either sort of firm there are two
    "money": (("财务总监", "采购经理"), ("Finance director", "Purchasing manager")),
    "authority": (("总经理", "副总经理"), ("General manager", "Deputy general manager")),
    "need": (("生产主管", "设备工程师"), ("Production supervisor", "Equipment engineer")),
}


def name_all(frames: "Frames", customers: "pd.DataFrame", seed: int, *, lang: str = "zh") -> "Frames":
    """Return the tables accounts, account_contacts and salespeople with names, and workplaces, under the people of `customers`.

    `customers` has the columns of its table: a firm is called by the city and the employer of the customer, who is
    the one in it with the need. The same seed gives the same people and firms in every market.
    """
    told = customers.set_index("customer_id")
    accounts, contacts, staff = (frames[name] for name in ("accounts", "account_contacts", "salespeople"))
    own = told.loc[accounts["customer_id"]]
    gap = "" if lang == "zh" else " "
    firm = (own["city"] + gap + own["employer"]).to_numpy()
    ids = np.unique(np.concatenate([told.index.to_numpy(), contacts["person_id"].to_numpy()]))
    # Founders' numbers come first, so no phone of the table customers changes when others are named with them.
    persons = people.persons(Streams(seed, "people"), ids, lang=lang)
    place = np.searchsorted(ids, contacts["person_id"])
    known = {name: persons[name][place] for name in PERSON}
    mine = (contacts["role"] == "need").to_numpy()
    rows = told.loc[contacts["customer_id"]]
    for name in PERSON:
        known[name] = np.where(mine, rows[name].to_numpy(), known[name])
    sellers = people.persons(Streams(seed, "people"), STAFF + staff["salesperson_id"].to_numpy(), lang=lang)
    columns = ("name", "title", "gender", "phone", "e_mail")
    return {
        "accounts": accounts.assign(firm=firm),
        "account_contacts": contacts.assign(**known, title=_titles(contacts, lang))[
            ["customer_id", "role", "person_id", *columns]
        ],
        "salespeople": staff.assign(name=sellers["name"]),
        "workplaces": workplaces(customers, accounts.assign(firm=firm)),
    }


def workplaces(customers: "pd.DataFrame", accounts: "pd.DataFrame") -> "pd.DataFrame":
    """Return table `workplaces`: which person, by the number he has as a customer of any market, works at which account.

    `customers` are people of any market of the group, `accounts` (customer_id, firm) those of the business market.
    The person of an account's own number is the one in it with the need; others of the same employer in the same city
    are its staff. An employer with two accounts stands there twice.
    """
    gap = " " if len(customers) and all(map(str.isascii, customers["city"])) else ""
    people = customers[["customer_id"]].assign(firm=customers["city"] + gap + customers["employer"])
    firms = accounts[["customer_id", "firm"]].rename(columns={"customer_id": "account_id"})
    made = people.merge(firms, on="firm")
    own = made["customer_id"] == made["account_id"]
    made["role"] = np.where(own, "need", "staff").astype(object)
    made = made[["customer_id", "account_id", "role"]].astype({"customer_id": "int64", "account_id": "int64"})
    return made.sort_values(["customer_id", "account_id"], ignore_index=True)


def _titles(contacts: "pd.DataFrame", lang: str) -> NDArray:
    """Return a position for each: the boss where money and authority are one person's."""
    language = 0 if lang == "zh" else 1
    number = contacts["person_id"].to_numpy() % 2
    made = np.empty(len(contacts), dtype=object)
    for role, names in TITLES.items():
        mine = (contacts["role"] == role).to_numpy()
        made[mine] = np.array(names[language], dtype=object)[number[mine]]
    leads = contacts[contacts["role"] != "need"]
    both = leads.groupby("person_id")["role"].transform("size") == 2
    made[leads.index[both]] = BOSS[language]
    return made
