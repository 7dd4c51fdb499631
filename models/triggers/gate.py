"""The gate: a plan leaves only if it pays.

gain = (objective before − after)·W must exceed min_bps of W, and cost_multiple · (trading cost +
max(tax caused, 0)). The objective counts these costs already; the multiple asks for a margin over
them, because a forecast of tracking error is surer of nothing than a spread is.
"""

from __future__ import annotations

from models.plan import Figures
from models.policy import Gate


def held_back(gate: Gate, figures: Figures) -> str | None:
    """Return why a plan does not pay, with its figures; None when it does, or nothing compares.

    There is nothing to compare with when the state before is undefined (a household-level flow, a
    broken floor): such a plan is needed and not weighed.
    """
    before, after = figures.objective_before_bps, figures.objective_after_bps
    if before is None or after is None:
        return None
    gain_bps = before - after
    if gain_bps <= gate.min_bps and gate.min_bps > 0.0:
        return f"the plan would save {gain_bps:.3f} bps, and the gate asks for {gate.min_bps:g}"
    caused = figures.cost_usd + max(figures.tax_usd + figures.distribution_tax_usd, 0.0)
    gain_usd = gain_bps * figures.value_usd / 1e4
    needed = gate.cost_multiple * caused
    if gain_usd <= needed and needed > 0.0:
        return (
            f"the plan would save {gain_usd:,.2f} dollars ({gain_bps:.3f} bps), and its cost and "
            f"tax of {caused:,.2f} ask for {needed:,.2f}"
        )
    return None
