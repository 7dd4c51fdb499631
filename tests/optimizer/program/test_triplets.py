"""Parts cut from triplets are the parts that slicing a compressed matrix gives, entry by entry."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from models.arrays import Bools
from optimizer.program.triplets import triplets_of

SHAPE = (9, 14)


def same(cut: sparse.csc_matrix, sliced: sparse.csc_array) -> bool:
    """Whether two matrices are one, stored alike."""
    arrays = ("data", "indices", "indptr")
    alike = all(np.array_equal(getattr(cut, each), getattr(sliced, each)) for each in arrays)
    return cut.shape == sliced.shape and alike and bool(cut.has_sorted_indices)


def mask(random: np.random.Generator, size: int, kept: float) -> Bools:
    """Draw which of some rows or columns are kept."""
    return random.random(size) < kept


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.7, 1.0])
def test_a_part_is_what_slicing_gives(kept: float) -> None:
    """Also the second time its rows are asked for, with other columns."""
    random = np.random.default_rng(7)
    matrix = sparse.csc_array(sparse.random_array(SHAPE, density=0.3, rng=random))
    matrix.sort_indices()
    whole, rows = triplets_of(matrix), mask(random, SHAPE[0], kept)
    for columns in (mask(random, SHAPE[1], 0.5), mask(random, SHAPE[1], kept)):
        assert same(whole.of(rows).matrix(columns), matrix[rows][:, columns])


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.7, 1.0])
def test_a_square_keeps_rows_and_columns_alike(kept: float) -> None:
    """Where what is left out has no entries too."""
    random = np.random.default_rng(8)
    half = sparse.random_array((SHAPE[1], SHAPE[1]), density=0.2, rng=random).tocsc()
    matrix = sparse.csc_array(half + half.T)
    matrix.sort_indices()
    whole, inside = triplets_of(matrix), mask(random, SHAPE[1], kept)
    assert same(whole.square(inside), matrix[inside][:, inside])
    touched = np.diff(matrix.indptr) > 0
    assert same(whole.square(touched), matrix[touched][:, touched])
