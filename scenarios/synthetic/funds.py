"""What the kinds of synthetic book share: funds, what they load on, and sheltered accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.sample_market import EXPOSURES, FUNDS, Fund
from scenarios.synthetic.market import AccountSlot, Floats
from scenarios.synthetic.stocks import Stocks

BY_ID: Mapping[str, Fund] = {fund.security_id: fund for fund in FUNDS}

WIDE_FUNDS = (
    *("VTI", "ITOT", "VOO", "IVV", "VBR", "AVUV", "VEA", "IEFA", "VWO", "IEMG", "BND", "AGG"),
    *("VTEB", "MUB", "SCHP", "TIP", "TLT", "HYG", "VNQ", "SCHH", "GLD", "IAU", "PDBC", "BIL"),
)

#: Classes that are factors of the mixed kind.
MIXED_CLASSES = ("us_equity", "developed", "emerging", "us_bond", "reit", "gold")

#: What the other classes load on where they are no factors (regression on the monthly history
#: named in `scenarios.sample_market`, rounded), and how much they move beside that.
CLASS_LOADINGS: Mapping[str, tuple[Mapping[str, float], float]] = {
    "us_small_value": ({"us_equity": 1.15}, 0.080),
    "muni": ({"us_bond": 0.80}, 0.036),
    "tips": ({"us_bond": 0.92, "us_equity": 0.05}, 0.035),
    "long_treasury": ({"us_bond": 2.60}, 0.075),
    "high_yield": ({"us_equity": 0.42, "us_bond": 0.50}, 0.060),
    "commodities": ({"us_equity": 0.50, "gold": 0.25}, 0.160),
    "bills": ({"us_bond": 0.02}, 0.005),
}


def sheltered(
    name: str, second: bool, size: float, menu: str | None, plan: str, lots: float, held: float
) -> AccountSlot:
    """Return an account that shelters from tax: an IRA, a plan or a Roth, as households draw."""
    choices = {
        "ira": (("traditional_ira", 0.62, menu), ("401k", 0.38, plan)),
        "plan": (("401k", 1.0, plan),),
        "roth": (("roth_ira", 0.86, menu), ("roth_401k", 0.08, plan), ("hsa", 0.06, menu)),
    }
    return AccountSlot(choices[name], size, second, held, lots)


def own_moves(funds: Sequence[Fund], classes: Sequence[str]) -> Mapping[str, float]:
    """Return the volatility of what the funds' other classes move by themselves, by factor.

    Factors and no specific risk of the funds: the target has them too, so that holding a class as
    the target asks is no tracking error.
    """
    held = {name for fund in funds for name in _exposure(fund)} - set(classes)
    return {own(name): vol for name, (_, vol) in CLASS_LOADINGS.items() if name in held}


def own(name: str) -> str:
    """Return the factor that only one class moves with."""
    return f"{name}_own"


def loadings_of(name: str, classes: Sequence[str]) -> Mapping[str, float]:
    """Return what a class loads on: on itself where it is a factor."""
    return {name: 1.0} if name in classes else {**CLASS_LOADINGS[name][0], own(name): 1.0}


def class_rows(funds: Sequence[Fund], classes: Sequence[str]) -> Floats:
    """Return loadings of funds by look-through: on classes and their own moves, `(n_funds, k)`."""
    factors = [*classes, *own_moves(funds, classes)]
    rows = np.zeros((len(funds), len(factors)))
    for i, fund in enumerate(funds):
        for name, weight in _exposure(fund).items():
            for factor, loading in loadings_of(name, classes).items():
                rows[i, factors.index(factor)] += weight * loading
    return rows


def _exposure(fund: Fund) -> Mapping[str, float]:
    return EXPOSURES.get(fund.security_id, {fund.asset_class: 1.0})


def stock_popularity(stocks: Stocks, total: float) -> dict[str, float]:
    """Return how often each stock is held, by its index weight; they sum to `total`."""
    return {
        fund.security_id: float(total * weight)
        for fund, weight in zip(stocks.funds, stocks.weight, strict=True)
    }
