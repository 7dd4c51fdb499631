"""The tax of one filing unit, line by line: how the year nets, and what the run changes.

Every dollar of tax is the law's own function (`models.tax.filing.tax`) at two positions, before
and after the run; nothing is computed a second way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.household import Household
from models.tax.filing import Position, TaxBreakdown, TaxFacts, tax_at


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
    """One filing unit's year in dollars: what it came with, what the run adds, before and after."""

    filing_unit_id: str
    filing_status: str
    st_ytd: float
    lt_ytd: float
    st_carried_in: float
    lt_carried_in: float
    run_st: float
    run_lt: float
    distribution: float
    before: Side
    after: Side


def unit_line(
    household: Household,
    unit: int,
    facts: TaxFacts,
    run: Position,
) -> UnitLine:
    """Return the lines of one unit, whose run recognises `run` (gains plus allowed losses).

    net short (before) = year to date − carryforward, and likewise long; after = before + run.
    """
    units = household.units

    def exact(column: str) -> Decimal:
        return Decimal(repr(float(getattr(units, column)[unit])))

    st_ytd, lt_ytd = exact("st_realized_ytd"), exact("lt_realized_ytd")
    st_in, lt_in = exact("st_carryforward"), exact("lt_carryforward")
    before = Position(st_ytd - st_in, lt_ytd - lt_in)
    after = Position(
        before.net_short + run.net_short, before.net_long + run.net_long, run.distribution
    )
    return UnitLine(
        filing_unit_id=str(units.filing_unit_id[unit]),
        filing_status=str(units.filing_status[unit]),
        st_ytd=float(st_ytd),
        lt_ytd=float(lt_ytd),
        st_carried_in=float(st_in),
        lt_carried_in=float(lt_in),
        run_st=float(run.net_short),
        run_lt=float(run.net_long),
        distribution=float(run.distribution),
        before=_side(before, tax_at(facts, before)),
        after=_side(after, tax_at(facts, after)),
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
