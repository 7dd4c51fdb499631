"""A sum of squares taken apart into single directions: what linear questions know of risk.

Tangents of the whole square were refused: each shaves a ball at one point, and in six directions a
dozen say nothing. A parabola of one direction is closed in by a few (see `outer_approximation`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats
from optimizer.program.language import Program


@dataclass(frozen=True, slots=True)
class Squares:
    """Σ value·(direction'x)²; `directions` has shape `(n_squares, n_columns)`."""

    directions: Floats
    values: Floats

    def levels(self, x: Floats) -> Floats:
        """Where a point lies along each direction, `(n_squares,)`."""
        return np.asarray(self.directions @ x)

    def at(self, x: Floats) -> float:
        """The sum of squares at a point."""
        return float(self.values @ self.levels(x) ** 2)


def squares_of(curved: Program, program: Program, size: int, least: float = 0.0) -> Squares:
    """Σ x'Qx of a `curved` program over `size` columns, those of `program` first.

    What is no steeper than `least` is left out.
    """
    directions, values = [np.zeros((0, size))], []
    for square in curved.quadratics:
        columns = square.columns + program.layout[square.block].start
        own, vectors = square.matrix, np.eye(len(columns))
        if own.ndim == 2:
            own, vectors = np.linalg.eigh(own)
        steep = own > least
        wide = np.zeros((int(steep.sum()), size))
        wide[:, columns] = vectors.T[steep]
        directions.append(wide)
        values += own[steep].tolist()
    return Squares(np.concatenate(directions), np.array(values))
