"""Faults of securities, which touch every household that reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.arrays import Floats
from models.book.checks.check import Check, Finding, rows_where
from models.book.checks.evidence import Evidence
from models.book.market.freshness import allowed_ages
from models.policy import Policy

YIELDS: Final = ("qualified_yield", "ordinary_yield", "exempt_yield", "foreign_tax_yield")

FINEST_STEP: Final = 1e-9
"""Shares. Custodians keep six decimals, pools of plans nine; exact decimals end at some thirty."""


def _oldest_allowed(evidence: Evidence, instrument: str | None) -> Floats:
    """Return how old such a price may be, in days, by household code.

    Faulty policies set no limit, and those that hold what is too old neither.
    """

    def oldest(policy: Policy) -> float:
        data = policy.data
        refuses = data.stale == "refuse"
        return float(allowed_ages(np.array([instrument], object), data)[0]) if refuses else np.inf

    return evidence.by_policy(oldest, np.inf)


def _stale(evidence: Evidence) -> Iterator[Finding]:
    """Too old for the policy of some household that reaches the security."""
    table = evidence.tables["securities"]
    days = (evidence.day - table.date("price_date")).astype(np.int64)
    age = np.where(np.isnat(table.date("price_date")), 0, days)
    instruments, trades = table.texts("instrument"), table.flag("tradable", True)
    by_instrument = {name: _oldest_allowed(evidence, name) for name in {*instruments.tolist()}}
    least = np.array([by_instrument[name].min(initial=np.inf) for name in instruments])
    for row in np.flatnonzero((age > least) & trades).tolist():
        allowed = by_instrument[instruments[row]]
        reached = evidence.reach.of_row("securities", row)
        touched = reached[allowed[reached] < age[row]]
        if touched.size:
            what = f"{table.shown('price_date', row)} is {age[row]} days before the as-of date"
            yield Finding("securities", row, "price_date", what, touched)


CHECKS: Final = (
    rows_where(
        "price_not_positive",
        "securities.price",
        "{cell} is not above 0",
        "give the price of one share in dollars",
        lambda t, e: t.number("price") <= 0,
    ),
    rows_where(
        "future_price",
        "securities.price_date",
        "{cell} is after the as-of date",
        "give a price known on the as-of date, or run as of a later date",
        lambda t, e: t.date("price_date") > e.day,
    ),
    Check(
        "stale_price",
        "give a fresh price, or allow older ones in the policy's [data] (max_price_age_days, "
        'max_age_by_instrument), or hold what has one: stale = "hold"',
        _stale,
    ),
    rows_where(
        "half_spread_out_of_range",
        "securities.half_spread_bps",
        "{cell} is not at least 0 and below 10000",
        "give half the bid-ask spread in basis points of the price",
        lambda t, e: (t.number("half_spread_bps") < 0) | (t.number("half_spread_bps") >= 10_000),
    ),
    rows_where(
        "share_step_not_positive",
        "securities.share_step",
        "{cell} is not above 0",
        "give the smallest number of shares that can be traded, 1 or a fraction",
        lambda t, e: t.number("share_step") <= 0,
    ),
    rows_where(
        "share_step_too_fine",
        "securities.share_step",
        "{cell} is finer than anybody trades",
        "give the smallest number of shares that can be traded, 1 or a fraction such as 0.001",
        lambda t, e: (t.number("share_step") > 0) & (t.number("share_step") < FINEST_STEP),
    ),
    rows_where(
        "adv_shares_not_positive",
        "securities.adv_shares",
        "{cell} is not above 0",
        "give the shares that trade on an average day, or leave the cell empty",
        lambda t, e: t.number("adv_shares") <= 0,
    ),
    *(
        rows_where(
            f"{column}_out_of_range",
            f"securities.{column}",
            "{cell} is not between 0 and 1",
            "give a yearly fraction of the price, 0.02 for 2%",
            lambda t, e, column=column: (t.number(column) < 0) | (t.number(column) > 1),  # type: ignore[misc]
        )
        for column in YIELDS
    ),
    rows_where(
        "negative_specific_vol",
        "securities.specific_vol",
        "{cell} is negative",
        "give the yearly volatility that no factor explains, at least 0",
        lambda t, e: t.number("specific_vol") < 0,
    ),
)
