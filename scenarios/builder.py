"""A small language for writing households down: who they are, what they hold, what happened.

A story reads as its facts (`joint.lot("VTI", usd=240_000, gain=0.60, acquired="2018-03-14")`); the
builder turns it into rows of the book's tables, in the order told. Lots are told in dollars of
today's value and gain over basis, because that is how people know them; shares and basis follow
from the price, rounded to the security's step and to cents. Refused: random numbers (a story is a
fact), and checking beyond the builder's own needs (one story is wrong on purpose; judging books is
the reader's work).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from scenarios.book_files import COLUMNS
from scenarios.sample_market import FUNDS

ASOF = date(2026, 11, 20)

PRICE: Mapping[str, float] = {fund.security_id: fund.price for fund in FUNDS}
SHARE_STEP: Mapping[str, float] = {fund.security_id: fund.share_step for fund in FUNDS}

Row = dict[str, object]


def day(text: str) -> date:
    """Return the trading day named by ISO text.

    Raises
    ------
    ValueError
        If the day falls on a weekend: nothing trades then, so the story misremembers.
    """
    value = date.fromisoformat(text)
    if value.weekday() >= 5:
        raise ValueError(f"{text} is a {value:%A}; choose a trading day")
    return value


@dataclass
class BookBuilder:
    """Collects the rows of every household told to it."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    stories: dict[str, str] = field(default_factory=dict)

    def add(self, table: str, **cells: object) -> None:
        """Add a row; columns not named are null.

        Raises
        ------
        KeyError
            If the contract's table has no such column.
        """
        unknown = set(cells) - set(COLUMNS[table])
        if unknown:
            raise KeyError(f"table {table!r} has no column {', '.join(sorted(unknown))}")
        self.rows[table].append({column: cells.get(column) for column in COLUMNS[table]})

    def household(
        self,
        household_id: str,
        story: str,
        target: str,
        policy: str = "pre-approved",
        net_flow: float | None = None,
    ) -> HouseholdBuilder:
        """Begin a household; `story` says who, why, and what a good plan does.

        Raises
        ------
        ValueError
            If a household of that name was told already.
        """
        if household_id in self.stories:
            raise ValueError(f"household {household_id!r} is told twice; rename one")
        self.stories[household_id] = " ".join(story.split())
        self.add(
            "households",
            household_id=household_id,
            target_id=target,
            policy_id=policy,
            net_flow=net_flow,
        )
        return HouseholdBuilder(self, household_id, target)

    def frame(self, table: str) -> pd.DataFrame:
        """Return the rows of one table; households carry their `story` beside the contract."""
        frame = pd.DataFrame(self.rows[table], columns=list(COLUMNS[table]))
        if table == "households":
            frame["story"] = list(self.stories.values())
        return frame


@dataclass
class HouseholdBuilder:
    """One household: its filing units and accounts."""

    book: BookBuilder
    household_id: str
    target_id: str

    def files(
        self,
        filing_status: str,
        ordinary_income: float,
        state_rate: float = 0.0,
        name: str = "unit",
        **facts: float,
    ) -> None:
        """Add a filing unit; `facts` are further columns of the table."""
        year = dict.fromkeys(
            ("st_realized_ytd", "lt_realized_ytd", "st_carryforward", "lt_carryforward"), 0.0
        )
        self.book.add(
            "filing_units",
            filing_unit_id=f"{self.household_id}.{name}",
            household_id=self.household_id,
            filing_status=filing_status,
            ordinary_income=ordinary_income,
            state_rate=state_rate,
            **{**year, **facts},
        )

    def account(
        self,
        name: str,
        account_type: str,
        cash: float,
        owner: str = "first",
        unit: str = "unit",
        menu: str | None = None,
        **facts: object,
    ) -> AccountBuilder:
        """Add an account; `facts` are further columns of the accounts table.

        Without a `menu`, the account offers the funds of the model it follows.
        """
        account_id = f"{self.household_id}.{name}"
        self.book.add(
            "accounts",
            account_id=account_id,
            household_id=self.household_id,
            filing_unit_id=f"{self.household_id}.{unit}",
            owner=owner,
            account_type=account_type,
            cash=cash,
            menu_id=menu or facts.get("target_id", self.target_id),
            **{"cash_floor": 0.0, "net_flow": 0.0, **facts},
        )
        return AccountBuilder(self.book, account_id)

    def restricts(self, security_id: str, rule: str, reason: str, until: str | None = None) -> None:
        """Add a restriction over the whole household."""
        self.book.add(
            "restrictions",
            household_id=self.household_id,
            security_id=security_id,
            rule=rule,
            until=None if until is None else day(until),
            reason=reason,
        )


