"""How far a household leans to equity: its weight over the target's, before and after tax.

Whoever ends richer may only have stood further out in a rising market, so the lean is told beside
every figure. After tax, a dollar in a deferred account counts 1 − τ_ret: the rest is the
treasury's, in bonds and in shares alike, and where bonds fill the deferred accounts the household
owns more equity than its statement says.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from benchmarks.backtest.lives.holding import shares_held
from models.arrays import Floats
from models.household import Household, TaxTreatment

EQUITY: Final = frozenset({"us_equity", "developed", "emerging", "reit"})
"""Classes that count as equity: what the names of the model portfolios count, gold left out."""


LEAST_VALUE_USD: Final = 1.0
"""A household worth less leans nowhere."""


class Tilt(NamedTuple):
    """Weight of equity over the target's, a fraction: as it stands, and after deferred tax."""

    before_tax: float
    after_tax: float


def equity_tilt(household: Household, deferred_rates: Floats) -> Tilt:
    """Return the lean to equity by look-through, at the market's prices.

    `deferred_rates` are τ_ret by filing unit, `(n_units,)`.
    """
    market, accounts = household.market, household.accounts
    dollars = shares_held(household) * market.securities.price
    through = np.asarray(market.risk.class_weights @ _is_equity(market.risk.classes))
    whole = dollars.sum(axis=1) + accounts.cash
    equity = dollars @ through
    deferred = household.treatment == TaxTreatment.DEFERRED
    kept = np.where(deferred, 1.0 - deferred_rates[accounts.filing_unit], 1.0)
    target = market.targets[household.target_id]
    wanted = float(target.class_weights @ _is_equity(target.classes))
    return Tilt(
        float(equity.sum() / max(whole.sum(), LEAST_VALUE_USD)) - wanted,
        float(kept @ equity / max(kept @ whole, LEAST_VALUE_USD)) - wanted,
    )


def _is_equity(classes: tuple[str, ...]) -> Floats:
    return np.array([float(name in EQUITY) for name in classes])
