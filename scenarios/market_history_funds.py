"""The funds a back-test may hold: class, kind of income, spread, rank and identical group.

Shares of dividends by kind follow the funds' usual year-end tax letters: about 95% of what US
equity funds pay is qualified, 70% for developed and 40% for emerging markets; property, bonds and
bills pay ordinary income (the 20% deduction for property funds is left out), municipal funds pay
exempt income, gold pays nothing. Half-spreads follow fund size, as in `scenarios.sample_market`.
Ranks say which fund of a class is bought first; S&P 500 funds count as one another's twins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scenarios.market_history import FundFacts

#: Shares of a class's dividends that are qualified, ordinary and exempt.
INCOME: Final[Mapping[str, tuple[float, float, float]]] = {
    "us_equity": (0.95, 0.05, 0.0),
    "developed": (0.70, 0.30, 0.0),
    "emerging": (0.40, 0.60, 0.0),
    "us_bond": (0.0, 1.0, 0.0),
    "muni": (0.0, 0.0, 1.0),
    "tips": (0.0, 1.0, 0.0),
    "reit": (0.0, 1.0, 0.0),
    "gold": (0.0, 1.0, 0.0),
    "bills": (0.0, 1.0, 0.0),
}


def _fund(
    security_id: str,
    asset_class: str,
    half_spread_bps: float,
    rank: int,
    identical: str | None = None,
) -> FundFacts:
    shares = INCOME[asset_class]
    return FundFacts(
        security_id, asset_class, *shares, half_spread_bps, rank, identical or security_id
    )


FUNDS: Final[tuple[FundFacts, ...]] = (
    _fund("VTI", "us_equity", 0.5, 1),
    _fund("ITOT", "us_equity", 0.6, 2),
    _fund("SCHB", "us_equity", 1.5, 3),
    _fund("VOO", "us_equity", 0.5, 4, "sp500"),
    _fund("SPY", "us_equity", 0.5, 5, "sp500"),
    _fund("VEA", "developed", 0.7, 1),
    _fund("IEFA", "developed", 0.6, 2),
    _fund("EFA", "developed", 0.7, 3),
    _fund("VWO", "emerging", 0.9, 1),
    _fund("IEMG", "emerging", 0.7, 2),
    _fund("BND", "us_bond", 0.7, 1),
    _fund("AGG", "us_bond", 0.6, 2),
    _fund("VTEB", "muni", 1.0, 1),
    _fund("MUB", "muni", 1.0, 2),
    _fund("SCHP", "tips", 1.8, 1),
    _fund("TIP", "tips", 1.0, 2),
    _fund("VNQ", "reit", 0.6, 1),
    _fund("SCHH", "reit", 2.1, 2),
    _fund("GLD", "gold", 0.5, 1, "gold-bullion"),
    _fund("IAU", "gold", 0.6, 2, "gold-bullion"),
    _fund("BIL", "bills", 0.6, 1),
)

#: What an employer's plan offers: broad funds without municipals or gold.
PLAN_MENU: Final = ("AGG", "BIL", "EFA", "SPY", "TIP", "VNQ", "VWO")

#: Whose returns stand for a class before its first price, when risk is estimated.
STAND_IN: Final[Mapping[str, str]] = {"muni": "us_bond"}
