"""What may be sold and what may be bought, as columns of the program.

A taxable lot is a column; a sheltered position is one column, since its lots do not matter; a buy
is a pair of account and security that target, menu, rank and tax sense allow. What is barred
for now (restrictions, windows, modes) keeps its column and is barred by a named rule, so that the
plan can say what the bar costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from models.arrays import Bools, Floats, Ints, Texts, sum_by
from models.household import Household
from models.ledger import Effect
from models.policy import Policy
from models.tax.holding_period import first_long_term_days
from models.tolerances import DUST, LOSS_USD, SHARES
from optimizer.inputs.replaced import Batch
from optimizer.inputs.wanted import wanted
from optimizer.inputs.windows import Windows, loss_lots

Waits: TypeAlias = dict[int, tuple[int, ...]]
"""Security to the identical groups that must be harvested before it may be bought."""


@dataclass(frozen=True, slots=True)
class SaleColumns:
    """Sales, shape `(n_sales,)`; amounts in percents, gains in percents per percent sold.

    Attributes
    ----------
    lot
        Index of the lot, −1 for a sheltered position.
    account, security, identical_group
        Where, what, and its identical group.
    value
        The most that can be sold.
    gain
        Recognised gain per percent sold (0 in sheltered accounts and where disallowed).
    destroyed
        Destroyed loss per percent sold (≤ 0).
    long, loss
        Long-term lot; loss lot (sold at a loss, allowed or not).
    batch
        The batch of recent purchases that disallows the loss of what the column sells, −1 where
        nothing does. Such a column is a copy of the lot's own (`price` mode only).
    days_to_long
        Days until the lot is long-term; 0 if it is, or sheltered.
    recent
        The part of `value` bought within the last 30 days and unspent.
    """

    lot: Ints
    account: Ints
    security: Ints
    identical_group: Ints
    value: Floats
    gain: Floats
    destroyed: Floats
    long: Bools
    loss: Bools
    batch: Ints
    days_to_long: Ints
    recent: Floats

    @property
    def disallowed(self) -> Bools:
        """Whether recent purchases disallow what the column loses."""
        return np.asarray(self.batch >= 0)

    def take(self, index: Ints) -> SaleColumns:
        """The columns at `index`."""
        return SaleColumns(*(getattr(self, name)[index] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class BuyColumns:
    """Buys, shape `(n_buys,)`.

    `most` is what the account could spend at most, in percents. `after`, shape `(n_buys, depth)`,
    names the identical groups that must all be harvested in this run before the column may be
    used (padded with −1): the next rank of a class stands in only while the lower are locked out.
    """

    account: Ints
    security: Ints
    identical_group: Ints
    most: Floats
    after: Ints


def sale_columns(
    household: Household, policy: Policy, percent_usd: float, windows: Windows
) -> SaleColumns:
    """Columns of everything that can be sold, dust left out: but not recent dust.

    A harvest of its identical group rests on it, however little it is worth.
    """
    lots, securities = household.lots, household.market.securities
    price = securities.price[lots.security]
    value, taxable = household.lot_value_usd, household.taxable[lots.account]
    start = np.where(np.isnat(lots.holding_start), lots.acquired, lots.holding_start)
    today = np.datetime64(household.asof, "D")
    first_long = first_long_term_days(start.astype("datetime64[D]"))
    long = (first_long <= today) | (lots.origin == "inheritance")
    wait = np.where(np.isnat(first_long) | long, 0, (first_long - today).astype(np.int64))
    dust = DUST * 100.0 * percent_usd
    matters = np.maximum(value, np.abs(value - lots.basis)) > dust
    matters = taxable & (matters | (windows.recent > SHARES))
    own = np.flatnonzero(matters)
    worth = np.maximum(value[own], np.finfo(float).tiny)
    gain = np.where(stands_even(household)[own], 0.0, value[own] - lots.basis[own])
    single = SaleColumns(
        lot=own,
        account=lots.account[own],
        security=lots.security[own],
        identical_group=securities.identical_group[lots.security[own]],
        value=value[own] / percent_usd,
        gain=gain / worth,
        destroyed=np.zeros(len(own)),
        long=np.asarray(long[own], bool),
        loss=loss_lots(household)[own],
        batch=np.full(len(own), -1),
        days_to_long=wait[own],
        recent=windows.recent[own] * price[own] / percent_usd,
    )
    parts = [single]
    purchase = np.array([windows.purchases.get(lot, "") for lot in own.tolist()], object)
    parts += [_disallowed(single, purchase, *each) for each in enumerate(windows.batches)]
    parts.append(_sheltered(household, value, ~taxable, percent_usd, windows))
    return _joined(parts)


def stands_even(household: Household) -> Bools:
    """Lots that stand at no gain or loss of more than half a cent, `(n_lots,)`.

    A share of a money market fund has a rounded basis: no rule against gains keeps it.
    """
    return np.abs(household.lot_value_usd - household.lots.basis) <= float(LOSS_USD)


def left_out(household: Household, sales: SaleColumns) -> Bools:
    """Lots that no column sells, `(n_lots,)`."""
    lots, n = household.lots, len(household.market.securities.security_id)
    sheltered = sales.lot < 0
    positions = sales.account[sheltered] * n + sales.security[sheltered]
    out = ~np.isin(lots.account * n + lots.security, positions)
    out[sales.lot[~sheltered]] = False
    return np.asarray(out & (lots.shares > 0.0))


def _sheltered(
    household: Household, value: Floats, sheltered: Bools, percent_usd: float, windows: Windows
) -> SaleColumns:
    """One column a position in accounts where selling recognises nothing."""
    lots, securities = household.lots, household.market.securities
    mine = np.flatnonzero(sheltered)
    n_securities = len(securities.security_id)
    key, where = np.unique(
        lots.account[mine] * n_securities + lots.security[mine], return_inverse=True
    )
    size = len(key)
    account, security = key // n_securities, key % n_securities
    price = securities.price[security]
    recent = (
        sum_by(where, windows.recent[mine], size) * price / percent_usd if size else np.zeros(0)
    )
    worth = sum_by(where, value[mine], size) / percent_usd if size else np.zeros(0)
    zeros, no = np.zeros(size), np.zeros(size, bool)
    columns = SaleColumns(
        lot=np.full(size, -1),
        account=account,
        security=security,
        identical_group=securities.identical_group[security],
        value=worth,
        gain=zeros,
        destroyed=zeros,
        long=no,
        loss=no,
        batch=np.full(size, -1),
        days_to_long=np.zeros(size, np.int64),
        recent=recent,
    )
    return columns.take(np.flatnonzero(worth > DUST * 100.0))


def _disallowed(single: SaleColumns, purchase: Texts, number: int, batch: Batch) -> SaleColumns:
    """Copies of an identical group's loss lots, for what is sold of them and meets a batch.

    A batch of one purchase is not met by that purchase's own losses (Rev. Rul. 56-602).
    """
    mine = single.loss & (single.identical_group == batch.identical_group)
    names = {piece.purchase for piece in batch.pieces}
    if len(names) == 1:
        mine &= purchase != names.pop()
    copies = single.take(np.flatnonzero(mine))
    restated = batch.effect is Effect.RESTATED
    destroyed = batch.effect is Effect.DESTROYED
    return replace(
        copies,
        gain=copies.gain * restated,
        destroyed=copies.gain * destroyed,
        long=copies.long & (not restated),
        batch=np.full(len(copies.lot), number),
    )


def _joined(parts: list[SaleColumns]) -> SaleColumns:
    return SaleColumns(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in SaleColumns.__slots__)
    )


def buy_columns(
    household: Household, policy: Policy, windows: Windows, most_cash: Floats
) -> BuyColumns:
    """Pairs of account and security that may be bought, now or after a harvest."""
    securities = household.market.securities
    taxable = household.taxable
    everything = np.flatnonzero(securities.usable)
    exempt = securities.exempt_yield > securities.qualified_yield + securities.ordinary_yield
    barred = _barred(household)
    lost = household.lots.security[loss_lots(household)]
    harvestable = set(securities.identical_group[lost].tolist())
    pairs: list[tuple[int, int, tuple[int, ...]]] = []
    asked: dict[str, Bools] = {}
    for account, menu in enumerate(household.accounts.menu_id):
        allowed = everything if menu is None else _usable(household, str(menu))
        if policy.trades.buys == "target":
            target_id = str(household.account_target[account])
            if target_id not in asked:
                asked[target_id] = wanted(household.market, household.market.targets[target_id])
            allowed = allowed[asked[target_id][allowed]]
        if not taxable[account] and not policy.trades.exempt_in_sheltered:
            allowed = allowed[~exempt[allowed]]
        if most_cash[account] <= 0.0:
            allowed = allowed[:0]
        waits = _after(household, account, allowed, barred, windows, harvestable)
        pairs += [(account, security, identicals) for security, identicals in waits.items()]
    depth = max((len(identicals) for _, _, identicals in pairs), default=0)
    after = np.full((len(pairs), depth), -1, np.int64)
    for row, (_, _, identicals) in enumerate(pairs):
        after[row, : len(identicals)] = identicals
    accounts = np.array([pair[0] for pair in pairs], np.int64)
    security = np.array([pair[1] for pair in pairs], np.int64)
    cost = (securities.half_spread_bps + policy.trades.commission_bps) / 1e4
    return BuyColumns(
        account=accounts,
        security=security,
        identical_group=securities.identical_group[security],
        most=most_cash[accounts] / (1.0 + cost[security]),
        after=after,
    )


def _usable(household: Household, menu: str) -> Ints:
    listed = household.market.menus[menu]
    return np.unique(listed[household.market.securities.usable[listed]])


def _barred(household: Household) -> set[tuple[int, int]]:
    """Pairs of account (−1: every account) and security that a restriction keeps from buying."""
    rules = household.restrictions
    return {
        (int(rules.account[i]), int(rules.security[i]))
        for i in np.flatnonzero(rules.rule == "no_buy")
    }


def _after(
    household: Household,
    account: int,
    allowed: Ints,
    barred: set[tuple[int, int]],
    windows: Windows,
    harvestable: set[int],
) -> Waits:
    """What each allowed security must wait for; one that can never be bought is left out.

    Within an asset class only the lowest rank may be bought, unless it is blocked; while the
    identical groups of all lower ranks are harvested they are blocked, and the next rank stands in.
    Securities that the account's target names are exempt: the target itself chose among them.
    """
    securities = household.market.securities
    rank = np.where(np.isnan(securities.rank[allowed]), np.inf, securities.rank[allowed])
    if np.isinf(rank).all():
        return {int(security): () for security in allowed}
    target = household.market.targets[household.account_target[account]]
    named = set(target.securities.tolist())
    waits: Waits = {}
    classes = securities.asset_class[allowed]
    for name in dict.fromkeys(classes):
        lower: dict[int, None] = {}
        level: dict[int, None] = {}
        level_rank = -np.inf
        members = np.flatnonzero(classes == name)
        for i in members[np.argsort(rank[members], kind="stable")]:
            security = int(allowed[i])
            identical = int(securities.identical_group[security])
            if rank[i] > level_rank:
                lower, level, level_rank = {**lower, **level}, {}, rank[i]
            if security in named:
                waits[security] = ()
            elif all(other in harvestable for other in lower):
                waits[security] = tuple(lower)
            free = (account, security) not in barred and (-1, security) not in barred
            if free and identical not in windows.no_buy:
                level[identical] = None
    return waits
