"""A sparse matrix as triplets in column order, from which parts are cut in a few array passes.

Re-solves of one household differ in which rows and columns are left. Slicing a compressed matrix by
rows and by columns converts it twice; cutting triplets that are already in order does not sort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Triplets:
    """Rows, columns and values, shape `(nnz,)`, by column and then by row; `shape` of the whole."""

    rows: Ints
    columns: Ints
    values: Floats
    shape: tuple[int, int]

    def part(self, rows: Bools, columns: Bools) -> sparse.csc_matrix:
        """The matrix of the rows and columns where the masks say so."""
        keep = np.flatnonzero(rows[self.rows] & columns[self.columns])
        place_of_row = np.cumsum(rows, dtype=np.int32) - 1
        counts = np.bincount(self.columns[keep], minlength=self.shape[1])[columns]
        starts = np.zeros(len(counts) + 1, np.int32)
        np.cumsum(counts, out=starts[1:])
        entries = self.values[keep], place_of_row[self.rows[keep]], starts
        return sparse.csc_matrix(entries, shape=(np.count_nonzero(rows), len(counts)))


def triplets_of(matrix: sparse.csc_array) -> Triplets:
    """Take a compressed matrix apart."""
    columns = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    return Triplets(matrix.indices.astype(np.int64), columns, matrix.data, matrix.shape)
