"""What trading costs: half the spread and the commission, as a fraction of the amount."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from models.household import Household
from models.ledger.exact import exact
from models.policy import Policy

BPS_PER_WHOLE: Final = Decimal(10_000)


def cost_fraction(household: Household, policy: Policy, security: int) -> Decimal:
    """ϕ = (half-spread + commission) / 10,000: cost of a trade per dollar traded."""
    half_spread = exact(household.market.securities.half_spread_bps[security])
    return (half_spread + exact(policy.trades.commission_bps)) / BPS_PER_WHOLE
