"""The frame: a household's labels turned into columns, and its dollars into one scale.

Everything the terms and rules need, computed once. Amounts are in percents of the household's
value, so that a solver sees numbers near 1 whether the household holds a thousand dollars or a
billion; the objective is in basis points of that value. What a percent is worth is said here and
nowhere else; rows that count in other units say so in their `Meaning`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from models.arrays import Bools, Floats, Ints, Texts, sum_by
from models.household import Household, TaxTreatment
from models.market import Target
from models.policy import Policy
from models.tolerances import CENT_USD, RELATIVE, WEIGHT
from models.triggers.aim import destinations
from optimizer.inputs.columns import BuyColumns, SaleColumns, buy_columns, left_out, sale_columns
from optimizer.inputs.group_values import GroupValues, group_values
from optimizer.inputs.replaced import Replaced, replaced
from optimizer.inputs.risk_cells import RiskCells, risk_cells
from optimizer.inputs.tax_range import GainRange, gain_ranges
from optimizer.inputs.unit_tax import UnitTax, unit_taxes
from optimizer.inputs.windows import Windows, windows
from optimizer.judge.bench import Bench
from optimizer.settings import LEAST_USD

BPS_PER_PERCENT: Final = 100.0
"""An amount is in percents of the household's value: 100 basis points."""


@dataclass(frozen=True, slots=True)
class AccountColumns:
    """Accounts in percents of the household, shape `(n_accounts,)`.

    Attributes
    ----------
    cash
        Cash after the account's own flow.
    floor
        Least cash after the run: the account's floor and what open orders have reserved.
    outflow
        What the account's own flow takes out (≥ 0).
    penalty
        Early-withdrawal penalty, a fraction of what leaves the account.
    required
        Required distribution not yet covered by the account's own outflow (≥ 0).
    most_cash
        Cash if everything is sold and everything that can arrive arrives here.
    most_withdrawn
        Upper bound of a household-level withdrawal from the account (0 if not withdrawable).
    receives
        Whether a household contribution may enter.
    taxable, deferred, exempt
        Tax treatment.
    unit, group
        Filing unit and management group.
    scale
        What a dollar in the account counts in after-tax weights (1 unless the policy says so).
    """

    cash: Floats
    floor: Floats
    outflow: Floats
    penalty: Floats
    required: Floats
    most_cash: Floats
    most_withdrawn: Floats
    receives: Bools
    taxable: Bools
    deferred: Bools
    exempt: Bools
    unit: Ints
    group: Ints
    scale: Floats


@dataclass(frozen=True)
class Frame:
    """A household and policy as numbers: all a term or rule may look at.

    `percent_usd` is one percent of its value W (see `_whole_usd`), `net_flow` the household-level
    flow in percents, `cost` ϕ by security, `taxes` one per filing unit. `te_multiplier` is what a
    limit on tracking error adds to the price of its square (a multiplier the search for a plan
    settles).
    """

    household: Household
    policy: Policy
    percent_usd: float
    net_flow: float
    accounts: AccountColumns
    sales: SaleColumns
    buys: BuyColumns
    taxes: tuple[UnitTax, ...]
    windows: Windows
    cost: Floats
    te_multiplier: float = 0.0

    @property
    def te_squared_allowed(self) -> float:
        """te_max² in (percent)², with what a judge lets pass; 0 where there is no limit."""
        limit = self.policy.limits.te_max
        return 0.0 if limit is None else (100.0 * (limit + WEIGHT)) ** 2

    @property
    def risk_price(self) -> float:
        """What half of the squared tracking error costs: w·γ·H, and what a limit on it adds."""
        return self.own_risk_price + self.te_multiplier

    @property
    def own_risk_price(self) -> float:
        """What the policy by itself asks for half of the squared tracking error: w·γ·H."""
        risk = self.policy.risk
        return self.policy.weights.tracking_error * risk.aversion * risk.horizon_years

    @property
    def labels(self) -> Texts:
        """Account ids, for naming rows."""
        return self.household.accounts.account_id

    @cached_property
    def destinations(self) -> Mapping[str, Target]:
        """What each management group trades towards: its target, or as far as the policy goes."""
        return destinations(self.household, self.policy)

    @cached_property
    def bench(self) -> Bench:
        """What the judge knows of the household before it sees an order."""
        past = self.windows.history, self.windows.reserved
        return Bench(self.household, self.policy, past)

    @cached_property
    def groups(self) -> GroupValues:
        """What each management group is worth, in the dollars that weights count."""
        return group_values(self, self.accounts.scale)

    @cached_property
    def cells(self) -> RiskCells:
        """Deviations from target, gathered (see `cells`)."""
        return risk_cells(self)

    @cached_property
    def replaced(self) -> Replaced:
        """What losses meet where they are priced (see `replaced`)."""
        return replaced(self)

    @cached_property
    def risk_root(self) -> Floats:
        """R with RR' = Ω over the factors that matter here, `(k, k)`."""
        factors = self.cells.factors
        covariance = self.household.market.risk.covariance[np.ix_(factors, factors)]
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

    @cached_property
    def ranges(self) -> tuple[GainRange, ...]:
        """How far each filing unit's gains can move (see `gain_range`)."""
        return gain_ranges(self)

    @property
    def whole(self) -> float:
        """What weights are weights of, units: 100, less where nothing is left of a household."""
        return max(self.household.value_usd, LEAST_USD) / self.percent_usd

    @property
    def cent(self) -> float:
        """What a judge lets pass of a figure in dollars, percents."""
        return (float(CENT_USD) + RELATIVE * abs(self.household.value_usd)) / self.percent_usd

    @cached_property
    def left_out(self) -> Bools:
        """Lots too small for a column, `(n_lots,)`: a legal plan may sell them all the same."""
        return left_out(self.household, self.sales)

    def bps_of_usd(self, dollars: float) -> float:
        """Basis points of the household's value."""
        return BPS_PER_PERCENT * dollars / self.percent_usd


