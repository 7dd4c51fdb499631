"""Faults of past trades, open orders, scheduled buys and restrictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.book.checks.check import Check, Finding, Maybe, MaybeOf, rows_where, stated
from models.book.checks.doubt.near import near_account, near_household
from models.book.checks.evidence import Evidence
from models.book.rows.columns import is_active, is_live
from models.book.rows.links import distinct
from models.book.tables.table import Table
from models.tolerances import SHARES

_ORPHAN = "add the account, or leave the row out"


def _unknown_account(table: str, maybe: MaybeOf | None = None) -> Check:
    return rows_where(
        f"unknown_account_of_{table}",
        f"{table}.account_id",
        "account {cell} is not in accounts",
        _ORPHAN,
        lambda t, e: stated(t, "account_id") & (e.links.account_of[table] < 0),
        maybe or near_account(table),
    )


def _unknown_security(table: str) -> Check:
    return rows_where(
        f"unknown_security_of_{table}",
        f"{table}.security_id",
        "security {cell} is not in securities",
        "add the security's row (one sold lately must stay until its wash-sale window is over)",
        lambda t, e: stated(t, "security_id") & (e.links.security_of[table] < 0),
    )


def _live_sells(table: Table) -> Bools:
    sells: Bools = table.texts("side") == "sell"
    return is_live(table) & sells & (table.number("shares") > 0)


def _position(evidence: Evidence, table: str) -> Ints:
    """Return one code per account and security, −1 where either is unknown."""
    account, security = evidence.links.account_of[table], evidence.links.security_of[table]
    code = account * len(evidence.links.securities) + security
    return np.where((account >= 0) & (security >= 0), code, -1)


def _held(evidence: Evidence, positions: Ints) -> Floats:
    """Shares held of the few positions asked for."""
    lots, codes = evidence.tables["lots"], _position(evidence, "lots")
    asked = np.unique(positions)
    inside = np.isin(codes, asked) & np.isfinite(lots.number("shares"))
    at = np.searchsorted(asked, codes[inside])
    sums: Floats = np.bincount(at, lots.number("shares")[inside], len(asked)).astype(np.float64)
    return sums[np.searchsorted(asked, positions)]


def _sells_more_than_held(table: Table, evidence: Evidence) -> Bools:
    sells = _live_sells(table)
    codes = _position(evidence, "open_orders")
    sells &= codes >= 0
    asked, at = np.unique(codes[sells], return_inverse=True)
    sold = np.bincount(at, table.number("shares")[sells], len(asked))
    over: Bools = np.zeros(table.rows, dtype=bool)
    over[sells] = (sold > _held(evidence, asked) + SHARES)[at] if len(asked) else False
    return over


def _lot_rows(table: Table, evidence: Evidence) -> Ints:
    """Return the row of `lots` that each open order names, −1 where none or unknown."""
    ids = distinct(table.text("lot_id"))
    of_lots = ids.codes(evidence.tables["lots"].text("lot_id"))
    rows = np.full(len(ids) + 1, -1, dtype=np.int64)
    named = np.flatnonzero(of_lots >= 0)
    rows[of_lots[named]] = named
    found: Ints = rows[ids.codes(table.text("lot_id"))]
    return found


def _unknown_lot(evidence: Evidence) -> Iterator[Finding]:
    """Touches whom the book gives the lot too: it may be the order's household's."""
    table, owner = evidence.tables["open_orders"], evidence.links.household_of
    row = _lot_rows(table, evidence)
    named = _live_sells(table) & stated(table, "lot_id")
    own, lots = _position(evidence, "open_orders"), _position(evidence, "lots")
    elsewhere = np.append(lots, -1)[row] != own
    holder = np.append(owner["lots"], -1)[row]
    for at in np.flatnonzero(named & ((row < 0) | (elsewhere & (own >= 0)))).tolist():
        touched = np.unique([n for n in (owner["open_orders"][at], holder[at]) if n >= 0])
        lot = table.shown("lot_id", at)
        what = f"lot {lot} is not among the lots of that account and security"
        yield Finding("open_orders", at, "lot_id", what, touched.astype(np.int64))


def _sells_more_of_a_lot(table: Table, evidence: Evidence) -> Bools:
    row = _lot_rows(table, evidence)
    named = _live_sells(table) & (row >= 0)
    over: Bools = np.zeros(table.rows, dtype=bool)
    lots, at = np.unique(row[named], return_inverse=True)
    sold = np.bincount(at, table.number("shares")[named], len(lots))
    over[named] = (sold > evidence.tables["lots"].number("shares")[lots] + SHARES)[at]
    return over


def _two_scopes(evidence: Evidence) -> Iterator[Finding]:
    """Touches the household named and the household of the account: either may be meant."""
    table, links = evidence.tables["restrictions"], evidence.links
    both = stated(table, "household_id") & stated(table, "account_id")
    named = links.households.codes(table.text("household_id"))
    owners = np.append(links.household_of["accounts"][links.accounts.first_row], -1)
    owner = owners[links.account_of["restrictions"]]
    for row in np.flatnonzero(_active(both, table, evidence)).tolist():
        touched = np.unique([code for code in (named[row], owner[row]) if code >= 0])
        what = "both a household and an account are given"
        yield Finding("restrictions", row, "household_id", what, touched.astype(np.int64))


def _active(check: Bools, table: Table, evidence: Evidence) -> Bools:
    return check & is_active(table, evidence.asof)


def _whose_order(table: Table, evidence: Evidence, rows: Ints) -> Mapping[int, Maybe]:
    """Place orders of nobody by their account's name, or else by the lot that they sell."""
    lot, holders = _lot_rows(table, evidence), evidence.links.household_of["lots"]
    found = dict(near_account("open_orders")(table, evidence, rows))
    for row in rows[(lot[rows] >= 0) & is_live(table)[rows]].tolist():
        owner = int(holders[lot[row]])
        if owner >= 0 and row not in found:
            named = f"lot {table.shown('lot_id', row)} of household"
            found[row] = Maybe(
                np.array([owner], dtype=np.int64),
                f"it sells {named} {evidence.links.households.texts[owner]!r}, which waits: "
                "correct the account, or leave the row out",
            )
    return found


