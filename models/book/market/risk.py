"""One covariance over asset classes and factors, and what every security is exposed to.

The two covariance tables share one namespace and may each state any pair, in either triangle or in
both when equal. A pair that nobody states is *unknown*, not zero: households that hold both its
sides are invalid, because an uncorrelated market is a claim and not a default. It enters Ω as 0 for
the others, who never see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats, Ints, Texts, read_only
from models.book.rows.links import Links
from models.book.tables.table import Table
from models.market import CASH, Risk

PSD_RELATIVE: Final = 1e-8
"""Of the largest eigenvalue. A covariance of rank below k, written with ten digits, has eigenvalues
this far below zero; one that is truly indefinite is orders of magnitude further."""

MIRROR_RELATIVE: Final = 1e-9
"""Of a covariance. The two triangles of one matrix, as any program prints them, agree to this."""

PAIRS: Final = (
    ("covariance", "asset_class_a", "asset_class_b"),
    ("factor_covariance", "factor_a", "factor_b"),
)
"""The covariance tables with the columns that name a pair."""


@dataclass(frozen=True, slots=True)
class Covariance:
    """Ω as stated, over the sorted union of names.

    `matrix` holds 0 where a pair is not `known`; `mentioned` is a pair of some row, readable or
    not. `contradicted` lists, per table, the rows whose pair another row states differently.
    `rows` gives each table's name codes, shape `(rows, 2)`.
    """

    names: tuple[str, ...]
    matrix: Floats
    known: Bools
    mentioned: Bools
    contradicted: Mapping[str, Ints]
    rows: Mapping[str, Ints]

    def whole(self, codes: Ints) -> Ints:
        """Return the places in `codes` of names whose pairs are all known, found greedily."""
        known = self.known[np.ix_(codes, codes)]
        kept = np.flatnonzero(np.diag(known))
        while kept.size:
            unknown = (~known[np.ix_(kept, kept)]).sum(axis=1)
            if not unknown.any():
                break
            kept = np.delete(kept, len(kept) - 1 - int(unknown[::-1].argmax()))
        return kept


def read_covariance(tables: Mapping[str, Table]) -> Covariance:
    """Gather Ω from both tables; null, unread and non-finite cells leave their pair unknown."""
    texts = {name: (tables[name].texts(a), tables[name].texts(b)) for name, a, b in PAIRS}
    names = tuple(
        sorted({n for ab in texts.values() for side in ab for n in side if n is not None})
    )
    code = {name: position for position, name in enumerate(names)} | {None: -1}
    rows = {
        table: np.array([[code[a] for a in ab[0]], [code[b] for b in ab[1]]], dtype=np.int64).T
        for table, ab in texts.items()
    }
    low, high = (np.full((len(names), len(names)), sign * np.inf) for sign in (1, -1))
    values = {table: tables[table].number("covariance") for table in rows}
    usable = {table: (rows[table] >= 0).all(axis=1) & np.isfinite(values[table]) for table in rows}
    for table, pairs in rows.items():
        for i, j in ((0, 1), (1, 0)):
            at = (pairs[usable[table], i], pairs[usable[table], j])
            np.minimum.at(low, at, values[table][usable[table]])
            np.maximum.at(high, at, values[table][usable[table]])
    known = np.isfinite(low)
    mentioned = np.zeros_like(known)
    for pairs in rows.values():
        first, second = pairs[(pairs >= 0).all(axis=1)].T
        mentioned[first, second] = mentioned[second, first] = True
    apart = np.zeros_like(known)
    apart[known] = high[known] - low[known] > MIRROR_RELATIVE * np.abs(high[known])
    contradicted = {
        table: np.flatnonzero(usable[table])[apart[tuple(pairs[usable[table]].T)]]
        for table, pairs in rows.items()
    }
    known &= ~apart
    matrix = np.where(known, low, 0.0)
    return Covariance(names, read_only(matrix), known, mentioned, contradicted, rows)


def lowest_eigenvalue(matrix: Floats) -> tuple[float, float]:
    """Return the least eigenvalue and the least one that rounding may explain."""
    if not len(matrix):
        return 0.0, 0.0
    eigenvalues = np.linalg.eigvalsh(matrix)
    return float(eigenvalues[0]), -PSD_RELATIVE * max(float(eigenvalues[-1]), 0.0)


def is_psd(matrix: Floats) -> bool:
    """Whether a symmetric matrix is positive semidefinite to `PSD_RELATIVE`."""
    lowest, least = lowest_eigenvalue(matrix)
    return lowest >= least


@dataclass(frozen=True, slots=True)
class Exposures:
    """What securities and classes are exposed to, with what is known and what is not.

    Attributes
    ----------
    classes
        Every asset class named by a security, an exposure, a target or the covariance, sorted.
    security_weights
        `(n_securities, n_classes)`: look-through weights by class.
    security_loadings
        `(n_securities, k)`: a security's own factor loadings, no row where it has none.
    class_loadings
        `(n_classes, k)`: exposure of one dollar of a class.
    class_known
        `(n_classes,)`: whether the class has loadings or a covariance of its own (or is cash).
    looks_through
        `(n_securities,)`: whether the security is measured by its classes (no loadings).
    """

    classes: tuple[str, ...]
    security_weights: sparse.csr_array
    security_loadings: sparse.csr_array
    class_loadings: sparse.csr_array
    class_known: Bools
    looks_through: Bools

    def factors(self) -> sparse.csr_array:
        """Return the `(n_securities, k)` exposures B to Ω."""
        through = sparse.diags_array(self.looks_through.astype(float)) @ self.security_weights
        return sparse.csr_array(self.security_loadings + through @ self.class_loadings)


def read_exposures(tables: Mapping[str, Table], links: Links, names: tuple[str, ...]) -> Exposures:
    """Gather exposures; cells that are null, unread or not finite count as 0 here."""
    named = [
        tables["securities"].texts("asset_class"),
        tables["exposures"].texts("asset_class"),
        tables["targets"].texts("asset_class"),
        tables["covariance"].texts("asset_class_a"),
        tables["covariance"].texts("asset_class_b"),
    ]
    loadings = tables["factor_loadings"]
    subject = loadings.texts("security_id")
    named.append(subject[subject == CASH])
    classes = tuple(sorted({name for column in named for name in column if name is not None}))
    of_class = {name: position for position, name in enumerate(classes)}
    of_factor = {name: position for position, name in enumerate(names)}
    count, width, k = len(links.securities), len(classes), len(names)

    own = _codes(named[0][links.securities.first_row], of_class)
    rows, columns = links.security_of["exposures"], _codes(named[1], of_class)
    stated = _sums(rows, columns, tables["exposures"].number("weight"), (count, width))
    plain = np.ones(count, dtype=bool)
    plain[rows[rows >= 0]] = False
    plain &= own >= 0
    unit = _sums(np.flatnonzero(plain), own[plain], np.ones(int(plain.sum())), (count, width))

    factor = _codes(loadings.texts("factor"), of_factor)
    value = loadings.number("loading")
    as_security = links.securities.codes(loadings.text("security_id"))
    as_class = _codes(subject, of_class)
    loaded = np.zeros(width, dtype=bool)
    loaded[as_class[as_class >= 0]] = True
    in_covariance = np.array([name in of_factor for name in classes], dtype=bool)
    by_itself = np.flatnonzero(in_covariance & ~loaded)
    itself = np.array([of_factor[classes[c]] for c in by_itself], dtype=np.int64)
    class_loadings = _sums(as_class, factor, value, (width, k)) + _sums(
        by_itself, itself, np.ones(len(by_itself)), (width, k)
    )
    looks_through = np.ones(count, dtype=bool)
    looks_through[as_security[as_security >= 0]] = False
    cash = np.array([name == CASH for name in classes], dtype=bool)
    return Exposures(
        classes,
        sparse.csr_array(stated + unit),
        _sums(as_security, factor, value, (count, k)),
        sparse.csr_array(class_loadings),
        in_covariance | loaded | cash,
        looks_through,
    )


def build_risk(covariance: Covariance, exposures: Exposures, matrix: Floats) -> Risk:
    """Return the risk model of the market; `matrix` is Ω, positive semidefinite."""
    known = exposures.class_known & (
        np.array([name != CASH for name in exposures.classes], dtype=bool)
        | (np.diff(exposures.class_loadings.indptr) > 0)
    )
    dense = read_only(exposures.class_loadings.toarray())
    by_class = {name: dense[c] for c, name in enumerate(exposures.classes) if known[c]}
    if CASH in covariance.names and CASH not in by_class:
        by_class[CASH] = read_only(np.array([float(n == CASH) for n in covariance.names]))
    return Risk(
        covariance.names,
        read_only(matrix),
        exposures.factors(),
        MappingProxyType(by_class),
        exposures.classes,
        exposures.security_weights,
    )


def _codes(values: Texts, code: Mapping[str, int]) -> Ints:
    return np.array([code.get(value, -1) for value in values], dtype=np.int64)


def _sums(rows: Ints, columns: Ints, values: Floats, shape: tuple[int, int]) -> sparse.csr_array:
    """Return the sum of `values` at (rows, columns), leaving out codes of −1 and non-numbers."""
    kept = (rows >= 0) & (columns >= 0) & np.isfinite(values)
    stored = (values[kept], (rows[kept], columns[kept]))
    return sparse.csr_array(sparse.coo_array(stored, shape=shape))
