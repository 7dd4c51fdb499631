"""A household: everything that is optimised together, as columns.

Each column is a read-only view into the book, sorted by household, so making a household copies
nothing. There is no object per lot: a household of an index book holds thousands of them.
Indexes are local to the household (`account`, `filing_unit`) or to the market (`security`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np

from models.arrays import Bools, Days, Floats, Ints, Texts, read_only
from models.earlier_no import EarlierNo
from models.market import Market
from models.request.record import Asked


class TaxTreatment(StrEnum):
    """How an account's gains and withdrawals are taxed."""

    TAXABLE = "taxable"
    DEFERRED = "tax-deferred"
    EXEMPT = "tax-exempt"


TREATMENT_OF = {
    "taxable": TaxTreatment.TAXABLE,
    "traditional_ira": TaxTreatment.DEFERRED,
    "401k": TaxTreatment.DEFERRED,
    "roth_ira": TaxTreatment.EXEMPT,
    "roth_401k": TaxTreatment.EXEMPT,
    "hsa": TaxTreatment.EXEMPT,
}
"""Tax treatment of each `account_type`."""


@dataclass(frozen=True, slots=True)
class FilingUnits:
    """Who files one return; shape `(n_units,)`. Nulls are filled with the defaults of the contract.

    Dollars, except rates. Budgets and usual rates are NaN where the unit has none of its own.
    """

    filing_unit_id: Texts
    filing_status: Texts
    ordinary_income: Floats
    qualified_dividends: Floats
    net_investment_income: Floats
    magi: Floats
    state_rate: Floats
    st_realized_ytd: Floats
    lt_realized_ytd: Floats
    st_carryforward: Floats
    lt_carryforward: Floats
    tax_budget_usd: Floats
    gain_budget_usd: Floats
    usual_long_rate: Floats
    usual_ordinary_rate: Floats


@dataclass(frozen=True, slots=True)
class Accounts:
    """Shape `(n_accounts,)`; `filing_unit` indexes the household's units.

    `menu_id`, `target_id` and `custodian` are None where null (any security; the household's
    target; a custodian of whom nothing is said).
    """

    account_id: Texts
    filing_unit: Ints
    owner: Texts
    account_type: Texts
    cash: Floats
    cash_floor: Floats
    net_flow: Floats
    menu_id: Texts
    target_id: Texts
    rmd_due_usd: Floats
    withdrawable: Bools
    early_penalty_rate: Floats
    reinvests: Bools
    cash_yield: Floats
    custodian: Texts


@dataclass(frozen=True, slots=True)
class Lots:
    """Shape `(n_lots,)`, sorted by account, security, acquired, lot_id.

    `basis` is total dollars, NaN where null (sheltered accounts only); `acquired` and
    `holding_start` are NaT where null. `origin` is one of purchase, gift, inheritance, transfer.
    """

    lot_id: Texts
    account: Ints
    security: Ints
    shares: Floats
    basis: Floats
    acquired: Days
    holding_start: Days
    origin: Texts


@dataclass(frozen=True, slots=True)
class Trades:
    """Past trades, shape `(n_trades,)`, sorted by date.

    `realized_gain` is NaN, `lot_id` None and `acquired` NaT where null; `acquired` is the day on
    which the shares of a sale were bought, for a lot sold out is in the book no longer.
    """

    trade_id: Texts
    account: Ints
    security: Ints
    trade_date: Days
    side: Texts
    shares: Floats
    amount: Floats
    realized_gain: Floats
    lot_id: Texts
    acquired: Days


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """Orders sent and not yet posted, shape `(n_open_orders,)`."""

    order_id: Texts
    account: Ints
    security: Ints
    side: Texts
    shares: Floats
    lot_id: Texts
    status: Texts


@dataclass(frozen=True, slots=True)
class ScheduledBuys:
    """Purchases that will happen by themselves (payroll, reinvestment), shape `(n_scheduled,)`."""

    account: Ints
    security: Ints
    date: Days


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Restrictions active on the as-of date, shape `(n_restrictions,)`.

    `account` is −1 where the scope is the whole household. `rule` is one of no_buy, no_sell,
    hold_at_least; `shares` is NaN unless the rule is hold_at_least.
    """

    account: Ints
    security: Ints
    rule: Texts
    shares: Floats
    reason: Texts


@dataclass(frozen=True)
class Household:
    """Everything optimised together, as of one date.

    What follows from the columns is worked out once, when first asked for; so this class alone has
    no slots. The columns are read-only, hence what is remembered stays true.

    `last_night` is the as-of date of the run before this one, None where none is known; `ended` the
    last day of the restriction that ended last, None where none has. `waits` says which orders of
    earlier nights the household waits for, and is empty where it does not. `asked` is what is asked
    of it tonight beyond its policy (see `models.asked`); `earlier_no` the answer of an
    earlier night that nothing pays, if the last night gave or repeated it.
    """

    household_id: str
    asof: date
    target_id: str
    policy_id: str
    net_flow: float
    units: FilingUnits
    accounts: Accounts
    lots: Lots
    trades: Trades
    open_orders: OpenOrders
    scheduled_buys: ScheduledBuys
    restrictions: Restrictions
    market: Market
    last_night: date | None = None
    ended: date | None = None
    waits: str = ""
    asked: Asked | None = None
    earlier_no: EarlierNo | None = None

    @cached_property
    def treatment(self) -> Texts:
        """The tax treatment of each account, `(n_accounts,)`."""
        found: Texts = np.empty(len(self.accounts.account_type), dtype=object)
        found[:] = [TREATMENT_OF[kind] for kind in self.accounts.account_type]
        return read_only(found)

    @cached_property
    def taxable(self) -> Bools:
        """Which accounts are taxable, `(n_accounts,)`; the others are sheltered."""
        return self._treated(TaxTreatment.TAXABLE)

    @cached_property
    def deferred(self) -> Bools:
        """Which accounts are tax-deferred, `(n_accounts,)`."""
        return self._treated(TaxTreatment.DEFERRED)

    def _treated(self, treatment: TaxTreatment) -> Bools:
        return read_only(np.array([each is treatment for each in self.treatment.tolist()], bool))

    @cached_property
    def account_target(self) -> Texts:
        """The target each account follows, its own or else the household's, `(n_accounts,)`."""
        found: Texts = np.empty(len(self.accounts.target_id), dtype=object)
        found[:] = [own or self.target_id for own in self.accounts.target_id]
        return read_only(found)

    @cached_property
    def group_targets(self) -> tuple[str, ...]:
        """The targets of its management groups, in the order of their first accounts.

        Accounts that follow one target are one group, whether it is their own or the household's.
        """
        return tuple(dict.fromkeys(self.account_target.tolist()))

    @cached_property
    def lot_value_usd(self) -> Floats:
        """Dollars of each lot at the book's price, `(n_lots,)`."""
        return read_only(self.lots.shares * self.market.securities.price[self.lots.security])

    @cached_property
    def value_usd(self) -> float:
        """W = Σ shares·price + Σ cash + Σ flows, dollars: what weights and bps are fractions of.

        The flows of accounts and of the household count as arrived.
        """
        own = self.accounts
        return float(self.lot_value_usd.sum() + own.cash.sum() + own.net_flow.sum() + self.net_flow)