TRADES: Final = (
    _unknown_account("trades"),
    _unknown_security("trades"),
    rows_where(
        "future_trade",
        "trades.trade_date",
        "{cell} is after the as-of date",
        "leave it to scheduled_buys or open_orders, or run as of a later date",
        lambda t, e: t.date("trade_date") > e.day,
    ),
    rows_where(
        "trade_without_shares",
        "trades.shares",
        "{cell} shares were traded",
        "give the shares as a positive number; the side says the direction",
        lambda t, e: t.number("shares") <= 0,
    ),
    rows_where(
        "negative_trade_amount",
        "trades.amount",
        "{cell} is negative",
        "give the dollars as a positive number; the side says the direction",
        lambda t, e: t.number("amount") < 0,
    ),
)

OPEN_ORDERS: Final = (
    _unknown_account("open_orders", _whose_order),
    _unknown_security("open_orders"),
    rows_where(
        "open_order_without_shares",
        "open_orders.shares",
        "{cell} shares are ordered",
        "give the shares still open as a positive number",
        lambda t, e: (t.number("shares") <= 0) & is_live(t),
    ),
    rows_where(
        "open_order_sells_more_than_held",
        "open_orders.shares",
        "{cell} shares, with the other open sells, are more than the account holds",
        "give the shares still open, or mend the lots",
        _sells_more_than_held,
    ),
    Check(
        "open_order_of_unknown_lot",
        "name a lot of the position, give the lot its right account, or leave the cell empty",
        _unknown_lot,
    ),
    rows_where(
        "open_order_sells_more_than_the_lot",
        "open_orders.shares",
        "{cell} shares, with the other open sells of the lot, are more than it has",
        "give the shares still open, or mend the lot",
        _sells_more_of_a_lot,
    ),
)

SCHEDULED_BUYS: Final = (_unknown_account("scheduled_buys"), _unknown_security("scheduled_buys"))

RESTRICTIONS: Final = (
    rows_where(
        "unknown_account_of_restrictions",
        "restrictions.account_id",
        "account {cell} is not in accounts",
        _ORPHAN,
        lambda t, e: _active(
            stated(t, "account_id") & (e.links.account_of["restrictions"] < 0), t, e
        ),
        near_account("restrictions"),
    ),
    rows_where(
        "unknown_household_of_restrictions",
        "restrictions.household_id",
        "household {cell} is not in households",
        "add the household, or leave the row out",
        lambda t, e: _active(
            stated(t, "household_id") & (e.links.households.codes(t.text("household_id")) < 0), t, e
        ),
        near_household,
    ),
    rows_where(
        "unknown_security_of_restrictions",
        "restrictions.security_id",
        "security {cell} is not in securities",
        "add the security's row, or mend the id: a rule on an unknown security holds nowhere",
        lambda t, e: _active(
            stated(t, "security_id") & (e.links.security_of["restrictions"] < 0), t, e
        ),
    ),
    Check(
        "restriction_with_two_scopes",
        "give exactly one of them",
        _two_scopes,
    ),
    rows_where(
        "restriction_without_scope",
        "restrictions.household_id",
        "neither a household nor an account is given",
        "give exactly one of them",
        lambda t, e: _active(t.null("household_id") & t.null("account_id"), t, e),
    ),
    rows_where(
        "hold_at_least_without_shares",
        "restrictions.shares",
        "hold_at_least says no shares",
        "give the least shares to hold",
        lambda t, e: _active((t.texts("rule") == "hold_at_least") & t.null("shares"), t, e),
    ),
    rows_where(
        "negative_restriction_shares",
        "restrictions.shares",
        "{cell} is negative",
        "give the least shares to hold, at least 0",
        lambda t, e: _active((t.texts("rule") == "hold_at_least") & (t.number("shares") < 0), t, e),
    ),
)

CHECKS: Final = (*TRADES, *OPEN_ORDERS, *SCHEDULED_BUYS, *RESTRICTIONS)
