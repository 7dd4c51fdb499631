"""Figures of the shipped synthetic market: three regimes around published volatilities.

Volatilities, correlations and yields are those of `scenarios.sample_risk` and
`scenarios.sample_market`. The rest is stated here so that a reader can doubt it:

* Expected returns are round long-run assumptions of the kind asset managers publish, no forecast.
* Regimes last about as long as market histories say: a bear market ten months, begun every seven
  years or so; a spell of inflation in which stocks and bonds fall together (as in 2022) eleven
  months, begun every eight. Their yearly drifts and rises of volatility are round figures near
  2008 and 2022. In calm months volatility and drift are what makes the long run come out right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Expected compound total return a year, by class.
EXPECTED: Final[Mapping[str, float]] = {
    "us_equity": 0.075,
    "developed": 0.075,
    "emerging": 0.080,
    "us_bond": 0.045,
    "muni": 0.035,
    "tips": 0.042,
    "reit": 0.075,
    "gold": 0.045,
    "bills": 0.032,
}


@dataclass(frozen=True, slots=True)
class Regime:
    """A state of the market.

    Attributes
    ----------
    begins, ends
        Chance in a month that it begins out of calm, and that it ends.
    volatility
        Multiple of the long-run volatility.
    drift
        Yearly expected total return by class while it lasts.
    pull, loadings
        Correlations are (1 − pull)·(the published ones) + pull·(one common factor with these
        loadings), which is positive semidefinite for loadings within ±1.
    """

    begins: float
    ends: float
    volatility: float
    drift: Mapping[str, float]
    pull: float
    loadings: Mapping[str, float]


CRISIS: Final = Regime(
    begins=0.012,
    ends=0.10,
    volatility=2.0,
    drift={
        "us_equity": -0.38,
        "developed": -0.42,
        "emerging": -0.45,
        "us_bond": 0.05,
        "muni": 0.00,
        "tips": 0.00,
        "reit": -0.42,
        "gold": 0.05,
        "bills": 0.02,
    },
    pull=0.5,
    loadings={
        "us_equity": 0.95,
        "developed": 0.95,
        "emerging": 0.90,
        "us_bond": -0.30,
        "muni": 0.20,
        "tips": 0.10,
        "reit": 0.90,
        "gold": 0.0,
        "bills": -0.10,
    },
)

INFLATION: Final = Regime(
    begins=0.010,
    ends=0.09,
    volatility=1.25,
    drift={
        "us_equity": -0.19,
        "developed": -0.17,
        "emerging": -0.20,
        "us_bond": -0.13,
        "muni": -0.09,
        "tips": -0.12,
        "reit": -0.26,
        "gold": 0.00,
        "bills": 0.04,
    },
    pull=0.5,
    loadings={
        "us_equity": 0.85,
        "developed": 0.85,
        "emerging": 0.75,
        "us_bond": 0.75,
        "muni": 0.65,
        "tips": 0.70,
        "reit": 0.85,
        "gold": 0.20,
        "bills": 0.0,
    },
)
