"""A basis that can hardly be that of its lot: far from what it is worth, or one share's.

Custodians' exports give a cost per share beside the total, and a file may have the wrong one in
every row. A thousandth of what a lot is worth is still what an old one of a great stock has, so one
figure says little; that it is like the price of one share, that the lot would have grown beyond
what stocks do since it was bought, and that most lots of the account are so, says it. Refused: to
ask whether most of the book is (a partition of a book does not see it), and a basis that changed
since the last night (every wash sale and return of capital changes it).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.arrays import Bools, Floats
from models.book.checks.check import Check, Finding
from models.book.checks.doubt.worth import LARGEST, price_of_lots, prices_of, worth_of
from models.book.checks.evidence import Evidence
from models.household import TaxTreatment

LEAST_SHARES: Final = 20.0
"""Shares of a lot whose total is no figure of one share: of fewer, old lots cost as little."""

LIKE_A_SHARE: Final = (0.1, 3.0)
"""Basis in prices of a share that may be the cost of one."""

MOST_GROWTH: Final = 0.75
"""Growth a year, from the basis to what a lot is worth, that is beyond belief for most lots of an
account: of a million lots of large stocks 110 have it and cost as much as a share, of funds 30; of
a million whose basis is a share's, 830,000 and 740,000 (`python -m benchmarks.plausible`)."""

YEAR: Final = 365.25
"""Days."""


def _basis(evidence: Evidence) -> Iterator[Finding]:
    """Absurd in taxable accounts alone: elsewhere nothing rests on a basis."""
    lots, owner = evidence.tables["lots"], evidence.links.household_of["lots"]
    taxable = evidence.of_account("lots", evidence.account_is(TaxTreatment.TAXABLE))
    basis, price = lots.number("basis"), price_of_lots(evidence, prices_of(evidence))
    worth = worth_of(lots.number("shares"), price)
    counts = taxable & (owner >= 0) & (basis > 0) & np.isfinite(basis)
    counts &= (worth > 0) & (worth < LARGEST)
    with np.errstate(over="ignore"):
        multiple = np.divide(basis, worth, out=np.ones(lots.rows), where=counts)
    most = evidence.by_policy(lambda policy: policy.data.max_basis_multiple or np.inf, np.inf)
    least = evidence.by_policy(lambda policy: policy.data.min_basis_multiple, 0.0)
    most, least = np.append(most, np.inf)[owner], np.append(least, 0.0)[owner]
    for row in np.flatnonzero(counts & ((multiple > most) | (multiple < least))).tolist():
        each = basis[row] / lots.number("shares")[row]
        what = (
            f"{lots.shown('basis', row)} is {multiple[row]:,.4g} times what the lot is worth: "
            f"{each:,.6g} a share, whose price is {price[row]:,.6g}"
        )
        yield Finding("lots", row, "basis", what, owner[row : row + 1].astype(np.int64))


def _per_share(evidence: Evidence) -> Iterator[Finding]:
    """Told once an account: most of its lots that are large enough to say look so."""
    lots, account = evidence.tables["lots"], evidence.links.account_of["lots"]
    owner, shares = evidence.links.household_of["lots"], lots.number("shares")
    basis, price = lots.number("basis"), price_of_lots(evidence, prices_of(evidence))
    taxable = evidence.of_account("lots", evidence.account_is(TaxTreatment.TAXABLE))
    asked = np.append(evidence.by_policy(lambda p: p.data.min_basis_multiple, 0.0) > 0.0, False)
    counts = taxable & (owner >= 0) & asked[owner]
    counts &= (shares >= LEAST_SHARES) & (price > 0.0) & (basis > 0.0)
    years = (evidence.day - lots.date("acquired")) / np.timedelta64(1, "D") / YEAR
    odd = counts & like_a_share(basis, shares, price, years)
    of, odd_of = (np.bincount(account[rows], minlength=1) for rows in (counts, odd))
    codes, first = np.unique(account[odd], return_index=True)
    for code, row in zip(codes.tolist(), np.flatnonzero(odd)[first].tolist(), strict=True):
        if 2 * odd_of[code] > of[code]:
            what = (
                f"{lots.shown('basis', row)} is like the price of one share, {price[row]:,.6g}, "
                f"and the lot has {shares[row]:,.6g}: so it is in {odd_of[code]} of {of[code]} "
                f"lots of {lots.shown('account_id', row)}"
            )
            yield Finding("lots", row, "basis", what, owner[row : row + 1].astype(np.int64))


def like_a_share(basis: Floats, shares: Floats, price: Floats, years: Floats) -> Bools:
    """Whether each basis is rather one share's: like its price, and beyond belief as the lot's."""
    low, high = LIKE_A_SHARE
    with np.errstate(all="ignore"):
        each = basis / price
        grown = np.log(shares / each) > np.maximum(years, 1.0) * np.log1p(MOST_GROWTH)
    found: Bools = (each >= low) & (each <= high) & grown
    return found


CHECKS: Final = (
    Check(
        "absurd_basis",
        "give the total basis in dollars, or allow it by max_basis_multiple or "
        "min_basis_multiple in the policy's [data]",
        _basis,
        uncertain=True,
    ),
    Check(
        "per_share_basis",
        "give the total basis of each lot in dollars, or ask nothing by min_basis_multiple = 0 in "
        "the policy's [data]",
        _per_share,
        uncertain=True,
    ),
)
"""Kinds of doubt about a basis."""
