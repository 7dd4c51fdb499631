"""What lots are worth, tonight and at the prices of the last night, where that is known."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.arrays import Floats
from models.book.checks.evidence import Evidence
from models.book.rows.prices import comparable

LARGEST: Final = float(np.finfo(np.float64).max)
"""The largest number: stands for a product beyond it."""


def worth_of(shares: Floats, price: Floats) -> Floats:
    """Dollars of each lot, the largest number where they are more; NaN where a cell is no number.

    A product that no float holds is a finding; cells that are infinite themselves are told as such.
    """
    known = np.isfinite(shares) & np.isfinite(price)
    with np.errstate(over="ignore"):
        product = np.multiply(shares, price, out=np.full_like(shares, np.nan), where=known)
    return np.clip(product, -LARGEST, LARGEST)


def prices_of(evidence: Evidence) -> Floats:
    """Prices of tonight by row of `securities`."""
    return evidence.tables["securities"].number("price")


def then_of(evidence: Evidence) -> Floats:
    """Prices of earlier nights by row of `securities`, comparable to tonight's."""
    seen = {} if evidence.before is None else evidence.before.prices
    tables = evidence.tables
    return comparable(tables["securities"], tables["corporate_actions"], seen, evidence.day)


def price_of_lots(evidence: Evidence, prices: Floats) -> Floats:
    """Price of the security of every lot, NaN where it is unknown."""
    by_code = prices[evidence.links.securities.first_row]
    found: Floats = np.append(by_code, np.nan)[evidence.links.security_of["lots"]]
    return found
