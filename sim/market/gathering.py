"""Rows of a matrix taken and put back whole: an order of magnitude faster than fancy indexing row by row."""

import numpy as np
from numpy.typing import NDArray


def rows_of(matrix: NDArray, which: NDArray) -> NDArray:
    """Return a copy of the rows `which` of a contiguous matrix."""
    whole = matrix.view(f"V{matrix.shape[1] * matrix.itemsize}")[:, 0]
    return whole.take(which).view(matrix.dtype).reshape(len(which), matrix.shape[1])


def put_rows(matrix: NDArray, which: NDArray, rows: NDArray) -> None:
    """Put `rows` into a contiguous matrix at the rows `which`, each of them once."""
    size = f"V{matrix.shape[1] * matrix.itemsize}"
    matrix.view(size)[:, 0].put(which, np.ascontiguousarray(rows).view(size)[:, 0])
