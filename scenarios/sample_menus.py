"""Menus of the sample book: what may be bought where.

A brokerage account offers the exchange-traded funds of its model's classes and no others; a model
without gold is not improved by buying some because it pays no income. An account without a menu may
buy everything.
"""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.sample_market import FUNDS
from scenarios.sample_risk import SECURITY_TARGETS, TARGETS

#: Sold to nobody through a model: single stocks, and the fund that moves twice.
NOT_OFFERED = frozenset({"HLIX", "GRNT", "SSO"})

#: Suffix of a model's menu that offers the leveraged fund as well.
LEVERAGED = "-with-leverage"

SPECIAL_MENUS: Mapping[str, tuple[str, ...]] = {
    "fund-company": ("VTSAX", "VBTLX", "VXUS", "VTEB", "BIL"),
    "plan-ten-funds": tuple(f.security_id for f in FUNDS if f.security_id.startswith("K-")),
    "plan-three-funds": ("K-LARGE", "K-INTL", "K-BOND"),
}


def model_menu(target_id: str) -> tuple[str, ...]:
    """Return the exchange-traded funds of a model's classes, or the securities it names."""
    if target_id in SECURITY_TARGETS:
        return tuple(SECURITY_TARGETS[target_id])
    return tuple(
        fund.security_id
        for fund in FUNDS
        if fund.asset_class in TARGETS[target_id]
        and fund.share_step == 1.0
        and fund.security_id not in NOT_OFFERED
    )


def menus() -> dict[str, tuple[str, ...]]:
    """Return menu id to the securities it allows: one a model, and the special ones."""
    offered = {target: model_menu(target) for target in (*TARGETS, *SECURITY_TARGETS)}
    leveraged = "growth-60-40"
    offered[leveraged + LEVERAGED] = (*offered[leveraged], "SSO")
    return {**offered, **SPECIAL_MENUS}
