"""A token of a pool, held by look-through, with a fixed cost per trade.

The token is filed under shares but holds bonds as well; each ticket costs fifty dollars.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from scenarios.builder import BookBuilder
from scenarios.cases.telling import Case, Expectation, Night, Tables, told


def owner(book: BookBuilder, policy: str) -> None:
    """Tell of a household that owns mostly the token."""
    house = book.household("token", "Owns a pool.", "three-fund-70-30", policy)
    house.files("single", 90_000, state_rate=0.05)
    roth = house.account("roth", "roth_ira", cash=900, menu="pool")
    roth.lot("VTI", 41_000)
    roth.lot("VEA", 24_000)
    roth.lot("BND", 33_000)
    roth.lots += 1
    book.add(
        "lots",
        lot_id="token.roth.pool",
        account_id="token.roth",
        security_id="POOL",
        shares=9_000.0,
    )


def market(tables: Tables) -> None:
    """Add the token at $11: 45% US shares, 25% foreign, 30% bonds; and a menu that offers it."""
    row = tables["securities"].iloc[0].to_dict()
    row |= {"security_id": "POOL", "price": 11.0, "identical_group": None, "rank": None}
    row |= {"share_step": 0.0001, "half_spread_bps": 0.0, "specific_vol": 0.002}
    tables["securities"] = pd.concat([tables["securities"], pd.DataFrame([row])])
    parts = {"us_equity": 0.45, "developed": 0.25, "us_bond": 0.30}
    inside = [("POOL", name, weight) for name, weight in parts.items()]
    columns = tables["exposures"].columns
    tables["exposures"] = pd.concat([tables["exposures"], pd.DataFrame(inside, columns=columns)])
    offered = [("pool", name) for name in ("POOL", "VTI", "VEA", "BND")]
    columns = tables["menus"].columns
    tables["menus"] = pd.concat([tables["menus"], pd.DataFrame(offered, columns=columns)])
    tables["targets"]["band"] = None


def asked_with(ticket_usd: float) -> Night:
    """Ask with a price on each ticket."""
    text = f"[trades]\nmin_usd = 25.0\nticket_usd = {ticket_usd}\n"
    return told(lambda book: owner(book, "tickets"), market, {"tickets": text})


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    free, priced = asked_with(0.0), asked_with(50.0)
    before = free.weights(after=False)
    yield Expectation(
        "the token counts as what it holds, not as what it is filed under",
        abs(before["us_equity"] - 0.43) < 0.02 and abs(before["us_bond"] - 0.31) < 0.02,
    )
    yield Expectation("a free ticket is worth a small drift", free.tickets >= 1)
    yield Expectation("at fifty dollars fewer are", priced.tickets < free.tickets)
    yield Expectation("the token itself stays", free.sold("POOL") + priced.sold("POOL") == 0.0)


CASE = Case("pool-token", __doc__, expected)
