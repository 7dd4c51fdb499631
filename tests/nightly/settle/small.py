"""Books of a few households, and a register with fills, for tests of settling and reconciling."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from nightly.register.records import Answer, Fill, Ticket, data_of
from nightly.register.register import NAME, Register
from nightly.register.states import State
from nightly.results.run_folder import RunFolder
from tests.books import Tables, write
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
DAY = date(2026, 11, 20)
D = Decimal
BUY = orders.ticket(
    RUN,
    "h1",
    "buy",
    security_id="NEW",
    order_id="2026-11-20/h1-a/NEW/buy",
    ticket_id=f"{RUN}/2026-11-20/h1-a/NEW/buy",
    shares=D(40),
)


def security(name: str, price: float, **more: Any) -> dict[str, Any]:
    """Return a stock with a price of the day."""
    return {
        "security_id": name,
        "price": price,
        "price_date": DAY,
        "asset_class": "stocks",
        "half_spread_bps": 1.0,
        "share_step": 1.0,
        "identical_group": None,
        "qualified_yield": 0.01,
        "ordinary_yield": 0.0,
        "exempt_yield": 0.0,
        "specific_vol": 0.1,
        **more,
    }


def account(household: str, suffix: str, kind: str, cash: float = 10_000.0) -> dict[str, Any]:
    """Return an account of a household's one filing unit."""
    return {
        "account_id": f"{household}-{suffix}",
        "household_id": household,
        "filing_unit_id": f"{household}-u",
        "owner": "me",
        "account_type": kind,
        "cash": cash,
        "cash_floor": 0.0,
        "net_flow": 0.0,
    }


def unit(household: str) -> dict[str, Any]:
    """Return a filing unit without gains so far."""
    return {
        "filing_unit_id": f"{household}-u",
        "household_id": household,
        "filing_status": "single",
        "ordinary_income": 100_000.0,
        "state_rate": 0.0,
        "st_realized_ytd": 0.0,
        "lt_realized_ytd": 0.0,
        "st_carryforward": 0.0,
        "lt_carryforward": 0.0,
    }


def lot(
    name: str, where: str, security_id: str, shares: float, basis: float | None, day: str | None
) -> dict[str, Any]:
    """Return a lot."""
    return {
        "lot_id": name,
        "account_id": where,
        "security_id": security_id,
        "shares": shares,
        "basis": basis,
        "acquired": day,
    }


def tables(lots: Sequence[dict[str, Any]], *households: str) -> Tables:
    """Return the tables of a book: VTI at $300, OLD at $50, NEW at $30, a taxable and an IRA."""
    names = households or ("h1",)
    return {
        "households": [
            {"household_id": name, "target_id": "T", "policy_id": "standard"} for name in names
        ],
        "filing_units": [unit(name) for name in names],
        "accounts": [
            row
            for name in names
            for row in (account(name, "a", "taxable"), account(name, "ira", "traditional_ira"))
        ],
        "lots": [dict(row) for row in lots],
        "securities": [security("VTI", 300.0), security("OLD", 50.0), security("NEW", 30.0)],
        "targets": [{"target_id": "T", "asset_class": "stocks", "weight": 1.0}],
        "covariance": [{"asset_class_a": "stocks", "asset_class_b": "stocks", "covariance": 0.03}],
        "trades": [],
    }


TWO_LOTS = (
    lot("l1", "h1-a", "VTI", 80.0, 8_000.0, "2020-01-02"),
    lot("l2", "h1-a", "VTI", 50.0, 16_000.0, "2026-06-01"),
)
"""130 shares of VTI: 80 long-term at $100, 50 short-term at $320."""


@dataclass
class Trading:
    """A register beside a book in a folder, and the fills that it is told."""

    root: Path
    known: int = 0
    answered: dict[str, Decimal] = field(default_factory=dict)

    @property
    def register(self) -> Path:
        """The register's file."""
        return self.root / "runs" / NAME

    def send(self, *tickets: Ticket) -> None:
        """Send tickets, a run for each call."""
        run = tickets[0].run_id
        folder = RunFolder(self.root / "runs" / run)
        folder.path.mkdir(parents=True)
        with Register(self.register).held() as held:
            orders.propose(held, run, sorted({each.household_id for each in tickets}))
            orders.send(held, folder, tickets)

    def fill(self, ticket: Ticket, shares: str, price: str, day: date = DAY) -> None:
        """Fill shares of a ticket."""
        self.known += 1
        name, done = ticket.ticket_id, self.answered.get(ticket.ticket_id, D(0)) + D(shares)
        self.answered[name] = done
        state = State.FILLED if done == ticket.shares else State.PARTLY_FILLED
        fill = Fill(f"f{self.known}", name, D(shares), D(price), day)
        answer = Answer(name, state, fill)
        told = {"sha256": str(self.known), "answers": [data_of(answer)], "refused": []}
        with Register(self.register).held() as held:
            held.add("answers", "Eve", "fills", told)


def book(place: Path, rows: Tables, format: str = "csv") -> Path:
    """Write a book and return its folder."""
    return write(rows, place, format)


def read(place: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a table of CSV."""
    with (place / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(rows: Sequence[dict[str, str]], key: str, *columns: str) -> dict[str, tuple[str, ...]]:
    """Return some columns of rows by the value of a key."""
    return {row[key]: tuple(row[column] for column in columns) for row in rows}
