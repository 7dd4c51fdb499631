"""Prices that moved since the last night as prices hardly do, and no corporate action says why."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import numpy as np

from models.arrays import Floats
from models.book.checks.check import Check, Finding
from models.book.checks.doubt.worth import then_of
from models.book.checks.evidence import Evidence
from models.book.rows.prices import confirmed, falls, like_splits

NO_ACTION: Final = "and no corporate action says why"

MOST_TERMS: Final = 10
"""Largest denominator of a split in words."""


def _price_jumped(evidence: Evidence) -> Iterator[Finding]:
    then, fall = then_of(evidence), _falls(evidence)
    limits = evidence.by_policy(lambda policy: policy.data.max_price_jump, np.inf)
    for row in np.flatnonzero(fall > limits.min(initial=np.inf)).tolist():
        reached = evidence.reach.of_row("securities", row)
        touched = reached[limits[reached] < fall[row]]
        if touched.size:
            what = f"{_moved(evidence, row, then[row])}, {NO_ACTION}"
            yield Finding("securities", row, "price", what, touched)


def _split_like(evidence: Evidence) -> Iterator[Finding]:
    """Of moves that the policy does not already call a jump, and unless it asks nothing of them."""
    table, then, fall = evidence.tables["securities"], then_of(evidence), _falls(evidence)
    limits = evidence.by_policy(lambda policy: policy.data.max_price_jump, np.inf)
    found = like_splits(table, then)
    for row in np.flatnonzero(~np.isnan(found.ratio) & ~np.isnan(fall)).tolist():
        reached = evidence.reach.of_row("securities", row)
        touched = reached[(limits[reached] >= fall[row]) & (limits[reached] < 1.0)]
        if touched.size:
            split = Fraction(found.ratio[row]).limit_denominator(MOST_TERMS)
            what = (
                f"{_moved(evidence, row, then[row])} while others moved by "
                f"{found.others[row] - 1.0:+.1%}: as after a split of {split.numerator} for "
                f"{split.denominator}, {NO_ACTION}"
            )
            yield Finding("securities", row, "price", what, touched)


def _falls(evidence: Evidence) -> Floats:
    """How far each price fell, or rose; NaN where a person looked."""
    table = evidence.tables["securities"]
    fall = falls(table.number("price"), then_of(evidence))
    fall[confirmed(table, evidence.day)] = np.nan
    return fall


def _moved(evidence: Evidence, row: int, then: float) -> str:
    table = evidence.tables["securities"]
    move = table.number("price")[row] / then - 1.0
    return (
        f"{table.shown('price', row)} is {move:+.0%} from the {then:.6g} that an earlier night saw"
    )


CHECKS: Final = (
    Check(
        "price_jump",
        "correct the price, add the corporate action, or give the as-of date as confirmed",
        _price_jumped,
        uncertain=True,
    ),
    Check(
        "like_a_split",
        "correct the price, add the corporate action, or give the as-of date as confirmed",
        _split_like,
        uncertain=True,
    ),
)
"""Kinds of doubt about what a price did since the last night."""
