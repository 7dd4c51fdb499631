"""A price that is not of today, moved by what stands for it: a class, or another security.

`securities.proxy` names a series of the table `returns`; the price is multiplied by one plus
`proxy_weight` times what that series returned from the price's day on. A weight below 1 smooths: an
appraised building moves less than listed property. Marked in the book's warnings and in the plan.
Refused: moving a price whose own day is not known, or by a series that begins after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from models.arrays import read_only
from models.book.tables.table import Table


class Moved(NamedTuple):
    """The securities table with moved prices, and what is to be said of each row that was."""

    securities: Table
    said: Mapping[int, str]


def moved_prices(securities: Table, returns: Table, asof: date) -> Moved:
    """Return securities with the price and its day moved to the last return of its proxy."""
    proxies = securities.texts("proxy")
    rows = [row for row, proxy in enumerate(proxies) if proxy is not None]
    if not rows:
        return Moved(securities, {})
    names, days = returns.texts("asset_class"), returns.date("date")
    daily, today = returns.number("daily_return"), np.datetime64(asof, "D")
    price, since = securities.number("price").copy(), securities.date("price_date").copy()
    weight, ids = securities.filled("proxy_weight"), securities.texts("security_id")
    said = {}
    for row in rows:
        mine = (names == proxies[row]) & np.isfinite(daily) & (days <= today)
        after = mine & (days > since[row])
        begun = bool((mine & (days <= since[row])).any())
        if np.isnat(since[row]) or not after.any() or not begun:
            continue
        change = weight[row] * (float(np.prod(1.0 + daily[after])) - 1.0)
        last = days[after].max()
        said[row] = (
            f"{ids[row]}: its price of {since[row]} is moved by {change:+.2%} with {proxies[row]} "
            f"to {last}"
        )
        price[row], since[row] = price[row] * (1.0 + change), last
    cells = dict(securities.cells)
    cells["price"] = replace(cells["price"], values=read_only(price))
    cells["price_date"] = replace(cells["price_date"], values=read_only(since))
    return Moved(replace(securities, cells=cells), MappingProxyType(said))
