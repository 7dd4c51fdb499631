"""The legal ground under every heuristic: what may be sold and bought, and where cash stands.

Heuristics differ in what they want; what is allowed is the same for all of them and stands here, so
that a comparison is about strategy and not about who forgot a rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.heuristics.steps.cash import usual_flows
from benchmarks.heuristics.steps.demand import Demand, demand_of
from benchmarks.heuristics.steps.supply import Supply, supply_of
from models.arrays import Bools, Floats, Ints
from models.household import Household
from models.ledger import reserve
from models.market import CASH
from models.order import Flow
from models.policy import Policy
from models.tolerances import SHARES
from optimizer.inputs.windows import windows


@dataclass(frozen=True, slots=True)
class Mandate:
    """A management group as heuristics see it: accounts that share a target, row by row.

    Attributes
    ----------
    accounts
        Indexes of its accounts, `(n,)`.
    rows
        Target rows: names of classes, indexes of securities; then classes held without a target.
    weight
        Target weight of each row, 0 for those without; `(k,)`. Cash is apart. Where a target names
        securities, other holdings of their class stand in for them: they keep the weight they have
        (up to the class's), and the named ones share the rest.
    cash_weight
        Target weight of cash.
    exposure
        Dollars of each row in a dollar of a security, by look-through, `(n_securities, k)`.
    main
        The row that a security is bought and sold for, −1 for none, `(n_securities,)`.
    """

    accounts: Ints
    rows: tuple[str | int, ...]
    weight: Floats
    cash_weight: float
    exposure: Floats
    main: Ints


@dataclass(frozen=True, slots=True)
class Ground:
    """A household on one day, rules applied, flows settled; dollars.

    `cash` is what each account can spend: after all flows, less its floor and what open orders
    reserve; negative if something must be sold. `held` is dollars by account and security, `cost` ϕ
    by security, `least_usd` the minimum trade, `value_usd` W.
    """

    household: Household
    policy: Policy
    supply: Supply
    demand: Demand
    flows: tuple[Flow, ...]
    cash: Floats
    idle: Floats
    held: Floats
    cost: Floats
    taxable: Bools
    least_usd: float
    value_usd: float
    mandates: tuple[Mandate, ...]

    def mandate_of(self, account: int) -> int:
        """Index of the mandate an account belongs to."""
        return next(m for m, each in enumerate(self.mandates) if account in each.accounts)


def ground_of(household: Household, policy: Policy) -> Ground:
    """Work out what is allowed, and settle the flows in the usual order."""
    accounts, lots, market = household.accounts, household.lots, household.market
    securities = market.securities
    reserved = reserve(household, policy)
    open_windows = windows(household, policy)
    supply = supply_of(household, policy, open_windows, reserved)
    cost = (securities.half_spread_bps + policy.trades.commission_bps) / 1e4
    n = len(accounts.account_id)
    held: Floats = np.zeros((n, len(securities.security_id)))
    np.add.at(held, (lots.account, lots.security), household.lot_value_usd)
    set_aside = accounts.cash_floor.copy()
    for account, dollars in reserved.cash.items():
        set_aside[account] += float(dollars)
    cash = accounts.cash + accounts.net_flow - set_aside
    trades = policy.trades
    least_usd = max(trades.min_usd, trades.min_weight * household.value_usd)
    flows = usual_flows(household, cash + _proceeds(household, supply, cost, least_usd))
    place = {name: a for a, name in enumerate(accounts.account_id.tolist())}
    for flow in flows:
        cash[place[flow.account_id]] += float(flow.amount)
    return Ground(
        household=household,
        policy=policy,
        supply=supply,
        demand=demand_of(household, policy, open_windows),
        flows=flows,
        cash=cash,
        idle=set_aside,
        held=held,
        cost=cost,
        taxable=household.taxable,
        least_usd=least_usd,
        value_usd=household.value_usd,
        mandates=_mandates(household, held, cash + set_aside),
    )


def _proceeds(household: Household, supply: Supply, cost: Floats, least_usd: float) -> Floats:
    """Return the cash that each account can raise by orders that may leave, `(n_accounts,)`.

    A position that cannot be emptied is sold in whole share steps and not under the minimum trade.
    """
    securities = household.market.securities
    shape = len(household.accounts.account_id), len(securities.security_id)
    free, held = np.zeros(shape), np.zeros(shape)
    np.add.at(free, (supply.account, supply.security), supply.shares)
    np.add.at(held, (supply.account, supply.security), supply.held)
    steps = np.floor(free / securities.share_step + SHARES) * securities.share_step
    part = np.where(steps * securities.price >= least_usd, steps, 0.0)
    shares = np.where(free >= held - SHARES, free, part)
    return np.asarray(shares @ (securities.price * (1.0 - cost)))


def _mandates(household: Household, held: Floats, cash: Floats) -> tuple[Mandate, ...]:
    wanted = household.account_target
    return tuple(
        _mandate(household, target, np.flatnonzero(wanted == target), held, cash)
        for target in household.group_targets
    )


def _mandate(
    household: Household, target_id: str, accounts: Ints, held: Floats, cash: Floats
) -> Mandate:
    market = household.market
    target, risk = market.targets[target_id], market.risk
    weights = dict(zip(target.classes, target.class_weights.tolist(), strict=True))
    cash_weight = weights.pop(CASH, 0.0)
    named = target.securities.tolist()
    through = risk.class_weights.toarray()
    through[named] = 0.0
    owned = held[accounts].sum(axis=0) > 0
    present = np.abs(through[owned]).sum(axis=0) > 0
    others = [
        name
        for k, name in enumerate(risk.classes)
        if present[k] and name not in weights and name != CASH
    ]
    rows: list[str | int] = [*weights, *named, *others]
    exposure = np.zeros((len(through), len(rows)))
    main = np.full(len(through), -1)
    classes = {name: k for k, name in enumerate(risk.classes)}
    for k, row in enumerate(rows):
        if isinstance(row, int):
            exposure[row, k] = 1.0
        elif row in classes:
            exposure[:, k] = through[:, classes[row]]
    if rows:
        largest = np.argmax(exposure, axis=1)
        has = exposure[np.arange(len(largest)), largest] > 0
        main = np.where(has, largest, -1)
    own = {row: k for k, row in enumerate(rows) if isinstance(row, str)}
    for security, name in enumerate(market.securities.asset_class.tolist()):
        k = own.get(name, -1)
        if k >= 0 and exposure[security, k] > 0:
            main[security] = k
    weight = np.array([*weights.values(), *target.security_weights, *(0.0 for _ in others)])
    worth = float(held[accounts].sum() + cash[accounts].sum())
    standing = held[accounts].sum(axis=0) @ exposure / max(worth, 1.0)
    _stand_in(household, rows, weight, standing)
    return Mandate(accounts, tuple(rows), weight, cash_weight, exposure, main)


def _stand_in(
    household: Household, rows: list[str | int], weight: Floats, standing: Floats
) -> None:
    """Let other holdings of a class stand in for the securities of it that a target names.

    `standing` is the present weight of each row; `weight` is changed in place.
    """
    classes = household.market.securities.asset_class
    of = [str(classes[row]) if isinstance(row, int) else row for row in rows]
    named = np.array([isinstance(row, int) for row in rows], bool)
    for k in np.flatnonzero(~named).tolist():
        mine = named & (np.array(of) == of[k])
        share = float(weight[mine].sum())
        if share > 0.0:
            total = share + float(weight[k])
            weight[k] = min(max(float(standing[k]), float(weight[k])), total)
            weight[mine] *= (total - weight[k]) / share
