"""Five messy sources of the same customers, for the lab that makes clean archives of them; and who each row really is."""

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab.crm.flaws import FLAWS, misheard, titled
from crmlab.errors import LabError
from crmlab.places import DATASETS
from sim import people as invented

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.streams import Streams

READY = DATASETS / "crm" / "sources.toml"
TOLD = ("name", "phone", "e_mail", "address")
ADDRESS = ("province", "city", "district", "street")
ASKED = ("customer_id", "name", "gender", "phone", "e_mail", *ADDRESS)
RELATIVE = 10**15  # person_id of a customer's relative: the customer's and this
NAMESAKE = 2 * 10**15  # and of somebody of the same name elsewhere


@dataclass(frozen=True)
class Source:
    """One file as the class gets it: its name, what it is, its rows under their headings."""

    file: str
    title: str
    table: "pd.DataFrame"
    encoding: str


@dataclass(frozen=True)
class Sources:
    """The files, who is told of, and whose each row is."""

    files: tuple[Source, ...]
    people: "pd.DataFrame"
    """One row a person: person_id (a customer's number, a relative's, a namesake's) and the true name, phone, e_mail, address."""
    rows: "pd.DataFrame"
    """One row a row of a file: file, row (from 1), person_id, and name, phone, e_mail, address as written there."""


def make(customers: "pd.DataFrame", streams: "Streams", *, lang: str = "zh", path: Path = READY) -> Sources:
    """Return the sources of one variant. Every draw belongs to a person, so others do not change it.

    `customers` has the columns ASKED, as a market's visible table does. Raises LabError for missing columns, fewer
    customers than the sources tell of, or a description that cannot be read.
    """
    told, here = _described(path), streams.under("sources")
    missing = [name for name in ASKED if name not in customers]
    if missing:
        raise LabError(f"客户表里没有 {'、'.join(missing)} 列；请用 crmlab dataset build 生成的 customers")
    if len(customers) < told["people"]:
        raise LabError(f"客户只有 {len(customers)} 位，来源文件要讲到 {told['people']} 位；请换大一些的市场")
    people = _people(customers, told, here, lang)
    lots = [_rows(people, one, here, lang) for one in told["source"]]
    import pandas as pd

    place = 0 if lang == "zh" else 1
    files = tuple(
        Source(one["file"], one["title"][place], _headed(lot, one, lang), one["encoding"])
        for one, lot in zip(told["source"], lots, strict=True)
    )
    rows = pd.concat(lots, ignore_index=True)[["file", "row", "person_id", *TOLD]]
    return Sources(files, people[["person_id", *TOLD]], rows)


