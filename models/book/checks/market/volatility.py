"""Faults of volatility: a risk model in which something has no risk, or that of another unit.

Classes without any volatility are cash to a plan: it goes wherever yields and taxes point, as far
from its target as it likes, and looks approved. One of several may honestly have none (stable value
in a 401(k), bills); a book of which nothing moves may not. What is asked is the volatility of each
class, and of each security with loadings of its own: √(b′Ωb + specific²) of yearly returns.
Refused: bounds by kind of class (a name says nothing), and tight ones (funds of bills move by 0.1%
a year, coins by 100%).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from models.arrays import Bools, Floats
from models.book.checks.check import Check, Finding, rows_where
from models.book.checks.evidence import Evidence
from models.market import CASH, MONEY_MARKET

LEAST: Final = 1e-4
"""A year. One basis point: the calmest funds with a price that moves, of bills of some weeks, have
ten; only cash and money-market funds have none."""

MOST: Final = 3.0
"""A year. Three times the most volatile listed classes (leveraged funds, coins: 0.6 to 1.1); in
percent squared, bonds of 5% a year have a variance of 25, which reads as 5."""

ANNUAL: Final = 0.02
"""A year. Where nothing is above, the figures are most likely of a day: stocks of 16% to 30% a year
have 1.0% to 1.9% a day. A book of short bonds alone may be as calm, hence uncertain."""


def _of_classes(evidence: Evidence) -> Floats:
    """Return the volatility of each class, NaN of cash and where a variance is not known."""
    exposures = evidence.exposures
    known = exposures.class_known & np.array([name != CASH for name in exposures.classes], bool)
    found = _volatility(evidence, exposures.class_loadings, np.zeros(len(exposures.classes)))
    return np.where(known, found, np.nan)


def _of_securities(evidence: Evidence) -> Floats:
    """Return the volatility of each security with its own loadings, NaN of all others."""
    table, links, exposures = evidence.tables["securities"], evidence.links, evidence.exposures
    specific = table.number("specific_vol")[links.securities.first_row]
    own = (
        ~exposures.looks_through & (table.texts("asset_class") != CASH)[links.securities.first_row]
    )
    return np.where(own, _volatility(evidence, exposures.security_loadings, specific), np.nan)


def _volatility(evidence: Evidence, loadings: Any, specific: Floats) -> Floats:
    """√(b′Ωb + s²) for each row b of `loadings` `(m, k)`; NaN where b needs an unknown variance."""
    covariance = evidence.covariance
    unknown = abs(loadings) @ (~np.diag(covariance.known)).astype(np.float64) > 0
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is beyond belief
        common = loadings.multiply(loadings @ covariance.matrix).sum(axis=1)
        variance = np.maximum(np.asarray(common, np.float64), 0.0) + specific**2
    return np.where(unknown, np.nan, np.sqrt(variance))


def _like_cash(evidence: Evidence) -> Bools:
    """Whether a class holds money-market funds alone, which may have no risk."""
    table, links = evidence.tables["securities"], evidence.links
    fund = (table.texts("instrument") == MONEY_MARKET)[links.securities.first_row]
    member = abs(evidence.exposures.security_weights).T.sign()
    others = member @ (~fund).astype(np.float64)
    return np.asarray((others == 0) & (member @ fund.astype(np.float64) > 0), bool)


def _classes(evidence: Evidence, flagged: Bools, words: str) -> Iterator[Finding]:
    """Yield a finding of each flagged class that some household uses."""
    of = _of_classes(evidence)
    for code in np.flatnonzero(flagged).tolist():
        touched = evidence.reach.of_class(code)
        if touched.size:
            name = evidence.exposures.classes[code]
            table, row = _place(evidence, name)
            what = f"class {name!r} has a volatility of {of[code]:.3%} a year{words}"
            yield Finding(table, row, None if row is None else "covariance", what, touched)


def _place(evidence: Evidence, name: str) -> tuple[str, int | None]:
    """Return the row that states a class's variance, or the table of its loadings."""
    if name not in evidence.covariance.names:
        return "factor_loadings", None
    code = evidence.covariance.names.index(name)
    rows = np.flatnonzero((evidence.covariance.rows["covariance"] == code).all(axis=1))
    return ("covariance", int(rows[0])) if rows.size else ("factor_loadings", None)


def _securities(evidence: Evidence, flagged: Bools, words: str) -> Iterator[Finding]:
    of = _of_securities(evidence)
    rows = evidence.links.securities.first_row
    for code in np.flatnonzero(flagged).tolist():
        what = f"its volatility by its factor loadings is {of[code]:.3%} a year{words}"
        yield Finding("securities", int(rows[code]), "specific_vol", what)


def _highest(evidence: Evidence) -> float:
    """The highest volatility of any class or security, 0 where none is known."""
    both = np.concatenate([_of_classes(evidence), _of_securities(evidence)])
    return float(np.nanmax(both, initial=0.0))


def _without(evidence: Evidence) -> Iterator[Finding]:
    if _highest(evidence) >= LEAST:
        return
    words = ", which makes it cash, and nothing else moves"
    calm = (_of_classes(evidence) < LEAST) & ~_like_cash(evidence)
    yield from _classes(evidence, calm, words)
    instrument = evidence.tables["securities"].texts("instrument")
    moves = (instrument != MONEY_MARKET)[evidence.links.securities.first_row]
    yield from _securities(evidence, (_of_securities(evidence) < LEAST) & moves, words)


def _beyond(evidence: Evidence) -> Iterator[Finding]:
    words = ", which no market has"
    yield from _classes(evidence, _of_classes(evidence) > MOST, words)
    yield from _securities(evidence, _of_securities(evidence) > MOST, words)


def _daily(evidence: Evidence) -> Iterator[Finding]:
    highest = _highest(evidence)
    touched = np.flatnonzero(evidence.reach.names_used.any(axis=1)) if highest < ANNUAL else ()
    if highest >= LEAST and len(touched):
        table = "covariance" if evidence.tables["covariance"].rows else "factor_covariance"
        what = f"nothing moves by more than {highest:.2%} a year: is this daily instead of annual?"
        yield Finding(table, None, "covariance", what, np.asarray(touched, np.int64))


CHECKS: Final = (
    Check(
        "no_volatility",
        "give the variance of its yearly returns, 0.0256 for a volatility of 16%; only cash and "
        'classes of instrument = "money_market" alone may have none',
        _without,
    ),
    Check(
        "volatility_beyond_belief",
        "give variances of yearly returns as fractions, 0.0256 for a volatility of 16%, not 256",
        _beyond,
    ),
    rows_where(
        "specific_vol_beyond_belief",
        "securities.specific_vol",
        "{cell} is a volatility that no market has",
        "give it as a yearly fraction, 0.15 for 15%",
        lambda t, e: t.number("specific_vol") > MOST,
    ),
    Check(
        "daily_covariance",
        "multiply daily covariances by 252, or let a book of short bonds alone pass by "
        'uncertain = "pass" in the policy\'s [data]',
        _daily,
        uncertain=True,
    ),
)
"""Kinds of risk that nothing has."""
