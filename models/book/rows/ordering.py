"""Putting the rows of one table in final order: by household, then by what the contract says.

Each table becomes one object of its contract type (`Lots`, `Trades`, …) over the whole book, with
`starts[h]:starts[h + 1]` the rows of household h; a household is the same type over those slices.
Refused: an object per row, and sorting by strings where integers decide (texts only break ties).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools, Days, Floats, Ints, Texts, read_only
from models.book.tables.arrow import column_of, encoded, numbers_of, texts_of
from models.book.tables.table import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sorted(Generic[T]):
    """All rows of a table in order of household, and where each household starts."""

    rows: T
    starts: Ints
    _columns: tuple[Any, ...] = field(init=False, repr=False)
    _none: T = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Gather what every household asks for: the columns, and the rows of who has none."""
        kind: Any = type(self.rows)
        columns = tuple(getattr(self.rows, name) for name in kind.__slots__)
        object.__setattr__(self, "_columns", columns)
        object.__setattr__(self, "_none", kind(*[column[:0] for column in columns]))

    def of(self, household: int) -> T:
        """Return the rows of one household, as views."""
        mine, kind = self.place(household), cast(Any, type(self.rows))
        if mine.start == mine.stop:
            return self._none
        views: T = kind(*[column[mine] for column in self._columns])
        return views

    def place(self, household: int) -> slice:
        """Return where the rows of one household stand."""
        return slice(self.starts[household], self.starts[household + 1])


class Order:
    """The final order of a table's rows, and its columns in that order, read-only.

    Rows of no household (code −1), and those not `kept`, are left out.
    """

    def __init__(
        self,
        table: Table,
        household: Ints,
        count: int,
        keys: tuple[Any, ...],
        kept: Bools | None = None,
    ) -> None:
        self.table = table
        rows = np.flatnonzero(household >= 0 if kept is None else (household >= 0) & kept)
        sorted_by = (household[rows], *(_at(key, rows) for key in keys))
        self.rows: Ints = rows[in_order(sorted_by)]
        self.starts: Ints = np.searchsorted(household[self.rows], np.arange(count + 1))

    def texts(self, column: str) -> Texts:
        """Return texts that are mostly distinct, such as ids."""
        return read_only(texts_of(self.table.text(column).take(column_of(self.rows))))

    def words(self, column: str, default: str | None = None) -> Texts:
        """Return texts of few distinct values, which then share their strings."""
        words, codes = encoded(self.table.text(column))
        known = np.array([*words.to_pylist(), default], dtype=object)
        return read_only(known[codes[self.rows]])

    def numbers(self, column: str) -> Floats:
        """Return numbers, null ones replaced by the default of the contract."""
        return read_only(self.table.filled(column)[self.rows])

    def days(self, column: str) -> Days:
        """Return dates."""
        return read_only(self.table.date(column)[self.rows])

    def take(self, values: Any) -> Any:
        """Return an array over the table's rows in this order."""
        return read_only(values[self.rows])


def in_order(keys: tuple[Any, ...]) -> Ints:
    """Return the order that sorts by `keys`, the first one first.

    Text keys (Arrow arrays) come last: only rows that are equal in every other key are compared
    by them, since sorting millions of strings to break few ties would be most of the reading.
    """
    numeric = [_whole(key) for key in keys if not isinstance(key, pa.Array)]
    texts = [key for key in keys if isinstance(key, pa.Array)]
    order: Ints = np.lexsort(numeric[::-1])
    if not texts or len(order) < 2:
        return order
    same = np.ones(len(order) - 1, dtype=bool)
    for key in numeric:
        placed = key[order]
        same &= placed[1:] == placed[:-1]
    places = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    if places.size:
        group = np.cumsum(np.insert(~same, 0, False))[places]
        subset = order[places]
        taken = [key.take(column_of(subset)) for key in texts]
        table = pa.table([column_of(group), *taken], names=[str(i) for i in range(len(taken) + 1)])
        ranked = pc.sort_indices(table, [(name, "ascending") for name in table.column_names])
        order[places] = subset[numbers_of(ranked, 0)]
    return order


def _at(key: Any, rows: Ints) -> Any:
    return key.take(column_of(rows)) if isinstance(key, pa.Array) else key[rows]


def _whole(key: Any) -> Any:
    return key.view(np.int64) if key.dtype.kind == "M" else key
