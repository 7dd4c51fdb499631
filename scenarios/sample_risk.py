"""Risk and model portfolios of the sample book.

The covariance is stated as volatilities and correlations, because a reader can doubt those; it is
multiplied out here. Source of the figures: `scenarios.sample_market`. Rounded correlations need
not be positive semidefinite; the smallest eigenvalue of these is 0.057, and a test keeps it so.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

#: Annual volatility of monthly total returns, January 2008 to April 2026.
VOLATILITY: Mapping[str, float] = {
    "us_equity": 0.1625,
    "us_small_value": 0.2036,
    "developed": 0.1801,
    "emerging": 0.2040,
    "us_bond": 0.0461,
    "muni": 0.0524,
    "tips": 0.0581,
    "long_treasury": 0.1433,
    "high_yield": 0.1029,
    "reit": 0.2233,
    "gold": 0.1735,
    "commodities": 0.1899,
    "bills": 0.0054,
}

#: Correlations below the diagonal, in percent, rows and columns in the order of `VOLATILITY`.
CORRELATION_PERCENT: tuple[tuple[int, ...], ...] = (
    (),
    (92,),
    (88, 83),
    (76, 72, 86),
    (27, 21, 35, 29),
    (28, 24, 34, 29, 72),
    (36, 30, 41, 40, 78, 55),
    (-8, -14, -3, -8, 83, 58, 59),
    (75, 74, 77, 72, 42, 45, 49, 4),
    (76, 79, 73, 64, 44, 46, 47, 16, 76),
    (8, 5, 20, 30, 41, 22, 48, 27, 16, 13),
    (47, 48, 53, 56, -8, -8, 21, -34, 42, 32, 26),
    (-3, -6, -2, -2, 4, -2, 1, -2, -5, -2, 19, 1),
)

#: Model portfolios: target weight by asset class or, in `SECURITY_TARGETS`, by security.
TARGETS: Mapping[str, Mapping[str, float]] = {
    "growth-60-40": {
        "us_equity": 0.36,
        "developed": 0.16,
        "emerging": 0.08,
        "us_bond": 0.30,
        "tips": 0.10,
    },
    "growth-80-20": {
        "us_equity": 0.44,
        "us_small_value": 0.08,
        "developed": 0.19,
        "emerging": 0.09,
        "us_bond": 0.15,
        "reit": 0.05,
    },
    "muni-60-40": {
        "us_equity": 0.36,
        "developed": 0.16,
        "emerging": 0.08,
        "us_bond": 0.15,
        "muni": 0.25,
    },
    "income-30-70": {
        "us_equity": 0.20,
        "developed": 0.10,
        "us_bond": 0.40,
        "tips": 0.20,
        "bills": 0.10,
    },
    "all-equity": {
        "us_equity": 0.55,
        "us_small_value": 0.10,
        "developed": 0.24,
        "emerging": 0.11,
    },
    "three-fund-70-30": {"us_equity": 0.45, "developed": 0.25, "us_bond": 0.30},
    "developed-70-30": {"us_equity": 0.45, "developed": 0.25, "us_bond": 0.30},
    "all-weather": {
        "us_equity": 0.30,
        "us_bond": 0.25,
        "long_treasury": 0.20,
        "gold": 0.10,
        "commodities": 0.05,
        "tips": 0.10,
    },
    "spending-reserve": {"us_equity": 0.40, "us_bond": 0.40, "cash": 0.20},
    "endowment": {
        "us_equity": 0.32,
        "us_small_value": 0.06,
        "developed": 0.17,
        "emerging": 0.10,
        "muni": 0.12,
        "us_bond": 0.08,
        "high_yield": 0.04,
        "reit": 0.06,
        "gold": 0.05,
    },
    "education-2029": {"us_equity": 0.25, "us_bond": 0.35, "bills": 0.40},
}

SECURITY_TARGETS: Mapping[str, Mapping[str, float]] = {
    "named-funds": {"VTI": 0.50, "VEA": 0.20, "BND": 0.30},
}

#: Absolute drift bands of single rows, where a model has them.
BANDS: Mapping[str, float] = {"three-fund-70-30": 0.05}


def covariance_frame() -> pd.DataFrame:
    """Return the covariance table: one triangle, Ω_ab = ρ_ab·σ_a·σ_b, annual."""
    classes = tuple(VOLATILITY)
    rows = []
    for i, first in enumerate(classes):
        for j, second in enumerate(classes[: i + 1]):
            correlation = 1.0 if i == j else CORRELATION_PERCENT[i][j] / 100
            value = correlation * VOLATILITY[first] * VOLATILITY[second]
            rows.append((first, second, round(value, 10)))
    return pd.DataFrame(rows, columns=["asset_class_a", "asset_class_b", "covariance"])


def targets_frame() -> pd.DataFrame:
    """Return the targets table: exactly one of asset class and security in each row."""
    rows: list[tuple[str, str | None, str | None, float, float | None]] = []
    for target_id, weights in TARGETS.items():
        band = BANDS.get(target_id)
        rows += [(target_id, name, None, weight, band) for name, weight in weights.items()]
    for target_id, weights in SECURITY_TARGETS.items():
        rows += [(target_id, None, name, weight, None) for name, weight in weights.items()]
    columns = ["target_id", "asset_class", "security_id", "weight", "band"]
    return pd.DataFrame(rows, columns=columns)