def frame(household: Household, policy: Policy) -> Frame:
    """Turn a household and its policy into columns."""
    securities = household.market.securities
    percent_usd = _whole_usd(household) / 100.0
    taxes = unit_taxes(household, policy)
    open_windows = windows(household, policy)
    cost = (securities.half_spread_bps + policy.trades.commission_bps) / 1e4
    columns = _account_columns(household, policy, percent_usd, taxes, cost)
    sales = sale_columns(household, policy, percent_usd, open_windows)
    return Frame(
        household=household,
        policy=policy,
        percent_usd=percent_usd,
        net_flow=household.net_flow / percent_usd,
        accounts=columns,
        sales=sales,
        buys=buy_columns(
            household, policy, open_windows, np.maximum(columns.most_cash - columns.floor, 0.0)
        ),
        taxes=taxes,
        windows=open_windows,
        cost=cost,
    )


def _whole_usd(household: Household) -> float:
    """A hundred units in dollars: what a household is worth, or holds where nothing will be left.

    One that pays out all it has keeps a part of a cent, and its lots would be billions of that.
    """
    value = household.value_usd
    if value >= LEAST_USD:
        return value
    held = household.lot_value_usd.sum() + np.maximum(household.accounts.cash, 0.0).sum()
    return max(float(held), LEAST_USD)


def _account_columns(
    household: Household,
    policy: Policy,
    percent_usd: float,
    taxes: tuple[UnitTax, ...],
    cost: Floats,
) -> AccountColumns:
    accounts, taxable, n = household.accounts, household.taxable, len(household.treatment)
    deferred = np.asarray(household.treatment == TaxTreatment.DEFERRED, dtype=bool)
    reserved = np.zeros(n)
    orders, price = household.open_orders, household.market.securities.price
    for i in np.flatnonzero(orders.side == "buy"):
        security = orders.security[i]
        reserved[orders.account[i]] += (
            orders.shares[i] * price[security] * (1.0 + cost[security]) / percent_usd
        )
    outflow = np.maximum(-accounts.net_flow, 0.0) / percent_usd
    held = sum_by(household.lots.account, household.lot_value_usd, n)
    free = np.maximum(
        (held + accounts.cash + accounts.net_flow - accounts.cash_floor) / percent_usd, 0.0
    )
    required = np.where(
        deferred, np.maximum(accounts.rmd_due_usd / percent_usd - outflow, 0.0), 0.0
    )
    received = sum_by(accounts.filing_unit, required, len(taxes))[accounts.filing_unit]
    arriving = np.where(taxable, received + max(household.net_flow, 0.0) / percent_usd, 0.0)
    withdrawing, groups = household.net_flow < 0, household.group_targets
    scale = np.ones(n)
    if policy.risk.after_tax_weights:
        rate = np.array([tax.rate_deferred for tax in taxes])[accounts.filing_unit]
        scale = np.where(deferred, 1.0 - rate, 1.0)
    return AccountColumns(
        cash=(accounts.cash + accounts.net_flow) / percent_usd,
        floor=accounts.cash_floor / percent_usd + reserved,
        outflow=outflow,
        penalty=accounts.early_penalty_rate,
        required=required,
        most_cash=(held + accounts.cash + accounts.net_flow) / percent_usd + arriving,
        most_withdrawn=np.where(accounts.withdrawable & withdrawing, free, 0.0),
        receives=taxable & (household.net_flow > 0),
        taxable=taxable,
        deferred=deferred,
        exempt=~(taxable | deferred),
        unit=accounts.filing_unit,
        group=np.array([groups.index(target) for target in household.account_target], np.int64),
        scale=scale,
    )