def write(sources: Sources, folder: Path) -> list[Path]:
    """Write the files (never the truth) into `folder` and return their paths; one that is there is replaced whole."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for one in sources.files:
        path = folder / one.file
        half = path.with_name(f".{path.name}.part")
        half.write_bytes(_FORMS[path.suffix](one))
        made.append(half.replace(path))
    return made


@cache
def _described(path: Path) -> Any:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        for one in told["source"]:
            unknown = {*one["flaws"]} - {*FLAWS, "name_misheard", "name_titled", "phone_old"}
            if unknown:
                raise ValueError(f"flaws {sorted(unknown)}")
            if Path(one["file"]).suffix not in _FORMS:
                raise ValueError(one["file"])
    except (OSError, ValueError, KeyError) as error:
        raise LabError(
            f"{path.name} 读不出来（{error}）；请照 datasets/crm/sources.toml 写，文件名以 .csv、.xlsx 或 .vcf 结尾"
        ) from error
    return told


def _people(customers: "pd.DataFrame", told: Mapping[str, Any], here: "Streams", lang: str) -> "pd.DataFrame":
    """Return who is told of: some customers, relatives and namesakes of a few; and the number each had before."""
    import pandas as pd

    ids = customers["customer_id"].to_numpy()
    known = customers[_some("told of", ids, told["people"], here)].reset_index(drop=True)
    between = "" if lang == "zh" else ", "
    known = known.assign(
        person_id=known["customer_id"], address=known[list(ADDRESS)].astype(str).agg(between.join, axis=1)
    )
    kin = known[_some("family", known["person_id"], told["family_share"], here)].copy()
    born = invented.persons(here.under("family"), kin["person_id"].to_numpy(), lang=lang)
    kin["name"] = [
        _of_family(mine, new, lang) for mine, new in zip(kin["name"], born["name"].tolist(), strict=True)
    ]
    kin["gender"], kin["e_mail"] = born["gender"], born["e_mail"]
    kin["person_id"] += RELATIVE
    alike = _namesakes(known, told["namesake_share"], here, lang)
    made = pd.concat([known, kin, alike], ignore_index=True)
    before = invented.persons(here.under("before"), made["person_id"].to_numpy(), lang=lang)["phone"]
    moved = _some("moved", made["person_id"], told["moved_share"], here)
    return made.assign(old=np.where(moved, before, made["phone"]))


def _some(purpose: str, ids: Any, rate: float, here: "Streams") -> "NDArray[np.bool_]":
    """Return who is chosen: as many in every variant, a share of all (below 1) or a number, so that none is easier."""
    count = int(rate) if rate >= 1 else round(rate * len(ids))
    drawn = here.uniforms(purpose, ids)
    return np.asarray(np.argsort(np.argsort(drawn, kind="stable")) < count)


def _namesakes(known: "pd.DataFrame", rate: float, here: "Streams", lang: str) -> "pd.DataFrame":
    """Return people with the names of a few of the known and everything else their own."""
    alike = known[_some("namesake", known["person_id"], rate, here)].copy()
    born = invented.persons(here.under("namesake"), alike["person_id"].to_numpy(), lang=lang)
    between = "" if lang == "zh" else ", "
    alike["phone"], alike["e_mail"] = born["phone"], born["e_mail"]
    alike["address"] = [between.join(parts) for parts in zip(*(born[name] for name in ADDRESS), strict=True)]
    alike["person_id"] += NAMESAKE
    return alike


def _of_family(name: str, other: str, lang: str) -> str:
    if lang == "zh":
        return name[0] + other[1:]
    return f"{other.rpartition(' ')[0]} {name.rpartition(' ')[2]}"


def _rows(people: "pd.DataFrame", one: Mapping[str, Any], here: "Streams", lang: str) -> "pd.DataFrame":
    """Return one source as it is written, its rows in an order of their own."""
    import pandas as pd

    here = here.under(one["file"])
    stands = people[here.uniforms("stands", people["person_id"]) < one["share"]]
    twice = stands[here.uniforms("again", stands["person_id"]) < one["again"]]
    made = pd.concat([stands.assign(turn=0), twice.assign(turn=1)], ignore_index=True)
    key = made["person_id"].to_numpy() * 2 + made["turn"].to_numpy()
    made = made.iloc[np.argsort(here.uniforms("order", key), kind="stable")].reset_index(drop=True)
    key = made["person_id"].to_numpy() * 2 + made["turn"].to_numpy()
    for name in TOLD:
        if name not in one["fields"]:
            made[name] = ""
    _spoil(made, one["flaws"], key, here, lang)
    return made.assign(file=one["file"], row=np.arange(1, len(made) + 1))


def _spoil(
    made: "pd.DataFrame", flaws: Mapping[str, float], key: "NDArray[np.int64]", here: "Streams", lang: str
) -> None:
    """Put the flaws of a source into its rows: first who and which number, then how it is written."""
    from sim.instruments.cards import settings

    def hit(name: str) -> Any:
        return here.uniforms(name, key) < flaws.get(name, 0.0)

    made["phone"] = np.where(hit("phone_old") & (made["phone"] != ""), made["old"], made["phone"])
    alike = {a: b for pair in settings()["misheard"][lang] for a, b in (pair, pair[::-1])}
    heard, polite = hit("name_misheard"), hit("name_titled")
    names = zip(made["name"].tolist(), made["gender"].tolist(), heard, polite, strict=True)
    made["name"] = [
        titled(right, gender, lang) if title else misheard(right, alike, lang) if wrong else right
        for right, gender, wrong, title in names
    ]
    for name, (field, spoil) in FLAWS.items():
        where = here.uniforms(f"where {name}", key)
        texts = zip(made[field].tolist(), where.tolist(), hit(name), strict=True)
        made[field] = [spoil(text, place) if bad and text else text for text, place, bad in texts]


def _headed(lot: "pd.DataFrame", one: Mapping[str, Any], lang: str) -> "pd.DataFrame":
    heads = [head or field for head, field in zip(one[lang], one["fields"], strict=True)]
    return lot[one["fields"]].set_axis(heads, axis=1)


def _csv(source: Source) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([source.table.columns.tolist(), *source.table.to_numpy().tolist()])
    return out.getvalue().encode(source.encoding)


def _xlsx(source: Source) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    sheet: Any = book.active
    for line in [source.table.columns.tolist(), *source.table.to_numpy().tolist()]:
        sheet.append(line)
    book.save(out)
    return out.getvalue()


def _vcf(source: Source) -> bytes:
    import vobject

    cards = []
    for name, *rest in source.table.itertuples(index=False):
        card = vobject.vCard()
        card.add("fn").value = name
        card.add("n").value = vobject.vcard.Name(family=name)
        for line, value in zip(("tel", "email"), rest, strict=True):
            if value:
                card.add(line).value = value
        cards.append(card.serialize())
    return "".join(cards).encode(source.encoding)


_FORMS = {".csv": _csv, ".xlsx": _xlsx, ".vcf": _vcf}
