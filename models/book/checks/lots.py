"""Faults of lots."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.arrays import Bools
from models.book.checks.check import rows_where, stated
from models.book.checks.doubt.near import near_account
from models.book.checks.evidence import Evidence
from models.household import TaxTreatment

EARLIEST: Final = np.datetime64("1900-01-01", "D")
"""Nobody alive acquired a lot before this: such a date is a slip of the pen (0202 for 2020)."""


def _in_taxable(evidence: Evidence) -> Bools:
    return evidence.of_account("lots", evidence.account_is(TaxTreatment.TAXABLE))


CHECKS: Final = (
    rows_where(
        "unknown_account_of_lot",
        "lots.account_id",
        "account {cell} is not in accounts",
        "add the account, or leave its lots out",
        lambda t, e: stated(t, "account_id") & (e.links.account_of["lots"] < 0),
        near_account("lots"),
    ),
    rows_where(
        "unknown_security_of_lot",
        "lots.security_id",
        "security {cell} is not in securities",
        "add the security's row",
        lambda t, e: stated(t, "security_id") & (e.links.security_of["lots"] < 0),
    ),
    rows_where(
        "negative_shares",
        "lots.shares",
        "{cell} shares are held",
        "give the shares held long; short positions are not supported",
        lambda t, e: t.number("shares") < 0,
    ),
    rows_where(
        "zero_shares",
        "lots.shares",
        "the lot has no shares",
        "leave the lot out",
        lambda t, e: t.number("shares") == 0,
    ),
    rows_where(
        "negative_basis",
        "lots.basis",
        "{cell} is negative",
        "give the total basis in dollars, at least 0",
        lambda t, e: t.number("basis") < 0,
    ),
    rows_where(
        "missing_basis",
        "lots.basis",
        "is empty in a taxable account",
        "give the total basis in dollars",
        lambda t, e: t.null("basis") & _in_taxable(e),
    ),
    rows_where(
        "missing_acquired",
        "lots.acquired",
        "is empty in a taxable account",
        "give the trade date of the purchase",
        lambda t, e: t.null("acquired") & _in_taxable(e),
    ),
    rows_where(
        "future_acquired",
        "lots.acquired",
        "{cell} is after the as-of date",
        "give the trade date, or run as of a later date",
        lambda t, e: t.date("acquired") > e.day,
    ),
    rows_where(
        "ancient_acquired",
        "lots.acquired",
        "{cell} is before 1900",
        "give the trade date with its four-digit year",
        lambda t, e: t.date("acquired") < EARLIEST,
    ),
    rows_where(
        "holding_start_after_acquired",
        "lots.holding_start",
        "{cell} is after the date acquired",
        "give the day from which holding counts, at most the day acquired",
        lambda t, e: t.date("holding_start") > t.date("acquired"),
    ),
    rows_where(
        "future_holding_start",
        "lots.holding_start",
        "{cell} is after the as-of date",
        "give the day from which holding counts",
        lambda t, e: t.date("holding_start") > e.day,
    ),
)
