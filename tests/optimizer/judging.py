"""What tests of the judge share: how to ask for breaches, terms, and plain cases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.household import Household
from models.order import Flow, Order
from models.policy import Policy, TaxRates, Weights
from optimizer.judge.verify import Verdict, verify
from tests.households import (
    BOND,
    STOCK,
    account,
    household,
    lot,
    security,
    target,
)

EXACT = 1e-12
"""Relative. Figures are sums of a few floats."""


DELTA = 1.05**-5
"""δ = 1.05⁻⁵ = 0.783526…"""


ANNUITY = (1 - DELTA) / 0.05
"""A_H = 4.32948…"""


def terms(verdict: Verdict) -> dict[str, float]:
    """Return the terms after the orders that are not zero."""
    return {name: usd for name, usd in verdict.figures.terms_usd.items() if usd != 0}


def near(expected: object) -> object:
    """Return an approximation within rounding noise."""
    return pytest.approx(expected, rel=EXACT, abs=1e-12)


def no_tracking(**given: float) -> Policy:
    """Return a policy that does not price tracking error, and counts the whole of the drag."""
    asked: dict[str, object] = {"tax": WHOLE, **given}
    return Policy(weights=Weights(tracking_error=0.0), **asked)  # type: ignore[arg-type]


WHOLE = TaxRates(drag_reference="none")
"""Drag as it is paid, from nothing on."""

ALL_STOCK = {"T": target({STOCK: 1.0})}

HALVES = {"T": target({STOCK: 0.5, BOND: 0.5})}


def broken(
    of: Household, orders: Sequence[Order], flows: Sequence[Flow] = (), policy: Policy | None = None
) -> list[str]:
    """Return the names of the rules that orders break, in order."""
    return [breach.rule for breach in verify(of, policy or Policy(), orders, flows).breaches]


def two_lots(**given: object) -> Household:
    """Return VTI at 80: 100 at a long gain of 2,000 (A), 100 at a short loss of 1,000 (B)."""
    return household(
        [account("TX", cash=10_000.0), account("IRA", "traditional_ira", cash=10_000.0)],
        [
            lot("A", "TX", "VTI", 100, 6000.0, "2024-01-02"),
            lot("B", "TX", "BND", 100, 6000.0, "2026-03-02"),
        ],
        [security("VTI", 80.0), security("BND", 50.0, BOND), security("AGG", 50.0, BOND)],
        targets=HALVES,
        **given,  # type: ignore[arg-type]
    )


def sheltered() -> Household:
    """Return an IRA of 10 shares in two lots."""
    return household(
        [account("IRA", "traditional_ira")],
        [lot("P", "IRA", "VTI", 6), lot("Q", "IRA", "VTI", 4)],
        targets=ALL_STOCK,
    )
