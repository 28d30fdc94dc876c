"""People: names and phone numbers of customers who do not exist."""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.streams import Streams

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
