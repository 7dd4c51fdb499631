"""Arrow's columns and numpy's arrays, turned into each other by the memory they share.

Refused here: `pa.array`, `to_numpy` and a Python value beside a column. pyarrow looks first whether
what it is given belongs to pandas, and imports pandas to see: a fifth of the time in which one
household is read, planned and explained.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.arrays import Bools, Texts


def column_of(values: Any) -> Any:
    """Return whole or real numbers, `(n,)`, as an Arrow array that reads the same memory."""
    whole = np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(whole.dtype)
    return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(whole)])


def numbers_of(column: Any, null: float) -> Any:
    """Return an Arrow array of numbers as a read-only array, `null` where it is null."""
    if column.null_count:
        kind = column.type.to_pandas_dtype()  # numpy's, in spite of its name
        column = pc.fill_null(column, column_of(np.array([null], kind))[0])
    return np.from_dlpack(column)


def flags_of(column: Any) -> Bools:
    """Return an Arrow array of booleans, false where it is null."""
    flags: Bools = numbers_of(column.cast(pa.uint8()), 0).view(np.bool_)
    return flags


def texts_of(column: Any) -> Texts:
    """Return an Arrow array of texts as Python strings, None where it is null."""
    return np.array(column.to_pylist(), dtype=object)


def encoded(column: Any) -> tuple[Any, NDArray[np.int32]]:
    """Return the distinct values of an Arrow array, and which of them each row has.

    The code of a null is one past the last value's.
    """
    words = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return words.dictionary, numbers_of(words.indices, len(words.dictionary))