@dataclass
class AccountBuilder:
    """One account: its lots, past trades, orders under way and standing instructions."""

    book: BookBuilder
    account_id: str
    lots: int = 0

    def lot(
        self,
        security_id: str,
        usd: float,
        acquired: str | None = None,
        gain: float | None = None,
        **facts: object,
    ) -> str:
        """Add a lot worth about `usd` today, with a gain over basis of `gain`, and return its id.

        shares = usd / price to the nearest step; basis = shares·price / (1 + gain) to the cent.
        A sheltered lot may leave out the date and the gain; `facts` are further columns.
        """
        step = SHARE_STEP[security_id]
        shares = round(round(usd / PRICE[security_id] / step) * step, 3)
        basis = None if gain is None else round(shares * PRICE[security_id] / (1 + gain), 2)
        lot_id = self._next_lot()
        cells: Row = {
            "shares": shares,
            "basis": basis,
            "acquired": None if acquired is None else day(acquired),
            **facts,
        }
        self.book.add(
            "lots", lot_id=lot_id, account_id=self.account_id, security_id=security_id, **cells
        )
        return lot_id

    def bought(
        self, security_id: str, usd: float, on: str, gain: float, disallowed: float = 0.0
    ) -> None:
        """Add a recent purchase: the lot it left and its trade.

        `disallowed` is the loss that an earlier sale moved into the lot's basis; it was not paid.
        """
        lot_id = self.lot(security_id, usd, on, gain)
        lot = self.book.rows["lots"][-1]
        paid = round(float(str(lot["basis"])) - disallowed, 2)
        self._trade(security_id, on, side="buy", shares=lot["shares"], amount=paid, lot_id=lot_id)

    def sold(
        self, security_id: str, shares: float, on: str, proceeds: float, realized_gain: float
    ) -> None:
        """Add a recent sale of a lot that is gone now (gain before any disallowance)."""
        self._trade(
            security_id,
            on,
            side="sell",
            shares=shares,
            amount=proceeds,
            realized_gain=realized_gain,
            lot_id=self._next_lot(),
        )

    def orders(self, security_id: str, side: str, shares: float, lot_id: str | None = None) -> None:
        """Add an order that is under way at the broker."""
        self.book.add(
            "open_orders",
            order_id=f"{self.account_id}.open-{len(self.book.rows['open_orders']) + 1}",
            account_id=self.account_id,
            security_id=security_id,
            side=side,
            shares=shares,
            lot_id=lot_id,
            status="working",
        )

    def will_buy(self, security_id: str, on: str) -> None:
        """Add a purchase that a standing instruction will make."""
        self.book.add(
            "scheduled_buys", account_id=self.account_id, security_id=security_id, date=day(on)
        )

    def restricts(self, security_id: str, rule: str, reason: str, shares: float) -> None:
        """Add a restriction on this account alone."""
        self.book.add(
            "restrictions",
            account_id=self.account_id,
            security_id=security_id,
            rule=rule,
            shares=shares,
            reason=reason,
        )

    def _next_lot(self) -> str:
        self.lots += 1
        return f"{self.account_id}.{self.lots:02d}"

    def _trade(self, security_id: str, on: str, **cells: object) -> None:
        self.book.add(
            "trades",
            trade_id=f"{self.account_id}.trade-{len(self.book.rows['trades']) + 1}",
            account_id=self.account_id,
            security_id=security_id,
            trade_date=day(on),
            **cells,
        )
