"""What a request bars and what it sells: holdings, gains and accounts, as bounds on columns.

A request's exclusions stand among the restrictions, where ranks are told of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from models.arrays import Bools, Floats
from models.request.record import Request
from models.tolerances import LOSS_USD
from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Owner, Part, Rows
from optimizer.program.meanings import to_the_cent


@dataclass(frozen=True, slots=True)
class SoldOut:
    """What is sold out, by sale column, `(n_sales,)`; nothing where open orders see to it.

    `position` says where all of a security is, `lots` where anything is; `there` is what open
    orders leave, and `step` a share step, percents.
    """

    position: Bools
    lots: Bools
    there: Floats
    step: Floats


def sold_out(frame: Frame) -> SoldOut:
    """What a request wants to be gone, in accounts in scope."""
    sales, step = frame.sales, _step(frame)
    if frame.household.asked is None:
        none = np.zeros(len(sales.value), bool)
        return SoldOut(none, none, sales.value, step)
    waiting = _waiting(frame)
    there = np.maximum(sales.value - waiting, 0.0)
    request = frame.household.asked.request
    open_to = ~np.isin(frame.labels[sales.account], list(request.accounts_out))
    position = open_to & _named(frame, request.sell, ())
    lots = position | (open_to & _named(frame, (), request.sell_lots))
    return SoldOut(position, lots & ((waiting <= 0.0) | (there >= step)), there, step)


def state(frame: Frame) -> Part:
    """keep, avoid_gains, accounts_out: amount = 0; sell: sale = value, each lot once."""
    if frame.household.asked is None:
        return Part("asked")
    request = frame.household.asked.request
    sales = frame.sales
    bounds: list[Bounds] = []
    kept = _named(frame, request.keep, request.keep_lots)
    gaining = (sales.lot >= 0) & (sales.gain * sales.value * frame.percent_usd > float(LOSS_USD))
    for rule, barred in (("keep", kept), ("avoid_gains", gaining & request.avoid_gains)):
        if barred.any():
            high = np.where(barred, 0.0, np.inf)
            bounds.append(Bounds(rule, "sale", high=high, owner=Owner.REQUEST))
    bounds += _untouched(frame, request)
    sold = sold_out(frame)
    copied = np.isin(sales.lot, sales.lot[sales.disallowed]) & (sales.lot >= 0)
    whole = sold.lots & ~copied
    if whole.any():
        low = np.where(whole, sold.there, -np.inf)
        left = np.where(whole, sold.step, 0.0)
        bounds.append(Bounds("sell", "sale", low=low, lets_pass=left, owner=Owner.REQUEST))
    return Part("asked", bounds=tuple(bounds), rows=_by_lot(frame, sold, sold.lots & copied))


def _named(frame: Frame, securities: tuple[str, ...], lots: tuple[str, ...]) -> Bools:
    """Sale columns of some securities and lots; a lot in a sheltered account has no column."""
    household, sales = frame.household, frame.sales
    names = household.market.securities.security_id[sales.security]
    owned = np.where(sales.lot >= 0, household.lots.lot_id[sales.lot], "")
    return np.asarray(np.isin(names, list(securities)) | np.isin(owned, list(lots)), bool)


def _untouched(frame: Frame, request: Request) -> list[Bounds]:
    """Nothing is sold, bought, or moved in accounts out of scope but what must leave them."""
    out = np.isin(frame.labels, list(request.accounts_out))
    if not out.any():
        return []
    barred = partial(Bounds, "accounts_out", owner=Owner.REQUEST)
    free = np.where(out, 0.0, np.inf)
    places = {"sale": frame.sales.account, "buy": frame.buys.account}
    bounds = [barred(block, high=free[account]) for block, account in places.items()]
    return bounds + [
        barred(block, high=free) for block in ("withdrawal", "contribution", "receipt")
    ]


def _by_lot(frame: Frame, sold: SoldOut, copied: Bools) -> tuple[Rows, ...]:
    """A lot that has a column for every fate of its loss: −Σ sales ≤ −value."""
    columns = np.flatnonzero(copied)
    if not len(columns):
        return ()
    sales = frame.sales
    lots, rows = np.unique(sales.lot[columns], return_inverse=True)
    value, left = np.zeros(len(lots)), np.zeros(len(lots))
    value[rows], left[rows] = sold.there[columns], sold.step[columns]
    return (
        Rows(
            "sell",
            tuple(str(frame.household.lots.lot_id[lot]) for lot in lots),
            (("sale", rows, columns, -np.ones(len(columns))),),
            np.full(len(lots), -np.inf),
            left - value,
            to_the_cent(frame, owner=Owner.REQUEST),
        ),
    )


def _waiting(frame: Frame) -> Floats:
    """What open orders sell of each column, percents."""
    household, sales, reserved = frame.household, frame.sales, frame.windows.reserved
    shares = np.array(
        [
            float(reserved.lots.get(lot, 0) if lot >= 0 else reserved.shares.get((a, s), 0))
            for lot, a, s in zip(
                sales.lot.tolist(), sales.account.tolist(), sales.security.tolist(), strict=True
            )
        ]
    )
    return shares * household.market.securities.price[sales.security] / frame.percent_usd


def _step(frame: Frame) -> Floats:
    """One share step of each sale column, percents."""
    securities = frame.household.market.securities
    usd = (securities.share_step * securities.price)[frame.sales.security]
    return np.asarray(usd / frame.percent_usd)
