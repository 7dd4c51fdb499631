"""Faults of the risk model: exposures without a covariance, and a covariance with holes.

That Ω is positive semidefinite is not asked here but before anything else: without that the whole
book is unusable (`models.book.checks.unusable`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.arrays import Bools, Ints
from models.book.checks.check import Check, Finding, rows_where, stated
from models.book.checks.evidence import Evidence
from models.book.market.risk import PAIRS
from models.book.tables.table import Table

PAIRS_SHOWN: Final = 50
"""Unknown pairs are told one by one up to this many; a matrix with more lacks whole blocks."""


def _riskless(evidence: Evidence, names: np.ndarray) -> Bools:
    """Whether each named class has neither covariance nor loadings (null: no)."""
    exposures = evidence.exposures
    without = {
        name
        for name, known in zip(exposures.classes, exposures.class_known, strict=True)
        if not known
    }
    return np.array([name in without for name in names], dtype=bool)


def _security_without_risk(table: Table, evidence: Evidence) -> Bools:
    """Its class counts only where it has neither loadings nor exposures of its own."""
    stated_rows = evidence.links.security_of["exposures"]
    by_class = evidence.exposures.looks_through.copy()
    by_class[stated_rows[stated_rows >= 0]] = False
    own = np.append(by_class, True)[evidence.links.security_of["securities"]]
    return own & _riskless(evidence, table.texts("asset_class"))


def _exposure_without_risk(table: Table, evidence: Evidence) -> Bools:
    security = evidence.links.security_of["exposures"]
    looks = np.append(evidence.exposures.looks_through, False)[security]
    return looks & _riskless(evidence, table.texts("asset_class"))


def _unknown_factor(table: Table, evidence: Evidence) -> Bools:
    return stated(table, "factor") & ~np.isin(table.texts("factor"), evidence.covariance.names)


def _name_of_two_things(table: Table, evidence: Evidence) -> Bools:
    security = evidence.links.securities.codes(table.text("security_id")) >= 0
    return security & np.isin(table.texts("security_id"), evidence.exposures.classes)


def _contradicted(evidence: Evidence) -> Iterator[Finding]:
    for name, first, second in PAIRS:
        table = evidence.tables[name]
        for row in evidence.covariance.contradicted[name].tolist():
            pair = f"{table.shown(first, row)} and {table.shown(second, row)}"
            what = f"the covariance of {pair} is {table.shown('covariance', row)} here"
            yield Finding(name, row, "covariance", f"{what} and something else in another row")


def _unknown_pairs(evidence: Evidence) -> Iterator[Finding]:
    """Pairs that some household uses and no row states."""
    covariance = evidence.covariance
    unknown = ~covariance.mentioned
    if not unknown.any():
        return
    across = _across(evidence)
    within = np.argwhere(np.triu(unknown & ~across))
    told = 0
    for first, second in within.tolist():
        touched = evidence.reach.of_pair(first, second)
        if not touched.size:
            continue
        told += 1
        if told > PAIRS_SHOWN:
            yield _block(evidence, unknown & ~across, "missing_covariance_pair")
            break
        names = f"{covariance.names[first]!r} and {covariance.names[second]!r}"
        what = f"the covariance of {names} is not given"
        yield Finding(_table_of(evidence, first), None, "covariance", what, touched)


def _mixed_models(evidence: Evidence) -> Iterator[Finding]:
    """Names of one covariance table held beside names of the other, with nothing across."""
    across = _across(evidence) & ~evidence.covariance.mentioned
    if across.any():
        finding = _block(evidence, across, "mixed")
        if finding.households is not None and finding.households.size:
            yield finding


def _across(evidence: Evidence) -> Bools:
    """Whether a pair has its two names in different tables only; shape `(k, k)`."""
    inside = np.zeros((len(PAIRS), len(evidence.covariance.names)), dtype=bool)
    for place, (name, _, _) in enumerate(PAIRS):
        rows = evidence.covariance.rows[name]
        inside[place, rows[rows >= 0]] = True
    together = inside.T.astype(int) @ inside.astype(int)
    apart: Bools = together == 0
    return apart


def _block(evidence: Evidence, unknown: Bools, kind: str) -> Finding:
    used = evidence.reach.names_used
    beside = (used.astype(np.float32) @ unknown.astype(np.float32)) > 0
    meets = used & beside
    touched = np.flatnonzero(meets.any(axis=1))
    names = [evidence.covariance.names[c] for c in np.flatnonzero(meets.any(axis=0))]
    listed = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    if kind == "mixed":
        what = f"factor loadings and class exposures meet without a covariance across: {listed}"
        return Finding("factor_covariance", None, "covariance", what, touched)
    what = f"many more covariances are not given, among {listed}"
    return Finding("covariance", None, "covariance", what, touched)


def _table_of(evidence: Evidence, code: int) -> str:
    return next(
        (name for name, rows in evidence.covariance.rows.items() if (rows == code).any()),
        PAIRS[0][0],
    )


_NO_RISK = "class {cell} has neither a covariance nor factor loadings"
_GIVE_RISK = "add its rows to covariance, or its factor_loadings"

DROPPED: Final = Check(
    "covariance_with_a_hole",
    "add the missing covariances of this name",
    lambda e: (),  # found when Ω is made sound, before the checks: see `dropped_names`
)

CHECKS: Final = (
    DROPPED,
    rows_where(
        "security_class_without_covariance",
        "securities.asset_class",
        _NO_RISK,
        _GIVE_RISK,
        _security_without_risk,
    ),
    rows_where(
        "exposure_class_without_covariance",
        "exposures.asset_class",
        _NO_RISK,
        _GIVE_RISK,
        _exposure_without_risk,
    ),
    rows_where(
        "target_class_without_covariance",
        "targets.asset_class",
        _NO_RISK,
        _GIVE_RISK,
        lambda t, e: _riskless(e, t.texts("asset_class")),
    ),
    rows_where(
        "factor_without_covariance",
        "factor_loadings.factor",
        "factor {cell} is in no covariance",
        "add its rows to factor_covariance",
        _unknown_factor,
    ),
    rows_where(
        "name_of_class_and_security",
        "factor_loadings.security_id",
        "{cell} names both a security and an asset class",
        "rename one of them, so that the loadings have one owner",
        _name_of_two_things,
    ),
    Check(
        "covariance_contradicts_its_mirror",
        "state each pair once, or the same in both triangles",
        _contradicted,
    ),
    Check(
        "missing_covariance_pair",
        "add a row for the pair (0 only if they are truly uncorrelated)",
        _unknown_pairs,
    ),
    Check(
        "mixed_risk_models",
        "add the covariances between those classes and factors, or give the classes loadings",
        _mixed_models,
    ),
)


def dropped_names(evidence: Evidence, dropped: Ints) -> tuple[tuple[Check, Finding], ...]:
    """Return the findings of names that had to be left out to make Ω positive semidefinite."""
    return tuple(
        (
            DROPPED,
            Finding(
                _table_of(evidence, code),
                None,
                "covariance",
                f"{evidence.covariance.names[code]!r} lacks covariances without which the matrix "
                "is not positive semidefinite",
                np.flatnonzero(evidence.reach.names_used[:, code]),
            ),
        )
        for code in dropped.tolist()
    )
