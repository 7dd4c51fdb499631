"""The tax of one filing unit, line by line: how the year nets, and what the run changes.

Every figure is the judge's; nothing is computed a second way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.household import Household
from models.policy import Policy
from models.tax.filing import Position, TaxBreakdown
from optimizer.judge.unit_year import UnitYear

BY_LAW: Final = "federal tax on all income, state tax on gains, losses and distributions only"
"""What the tax of a unit's year counts: what other income owes the state no trade changes."""

BY_POLICY: Final = "tax on gains, losses and distributions only, at the policy's rates"
"""What it counts where a policy replaces the law by rates of its own."""


@dataclass(frozen=True, slots=True)
class Side:
    """A unit's year at one moment, in dollars.

    `net_short` and `net_long` have year to date, run and carryforwards in them; `net` is what
    enters income (gain, or minus the offset), `offset` the loss that lowers ordinary income;
    `carried_short` and `carried_long` go to next year.
    """

    net_short: float
    net_long: float
    net: float
    offset: float
    federal: float
    niit: float
    state: float
    tax: float
    carried_short: float
    carried_long: float


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One filing unit's year in dollars: what it came with, what the run adds, before and after.

    `run_st` and `run_lt` are gains plus allowed losses; `disallowed` is what wash sales take away.
    """

    filing_unit_id: str
    filing_status: str
    st_ytd: float
    lt_ytd: float
    st_carried_in: float
    lt_carried_in: float
    run_st: float
    run_lt: float
    disallowed: float
    distribution: float
    penalty: float
    before: Side
    after: Side


def counted_tax(policy: Policy) -> str:
    """Say what the tax of a unit's year counts, and what it leaves out."""
    own = policy.tax.short_rate, policy.tax.long_rate
    return BY_LAW if own == (None, None) else BY_POLICY


def unit_line(household: Household, unit: int, judged: UnitYear) -> UnitLine:
    """Return the lines of one unit from what the judge found of it.

    net short (before) = year to date − carryforward, and likewise long; after = before + run.
    """
    units, run = household.units, judged.run
    return UnitLine(
        filing_unit_id=judged.filing_unit_id,
        filing_status=str(units.filing_status[unit]),
        st_ytd=float(units.st_realized_ytd[unit]),
        lt_ytd=float(units.lt_realized_ytd[unit]),
        st_carried_in=float(units.st_carryforward[unit]),
        lt_carried_in=float(units.lt_carryforward[unit]),
        run_st=float(run.short),
        run_lt=float(run.long),
        disallowed=float(run.deferred + run.destroyed),
        distribution=float(run.distribution),
        penalty=float(run.penalty),
        before=_side(judged.position_before, judged.before),
        after=_side(judged.position_after, judged.after),
    )


def _side(position: Position, breakdown: TaxBreakdown) -> Side:
    return Side(
        net_short=float(position.net_short),
        net_long=float(position.net_long),
        net=float(breakdown.gain_ordinary + breakdown.gain_preferential)
        - float(breakdown.ordinary_offset),
        offset=float(breakdown.ordinary_offset),
        federal=float(breakdown.federal),
        niit=float(breakdown.niit),
        state=float(breakdown.state),
        tax=float(breakdown.total),
        carried_short=float(breakdown.carry_short),
        carried_long=float(breakdown.carry_long),
    )
