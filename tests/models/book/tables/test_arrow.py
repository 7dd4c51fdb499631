"""Columns turned into arrays by their memory are what pyarrow makes of them by its own ways."""

import numpy as np
import pyarrow as pa
import pytest

from models.book.tables.arrow import column_of, encoded, flags_of, numbers_of, texts_of


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.5, -0.0, np.nan]),
        np.array([3, -7], dtype=np.int64),
        np.arange(9, dtype=np.int32)[::-2],
        np.empty(0),
    ],
)
def test_numbers_become_a_column_and_back(values: np.ndarray) -> None:
    """Also where they do not lie side by side, and where there is none."""
    column = column_of(values)
    assert column.type == pa.array(values).type
    assert column.null_count == 0
    np.testing.assert_array_equal(numbers_of(column, 0), values)
    np.testing.assert_array_equal(np.signbit(numbers_of(column, 0)), np.signbit(values))


def test_nulls_become_what_stands_for_them() -> None:
    """A number of the caller's, false, and None; a slice is a column of its own."""
    np.testing.assert_array_equal(numbers_of(pa.array([None, 2.0]), np.nan), [np.nan, 2.0])
    assert numbers_of(pa.array([4, None, 6], pa.int32()), -1).tolist() == [4, -1, 6]
    assert flags_of(pa.array([True, True, None, False]).slice(1)).tolist() == [True, False, False]
    assert flags_of(pa.array([], pa.bool_())).tolist() == []
    assert texts_of(pa.array(["007", None], pa.large_string())).tolist() == ["007", None]
    assert texts_of(pa.array([], pa.large_string())).shape == (0,)


def test_distinct_words_are_coded_and_nulls_come_after_them() -> None:
    """Whether the column was a dictionary before or not."""
    column = pa.array(["b", None, "a", "b"], pa.large_string())
    for each in (column, column.dictionary_encode()):
        words, codes = encoded(each)
        assert words.to_pylist() == ["b", "a"]
        assert codes.tolist() == [0, 2, 1, 0]
    words, codes = encoded(pa.nulls(2, pa.large_string()))
    assert (len(words), codes.tolist()) == (0, [0, 0])
