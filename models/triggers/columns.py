"""What triggers look at, as columns: of one household or of a million, the same arithmetic.

Rows of accounts and lots may stand in any order: each names its household or account by position.
There is no row per position and nothing of tax but basis and holding start. Refused: a second,
scalar way for one household; two ways to the same answer would sooner or later give two answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from models.arrays import Bools, Days, Floats, Ints
from models.household import TREATMENT_OF, Household, TaxTreatment
from models.market import Market, Target
from models.policy import Policy


@dataclass(frozen=True, slots=True)
class AccountRows:
    """Shape `(n_accounts,)`; `household` and `target` index the households and the targets."""

    household: Ints
    target: Ints
    taxable: Bools
    cash: Floats
    floor: Floats
    net_flow: Floats
    required: Floats
    """Required distribution still due, beyond the account's own outflow, dollars."""


@dataclass(frozen=True, slots=True)
class LotRows:
    """Shape `(n_lots,)`; `account` indexes the accounts, `security` the market's."""

    account: Ints
    security: Ints
    shares: Floats
    basis: Floats
    acquired: Days
    holding_start: Days
    inherited: Bools


@dataclass(frozen=True, slots=True)
class TriggerColumns:
    """Households as columns; shape `(n,)` where nothing else is said.

    `policy` indexes `policies`; an account's `target` indexes `targets`. `ended` is the last day of
    the latest restriction that is over, NaT where there is none.
    """

    asof: date
    last_night: date | None
    net_flow: Floats
    policy: Ints
    policies: tuple[Policy, ...]
    targets: tuple[Target, ...]
    accounts: AccountRows
    lots: LotRows
    ended: Days
    market: Market

    @property
    def households(self) -> int:
        """How many there are."""
        return len(self.net_flow)

    @property
    def lot_values(self) -> Floats:
        """Dollars of every lot at the book's price."""
        return self.lots.shares * self.market.securities.price[self.lots.security]


def is_taxable(account_types: np.ndarray) -> Bools:
    """Whether each account type is taxable, shape as given."""
    kinds = [name for name, kind in TREATMENT_OF.items() if kind is TaxTreatment.TAXABLE]
    return np.isin(account_types, kinds)


def columns_of(household: Household, policy: Policy) -> TriggerColumns:
    """Return one household as columns."""
    accounts, lots, market = household.accounts, household.lots, household.market
    code = {name: position for position, name in enumerate(household.group_targets)}
    outflow = np.maximum(-accounts.net_flow, 0.0)
    return TriggerColumns(
        asof=household.asof,
        last_night=household.last_night,
        net_flow=np.array([household.net_flow]),
        policy=np.zeros(1, np.int64),
        policies=(policy,),
        targets=tuple(market.targets[name] for name in code),
        accounts=AccountRows(
            household=np.zeros(len(accounts.account_id), np.int64),
            target=np.array([code[name] for name in household.account_target], np.int64),
            taxable=household.taxable,
            cash=accounts.cash,
            floor=accounts.cash_floor,
            net_flow=accounts.net_flow,
            required=np.maximum(accounts.rmd_due_usd - outflow, 0.0),
        ),
        lots=LotRows(
            account=lots.account,
            security=lots.security,
            shares=lots.shares,
            basis=lots.basis,
            acquired=lots.acquired,
            holding_start=lots.holding_start,
            inherited=np.asarray(lots.origin == "inheritance"),
        ),
        ended=np.array([household.ended], "datetime64[D]"),
        market=market,
    )
