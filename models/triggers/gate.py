"""The gate: a plan leaves only if it pays.

gain = (objective before − after)·W must exceed min_bps of W, and cost_multiple · (trading cost +
max(tax caused, 0)). The objective counts these costs already; the multiple asks for a margin over
them, because a forecast of tracking error is surer of nothing than a spread is.

Where things are held saves a little every year, so that a night's wait costs 1/365 of one, while a
loss may be gone tomorrow, a year ends and weights leave their bands. So what a plan saves by that
counts 1/location_times toward min_bps; at most all that it saves, for what the move costs is part
of it.
"""

from __future__ import annotations

from typing import Final

from models.plan import Figures
from models.policy import Gate

LOCATION: Final = "tax_drag"
"""The term of what holdings cost a year by where they are."""


def held_back(gate: Gate, figures: Figures) -> str | None:
    """Return why a plan does not pay, with its figures; None when it does, or nothing compares.

    There is nothing to compare with when the state before is undefined (a household-level flow, a
    broken floor): such a plan is needed and not weighed.
    """
    before, after = figures.objective_before_bps, figures.objective_after_bps
    if before is None or after is None:
        return None
    gain_bps = before - after
    can_wait = saved_by_location_bps(figures)
    counted = gain_bps - can_wait * (1.0 - 1.0 / gate.location_times)
    if counted <= gate.min_bps and gate.min_bps > 0.0:
        said = f"the plan would save {gain_bps:.3f} bps"
        if counted < gain_bps:
            said += (
                f", {can_wait:.3f} of them by location, which can wait and counts one part in "
                f"{gate.location_times:g}: {counted:.3f} in all"
            )
        return f"{said}, and the gate asks for {gate.min_bps:g}"
    caused = figures.cost_usd + max(figures.tax_usd + figures.distribution_tax_usd, 0.0)
    gain_usd = gain_bps * figures.value_usd / 1e4
    needed = gate.cost_multiple * caused
    if gain_usd <= needed and needed > 0.0:
        return (
            f"the plan would save {gain_usd:,.2f} dollars ({gain_bps:.3f} bps), and its cost and "
            f"tax of {caused:,.2f} ask for {needed:,.2f}"
        )
    return None


def saved_by_location_bps(figures: Figures) -> float:
    """What a plan saves by where things are held: between nothing and all that it saves, bps."""
    before, after = figures.objective_before_bps, figures.objective_after_bps
    if before is None or after is None or figures.value_usd <= 0.0:
        return 0.0
    usd = figures.terms_before_usd.get(LOCATION, 0.0) - figures.terms_usd.get(LOCATION, 0.0)
    return min(max(1e4 * usd / figures.value_usd, 0.0), max(before - after, 0.0))
