"""Streams: a number belongs to its name and its owner, and to nothing else."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.streams import Streams, mix, philox

# Random123's own table (kat_vectors, philox4x32, 10 rounds).
KNOWN = [
    ([0, 0, 0, 0], (0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([0xFFFFFFFF] * 4, (0xFFFFFFFF, 0xFFFFFFFF), [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        (0xA4093822, 0x299F31D0),
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]
LAWS = ("uniforms", "normals", "exponentials")


@pytest.mark.parametrize(("counter", "key", "block"), KNOWN)
def test_philox_gives_the_published_numbers(counter, key, block):
    assert philox(np.array(counter, dtype=np.uint64)[:, None], key)[:, 0].tolist() == block


@pytest.mark.parametrize("law", LAWS)
@given(ids=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20, unique=True))
def test_order_neighbours_and_chunks_do_not_matter(law, ids):
    draw = getattr(Streams(7, "market"), law)
    ids = np.array(ids, dtype=np.uint64)
    together = draw("talk", ids)
    assert draw("talk", ids[::-1])[::-1].tolist() == together.tolist()
    assert [float(draw("talk", one)) for one in ids] == together.tolist()


def test_processes_do_not_matter():
    ids = np.arange(1000)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        halves = pool.map(Streams(3, "a").normals, ["x", "x"], [ids[:500], ids[500:]])
        assert np.concatenate(list(halves)).tolist() == Streams(3, "a").normals("x", ids).tolist()


def test_a_path_is_the_same_in_one_step_or_two():
    assert Streams(1, "a", 2) == Streams(1).under("a").under(2)


NAMES = [
    (Streams(1), "x", 0),
    (Streams(2), "x", 0),
    (Streams(1), "y", 0),
    (Streams(1), "x", 1),
    (Streams(1, "x"), "x", 0),
    (Streams(1, "a", "bc"), "x", 0),
    (Streams(1, "ab", "c"), "x", 0),
    (Streams(1, 1), "x", 0),
    (Streams(1, "1"), "x", 0),
    (Streams(1, "a"), "bc", 0),
    (Streams(1, "ab"), "c", 0),
    (Streams(12), "3", 0),
    (Streams(1), "23", 0),
]


def test_different_names_give_unrelated_numbers():
    drawn = np.array([streams.uniforms(purpose, np.arange(4000), use) for streams, purpose, use in NAMES])
    related = np.corrcoef(drawn) - np.eye(len(NAMES))
    assert np.abs(related).max() < 4.5 / np.sqrt(4000)  # 78 pairs; 4.5 sigma


def test_generators_are_named_too():
    first = [Streams(1).generator(name).random() for name in ("a", "b", "a")]
    assert first[0] == first[2] != first[1]
    assert Streams(1).under("a").generator("a").random() not in first


def test_uniforms_fill_the_open_interval_evenly():
    drawn = Streams(11).uniforms("u", np.arange(200_000))
    assert drawn.min() > 0 and drawn.max() < 1
    counts = np.bincount((drawn * 100).astype(int), minlength=100)
    assert ((counts - 2000) ** 2 / 2000).sum() < 158  # chi-square, 99 degrees of freedom, p = 0.0002


def test_exponentials_and_normals_have_their_moments():
    ids = np.arange(200_000)
    exponential, normal = Streams(11).exponentials("e", ids), Streams(11).normals("n", ids)
    error = 4 / np.sqrt(len(ids))  # four standard errors of a mean with deviation 1
    assert abs(exponential.mean() - 1) < error and abs((exponential > 1).mean() - np.exp(-1)) < error
    assert abs(normal.mean()) < error and abs(normal.var() - 1) < error * np.sqrt(2)
    assert abs((np.abs(normal) < 1.959964).mean() - 0.95) < error


def test_the_shape_of_who_is_kept():
    assert Streams(1).uniforms("x", np.arange(6).reshape(2, 3)).shape == (2, 3)
    assert Streams(1).uniforms("x", []).shape == (0,)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(InputError, match="seed = "):
        Streams(seed)


@pytest.mark.parametrize("part", [1.5, None, True, ("a",)])
def test_a_path_is_text_and_whole_numbers(part):
    with pytest.raises(InputError, match="path part = "):
        Streams(1, part)


@pytest.mark.parametrize(("who", "use"), [([-1], 0), ([1.5], 0), (["a"], 0), ([1], -1), ([1], 2**32)])
def test_ids_and_uses_are_whole_numbers(who, use):
    with pytest.raises(InputError, match="whole number"):
        Streams(1).uniforms("x", who, use)


@given(ids=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20, unique=True))
def test_cheap_numbers_belong_to_id_and_use_alone(ids):
    ids = np.array(ids, dtype=np.uint64)
    together = Streams(7).quads("order", ids, blocks=3)
    assert Streams(7).quads("order", ids[::-1], blocks=3)[:, ::-1].tolist() == together.tolist()
    assert Streams(7).quads("order", ids, use=2).tolist() == together[8:].tolist()
    assert ((together > 0) & (together < 1)).all()


def test_splitmix_gives_the_published_numbers():
    """First outputs of SplitMix64 for seed 1234567 (Rosetta Code): the state goes up by the golden stride."""
    states = np.array([(1234567 + k * 0x9E3779B97F4A7C15) % 2**64 for k in range(1, 6)], dtype=np.uint64)
    assert mix(states).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_cheap_numbers_are_even_and_independent():
    """200,000 ids, seed 3: means within 4.5 standard errors, correlations below 4.5 / sqrt(n)."""
    n = 200_000
    made = np.vstack(
        [
            Streams(3).quads("a", np.arange(n), blocks=3),
            Streams(3).quads("b", np.arange(n)),
            Streams(3).quads("a", np.arange(n) + 1),
            Streams(4).quads("a", np.arange(n)),
            Streams(3).quads("a", np.arange(n) * 10_000),
        ]
    )
    assert (abs(made.mean(axis=1) - 0.5) < 4.5 * np.sqrt(1 / 12 / n)).all()
    counts = np.stack([np.bincount((row * 64).astype(int), minlength=64) for row in made])
    chi = ((counts - n / 64) ** 2 / (n / 64)).sum(axis=1)
    assert ((chi > 25) & (chi < 125)).all()  # chi-square with 63 degrees: these are the far 1e-5 tails
    off = np.corrcoef(made) - np.eye(len(made))
    assert abs(off).max() < 4.5 / np.sqrt(n)


def test_every_bit_of_an_id_turns_half_of_a_number():
    ids = np.arange(4000, dtype=np.uint64)
    words = (Streams(5).quads("x", ids)[0] * 2**32).astype(np.uint64)
    for bit in range(64):
        other = (Streams(5).quads("x", ids ^ np.uint64(2**bit))[0] * 2**32).astype(np.uint64)
        turned = np.unpackbits((words ^ other).view(np.uint8)).sum() / (32 * len(ids))
        assert abs(turned - 0.5) < 0.01
