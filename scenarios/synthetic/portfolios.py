"""Model portfolios of the synthetic books, by asset class.

Models named ``*-direct`` spell their US shares out as single stocks: what direct indexing tracks.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Models by class; the letters are shares of growth assets in percent.
ETF_MODELS: Mapping[str, Mapping[str, float]] = {
    "balanced-40": {
        "us_equity": 0.24,
        "developed": 0.10,
        "emerging": 0.04,
        "us_bond": 0.32,
        "muni": 0.12,
        "tips": 0.08,
        "reit": 0.02,
        "bills": 0.08,
    },
    "balanced-60": {
        "us_equity": 0.35,
        "developed": 0.14,
        "emerging": 0.07,
        "us_bond": 0.22,
        "muni": 0.10,
        "tips": 0.06,
        "reit": 0.04,
        "gold": 0.02,
    },
    "balanced-80": {
        "us_equity": 0.47,
        "developed": 0.18,
        "emerging": 0.09,
        "us_bond": 0.12,
        "muni": 0.06,
        "reit": 0.05,
        "gold": 0.03,
    },
    "growth-95": {
        "us_equity": 0.56,
        "developed": 0.22,
        "emerging": 0.12,
        "reit": 0.05,
        "us_bond": 0.05,
    },
}

WIDE_MODELS: Mapping[str, Mapping[str, float]] = {
    "wide-50": {
        "us_equity": 0.30,
        "us_small_value": 0.04,
        "developed": 0.11,
        "emerging": 0.05,
        "us_bond": 0.22,
        "muni": 0.12,
        "tips": 0.06,
        "high_yield": 0.03,
        "reit": 0.03,
        "gold": 0.02,
        "bills": 0.02,
    },
    "wide-70": {
        "us_equity": 0.42,
        "us_small_value": 0.06,
        "developed": 0.14,
        "emerging": 0.07,
        "us_bond": 0.14,
        "muni": 0.09,
        "tips": 0.03,
        "reit": 0.03,
        "commodities": 0.02,
    },
    "wide-90": {
        "us_equity": 0.55,
        "us_small_value": 0.08,
        "developed": 0.17,
        "emerging": 0.09,
        "us_bond": 0.04,
        "muni": 0.04,
        "gold": 0.03,
    },
}

INDEX_MODELS: Mapping[str, Mapping[str, float]] = {
    **{f"{name}-direct": weights for name, weights in WIDE_MODELS.items()},
    **WIDE_MODELS,
}
