"""Restrictions that a client, an employer or a regulator has put on securities."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.asked import BY_REQUEST
from models.ledger.reservations import reserve
from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Entry, Owner, Part, Rows
from optimizer.program.meanings import to_the_cent

WHOLE_HOUSEHOLD: Final = -1
"""`restrictions.account` where the scope is the whole household."""

Reserved: TypeAlias = Mapping[tuple[int, int], Decimal]
"""Shares that open orders sell, by account and security."""


def state(frame: Frame) -> Part:
    """no_sell: sale = 0; no_buy: buy = 0; hold_at_least: Σ sales − buys ≤ held − min(shares, held).

    It is the scope's total that must stay: what one of its accounts sells another may buy. What
    open orders sell is held no longer.
    """
    rules, sales, buys = frame.household.restrictions, frame.sales, frame.buys
    sell_high, buy_high = np.full(len(sales.value), np.inf), np.full(len(buys.most), np.inf)
    excluded = buy_high.copy()
    reserved = reserve(frame.household, frame.policy).shares
    names: list[str] = []
    entries: list[Entry] = []
    allowed: list[float] = []
    for i in range(len(rules.rule)):
        account, security = int(rules.account[i]), int(rules.security[i])
        sold = _scope(sales.account, sales.security, account, security)
        if rules.rule[i] == "no_sell":
            sell_high[sold] = 0.0
        elif rules.rule[i] == "no_buy":
            high = excluded if rules.reason[i] == BY_REQUEST else buy_high
            high[_scope(buys.account, buys.security, account, security)] = 0.0
        else:
            bought = _scope(buys.account, buys.security, account, security)
            for block, mine, sign in (("sale", sold, 1.0), ("buy", bought, -1.0)):
                columns = np.flatnonzero(mine)
                row = np.full(len(columns), len(names))
                entries.append((block, row, columns, np.full(len(columns), sign)))
            names.append(str(frame.household.market.securities.security_id[security]))
            allowed.append(_sellable(frame, reserved, (account, security), float(rules.shares[i])))
    rows: tuple[Rows, ...] = ()
    if names:
        most = np.array(allowed)
        rows = (
            Rows(
                "restriction",
                tuple(names),
                tuple(entries),
                np.full(len(most), -np.inf),
                most,
                to_the_cent(frame, by_tickets=True, owner=Owner.BOOK),
            ),
        )
    return Part(
        "restrictions",
        bounds=(
            Bounds("restriction", "sale", high=sell_high, owner=Owner.BOOK),
            Bounds("restriction", "buy", high=buy_high, owner=Owner.BOOK),
            *_excluded(excluded),
        ),
        rows=rows,
    )


def _excluded(high: Floats) -> tuple[Bounds, ...]:
    """What a request excludes, under its own name."""
    if not np.isfinite(high).any():
        return ()
    return (Bounds("exclude", "buy", high=high, owner=Owner.REQUEST),)


def _scope(accounts: Ints, securities: Ints, account: int, security: int) -> Bools:
    mine: Bools = securities == security
    return mine if account == WHOLE_HOUSEHOLD else mine & (accounts == account)


def _sellable(frame: Frame, reserved: Reserved, scope: tuple[int, int], keep: float) -> float:
    """Units that may be sold while the scope's total stays at min(shares, held)."""
    account, security = scope
    lots = frame.household.lots
    held = lots.shares[_scope(lots.account, lots.security, account, security)].sum()
    held -= sum(
        float(shares)
        for where, shares in reserved.items()
        if where[1] == security and account in (WHOLE_HOUSEHOLD, where[0])
    )
    price = frame.household.market.securities.price[security]
    return float(max(held - min(keep, held), 0.0) * price / frame.percent_usd)
