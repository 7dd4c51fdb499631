"""The tax of each filing unit before and after the run, exactly, in a form that can be read.

Every figure is a difference of one function, the law's tax of a unit (`models.tax.filing`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from models.household import Household
from models.ledger import Ledger, UnitRun
from models.tax.filing import NOTHING, Position, TaxBreakdown, tax, tax_at
from optimizer.judge.rates import UnitRates


@dataclass(frozen=True, slots=True)
class UnitYear:
    """One filing unit's year, in dollars; positions are net of what was carried in.

    Attributes
    ----------
    run
        Recognised gains of the run, disallowed losses, distributions, penalties.
    position_before, position_after
        Net short and long gain, and deferred distributions.
    before, undistributed, after
        The law's tax at the position before, after the run without distributions, and after it.
    free
        Tax with no gain, nothing carried in and nothing distributed: where a budget starts.
    """

    filing_unit_id: str
    rates: UnitRates
    run: UnitRun
    position_before: Position
    position_after: Position
    before: TaxBreakdown
    undistributed: TaxBreakdown
    after: TaxBreakdown
    free: TaxBreakdown

    @property
    def tax_usd(self) -> Decimal:
        """T(year to date + run, D = 0) − T(year to date, 0); negative is a saving."""
        return self.undistributed.total - self.before.total

    @property
    def distribution_tax_usd(self) -> Decimal:
        """T(year to date + run, D) − T(year to date + run, 0), penalties included."""
        return self.after.total - self.undistributed.total + self.run.penalty

    @property
    def value_change_usd(self) -> Decimal:
        """V(year to date + run) − V(year to date), V = T − the worth of losses carried out."""
        worth = self.rates.worth_of(self.after.carried) - self.rates.worth_of(self.before.carried)
        return self.tax_usd + self.distribution_tax_usd - worth

    @property
    def budget_before_usd(self) -> Decimal:
        """What a tax budget counts before the run: T(year to date, 0) − T(nothing)."""
        return self.before.total - self.free.total

    @property
    def budget_after_usd(self) -> Decimal:
        """What a tax budget counts: T(year to date + run, D) − T(nothing), penalties included."""
        return self.after.total + self.run.penalty - self.free.total


def unit_taxes(
    household: Household, rates: tuple[UnitRates, ...], ledger: Ledger
) -> tuple[UnitYear, ...]:
    """Return the year of every filing unit."""
    names = household.units.filing_unit_id
    return tuple(unit_tax(str(names[u]), rates[u], ledger.units[u]) for u in range(len(names)))


def unit_tax(filing_unit_id: str, rates: UnitRates, run: UnitRun) -> UnitYear:
    """Return one unit's year."""
    start = rates.before
    before = tax_at(rates.facts, start)
    year = UnitYear(
        filing_unit_id=filing_unit_id,
        rates=rates,
        run=UnitRun(),
        position_before=start,
        position_after=start,
        before=before,
        undistributed=before,
        after=before,
        free=tax_at(rates.facts, NOTHING),
    )
    return with_run(year, run)


def with_run(year: UnitYear, run: UnitRun) -> UnitYear:
    """Return a unit's year with another run: what comes before it is not computed again."""
    start, facts = year.position_before, year.rates.facts
    end = Position(start.net_short + run.short, start.net_long + run.long, run.distribution)
    undistributed = year.before
    if (end.net_short, end.net_long) != (start.net_short, start.net_long):
        undistributed = tax(facts, end.net_short, end.net_long)
    after = tax_at(facts, end) if run.distribution else undistributed
    return replace(year, run=run, position_after=end, undistributed=undistributed, after=after)
