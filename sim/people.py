"""People: names, phone numbers, addresses and firms of customers who do not exist."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError
from sim.streams import Streams

COLUMNS = (
    "name", "gender", "birth_year", "phone", "e_mail", "province", "city", "district", "street", "employer",
)  # fmt: skip
DATA = Path(__file__).resolve().parents[1] / "datasets" / "people"
LANGUAGES = ("zh", "en")
OLDEST, YOUNGEST = 1948, 2006
MAIL = ("mail.example", "post.example", "youjian.example")  # names that can belong to nobody (RFC 2606)
TWO_WORDS_SHARE = 0.7  # of one-character given names that get a second one, as most have today
PREFIXES = ("133", "135", "138", "139", "150", "158", "177", "186", "188", "199")


def surnames(streams: Streams, who: ArrayLike) -> list[str]:
    """Return a Chinese surname for each id, from Faker's word list, common names as common as they are."""
    pool, upto = _surname_pool()
    places = np.searchsorted(upto, streams.uniforms("surname", who) * upto[-1], side="right")
    return [pool[place] for place in places]


def masked_phones(streams: Streams, who: ArrayLike) -> list[str]:
    """Return a mobile number for each id, as a clerk without the right to see it reads it: 138****1234."""
    first = streams.uniforms("phone prefix", who)
    last = np.floor(streams.uniforms("phone", who) * 10_000).astype(int)
    return [
        f"{PREFIXES[int(u * len(PREFIXES))]}****{digits:04d}" for u, digits in zip(first, last, strict=True)
    ]


@cache
def _surname_pool() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the surnames of one character, sorted, and their running weights."""
    from faker.providers.person.zh_CN import Provider

    weights = {name: float(weight) for name, weight in Provider.last_names.items() if len(name) == 1}
    pool = tuple(sorted(weights))
    return pool, np.cumsum([weights[name] for name in pool])


def persons(
    streams: Streams, who: ArrayLike, *, lang: str = "zh", women_share: float = 0.5
) -> dict[str, NDArray]:
    """Return who each id is: a dictionary of arrays, the columns of COLUMNS, in Chinese or romanised (`en`).

    Names and firms from Faker's word pools, common ones as common as they are; province, city and district
    fit together; e-mail from the name; phone numbers all differ. InputError for an unknown language.
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang = {lang!r}: must be one of {', '.join(LANGUAGES)}; correct the spelling")
    ids = np.asarray(who)
    numbers = streams.quads("profile", ids, blocks=3)
    pools = _pools(lang)
    surname = np.searchsorted(pools.surname_upto, numbers[0] * pools.surname_upto[-1], side="right")
    female = numbers[1] < women_share
    given = _given(pools, female, numbers[2], numbers[3])
    city = np.searchsorted(pools.city_upto, numbers[4] * pools.city_upto[-1], side="right")
    district = pools.first_district[city] + (numbers[5] * pools.districts_of[city]).astype(np.int64)
    phone = unique_phones(streams, ids)
    return {
        "name": _names(pools.surnames[surname], given, lang),
        "gender": np.where(female, "f", "m").astype(object),
        "birth_year": (OLDEST + numbers[6] ** 0.8 * (YOUNGEST - OLDEST)).astype(np.int64),
        "phone": phone,
        "e_mail": _mails(pools, surname, female, numbers, phone),
        "province": pools.provinces[city],
        "city": pools.cities[city],
        "district": pools.districts[district],
        "street": _streets(pools.streets, numbers[7], numbers[8], lang),
        "employer": pools.firms[(numbers[9] * len(pools.firms)).astype(np.int64)],
    }


