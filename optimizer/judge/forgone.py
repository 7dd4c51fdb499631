"""What a sale forgoes, in dollars: a lower rate after waiting some weeks, and a deeper loss later.

Both are opportunity costs that the objective counts, and no money that anybody pays.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Final

from models.ledger import LotSale
from models.ledger.exact import ZERO
from models.policy import Policy
from optimizer.judge.rates import UnitRates, discount

YEAR: Final = 365
"""Days of a year."""

LOCKED_OUT: Final = 30
"""Days for which a harvested identical group may not be bought back (26 U.S.C. 1091)."""


def waiting_usd(sale: LotSale, rates: UnitRates, policy: Policy, asof: date) -> float:
    """Dollars that waiting until the sale is long-term would keep, beyond deferral's own worth.

    By waiting n days a dollar of gain keeps τ_s − τ_l; done over and over that is H·365/n times in
    the horizon. Deferral is worth τ_s − δτ_f once. Never more than the gain.
    """
    if sale.gain <= ZERO or sale.long or sale.long_from is None:
        return 0.0
    days = (sale.long_from - asof).days
    times = policy.risk.horizon_years * YEAR / days
    kept = times * float(rates.short - rates.long)
    deferred = float(rates.short) - discount(policy) * float(rates.future)
    return float(sale.gain) * min(1.0, max(0.0, kept - deferred))


def option_usd(sale: LotSale, rates: UnitRates, policy: Policy, volatility: float) -> float:
    """Dollars that a harvest a lock-out later could be deeper by, on average."""
    deeper = volatility * math.sqrt(LOCKED_OUT / (YEAR * 2.0 * math.pi))
    return (1.0 - discount(policy)) * float(rates.long) * deeper * float(sale.proceeds)
