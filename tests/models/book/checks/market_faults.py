"""Wrong books whose fault is the market's: securities, targets, menus and risk.

Rows of the tiny book: households H1, H2, 007; units U1, U2, U2B, U7; accounts A1-TAX, A1-IRA,
A1-401K (menu PLAN), A2-TAX, A2-ROTH, A7-TAX. H1 holds VTI, BND and K500; H2 VTI and VEA; 007 VEA.
"""

from __future__ import annotations

from datetime import date

from tests.books import Tables
from tests.models.book.checks.fault_case import ALL, Case, again, both, cell, cells, without, wrong


def add_factors(tables: Tables) -> None:
    """Give SPARE a factor model of its own, with no covariance to the classes."""
    tables["factor_covariance"] = [{"factor_a": "F1", "factor_b": "F1", "covariance": 0.04}]
    tables["factor_loadings"] = [{"security_id": "SPARE", "factor": "F1", "loading": 1.0}]


def hold_spare(tables: Tables) -> None:
    """Let household 007 hold SPARE."""
    tables["lots"].append(tables["lots"][7] | {"lot_id": "L9", "security_id": "SPARE"})


SECURITIES = (
    wrong("price_not_positive", "securities.0.price", 0.0, "H1", "H2"),
    wrong("price_not_positive", "securities.4.price", -50.0, "H1"),
    wrong("price_not_positive", "securities.5.price", 0.0),
    wrong("future_price", "securities.2.price_date", date(2026, 11, 21), "007", "H2"),
    wrong("stale_price", "securities.2.price_date", date(2026, 11, 16), "007", "H2"),
    wrong("half_spread_out_of_range", "securities.2.half_spread_bps", -1.0, "007", "H2"),
    wrong("half_spread_out_of_range", "securities.2.half_spread_bps", 10000.0, "007", "H2"),
    wrong("share_step_not_positive", "securities.2.share_step", 0.0, "007", "H2"),
    wrong("share_step_too_fine", "securities.2.share_step", 1e-30, "007", "H2"),
    wrong("adv_shares_not_positive", "securities.2.adv_shares", 0.0, "007", "H2"),
    wrong("text_in_number", "securities.2.adv_shares", "many", "007", "H2"),
    wrong("unknown_word", "securities.2.instrument", "fund", "007", "H2"),
    wrong("qualified_yield_out_of_range", "securities.2.qualified_yield", -0.01, "007", "H2"),
    wrong("ordinary_yield_out_of_range", "securities.2.ordinary_yield", 3.0, "007", "H2"),
    wrong("exempt_yield_out_of_range", "securities.3.exempt_yield", 1.5, "H1"),
    wrong("foreign_tax_yield_out_of_range", "securities.3.foreign_tax_yield", -0.1, "H1"),
    wrong("negative_specific_vol", "securities.3.specific_vol", -0.1, "H1"),
    wrong("text_in_number", "exposures.0.weight", "all", "007", "H2"),
)

SUBSTITUTES = (
    wrong("unknown_security_of_substitutes", "substitutes.0.security_id", "VIT"),
    wrong("unknown_security_of_substitutes", "substitutes.0.substitute_id", "ITTO"),
    wrong("identical_substitute", "substitutes.0.substitute_id", "VTI", "H1", "H2"),
    wrong("identical_substitute", "substitutes.0.substitute_id", "K500", "H1", "H2"),
    wrong("null_cell", "substitutes.0.substitute_id", None, "H1", "H2"),
    Case("duplicate_row", "substitutes", 1, "security_id", ("H1", "H2"), again("substitutes", 0)),
)

TARGETS = (
    Case(
        "target_row_of_nothing",
        "targets",
        3,
        "asset_class",
        ("H2",),
        cell("targets", 3, "security_id", None),
    ),
    wrong("target_row_of_both", "targets.3.asset_class", "us_equity", "H2"),
    wrong("unknown_security_of_target", "targets.3.security_id", "AGG", "H2"),
    Case(
        "negative_target_weight",
        "targets",
        4,
        "weight",
        ("H2",),
        cells(("targets", 3, "weight", 1.1), ("targets", 4, "weight", -0.1)),
    ),
    Case(
        "negative_band",
        "targets",
        0,
        "band",
        ("007", "H1"),
        cell("targets", 0, "band", -0.05),
    ),
    Case(
        "band_beyond_all",
        "targets",
        0,
        "band",
        ("007", "H1"),
        cell("targets", 0, "band", 5.0),
    ),
    Case(
        "weights_do_not_sum_to_one",
        "targets",
        0,
        "weight",
        ("007", "H1"),
        cell("targets", 0, "weight", 0.400002),
    ),
    wrong("unknown_security_of_menu", "menus.0.security_id", "AGG", "H1"),
    Case(
        "menu_without_securities",
        "menus",
        0,
        "menu_id",
        ("H1",),
        cells(("menus", 0, "security_id", None), ("menus", 1, "security_id", None)),
        follows=True,
    ),
)

RISK = (
    wrong("security_class_without_covariance", "securities.3.asset_class", "bonds", "H1"),
    wrong("exposure_class_without_covariance", "exposures.1.asset_class", "us", "007", "H2"),
    wrong("target_class_without_covariance", "targets.1.asset_class", "foreign", "007", "H1"),
    Case(
        "factor_without_covariance",
        "factor_loadings",
        0,
        "factor",
        ("H1",),
        lambda t: t.update(
            factor_loadings=[{"security_id": "K500", "factor": "F9", "loading": 1.0}]
        ),
    ),
    Case(
        "name_of_class_and_security",
        "factor_loadings",
        0,
        "security_id",
        ALL,
        both(
            lambda t: t.update(
                factor_loadings=[{"security_id": "VTI", "factor": "us_equity", "loading": 1.0}]
            ),
            cells(*[("targets", 1, "asset_class", "VTI")]),
        ),
    ),
    Case(
        "covariance_contradicts_its_mirror",
        "covariance",
        6,
        "covariance",
        ("007", "H1"),
        again("covariance", 4, asset_class_a="us_bond", asset_class_b="us_equity", covariance=0.0),
    ),
    Case(
        "missing_covariance_pair",
        "covariance",
        None,
        "covariance",
        ("007", "H1"),
        without("covariance", "covariance", 0.0016),
    ),
    Case(
        "missing_covariance_pair",
        "covariance",
        None,
        "covariance",
        ALL,
        without("covariance", "covariance", 0.0256),
    ),
    Case(
        "mixed_risk_models",
        "factor_covariance",
        None,
        "covariance",
        ("007",),
        both(add_factors, hold_spare),
    ),
    Case(
        "no_volatility",
        "covariance",
        0,
        "covariance",
        ALL,
        cells(*[("covariance", row, "covariance", 0.0) for row in range(6)]),
        follows=True,
    ),
    wrong("volatility_beyond_belief", "covariance.0.covariance", 9.1, *ALL),
    wrong("specific_vol_beyond_belief", "securities.3.specific_vol", 15.0, "H1"),
    Case(
        "daily_covariance",
        "covariance",
        None,
        "covariance",
        ALL,
        lambda t: [row.update(covariance=row["covariance"] / 252) for row in t["covariance"]],
    ),
    wrong("null_cell", "covariance.5.covariance", None, "007", "H1"),
    wrong("text_in_number", "covariance.5.covariance", "low", "007", "H1"),
    wrong("null_cell", "covariance.0.covariance", None, *ALL),
)
