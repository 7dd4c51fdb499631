"""What a year came to: one record, every figure a plain number with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from benchmarks.backtest.lives.decision import Look
from benchmarks.backtest.lives.holding import Stretch
from benchmarks.backtest.lives.tilt import Tilt
from benchmarks.backtest.people.draw import LifePlan
from benchmarks.backtest.taxes.tax_year import Income, YearTax
from benchmarks.backtest.taxes.wealth import NO_WEALTH, Wealth
from models.arrays import Floats
from models.household import Household

DAYS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class YearRecord:
    """One row of the tidy table: a household, a method, a calendar year.

    Wealth is at the year's ends. `te_realized` is the yearly deviation of daily returns from the
    target's, `te_ahead` the mean tracking error that risk models gave after each look, `drift` the
    mean of ½·Σ|weight − target| by class before each look, `cash` the mean share held in cash after
    each, `equity_tilt` the mean weight of equity over the target's after each, as it stands and
    with deferred accounts counted after tax. `pre_tax_return` and `target_return` are of the year,
    before tax, costs and flows. `path` is the draw of the market: lives on one are no two proofs.
    """

    method: str
    household: str
    start: int
    year: int
    before_after_tax_usd: float
    before_liquidated_usd: float
    before_step_up_usd: float
    pre_tax_usd: float
    after_tax_usd: float
    liquidated_usd: float
    step_up_usd: float
    unrealized_usd: float
    pre_tax_return: float
    target_return: float
    te_realized: float
    te_ahead: float
    drift: float
    cash: float
    equity_tilt: float
    equity_tilt_after_tax: float
    qualified_usd: float
    ordinary_usd: float
    exempt_usd: float
    distributions_usd: float
    tax_dividends_usd: float
    tax_gains_usd: float
    tax_distributions_usd: float
    carried_usd: float
    realized_short_usd: float
    realized_long_usd: float
    losses_taken_usd: float
    disallowed_usd: float
    cost_usd: float
    turnover: float
    orders: int
    looks: int
    rebalances: int
    breaches: int
    refused: int
    seconds: float
    path: str

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(field.name for field in fields(cls))


@dataclass
class Diary:
    """Collects a life as it is lived; `close` turns a year into a record."""

    plan: LifePlan
    method: str
    start: int
    target: Floats
    path: str = "prices"
    year: int = 0
    before: Wealth = NO_WEALTH
    sums: dict[str, float] = field(default_factory=dict)
    means: dict[str, list[float]] = field(default_factory=dict)
    growth: list[Floats] = field(default_factory=list)
    followed: list[Floats] = field(default_factory=list)

    def begin(self, year: int, wealth: Wealth) -> None:
        """Open a year."""
        self.year, self.before = year, wealth
        self.sums, self.means, self.growth, self.followed = {}, {}, [], []

    def held(self, first: int, last: int, stretch: Stretch) -> None:
        """Note the days after row `first`, through row `last`."""
        self.growth.append(stretch.growth)
        self.followed.append(1.0 + self.target[first + 1 : last + 1])
        self._add(cost=stretch.cost, disallowed=stretch.disallowed)

    def looked(self, look: Look, tilt: Tilt) -> None:
        """Note a look, and the lean to equity that it left."""
        self.traded(look)
        figures = look.figures
        te = figures.te_before if look.refused else figures.te_after
        idle = float(look.household.accounts.cash.sum()) / max(figures.value_usd, 1.0)
        for name, value in (
            ("te", te or 0.0),
            ("drift", look.drift),
            ("cash", idle),
            ("tilt", tilt.before_tax),
            ("tilt_after_tax", tilt.after_tax),
        ):
            self.means.setdefault(name, []).append(value)

    def traded(self, look: Look) -> None:
        """Note what a look did; nights count what they do, and looks alone how things stand."""
        figures = look.figures
        traded = float(sum(order.amount for order in look.orders))
        losses = sum(float(s.recognized) for s in look.ledger.sales if s.gain < 0)
        self._add(
            cost=float(look.ledger.cost),
            disallowed=float(sum(u.deferred + u.destroyed for u in look.ledger.units)),
            losses=-losses,
            turnover=0.5 * traded / max(figures.value_usd, 1.0),
            orders=len(look.orders),
            looks=1,
            rebalances=int(bool(look.orders)),
            breaches=look.breaches,
            refused=int(look.refused),
            seconds=look.seconds,
        )

    def close(
        self,
        wealth: Wealth,
        taxes: tuple[YearTax, ...],
        income: tuple[Income, ...],
        household: Household,
    ) -> YearRecord:
        """Return the year's record."""
        own, followed = np.concatenate(self.growth), np.concatenate(self.followed)
        total = Income()
        for each in income:
            total = total.plus(each)
        sums = self.sums
        return YearRecord(
            method=self.method,
            household=self.plan.household_id,
            start=self.start,
            year=self.year,
            before_after_tax_usd=self.before.after_tax,
            before_liquidated_usd=self.before.liquidated,
            before_step_up_usd=self.before.step_up,
            pre_tax_usd=wealth.pre_tax,
            after_tax_usd=wealth.after_tax,
            liquidated_usd=wealth.liquidated,
            step_up_usd=wealth.step_up,
            unrealized_usd=wealth.unrealized,
            pre_tax_return=float(own.prod() - 1.0),
            target_return=float(followed.prod() - 1.0),
            te_realized=float((own - followed).std() * np.sqrt(DAYS_A_YEAR)),
            te_ahead=float(np.mean(self.means["te"])),
            drift=float(np.mean(self.means["drift"])),
            cash=float(np.mean(self.means["cash"])),
            equity_tilt=float(np.mean(self.means["tilt"])),
            equity_tilt_after_tax=float(np.mean(self.means["tilt_after_tax"])),
            qualified_usd=total.qualified,
            ordinary_usd=total.ordinary,
            exempt_usd=total.exempt,
            distributions_usd=total.distributions,
            tax_dividends_usd=sum(tax.dividends for tax in taxes),
            tax_gains_usd=sum(tax.gains for tax in taxes),
            tax_distributions_usd=sum(tax.distributions for tax in taxes),
            carried_usd=sum(tax.carry_short + tax.carry_long for tax in taxes),
            realized_short_usd=float(household.units.st_realized_ytd.sum()),
            realized_long_usd=float(household.units.lt_realized_ytd.sum()),
            losses_taken_usd=sums.get("losses", 0.0),
            disallowed_usd=sums.get("disallowed", 0.0),
            cost_usd=sums.get("cost", 0.0),
            turnover=sums.get("turnover", 0.0),
            orders=int(sums.get("orders", 0)),
            looks=int(sums.get("looks", 0)),
            rebalances=int(sums.get("rebalances", 0)),
            breaches=int(sums.get("breaches", 0)),
            refused=int(sums.get("refused", 0)),
            seconds=sums.get("seconds", 0.0),
            path=self.path,
        )

    def _add(self, **amounts: float) -> None:
        for name, amount in amounts.items():
            self.sums[name] = self.sums.get(name, 0.0) + amount
