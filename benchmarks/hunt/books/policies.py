"""Random policies, as overrides of the standard: every key that changes what a plan is.

Keys that say when to look, who approves or which orders are under way are left alone: they decide
whether there is a plan, not which. Gates, no part of the objective, are mostly open: what they hold
back is not missed. A small household gets a minimum trade that it can afford.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

KEYS: Final[Mapping[str, tuple[float, tuple[object, ...]]]] = {
    "weights.tracking_error": (0.1, (0.3, 3.0)),
    "weights.tax": (0.12, (0.0, 0.3, 2.0)),
    "weights.basis_change": (0.12, (0.0, 0.5, 2.0)),
    "weights.trading_cost": (0.1, (0.0, 3.0)),
    "weights.tax_drag": (0.15, (0.0, 0.25, 3.0)),
    "risk.aversion": (0.35, (1.0, 30.0, 100.0)),
    "risk.horizon_years": (0.15, (1.0, 15.0)),
    "risk.after_tax_weights": (0.15, (True,)),
    "tax.carryforward_value": (0.1, (0.0, 0.15)),
    "tax.discount_rate": (0.1, (0.0, 0.12)),
    "tax.future_gain_rate": (0.1, (0.0, 0.2)),
    "tax.deferred_rate": (0.1, (0.0, 0.35)),
    "tax.roth_premium": (0.08, (0.0, 0.4)),
    "tax.drag_reference": (0.2, ("none",)),
    "tax.offset_years": (0.1, (1, 5)),
    "tax.step_up": (0.08, (0.1, 0.6)),
    "tax.waiting": (0.15, (False,)),
    "tax.harvest_option": (0.15, (True,)),
    "trades.min_usd": (0.4, (0.0, 1.0, 25.0, 250.0, 1000.0)),
    "trades.min_weight": (0.15, (0.001, 0.01)),
    "trades.commission_bps": (0.1, (2.0, 20.0)),
    "trades.ticket_usd": (0.2, (1.0, 4.95, 20.0)),
    "trades.max_turnover": (0.12, (0.02, 0.1, 0.3)),
    "trades.gain_harvest": (0.2, (True,)),
    "trades.buys": (0.2, ("menu",)),
    "trades.exempt_in_sheltered": (0.2, (True,)),
    "limits.tax_budget_usd": (0.15, (0.0, 200.0, 2_000.0)),
    "limits.gain_budget_usd": (0.12, (0.0, 3_000.0)),
    "limits.gain_share_of_unrealized": (0.1, (0.0, 0.05, 0.3)),
    "limits.max_short_gain_usd": (0.15, (0.0, 500.0)),
    "limits.long_term_guard_days": (0.12, (30, 120)),
    "limits.te_max": (0.12, (0.005, 0.01, 0.02)),
    "limits.bands": (0.25, ("hard",)),
    "wash_sale.mode": (0.35, ("price",)),
    "wash_sale.closed_replacements": (0.35, ("count",)),
    "bands.absolute": (0.15, (0.01, 0.03)),
    "bands.relative": (0.1, (0.1, 0.25)),
    "bands.risk_scaled": (0.05, (True,)),
    "bands.deadband": (0.05, (0.005,)),
    "season.tighten": (0.08, (0.5,)),
    "gate.min_bps": (0.06, (0.5, 1.0)),
    "gate.cost_multiple": (0.06, (1.0,)),
}
"""How often each key is given, and the values it is given then."""

OPEN: Final[Mapping[str, object]] = {"gate.min_bps": 0.0, "gate.min_order_usd": 0.0}
"""No plan and no order is held back for being worth little."""

MODES = ("buy_only", "sell_only", "harvest_only")

PARTLY = ("band_edge", "half_band", "fraction")

SMALL_LEAST_USD = (0.0, 1.0, 5.0, 25.0)
"""Minimum trades of small households, dollars."""


def override(rng: np.random.Generator, *, small: bool = False) -> str:
    """Draw a policy, as the text of `households.overrides`; a small household's is mostly plain."""
    chosen: dict[str, object] = {"triggers.drift": "calendar", **OPEN}
    scale = 0.4 if small else 1.0
    for key, (often, values) in KEYS.items():
        if rng.random() < scale * often:
            chosen[key] = values[int(rng.integers(len(values)))]
    if rng.random() < 0.06:
        chosen["tax.short_rate"], chosen["tax.long_rate"] = 0.408, 0.238
    if rng.random() < 0.08:
        chosen["trades.mode"] = str(rng.choice(MODES))
    limited = "limits.te_max" in chosen or chosen.get("limits.bands") == "hard"
    if rng.random() < 0.08 and not limited:
        chosen["aim.how_far"] = str(rng.choice(PARTLY))
        if chosen["aim.how_far"] == "fraction":
            chosen["aim.fraction"] = 0.5
    if small:
        chosen["trades.min_usd"] = float(rng.choice(SMALL_LEAST_USD))
    return "; ".join(f"{key} = {_toml(value)}" for key, value in chosen.items())


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
