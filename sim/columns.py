"""A column store: named numpy arrays of one length, frozen, with the columns that its table declares."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim import tables
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

KINDS: dict[str, Any] = {"int": np.int64, "float": np.float64, "bool": np.bool_, "text": np.str_}


class Columns:
    """One table as arrays: `store["at"]` is a read-only array, `len(store)` its rows, `.frame()` a DataFrame.

    Extra columns of the table may be left out; they read as their default.

    Raises InputError when a column is missing, unknown, of another length or of another kind of value.
    """

    table: ClassVar[str]

    def __init__(self, **columns: ArrayLike) -> None:
        self._fill(columns, copy=True)

    @classmethod
    def own(cls, **columns: NDArray) -> Self:
        """Return a store of arrays that were made for it: it freezes and keeps them without a copy."""
        made = cls.__new__(cls)
        made._fill(columns, copy=False)
        return made

    def _fill(self, columns: Mapping[str, ArrayLike], *, copy: bool) -> None:
        described = tables.table(self.table)
        told = [*described.columns, *(column for column in described.extra if column.name in columns)]
        names = [column.name for column in told]
        wrong = sorted(set(names) ^ set(columns))
        if wrong:
            raise InputError(
                f"table {self.table}: column {wrong[0]!r} is missing or unknown; the columns are "
                f"{', '.join(names)}"
            )
        self._columns = {c.name: _array(self.table, c, columns[c.name], copy=copy) for c in told}
        lengths = {name: len(array) for name, array in self._columns.items()}
        if len(set(lengths.values())) > 1:
            raise InputError(
                f"table {self.table}: lengths {lengths} differ; give every column one value a row"
            )

    def __getitem__(self, column: str) -> NDArray:
        if column in self._columns:
            return self._columns[column]
        for one in tables.table(self.table).extra:
            if one.name == column:
                return np.full(len(self), one.default, dtype=KINDS[one.dtype])
        raise InputError(
            f"table {self.table}: column {column!r} is unknown; choose one of {', '.join(self._columns)}"
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns it holds, extra ones included."""
        return tuple(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} rows)"

    def rows(self, which: NDArray) -> Self:
        """Return the rows that a mask or an array of places selects."""
        return type(self)(**{name: array[which] for name, array in self._columns.items()})

    @classmethod
    def joined(cls, *stores: "Columns") -> Self:
        """Return stores of one table one after the other; extra columns one of them lacks get their default."""
        extra = [c.name for c in tables.table(cls.table).extra if any(c.name in one.names for one in stores)]
        names = [*tables.columns(cls.table), *extra]
        return cls(**{name: np.concatenate([one[name] for one in stores]) for name in names})

    def frame(self) -> "pd.DataFrame":
        """Return the table as a DataFrame, text as plain strings."""
        import pandas as pd

        return pd.DataFrame(
            {n: a.astype(object) if a.dtype.kind == "U" else a.copy() for n, a in self._columns.items()}
        )

    @classmethod
    def from_frame(cls, df: "pd.DataFrame") -> Self:
        """Return the store of a DataFrame; InputError when its columns are not those of the table."""
        return cls(**{str(name): df[name].to_numpy() for name in df.columns})

    @classmethod
    def empty(cls) -> Self:
        """Return the table without rows."""
        return cls(**{name: [] for name in tables.columns(cls.table)})


def _array(table: str, column: tables.Column, values: ArrayLike, *, copy: bool) -> NDArray:
    given = np.asarray(values)
    kinds = {"int": "iu", "float": "fiu", "bool": "b", "text": "UO"}[column.dtype]
    if given.ndim != 1 or (given.size and given.dtype.kind not in kinds):
        raise InputError(
            f"table {table}: {column.name} = {str(given.ravel()[:3].tolist())[:60]}: "
            f"a column of {column.dtype} values; convert it first"
        )
    made: NDArray = given.astype(KINDS[column.dtype], copy=copy)
    made.flags.writeable = False
    return made
