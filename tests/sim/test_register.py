"""A register finds everybody's place, and refuses whom it does not know."""

import numpy as np
import pytest

from sim.errors import InputError
from sim.register import Register, listed

IDS = np.array([7, 3, 10_000_000_003, 12, 5])  # runs that are sorted, one after the other


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ([3, 7, 12], [1, 0, 3]),
        ([12, 7, 12, 3, 7], [1, 0, 3]),  # whoever is named twice is meant once
        (np.array([10_000_000_003], dtype=np.uint64), [2]),
        (IDS, [1, 4, 0, 3, 2]),
        ([], []),
        ((), []),
    ],
)
def test_places_stand_in_the_order_of_the_numbers(asked: object, places: list[int]) -> None:
    assert Register(IDS).places(asked, "here", "care").tolist() == places


def test_many_lists_are_looked_up_alike() -> None:
    ids = np.random.default_rng(1).permutation(100_000)[:5_000]
    register = Register(ids)
    for turn in range(12):
        mine = np.flatnonzero(ids % 12 == turn)
        found = register.places(ids[mine], "here", "care")
        assert np.array_equal(np.sort(found), mine)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ([3, 4], r"here: care = 4: the firm knows nobody of this number; take ids from the view"),
        ([3.0], r"here: care = \[3.0\]: must be a list of whole numbers; give ids"),
        ([[3, 7]], r"must be a list of whole numbers"),
        ([[3, 7], [5]], r"must be a list of whole numbers"),
        ([True], r"must be a list of whole numbers"),
        ("3", r"must be a list of whole numbers"),
    ],
)
def test_whom_it_cannot_find_is_refused(asked: object, why: str) -> None:
    with pytest.raises(InputError, match=why):
        Register(IDS).places(asked, "here", "care")


def test_a_register_of_nobody_knows_nobody() -> None:
    empty = Register(np.zeros(0, dtype=np.int64))
    assert empty.places([], "here", "care").size == 0
    with pytest.raises(InputError, match="knows nobody of this number"):
        empty.places([1], "here", "care")


def test_what_is_no_array_is_taken_for_text() -> None:
    assert listed([[1, 2], [3]]).dtype.kind == "U"
    assert listed([1, 2]).tolist() == [1, 2]
