"""People: names and phone numbers of customers who do not exist."""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from sim.streams import Streams

PREFIXES = ("133", "135", "138", "139", "150", "158", "177", "186", "188", "199")


def surnames(streams: Streams, who: ArrayLike) -> list[str]:
    """Return a Chinese surname for each id, from Faker's word list, each name equally likely."""
    pool = _surname_pool()
    return [pool[int(u * len(pool))] for u in streams.uniforms("surname", who)]


def masked_phones(streams: Streams, who: ArrayLike) -> list[str]:
    """Return a mobile number for each id, as a clerk without the right to see it reads it: 138****1234."""
    first = streams.uniforms("phone prefix", who)
    last = np.floor(streams.uniforms("phone", who) * 10_000).astype(int)
    return [
        f"{PREFIXES[int(u * len(PREFIXES))]}****{digits:04d}" for u, digits in zip(first, last, strict=True)
    ]


@cache
def _surname_pool() -> tuple[str, ...]:
    from faker.providers.person.zh_CN import Provider

    return tuple(sorted(name for name in Provider.last_names if len(name) == 1))
