"""What makes a whole book unusable beyond its files: a year without law, an indefinite covariance.

A hole in Ω must not condemn the book, so positive semidefiniteness is asked of what is known: of
each set of names that are related, leaving out names of unknown pairs where the whole set fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.arrays import Floats, Ints
from models.book.faults import Fault
from models.book.market.risk import Covariance, is_psd, lowest_eigenvalue
from models.law import LawMissing, law_for


@dataclass(frozen=True, slots=True)
class SoundCovariance:
    """Ω made fit for use: `matrix` is positive semidefinite.

    `dropped` are names that stand in unknown pairs without which Ω cannot be made whole: their
    covariances with other names are 0 in `matrix`, so whoever uses them is invalid.
    """

    matrix: Floats
    dropped: Ints
    faults: tuple[Fault, ...]


def law_faults(asof: date) -> tuple[Fault, ...]:
    """Return the fault of an as-of year without law, none when it has law."""
    try:
        law_for(asof.year)
    except LawMissing as error:
        remedy = "run as of a date in a year with law, or add the year's published figures there"
        return (Fault("law", None, None, str(error), remedy, kind="year_without_law"),)
    return ()


def sound_covariance(covariance: Covariance) -> SoundCovariance:
    """Return Ω positive semidefinite, or the faults that say why it is not."""
    matrix = covariance.matrix
    if is_psd(matrix):
        return SoundCovariance(matrix, np.empty(0, dtype=np.int64), ())
    faults: list[Fault] = []
    dropped: list[Ints] = []
    for codes in _related(covariance):
        if is_psd(matrix[np.ix_(codes, codes)]):
            continue
        whole = codes[covariance.whole(codes)]
        block = matrix[np.ix_(whole, whole)]
        if is_psd(block):
            dropped.append(np.setdiff1d(codes, whole))
        else:
            faults.append(_indefinite(covariance, whole, block))
    out = np.concatenate([np.empty(0, dtype=np.int64), *dropped])
    mended = matrix.copy()
    kept = np.maximum(np.diag(matrix)[out], 0.0)
    mended[out, :] = 0.0
    mended[:, out] = 0.0
    mended[out, out] = kept
    return SoundCovariance(mended, out, tuple(faults))


def _related(covariance: Covariance) -> Iterator[Ints]:
    """Sets of names that known pairs connect."""
    from scipy.sparse import csgraph  # brings a solver library that sound books never ask for

    count, label = csgraph.connected_components(covariance.known, directed=False)
    for group in range(count):
        yield np.flatnonzero(label == group)


def _indefinite(covariance: Covariance, codes: Ints, block: Floats) -> Fault:
    lowest, _ = lowest_eigenvalue(block)
    _, vectors = np.linalg.eigh(block)
    heavy = codes[np.argsort(-np.abs(vectors[:, 0]), kind="stable")[:4]]
    names = ", ".join(covariance.names[code] for code in heavy)
    table = next(
        (name for name, rows in covariance.rows.items() if np.isin(codes[0], rows)), "covariance"
    )
    what = (
        f"the covariance is not positive semidefinite: its lowest eigenvalue is {lowest:.3g}, "
        f"mostly along {names}"
    )
    remedy = "correct the covariances among these, so that no portfolio has a negative variance"
    return Fault(table, None, "covariance", what, remedy, kind="covariance_not_psd")
