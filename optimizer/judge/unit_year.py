"""The tax of each filing unit before and after the run, exactly, in a form that can be read.

Every figure is a difference of one function, the law's tax of a unit (`models.tax.filing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Final

from models.household import Household
from models.ledger import Ledger, UnitRun
from models.ledger.exact import PRECISION, ZERO
from models.tax.filing import Position, TaxBreakdown, tax, tax_at
from optimizer.judge.rates import UnitRates

NO_RUN: Final = UnitRun()
"""Nothing sold, nothing that leaves."""


@dataclass(frozen=True)
class UnitYear:
    """One filing unit's year, in dollars; positions are net of what was carried in.

    `run` holds recognised gains of the run, disallowed losses, distributions, penalties. What they
    make of the year is found when it is asked for.
    """

    filing_unit_id: str
    rates: UnitRates
    run: UnitRun

    @property
    def position_before(self) -> Position:
        """Net short and long gain before the run."""
        return self.rates.before

    @cached_property
    def position_after(self) -> Position:
        """Net short and long gain and deferred distributions after it."""
        start, run = self.rates.before, self.run
        with localcontext(prec=PRECISION):
            short, long = start.net_short + run.short, start.net_long + run.long
            return Position(short, long, run.distribution)

    @property
    def before(self) -> TaxBreakdown:
        """The law's tax at the position before."""
        return self.rates.stands

    @cached_property
    def undistributed(self) -> TaxBreakdown:
        """The same after the run without distributions."""
        end = self.position_after
        if not (self.run.short or self.run.long):
            return self.before
        with localcontext(prec=PRECISION):
            return tax(self.rates.facts, end.net_short, end.net_long)

    @cached_property
    def after(self) -> TaxBreakdown:
        """The same after the run."""
        if not self.run.distribution:
            return self.undistributed
        with localcontext(prec=PRECISION):
            return tax_at(self.rates.facts, self.position_after)

    @property
    def free(self) -> TaxBreakdown:
        """Tax with no gain, nothing carried in, nothing distributed: where a budget starts."""
        return self.rates.free

    @property
    def changed(self) -> bool:
        """Whether the run does anything to the year."""
        return self.run != NO_RUN

    @property
    def tax_usd(self) -> Decimal:
        """T(year to date + run, D = 0) − T(year to date, 0); negative is a saving."""
        if not (self.run.short or self.run.long):
            return ZERO
        return self.undistributed.total - self.before.total

    @property
    def distribution_tax_usd(self) -> Decimal:
        """T(year to date + run, D) − T(year to date + run, 0), penalties included."""
        if not self.run.distribution:
            return self.run.penalty
        return self.after.total - self.undistributed.total + self.run.penalty

    @property
    def value_change_usd(self) -> Decimal:
        """V(year to date + run) − V(year to date), V = T − the worth of losses carried out."""
        if not self.changed:
            return ZERO
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
    names = household.units.filing_unit_id.tolist()
    return tuple(map(UnitYear, names, rates, ledger.units))
