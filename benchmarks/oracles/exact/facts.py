"""What household, policy and law say, as numbers of one scale: percent of the household's value.

Every lot is here, however small: what the optimizer may leave out as dust is for it to justify.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import localcontext
from functools import cached_property

import numpy as np

from benchmarks.oracles.exact.mip import FEASIBLE
from benchmarks.oracles.prices import long_term_from
from benchmarks.oracles.rates import UnitRates, account_scale, unit_rates
from models.arrays import Bools, Days, Floats, sum_by
from models.household import Household, TaxTreatment
from models.ledger import (
    History,
    Replacement,
    Reservations,
    UnitRun,
    purchases_of,
    read_history,
    replacements,
    replay,
    reserve,
)
from models.ledger.exact import PRECISION
from models.policy import Policy
from models.tolerances import CENT_USD, LOSS_USD

LEAST_USD = 1.0
"""Dollars. The contract: what is worth less has no weights."""


@dataclass(frozen=True)
class Facts:
    """A household under a policy.

    `percent_usd` is one percent of W. By lot, `(n_lots,)`: `value` and `gain` in percents (0 where
    nothing is recognised), `loss` for loss lots of taxable accounts, `long_from` the first day of
    a long-term sale. `met` are the shares that losses of today would meet, `purchases` the purchase
    of each lot bought with some of them. `still` is what each unit's year gets from nothing done.
    """

    household: Household
    policy: Policy
    percent_usd: float
    value: Floats
    gain: Floats
    loss: Bools
    long_from: Days
    rates: tuple[UnitRates, ...]
    scale: Floats
    history: History
    reserved: Reservations
    met: tuple[Replacement, ...]
    purchases: dict[int, str]
    still: tuple[UnitRun, ...]

    @cached_property
    def fee(self) -> Floats:
        """ϕ of each security: half its spread and the commission, a fraction of the amount."""
        spread = self.household.market.securities.half_spread_bps
        return np.asarray((spread + self.policy.trades.commission_bps) / 1e4)

    @cached_property
    def share_step(self) -> Floats:
        """One share step of each security, percents."""
        securities = self.household.market.securities
        return np.asarray(securities.share_step * securities.price / self.percent_usd)

    @cached_property
    def long(self) -> Bools:
        """Whether a sale of each lot today is long-term, `(n_lots,)`."""
        return np.asarray(self.long_from <= np.datetime64(self.household.asof, "D"), bool)

    @cached_property
    def deferred(self) -> Bools:
        """Which accounts are tax-deferred, `(n_accounts,)`."""
        return np.asarray(self.household.treatment == TaxTreatment.DEFERRED, bool)

    @cached_property
    def held(self) -> dict[tuple[int, int], list[int]]:
        """Lots of each position, by account and security."""
        lots = self.household.lots
        found: dict[tuple[int, int], list[int]] = {}
        for lot in np.flatnonzero(lots.shares > 0.0).tolist():
            found.setdefault((int(lots.account[lot]), int(lots.security[lot])), []).append(lot)
        return found

    @cached_property
    def outflow(self) -> Floats:
        """What each account's own flow takes out, percents."""
        return np.asarray(np.maximum(-self.household.accounts.net_flow, 0.0) / self.percent_usd)

    @cached_property
    def required(self) -> Floats:
        """Required distributions that the accounts' own outflows do not cover, percents."""
        due = self.household.accounts.rmd_due_usd / self.percent_usd
        return np.where(self.deferred, np.maximum(due - self.outflow, 0.0), 0.0)

    @cached_property
    def cent(self) -> float:
        """What any judge lets pass of a limit in dollars, percents: legal plans may use it.

        Half of it where flows are still to be rounded to the cent; SCIP's own slack is kept back.
        """
        rounded = self.household.net_flow != 0.0 or bool(self.required.any())
        passes = float(CENT_USD) * (0.5 if rounded else 1.0) / self.percent_usd
        return max(passes - 2.0 * FEASIBLE, 0.0)

    @cached_property
    def worth(self) -> Floats:
        """What each account is worth after its own flow, percents."""
        own = self.household.accounts
        held = sum_by(self.household.lots.account, self.value, len(own.cash))
        return np.asarray(held + (own.cash + own.net_flow) / self.percent_usd)

    def of_unit(self, name: str) -> Floats:
        """A rate of each account's owner, `(n_accounts,)`."""
        rate = np.array([float(getattr(unit, name)) for unit in self.rates])
        return np.asarray(rate[self.household.accounts.filing_unit])

    def identical_of(self, security: int) -> int:
        """Identical group of a security."""
        return int(self.household.market.securities.identical_group[security])

    def locked(self, security: int) -> bool:
        """Whether a loss sale of the past, or an open one, keeps everybody from buying."""
        identical = self.identical_of(security)
        return identical in self.history.locked or identical in self.reserved.lost


def facts_of(household: Household, policy: Policy) -> Facts:
    """Lay out one household."""
    lots = household.lots
    percent_usd = max(household.value_usd, LEAST_USD) / 100.0
    taxable = household.taxable[lots.account]
    gain = np.where(taxable, household.lot_value_usd - lots.basis, 0.0)
    history = read_history(household, policy.wash_sale.closed_replacements)
    reserved = reserve(household, policy)
    met = replacements(household, history, reserved)
    rates = unit_rates(household, policy)
    with localcontext(prec=PRECISION):
        still = replay(household, policy, (), (), history, reserved).units
    return Facts(
        household=household,
        policy=policy,
        percent_usd=percent_usd,
        value=household.lot_value_usd / percent_usd,
        gain=gain / percent_usd,
        loss=np.asarray(taxable & (gain < -float(LOSS_USD)), bool),
        long_from=long_term_from(household),
        rates=rates,
        scale=account_scale(household, policy, rates),
        history=history,
        reserved=reserved,
        met=met,
        purchases=purchases_of(household, met),
        still=still,
    )