def unique_phones(streams: Streams, ids: NDArray) -> NDArray:
    """Return a mobile number for each id; a number that two ids would share goes to the smaller one."""
    number = _phone_numbers(streams, ids, 0)
    use = 0
    while True:
        order = np.lexsort((ids, number))
        again = order[1:][np.diff(number[order]) == 0]
        if not len(again):
            break
        use += 1
        number[again] = _phone_numbers(streams, ids[again], use)
    if not len(ids):
        return np.zeros(0, dtype=object)
    texts = np.char.zfill((number % 10**8).astype(str), 8)
    return np.char.add(np.array(PREFIXES)[number // 10**8], texts).astype(object)


def _phone_numbers(streams: Streams, ids: NDArray, use: int) -> NDArray[np.int64]:
    return np.floor(streams.uniforms("mobile", ids, use) * len(PREFIXES) * 10**8).astype(np.int64)


@dataclass(frozen=True)
class _Pools:
    """The words persons are made of, in one language, as arrays."""

    surnames: NDArray
    surname_upto: NDArray
    female: NDArray
    male: NDArray
    surname_pinyin: NDArray
    female_pinyin: NDArray
    male_pinyin: NDArray
    female_short: NDArray  # written with one character
    male_short: NDArray
    cities: NDArray
    provinces: NDArray
    city_upto: NDArray
    first_district: NDArray
    districts_of: NDArray
    districts: NDArray
    streets: NDArray
    firms: NDArray


@cache
def _pools(lang: str) -> _Pools:
    from faker.providers.company.zh_CN import Provider as Firms
    from faker.providers.person.zh_CN import Provider as Names

    read, places = _toml("pinyin.toml"), _toml("places.toml")
    pinyin, given = read["surnames"], read["given"]

    def words(names: Iterable[str], how: Mapping[str, str]) -> NDArray:
        return np.array([how[name] if lang == "en" else name for name in names], dtype=object)

    weights = {name: float(weight) for name, weight in sorted(Names.last_names.items()) if name in pinyin}
    women, men = (sorted(set(some)) for some in (Names.first_names_female, Names.first_names_male))
    cities = places["cities"]
    counts = np.array([len(told["districts"]) for told in cities.values()])
    firms = sorted(set(Firms.company_prefixes) & set(read["firms"]))
    kinds = (
        sorted(set(Firms.company_suffixes))
        if lang == "zh"
        else [" Technology", " Media", " Networks", " Data"]
    )
    return _Pools(
        surnames=words(weights, {n: p.capitalize() for n, p in pinyin.items()}),
        surname_upto=np.cumsum(list(weights.values())),
        female=words(women, given),
        male=words(men, given),
        surname_pinyin=np.array([pinyin[name] for name in weights], dtype=object),
        female_pinyin=np.array([given[name] for name in women], dtype=object),
        male_pinyin=np.array([given[name] for name in men], dtype=object),
        female_short=np.array([len(name) == 1 for name in women]),
        male_short=np.array([len(name) == 1 for name in men]),
        cities=words((name.split("/")[1] for name in cities), read["places"]),
        provinces=words((name.split("/")[0] for name in cities), read["places"]),
        city_upto=np.cumsum([told["weight"] for told in cities.values()]),
        first_district=np.cumsum(counts) - counts,
        districts_of=counts,
        districts=words((d for told in cities.values() for d in told["districts"]), read["places"]),
        streets=words(places["streets"], read["streets"]),
        firms=np.array(
            [first + kind for first in words(firms, read["firms"]) for kind in kinds], dtype=object
        ),
    )


def _given(
    pools: _Pools, female: NDArray, first: NDArray, second: NDArray, *, pinyin: bool = False
) -> NDArray:
    """Return given names: one word of the pool, or two of one character each, as most are today."""
    women, men = (pools.female_pinyin, pools.male_pinyin) if pinyin else (pools.female, pools.male)
    short_women, short_men = pools.female_short, pools.male_short
    places = [
        np.where(female, (u * len(women)).astype(np.int64), (u * len(men)).astype(np.int64))
        for u in (first, (first * 7919 + second) % 1.0)
    ]
    one, two = (np.where(female, women[place % len(women)], men[place % len(men)]) for place in places)
    short = [
        np.where(female, short_women[place % len(women)], short_men[place % len(men)]) for place in places
    ]
    return np.where(short[0] & short[1] & (second < TWO_WORDS_SHARE), one + two, one)


def _names(surname: NDArray, given: NDArray, lang: str) -> NDArray:
    if lang == "zh":
        return surname + given
    return np.array([f"{g.capitalize()} {s}" for s, g in zip(surname, given, strict=True)], dtype=object)


def _mails(pools: _Pools, surname: NDArray, female: NDArray, numbers: NDArray, phone: NDArray) -> NDArray:
    """Return e-mail addresses: the name in pinyin and the last digits of the phone, more digits where two meet."""
    given = _given(pools, female, numbers[2], numbers[3], pinyin=True)
    front = pools.surname_pinyin[surname] + given
    tails = np.array([text[-4:] for text in phone], dtype=object)
    made = front + tails
    _, place, count = np.unique(made.astype(str), return_inverse=True, return_counts=True)
    doubled = count[place] > 1
    made[doubled] = front[doubled] + phone[doubled]
    host = np.array(MAIL, dtype=object)[(numbers[10] * len(MAIL)).astype(np.int64)]
    return made + "@" + host


def _streets(streets: NDArray, which: NDArray, house: NDArray, lang: str) -> NDArray:
    name = streets[(which * len(streets)).astype(np.int64)]
    number = (1 + house**2 * 400).astype(np.int64).astype(str).astype(object)
    return name + number + "号" if lang == "zh" else number + " " + name


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
