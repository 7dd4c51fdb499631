"""Past sales as the wash-sale engine wants them: which recent purchases they closed, at what loss.

A sale row may say when its shares were bought, or name a lot that does while it is held; or it says
neither. What was bought lately and is gone must have been sold by some row: one that says the day
took from that day's purchase; for the rest, sales took first in, first out, so the last sale took
the latest purchase. Treating every sale as one of old shares was refused: a lot bought and sold
again would wash its own loss.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, TypeAlias

import numpy as np

from models.household import Household
from models.ledger.exact import ZERO, date_of, days_of, exact
from models.ledger.purchases import UNDATED, Bought, BoughtWhere, sale_rows, told_days
from models.tax.wash.records import PastSale
from models.tolerances import LOSS_USD


class DatedSale(NamedTuple):
    """A past sale of an identical group, where and when; `order` sorts it among the group's events.

    The order is (day, kind, day the shares were acquired). Gains come first (0): shares sold on
    the day of a loss are gone before the loss (1) asks for a replacement. Sheltered sales come
    last (2): selling there on the same day does not undo the purchase.
    """

    identical_group: int
    where: BoughtWhere
    order: tuple[int, int, int]
    sale: PastSale


Closings: TypeAlias = dict[int, list[tuple[BoughtWhere, Decimal]]]
"""By row of the history: the recent purchases a sale closed, and how many shares of each."""


def past_sales(household: Household, closings: Closings) -> list[DatedSale]:
    """Return the past sales that closed recent purchases or were taxable losses."""
    rows = sale_rows(household)
    told = told_days(household, rows)
    found: list[DatedSale] = []
    for row in rows:
        found.extend(_sale(household, row, told.get(row), closings.get(row, [])))
    return found


def _sale(
    household: Household, row: int, told: int | None, closed: list[tuple[BoughtWhere, Decimal]]
) -> list[DatedSale]:
    """Return one row of the history: the part that closed recent purchases, and the rest."""
    trades = household.trades
    account, security = int(trades.account[row]), int(trades.security[row])
    identical = int(household.market.securities.identical_group[security])
    sheltered = not household.taxable[account]
    known = trades.realized_gain[row]
    gain = None if np.isnan(known) else exact(known)
    loss = not sheltered and (gain is None or gain < -LOSS_USD)
    day = int(days_of(trades.trade_date[row : row + 1])[0])
    shares = exact(trades.shares[row])

    def part(of: Decimal, lot_id: str, purchase: str | None, acquired: int) -> DatedSale:
        sale = PastSale(
            date=date_of(day),
            identical_group=str(identical),
            shares=of,
            gain=None if gain is None else gain * of / shares,
            purchase=purchase,
            lot_id=lot_id,
            acquired=date_of(acquired) if acquired else None,
            sheltered=sheltered,
        )
        where = BoughtWhere(account, security, day)
        return DatedSale(identical, where, (day, 2 if sheltered else int(loss), acquired), sale)

    found = [part(of, f"{where}/gone", None, where.day) for where, of in closed]
    left = shares - sum((of for _, of in closed), ZERO)
    if loss and left > ZERO:
        acquired = told if told is not None and told > UNDATED else 0
        purchase = str(BoughtWhere(account, security, acquired)) if acquired else None
        found.append(part(left, f"past sale {row}", purchase, acquired))
    return found


def find_closings(household: Household, bought: list[Bought]) -> Closings:
    """Say which past sales took the shares of recent purchases that are gone."""
    gone = {each.where: each.gone for each in bought if each.gone > ZERO}
    rows = sale_rows(household) if gone else []
    trades, days = household.trades, days_of(household.trades.trade_date)
    closed: Closings = {}
    left = {row: exact(trades.shares[row]) for row in rows}
    told = told_days(household, rows)

    def take(row: int, where: BoughtWhere) -> None:
        shares = min(left[row], gone.get(where, ZERO))
        if shares > ZERO:
            closed.setdefault(row, []).append((where, shares))
            left[row] -= shares
            gone[where] -= shares

    for row in rows:
        if row in told and told[row] < days[row]:
            take(row, BoughtWhere(int(trades.account[row]), int(trades.security[row]), told[row]))
    for row in sorted(rows, key=lambda r: (-int(days[r]), -r)):
        if row in told:
            continue
        for where in sorted(gone, key=lambda w: -w.day):
            same = (where.account, where.security) == (trades.account[row], trades.security[row])
            if same and where.day < days[row]:
                take(row, where)
    return closed
