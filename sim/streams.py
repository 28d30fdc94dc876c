"""Random numbers that belong to somebody: computed from name and owner, never from a position."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError

# Philox 4x32, ten rounds: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
# Constants are arrays without a dimension, which NumPy takes as they are: a scalar costs a conversion at every call.
MULTIPLIERS = np.array(0xD2511F53, dtype=np.uint64), np.array(0xCD9E8D57, dtype=np.uint64)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
# SplitMix64: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
STRIDE = 0x9E3779B97F4A7C15
MIXING = (
    (np.array(30, dtype=np.uint64), np.array(0xBF58476D1CE4E5B9, dtype=np.uint64)),
    (np.array(27, dtype=np.uint64), np.array(0x94D049BB133111EB, dtype=np.uint64)),
)
LAST_SHIFT = np.array(31, dtype=np.uint64)
LOW = np.array(0xFFFFFFFF, dtype=np.uint64)
HALF = np.array(32, dtype=np.uint64)
LIMIT = 2**32
CHUNK = 16_384  # ids at a time: their words stay in the cache, which halves the time
WIDE = 65_536  # the same for mixing, which has fewer words an id
HALVES = np.array(0.5), np.array(2.0**-32)


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
        ids = identities(who)
        block = self._block(purpose, ids.ravel(), use)
        return unit(block[0], block[1]).reshape(ids.shape)

    def exponentials(self, purpose: str, who: ArrayLike, use: int = 0) -> NDArray[np.float64]:
        """Return one exponential number with mean 1 for each id in `who`; InputError for a bad id."""
        return -np.log(self.uniforms(purpose, who, use))

    def normals(self, purpose: str, who: ArrayLike, use: int = 0) -> NDArray[np.float64]:
        """Return one standard normal number for each id (Box and Muller 1958); InputError for a bad id."""
        ids = identities(who)
        block = self._block(purpose, ids.ravel(), use)
        first, second = unit(block[0], block[1]), unit(block[2], block[3])
        return (np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)).reshape(ids.shape)

    def quads(self, purpose: str, who: ArrayLike, use: int = 0, blocks: int = 1) -> NDArray[np.float64]:
        """Return 4 x `blocks` numbers in (0, 1), in steps of 2**-32, for each id, one row a number.

        The cheap way to many numbers, an eighth of the time of `uniforms`: the mixing of SplitMix64, once for the
        id and once for each number. Block k has the numbers of `use + k` with one block.
        Raises InputError for a bad id or use.
        """
        ids = identities(who).ravel()
        _use_allowed(use)
        key, steps = _mixing_key(self, purpose), _mixing_steps(use, blocks)
        made = np.empty((2 * blocks, 2, ids.size))
        chunk = max(1, WIDE // blocks)
        for start in range(0, ids.size, chunk):
            some = slice(start, start + chunk)
            words = _mixed(_mixed(ids[some] + key) + steps)
            here = made[:, :, some]
            # The lower half of a word first, whatever the machine's order of bytes.
            here[:] = (
                words.astype("<u8", copy=False).view("<u4").reshape(len(steps), -1, 2).transpose(0, 2, 1)
            )
            here += HALVES[0]
            here *= HALVES[1]
        return made.reshape(4 * blocks, ids.size)

    def generator(self, purpose: str) -> np.random.Generator:
        """Return a numpy generator of its own, for the few draws that belong to nobody."""
        digest = _digest(self, "generator", purpose)
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))

    def _block(self, purpose: str, ids: NDArray[np.uint64], use: int) -> NDArray[np.uint64]:
        _use_allowed(use)
        words = np.frombuffer(_digest(self, "counter", purpose)[:12], dtype="<u4").astype(np.uint64)
        key = (int(words[0]), int(words[1]))
        made = np.empty((4, ids.size), dtype=np.uint64)
        for start in range(0, ids.size, CHUNK):
            some = ids[start : start + CHUNK]
            counter = np.empty((4, some.size), dtype=np.uint64)
            counter[0], counter[1], counter[2], counter[3] = some & LOW, some >> HALF, use, words[2]
            made[:, start : start + CHUNK] = philox(counter, key)
        return made


@lru_cache(maxsize=4096)
def _digest(streams: Streams, kind: str, purpose: str) -> bytes:
    # Every part carries its type and length, so that ("a", "bc") and ("ab", "c"), or 1 and "1", differ.
    parts = (kind, streams.seed, *streams.path, purpose)
    texts = [("s" if isinstance(p, str) else "i", str(p).encode()) for p in parts]
    return hashlib.sha256(b"".join(b"%s%d:%s" % (t.encode(), len(x), x) for t, x in texts)).digest()


@lru_cache(maxsize=4096)
def _mixing_key(streams: Streams, purpose: str) -> NDArray[np.uint64]:
    return np.frombuffer(_digest(streams, "mixing", purpose)[:8], dtype="<u8").astype(np.uint64)


@lru_cache(maxsize=4096)
def _mixing_steps(use: int, blocks: int) -> NDArray[np.uint64]:
    steps = [(k + 1) * STRIDE % 2**64 for k in range(2 * use, 2 * (use + blocks))]
    return np.array(steps, dtype=np.uint64)[:, None]


def _use_allowed(use: int) -> None:
    if not 0 <= use < LIMIT:
        raise InputError(f"use = {use!r}: the k-th use is a whole number from 0 to 2**32 - 1; count from 0")


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


def mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each 64-bit word mixed so that every bit hangs on every other; a bijection."""
    return _mixed(words.copy())


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix in place, and return the same array."""
    moved = np.empty_like(words)
    for shift, factor in MIXING:
        words ^= np.right_shift(words, shift, out=moved)
        words *= factor
    words ^= np.right_shift(words, LAST_SHIFT, out=moved)
    return words


def philox(counter: NDArray[np.uint64], key: tuple[int, int], rounds: int = ROUNDS) -> NDArray[np.uint64]:
    """Return the Philox 4x32-10 block of each column of `counter` (4 rows of 32-bit words, in 64 bits)."""
    zero, one, two, three = counter.copy()
    first, second = np.empty_like(zero), np.empty_like(zero)
    for left, right in _schedule(key, rounds):
        np.multiply(zero, MULTIPLIERS[0], out=first)
        np.multiply(two, MULTIPLIERS[1], out=second)
        np.right_shift(second, HALF, out=zero)
        np.right_shift(first, HALF, out=two)
        zero ^= one
        zero ^= left
        two ^= three
        two ^= right
        np.bitwise_and(second, LOW, out=one)
        np.bitwise_and(first, LOW, out=three)
    return np.stack([zero, one, two, three])


@lru_cache(maxsize=4096)
def _schedule(key: tuple[int, int], rounds: int) -> tuple[tuple[NDArray[np.uint64], ...], ...]:
    """Return the pair of key words of each round."""
    return tuple(
        tuple(
            np.array((word + k * step) % LIMIT, dtype=np.uint64)
            for word, step in zip(key, KEY_STEPS, strict=True)
        )
        for k in range(rounds)
    )


def unit(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return (n + 1/2) / 2**52 for the top 52 bits n of two words: exact, and never 0 or 1."""
    bits = (high << np.uint64(20)) | (low >> np.uint64(12))
    return (bits.astype(np.float64) + 0.5) * 2.0**-52
