"""Random numbers that belong to somebody: computed from name and owner, never from a position."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError

# Philox 4x32, ten rounds: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
MULTIPLIERS = np.array([0xD2511F53, 0xCD9E8D57], dtype=np.uint64)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
QUICK_ROUNDS = 7  # the fewest that pass BigCrush (same paper), for numbers that are drawn by the million
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
LIMIT = 2**32
CHUNK = 16_384  # ids at a time: their words stay in the cache, which halves the time


@dataclass(frozen=True)
class Streams:
    """The random numbers under one seed and one path of names; `who` is an id or an array of ids.

    A number depends on (seed, path, purpose, id, use) alone: further ids, other purposes, order, chunks and
    processes cannot change it. `use` tells the first, second, … number of one purpose for one id apart.
    """

    seed: int
    path: tuple[str | int, ...] = ()

    def __init__(self, seed: int, *path: str | int) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise InputError(f"seed = {seed!r}: a seed is a whole number from 0 up; give one, e.g. 1")
        for part in path:
            if isinstance(part, bool) or not isinstance(part, str | int | np.integer):
                raise InputError(
                    f"path part = {part!r}: a stream is named by text and whole numbers; name it so"
                )
        object.__setattr__(self, "seed", int(seed))
        object.__setattr__(self, "path", tuple(p if isinstance(p, str) else int(p) for p in path))

    def under(self, *path: str | int) -> "Streams":
        """Return the streams one or more names further down."""
        return Streams(self.seed, *self.path, *path)

    def uniforms(self, purpose: str, who: ArrayLike, use: int = 0) -> NDArray[np.float64]:
        """Return one number in the open interval (0, 1) for each id in `who`; InputError for a bad id."""
        return self._pair(purpose, who, use)[0]

    def exponentials(self, purpose: str, who: ArrayLike, use: int = 0) -> NDArray[np.float64]:
        """Return one exponential number with mean 1 for each id in `who`; InputError for a bad id."""
        return -np.log(self._pair(purpose, who, use)[0])

    def normals(self, purpose: str, who: ArrayLike, use: int = 0) -> NDArray[np.float64]:
        """Return one standard normal number for each id (Box and Muller 1958); InputError for a bad id."""
        first, second = self._pair(purpose, who, use)
        return np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)

    def quads(self, purpose: str, who: ArrayLike, use: int = 0, blocks: int = 1) -> NDArray[np.float64]:
        """Return 4 x `blocks` numbers in (0, 1), in steps of 2**-32, for each id, one row a number.

        The cheap way to several numbers for one event: seven rounds, no number thrown away. Block k has the
        numbers of `use + k` with one block.
        Raises InputError for a bad id.
        """
        ids = identities(who).ravel()
        return (self._blocks(purpose, ids, use, blocks, QUICK_ROUNDS).astype(np.float64) + 0.5) * 2.0**-32

    def generator(self, purpose: str) -> np.random.Generator:
        """Return a numpy generator of its own, for the few draws that belong to nobody."""
        digest = self._digest("generator", purpose)
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))

    def _pair(
        self, purpose: str, who: ArrayLike, use: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        ids = identities(who)
        block = self._blocks(purpose, ids.ravel(), use)
        return unit(block[0], block[1]).reshape(ids.shape), unit(block[2], block[3]).reshape(ids.shape)

    def _blocks(
        self, purpose: str, ids: NDArray[np.uint64], use: int, blocks: int = 1, rounds: int = ROUNDS
    ) -> NDArray[np.uint64]:
        if not 0 <= use < LIMIT:
            raise InputError(
                f"use = {use!r}: the k-th use is a whole number from 0 to 2**32 - 1; count from 0"
            )
        words = np.frombuffer(self._digest("counter", purpose)[:12], dtype="<u4")
        key = (int(words[0]), int(words[1]))
        made = np.empty((4 * blocks, ids.size), dtype=np.uint64)
        step = max(1, CHUNK // blocks)
        for start in range(0, ids.size, step):
            some = ids[start : start + step]
            counter = np.empty((4, blocks, some.size), dtype=np.uint64)
            counter[0], counter[1] = some & LOW, some >> HALF
            counter[2], counter[3] = np.arange(use, use + blocks)[:, None], words[2]
            words_of = philox(counter, key, rounds)
            made[:, start : start + step] = words_of.transpose(1, 0, 2).reshape(4 * blocks, some.size)
        return made

    def _digest(self, kind: str, purpose: str) -> bytes:
        # Every part carries its type and length, so that ("a", "bc") and ("ab", "c"), or 1 and "1", differ.
        parts = (kind, self.seed, *self.path, purpose)
        texts = [("s" if isinstance(p, str) else "i", str(p).encode()) for p in parts]
        return hashlib.sha256(b"".join(b"%s%d:%s" % (t.encode(), len(x), x) for t, x in texts)).digest()


def identities(who: ArrayLike) -> NDArray[np.uint64]:
    """Return ids as unsigned 64-bit numbers; InputError unless they are whole numbers from 0 up."""
    ids = np.asarray(who)
    if ids.size == 0:
        return ids.astype(np.uint64)
    if ids.dtype.kind not in "iu":
        raise InputError(
            f"who = {ids.ravel()[0]!r}: ids are whole numbers from 0 up; number the owners first"
        )
    if ids.dtype.kind == "i" and ids.min() < 0:
        raise InputError(f"who = {ids.min()}: ids are whole numbers from 0 up; number the owners from 0")
    return ids.astype(np.uint64)


def philox(counter: NDArray[np.uint64], key: tuple[int, int], rounds: int = ROUNDS) -> NDArray[np.uint64]:
    """Return the Philox 4x32-10 block of each column of `counter` (4 rows of 32-bit words, in 64 bits)."""
    zero, one, two, three = counter.copy()
    first, second = np.empty_like(zero), np.empty_like(zero)
    left, right = key
    for _ in range(rounds):
        np.multiply(zero, MULTIPLIERS[0], out=first)
        np.multiply(two, MULTIPLIERS[1], out=second)
        np.right_shift(second, HALF, out=zero)
        np.right_shift(first, HALF, out=two)
        zero ^= one
        zero ^= np.uint64(left)
        two ^= three
        two ^= np.uint64(right)
        np.bitwise_and(second, LOW, out=one)
        np.bitwise_and(first, LOW, out=three)
        left, right = (left + KEY_STEPS[0]) % LIMIT, (right + KEY_STEPS[1]) % LIMIT
    return np.stack([zero, one, two, three])


def unit(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return (n + 1/2) / 2**52 for the top 52 bits n of two words: exact, and never 0 or 1."""
    bits = (high << np.uint64(20)) | (low >> np.uint64(12))
    return (bits.astype(np.float64) + 0.5) * 2.0**-52
