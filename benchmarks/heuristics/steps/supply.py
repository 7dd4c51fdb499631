"""What a household may sell today, lot by lot, whoever decides.

A taxable lot is a row; a sheltered position is one row, since its lots do not matter there. A row
that restrictions, open orders, the mode, the long-term guard or an open wash-sale window bar has
nothing free. Written from the contract, apart from the program's own columns: if the two disagree
the judge shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Days, Floats, Ints
from models.household import Household
from models.ledger import Reservations
from models.policy import Policy
from models.tax.holding_period import first_long_term_days
from models.tolerances import SHARES
from optimizer.inputs.windows import Windows, loss_lots


@dataclass(frozen=True, slots=True)
class Supply:
    """Rows that may be sold, shape `(n_rows,)`.

    Attributes
    ----------
    lot
        Index of the taxable lot, −1 for a sheltered position.
    account, security, identical_group
        Where, what, and its identical group.
    shares
        Free to sell.
    usd
        Their value.
    held
        Shares of the whole row, free or not.
    gain_rate
        Gain as a fraction of value (0 in sheltered accounts).
    loss, long
        Loss lot; long-term lot.
    acquired
        Trade date, NaT where unknown.
    """

    lot: Ints
    account: Ints
    security: Ints
    identical_group: Ints
    shares: Floats
    usd: Floats
    held: Floats
    gain_rate: Floats
    loss: Bools
    long: Bools
    acquired: Days

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.lot)


def supply_of(
    household: Household, policy: Policy, windows: Windows, reserved: Reservations
) -> Supply:
    """Gather what may be sold."""
    lots, securities = household.lots, household.market.securities
    taxable = household.taxable[lots.account]
    loss = loss_lots(household)
    value = household.lot_value_usd
    rate = np.where(taxable & (value > 0), (value - lots.basis) / np.where(value > 0, value, 1), 0)
    rate = np.nan_to_num(rate)
    start = np.where(np.isnat(lots.holding_start), lots.acquired, lots.holding_start)
    first = first_long_term_days(start.astype("datetime64[D]"))
    today = np.datetime64(household.asof, "D")
    long = (first <= today) | (lots.origin == "inheritance")
    free = np.where(_barred(household, policy, windows, taxable, loss), 0.0, lots.shares)
    guard = policy.limits.long_term_guard_days
    if guard > 0:
        near = ~long & (first <= today + np.timedelta64(guard, "D"))
        free[taxable & near & (rate > 0)] = 0.0
    _set_aside(household, reserved, free, rate)
    n = len(securities.security_id)
    own = np.flatnonzero(taxable)
    rest = np.flatnonzero(~taxable)
    key, place = np.unique(lots.account[rest] * n + lots.security[rest], return_inverse=True)
    at = len(key)
    shares = np.concatenate([free[own], np.bincount(place, free[rest], at)])
    security = np.concatenate([lots.security[own], key % n])
    no = np.zeros(at, bool)
    return Supply(
        lot=np.concatenate([own, np.full(at, -1)]),
        account=np.concatenate([lots.account[own], key // n]),
        security=security,
        identical_group=securities.identical_group[security],
        shares=shares,
        usd=shares * securities.price[security],
        held=np.concatenate([lots.shares[own], np.bincount(place, lots.shares[rest], at)]),
        gain_rate=np.concatenate([rate[own], np.zeros(at)]),
        loss=np.concatenate([loss[own], no]),
        long=np.concatenate([np.asarray(long[own], bool), no]),
        acquired=np.concatenate([lots.acquired[own], np.full(at, "NaT", "datetime64[D]")]),
    )


def _barred(
    household: Household, policy: Policy, windows: Windows, taxable: Bools, loss: Bools
) -> Bools:
    """Lots that may not be sold at all: mode, no-sell restrictions, losses that would be washed."""
    lots, rules = household.lots, household.restrictions
    barred = np.zeros(len(lots.lot_id), bool)
    mode = policy.trades.mode
    if mode in ("buy_only", "hold"):
        barred[:] = True
    if mode == "harvest_only":
        barred |= ~(taxable & loss)
    for k in np.flatnonzero(rules.rule == "no_sell").tolist():
        here = lots.security == rules.security[k]
        barred |= here & ((rules.account[k] < 0) | (lots.account == rules.account[k]))
    open_orders = household.open_orders
    for k in np.flatnonzero(open_orders.side == "sell").tolist():
        barred |= (lots.account == open_orders.account[k]) & (
            lots.security == open_orders.security[k]
        )
    identical = household.market.securities.identical_group[lots.security]
    recent = np.unique(identical[windows.recent > SHARES])
    washed = np.isin(identical, [*windows.no_harvest, *recent.tolist()])
    return np.asarray(barred | (taxable & loss & washed))


def _set_aside(
    household: Household, reserved: Reservations, free: Floats, gain_rate: Floats
) -> None:
    """Keep what open orders and `hold_at_least` need; the lots with most gain are kept first."""
    lots, rules = household.lots, household.restrictions
    for lot, shares in reserved.lots.items():
        free[lot] = max(free[lot] - float(shares), 0.0)
    for k in np.flatnonzero(rules.rule == "hold_at_least").tolist():
        here = lots.security == rules.security[k]
        if rules.account[k] >= 0:
            here &= lots.account == rules.account[k]
        mine = np.flatnonzero(here)
        keep = float(rules.shares[k]) - float((lots.shares[mine] - free[mine]).sum())
        for lot in mine[np.argsort(-gain_rate[mine], kind="stable")].tolist():
            kept = min(max(keep, 0.0), free[lot])
            free[lot] -= kept
            keep -= kept
