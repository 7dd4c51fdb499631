"""Array types that every table shares, and the one way to make an array read-only.

Columns are numpy arrays so that a household can be a set of views into the book; they are
read-only so that a view can be handed out without a copy.
"""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Days: TypeAlias = NDArray[np.datetime64]
Texts: TypeAlias = NDArray[np.object_]

A = TypeVar("A", bound=NDArray[Any])


def read_only(array: A) -> A:
    """Return a view of `array` that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view


def sum_by(index: Ints, amounts: Floats, size: int) -> Floats:
    """Sum `amounts` by `index`, shape `(size,)`; zero where nothing falls."""
    total: Floats = np.bincount(index, amounts, size).astype(np.float64, copy=False)
    return total


class Gathered:
    """Places by what they belong to: `gathered[owner]` are the places of one owner, ascending."""

    def __init__(self, owner: Ints) -> None:
        """Sort the owners once, `(n,)`."""
        self._order = np.argsort(owner, kind="stable")
        self._sorted = owner[self._order]

    def __getitem__(self, owner: int) -> Ints:
        """Places of one owner; none where nothing belongs to it."""
        first, last = np.searchsorted(self._sorted, (owner, owner + 1))
        return np.asarray(self._order[first:last])
