"""Securities that no plan of the night can buy, for their row is faulty or their price too old.

Who holds one is invalid and told so. Where nobody does, plans simply turn to other securities, and
look like any others: so the night says it once, of those in a class that some target has. A halted
one is left out, as `tradable` says that it is meant. Refused: a note on each plan that might have
bought it, which is mostly every plan.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.book.book import Book
from models.book.tables.table import Table


def not_bought(shared: Book, tables: Mapping[str, Table]) -> dict[str, str]:
    """Return why, by security; `shared` is the book without the rows of its households."""
    securities, exposures = tables["securities"], tables["exposures"]
    ids, tradable = securities.texts("security_id"), securities.flag("tradable", True)
    classes = [name for name in tables["targets"].texts("asset_class") if name]
    through = np.isin(exposures.texts("asset_class"), classes)
    sought = {
        *ids[tradable & np.isin(securities.texts("asset_class"), classes)],
        *(exposures.texts("security_id")[through].tolist() if through.any() else ()),
    } - {*ids[~tradable]}
    said: dict[str, str] = {}
    for fault in shared.faults:
        if fault.table == securities.name and fault.row is not None and not fault.uncertain:
            said.setdefault(ids[fault.row], str(fault))
    own = shared.market.securities
    markets = (shared.market, *shared.markets.values())
    usable = np.logical_and.reduce([market.securities.usable for market in markets])
    return {
        own.security_id[place]: said.get(
            own.security_id[place], f"its price of {own.price_date[place]} is too old"
        )
        for place in np.flatnonzero(~usable).tolist()
        if own.security_id[place] in sought
    }
