"""A sparse matrix as triplets in column order, from which parts are cut in a few array passes.

Re-solves of one household differ in which columns are left; their rows fall into the same parts
over and over, so that those are cut once. Slicing a compressed matrix by rows and by columns
converts it twice, and making one checks the order of entries that are in order: both cost more than
a small household's own iterations.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats, Ints
from optimizer.settings import SHAPES_KEPT


@dataclass(frozen=True, slots=True)
class Triplets:
    """Rows, columns and values, shape `(nnz,)`, by column and then by row; `shape` of the whole.

    `counts` are the entries of each column; `parts` what was cut by rows before.
    """

    rows: Ints
    columns: Ints
    values: Floats
    counts: Ints
    shape: tuple[int, int]
    parts: dict[bytes, Triplets] = field(default_factory=dict, compare=False, repr=False)

    def of(self, rows: Bools) -> Triplets:
        """The rows where the mask says so, numbered afresh."""
        key = rows.tobytes()
        if key not in self.parts:
            keep = rows[self.rows].nonzero()[0]
            place, columns = np.cumsum(rows) - 1, self.columns[keep]
            self.parts[key] = Triplets(
                place[self.rows[keep]],
                columns,
                self.values[keep],
                np.bincount(columns, minlength=self.shape[1]),
                (int(np.count_nonzero(rows)), self.shape[1]),
            )
        return self.parts[key]

    def matrix(self, columns: Bools) -> sparse.csc_matrix:
        """The columns where the mask says so."""
        keep = columns[self.columns].nonzero()[0]
        return _compressed(self.values[keep], self.rows[keep], self.counts[columns], self.shape[0])

    def square(self, kept: Bools) -> sparse.csc_matrix:
        """The rows and columns where the mask says so."""
        rows, columns, place = self.rows, self.columns, kept.cumsum() - 1
        inside = kept[rows] & kept[columns]
        if inside.all():
            return _compressed(self.values, place[rows], self.counts[kept], int(kept.sum()))
        keep = inside.nonzero()[0]
        counts = np.bincount(place[columns[keep]], minlength=int(kept.sum()))
        return _compressed(self.values[keep], place[rows[keep]], counts, len(counts))


def triplets_of(matrix: sparse.csc_array) -> Triplets:
    """Take a compressed matrix apart."""
    counts = np.diff(matrix.indptr).astype(np.int64)
    columns = np.repeat(np.arange(len(counts)), counts)
    return Triplets(matrix.indices.astype(np.int64), columns, matrix.data, counts, matrix.shape)


def _compressed(values: Floats, rows: Ints, counts: Ints, height: int) -> sparse.csc_matrix:
    """Entries in order, with those of each column counted, as a matrix that nobody checks."""
    matrix = copy(_without_entries((height, len(counts))))
    matrix.data, matrix.indices = values, rows.astype(np.int32)
    matrix.indptr = np.zeros(len(counts) + 1, np.int32)
    counts.cumsum(out=matrix.indptr[1:])
    return matrix


@lru_cache(maxsize=SHAPES_KEPT)
def _without_entries(shape: tuple[int, int]) -> sparse.csc_matrix:
    """A matrix of a shape whose arrays are still to be given."""
    matrix = sparse.csc_matrix(shape)
    matrix.indptr = np.zeros(0, np.int32)
    return matrix
