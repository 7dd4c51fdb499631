"""The register of orders in a database: the same lines, and where every ticket stands.

The file beside the runs is what holds; the database follows it line by line, in one transaction,
and is never read to decide. A line that differs from the one that is there is another register, or
one that was changed, and is refused. What could not be copied is copied with the next line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    inspect,
    select,
    update,
)

from nightly.register.corrections import CORRECTIONS
from nightly.register.fold import CANCEL, MONEY, SENT, Registered
from nightly.register.lines import FIRST
from nightly.register.records import Entry, data_of
from nightly.register.register import Register, entries_in, text_of
from nightly.sql.book import refusing
from nightly.sql.tables import DatabaseError, connect, shown
from nightly.sql.upgrade import make_or_bring_up

ROWS: Final = 10_000
"""Rows that are written at a time."""

DIGITS: Final = 12
"""Characters of a digest that tell lines which were lost from others."""


TICKET: Final = (
    *("order_id", "run_id", "household_id", "account_id", "security_id", "side"),
    *("state", "shares", "filled", "limit_price", "price", "approved_by", "block_id", "list_id"),
)
"""What is told of a ticket as text."""

MOVEMENT: Final = (
    *("run_id", "household_id", "kind", "from_account", "to_account", "amount", "state"),
    *("custodian", "approved_by"),
)
"""What is told of a movement of money as text."""


def register_tables() -> MetaData:
    """Return the tables of registers: their lines, and tickets, fills and money as they stand.

    Shares and dollars are the register's exact decimals, as text.
    """
    metadata = MetaData()
    Table(
        "register_lines",
        metadata,
        Column("register", Text, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        *(Column(name, Text) for name in ("sha256", "kind", "clock", "by", "why", "line")),
    )
    Table(
        "register_tickets",
        metadata,
        Column("register", Text, primary_key=True),
        Column("ticket_id", Text, primary_key=True),
        Column("asof", Date),
        Column("steps", BigInteger),
        *(Column(name, Text) for name in TICKET),
    )
    Table(
        "register_fills",
        metadata,
        Column("register", Text, primary_key=True),
        Column("fill_id", Text, primary_key=True),
        Column("trade_date", Date),
        *(Column(name, Text) for name in ("ticket_id", "shares", "price", "block_id")),
    )
    Table(
        "register_money",
        metadata,
        Column("register", Text, primary_key=True),
        Column("movement_id", Text, primary_key=True),
        Column("asof", Date),
        Column("moved_on", Date),
        *(Column(name, Text) for name in MOVEMENT),
    )
    return metadata


def copy_register(path: Path, url: str) -> int:
    """Write the lines of a register that a database does not have; return how many.

    Raises
    ------
    DatabaseError
        If the database cannot be written, or has other lines of this register.
    RegisterError
        If the file is not as it was written.
    """
    metadata, registered = register_tables(), Register(path).read()
    lines = metadata.tables["register_lines"]
    with refusing(url), connect(url).begin() as connection:
        make_or_bring_up(connection, metadata)
        known, there = _last_line(connection, lines, registered.identity)
        if not registered.had(known, there):
            raise DatabaseError(
                f"{shown(url)} has other lines of {path}: one of the two was changed or cut short"
            )
        told = list(entries_in(path))
        if registered.heads[known : known + 1] != [there]:
            known, stand = _set_aside(connection, metadata, registered, there), told
        else:
            stand = told[known:]
        _write(connection, lines, (_line(registered, *each) for each in told[known:]))
        _copy_tickets(connection, metadata, registered, [entry for _, entry in stand])
    return len(told) - known


def last_line(path: Path, url: str) -> tuple[int, str]:
    """Return the last line that a database has of a register, by number and digest.

    Raises
    ------
    DatabaseError
        If the database cannot be read.
    RegisterError
        If the file is not as it was written.
    """
    lines = register_tables().tables["register_lines"]
    with refusing(url), connect(url).connect() as connection:
        if not inspect(connection).has_table(lines.name):
            return 0, FIRST
        return _last_line(connection, lines, Register(path).read().identity)


def _last_line(connection: Connection, lines: Table, identity: str) -> tuple[int, str]:
    mine = select(lines.c.number, lines.c.sha256).where(lines.c.register == identity)
    found = connection.execute(mine.order_by(lines.c.number.desc()).limit(1)).first()
    return (0, FIRST) if found is None else (int(found[0]), str(found[1]))


def _set_aside(connection: Connection, metadata: MetaData, now: Registered, last: str) -> int:
    """Keep the lines that a register lost and goes on without under a name of their own.

    Where tickets, fills and money stand is told anew. Returns how many lines are its own still.
    """
    lines = metadata.tables["register_lines"]
    mine = lines.c.register == now.identity
    there = select(lines.c.number, lines.c.sha256).where(mine).order_by(lines.c.number)
    kept = max(
        (n for n, head in connection.execute(there) if now.heads[n : n + 1] == [head]), default=0
    )
    name = f"{now.identity} as lost after {kept}, to {last[:DIGITS]}"
    connection.execute(update(lines).where(mine, lines.c.number > kept).values(register=name))
    for table in metadata.sorted_tables:
        if table is not lines:
            connection.execute(delete(table).where(table.c.register == now.identity))
    return int(kept)


def _copy_tickets(
    connection: Connection, metadata: MetaData, now: Registered, new: Iterable[Entry]
) -> None:
    """Write where tickets and money stand of which new lines speak, and fills new or corrected."""
    touched: dict[str, None] = {}
    moving: dict[str, None] = {}
    fills: dict[str, None] = {}
    for entry in new:
        if entry.kind in (SENT, CANCEL):
            touched |= dict.fromkeys(now.parcels[entry.number].tickets)
            moving |= dict.fromkeys(now.parcels[entry.number].movements)
        for answer in entry.data.get("answers", ()):
            if entry.kind == MONEY:
                moving[answer["movement_id"]] = None
                continue
            touched[answer["ticket_id"]] = None
            fills |= dict.fromkeys([answer["fill"]["fill_id"]] if answer["fill"] else [])
        for again in entry.data.get(CORRECTIONS, ()):
            if entry.kind == MONEY:
                moving[again["movement_id"]] = None
                continue
            touched[again["ticket_id"]] = None
            fills[again["fill_id"]] = None
    tickets, money = metadata.tables["register_tickets"], metadata.tables["register_money"]
    told = metadata.tables["register_fills"]
    keys = (tickets.c.ticket_id, touched), (money.c.movement_id, moving), (told.c.fill_id, fills)
    for key, names in keys:
        for name in names:
            same = (key.table.c.register == now.identity) & (key == name)
            connection.execute(delete(key.table).where(same))
    _write(connection, tickets, (_ticket(now, name) for name in touched))
    _write(connection, money, (_movement(now, name) for name in moving))
    _write(connection, told, (_fill(now, name) for name in fills))


def _write(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    told = list(rows)
    for start in range(0, len(told), ROWS):
        connection.execute(table.insert(), told[start : start + ROWS])


def _line(now: Registered, head: str, entry: Entry) -> dict[str, Any]:
    named = {name: getattr(entry, name) for name in ("number", "kind", "clock", "by", "why")}
    return {"register": now.identity, "sha256": head, **named, "line": text_of(entry)}


def _ticket(now: Registered, name: str) -> dict[str, Any]:
    standing = now.tickets[name]
    told = {**data_of(standing.ticket), "asof": standing.ticket.asof, "register": now.identity}
    told |= {"state": standing.state.value, "filled": str(standing.filled)}
    told["steps"] = len(standing.steps)
    return {column: told[column] for column in ("register", "ticket_id", "asof", "steps", *TICKET)}


def _movement(now: Registered, name: str) -> dict[str, Any]:
    standing = now.money[name]
    told = {**data_of(standing.movement), "state": standing.state.value}
    kept = {column: told[column] for column in MOVEMENT}
    days = {"asof": standing.movement.asof, "moved_on": standing.moved_on}
    return {"register": now.identity, "movement_id": name, **days, **kept}


def _fill(now: Registered, name: str) -> dict[str, Any]:
    fill = now.fills[name]
    return {**data_of(fill), "trade_date": fill.trade_date, "register": now.identity}
