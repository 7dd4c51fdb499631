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
from datetime import date, timedelta

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

    def household(
        self,
        household_id: str,
        story: str,
        target: str,
        policy: str = "standard",
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
        self.rows["households"].append(
            {
                "household_id": household_id,
                "target_id": target,
                "policy_id": policy,
                "net_flow": net_flow,
                "story": self.stories[household_id],
            }
        )
        return HouseholdBuilder(self, household_id)

    def frame(self, table: str) -> pd.DataFrame:
        """Return the rows of one table as a frame with the contract's columns."""
        rows = self.rows[table]
        extra = [key for key in (rows[0] if rows else {}) if key not in COLUMNS[table]]
        return pd.DataFrame(rows, columns=[*COLUMNS[table], *extra])


@dataclass
class HouseholdBuilder:
    """One household: its filing units and accounts."""

    book: BookBuilder
    household_id: str

    def files(
        self,
        filing_status: str,
        ordinary_income: float,
        state_rate: float = 0.0,
        name: str = "unit",
        **facts: float,
    ) -> str:
        """Add a filing unit and return its id; `facts` are further columns of the table."""
        unit_id = f"{self.household_id}.{name}"
        self.book.rows["filing_units"].append(
            {
                "filing_unit_id": unit_id,
                "household_id": self.household_id,
                "filing_status": filing_status,
                "ordinary_income": ordinary_income,
                "qualified_dividends": facts.get("qualified_dividends"),
                "net_investment_income": facts.get("net_investment_income"),
                "magi": facts.get("magi"),
                "state_rate": state_rate,
                "st_realized_ytd": facts.get("st_realized_ytd", 0.0),
                "lt_realized_ytd": facts.get("lt_realized_ytd", 0.0),
                "st_carryforward": facts.get("st_carryforward", 0.0),
                "lt_carryforward": facts.get("lt_carryforward", 0.0),
                "tax_budget_usd": facts.get("tax_budget_usd"),
                "gain_budget_usd": facts.get("gain_budget_usd"),
            }
        )
        return unit_id

    def account(
        self,
        name: str,
        account_type: str,
        cash: float,
        owner: str = "first",
        unit: str = "unit",
        menu: str | None = "brokerage",
        **facts: object,
    ) -> AccountBuilder:
        """Add an account; `facts` are further columns of the accounts table."""
        account_id = f"{self.household_id}.{name}"
        self.book.rows["accounts"].append(
            {
                "account_id": account_id,
                "household_id": self.household_id,
                "filing_unit_id": f"{self.household_id}.{unit}",
                "owner": owner,
                "account_type": account_type,
                "cash": cash,
                "cash_floor": facts.get("cash_floor", 0.0),
                "net_flow": facts.get("net_flow", 0.0),
                "menu_id": menu,
                "target_id": facts.get("target_id"),
                "rmd_due_usd": facts.get("rmd_due_usd"),
                "withdrawable": facts.get("withdrawable"),
                "early_penalty_rate": facts.get("early_penalty_rate"),
                "reinvests": facts.get("reinvests"),
            }
        )
        return AccountBuilder(self.book, account_id, account_type == "taxable")

    def restricts(self, security_id: str, rule: str, reason: str, until: str | None = None) -> None:
        """Add a restriction over the whole household."""
        self.book.rows["restrictions"].append(
            {
                "household_id": self.household_id,
                "account_id": None,
                "security_id": security_id,
                "rule": rule,
                "shares": None,
                "until": None if until is None else day(until),
                "reason": reason,
            }
        )


@dataclass
class AccountBuilder:
    """One account: its lots, past trades, orders under way and standing instructions."""

    book: BookBuilder
    account_id: str
    taxable: bool
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
        A sheltered lot may leave out the date and the gain.
        """
        step = SHARE_STEP[security_id]
        shares = round(round(usd / PRICE[security_id] / step) * step, 3)
        basis = None if gain is None else round(shares * PRICE[security_id] / (1 + gain), 2)
        self.lots += 1
        lot_id = f"{self.account_id}.{self.lots:02d}"
        start = facts.get("holding_start")
        self.book.rows["lots"].append(
            {
                "lot_id": lot_id,
                "account_id": self.account_id,
                "security_id": security_id,
                "shares": facts.get("shares", shares),
                "basis": basis,
                "acquired": None if acquired is None else day(acquired),
                "holding_start": None if start is None else day(str(start)),
                "origin": facts.get("origin"),
            }
        )
        return lot_id

    def bought(self, security_id: str, usd: float, on: str, gain: float) -> str:
        """Add a recent purchase: the lot it left and its trade."""
        lot_id = self.lot(security_id, usd, on, gain)
        row = self.book.rows["lots"][-1]
        self._trade(security_id, on, "buy", row["shares"], row["basis"], None, lot_id)
        return lot_id

    def sold(
        self, security_id: str, shares: float, on: str, proceeds: float, realized_gain: float
    ) -> None:
        """Add a recent sale of a lot that is gone now (gain before any disallowance)."""
        self.lots += 1
        lot_id = f"{self.account_id}.{self.lots:02d}"
        self._trade(security_id, on, "sell", shares, proceeds, realized_gain, lot_id)

    def orders(self, security_id: str, side: str, shares: float, lot_id: str | None = None) -> None:
        """Add an order that is under way at the broker."""
        rows = self.book.rows["open_orders"]
        rows.append(
            {
                "order_id": f"{self.account_id}.open-{len(rows) + 1}",
                "account_id": self.account_id,
                "security_id": security_id,
                "side": side,
                "shares": shares,
                "lot_id": lot_id,
                "status": "working",
            }
        )

    def will_buy(self, security_id: str, on: str) -> None:
        """Add a purchase that a standing instruction will make."""
        self.book.rows["scheduled_buys"].append(
            {"account_id": self.account_id, "security_id": security_id, "date": day(on)}
        )

    def restricts(
        self, security_id: str, rule: str, reason: str, shares: float | None = None
    ) -> None:
        """Add a restriction on this account alone."""
        self.book.rows["restrictions"].append(
            {
                "household_id": None,
                "account_id": self.account_id,
                "security_id": security_id,
                "rule": rule,
                "shares": shares,
                "until": None,
                "reason": reason,
            }
        )

    def _trade(
        self,
        security_id: str,
        on: str,
        side: str,
        shares: object,
        amount: object,
        realized_gain: float | None,
        lot_id: str,
    ) -> None:
        self.book.rows["trades"].append(
            {
                "trade_id": f"{self.account_id}.trade-{len(self.book.rows['trades']) + 1}",
                "account_id": self.account_id,
                "security_id": security_id,
                "trade_date": day(on),
                "side": side,
                "shares": shares,
                "amount": amount,
                "realized_gain": realized_gain,
                "lot_id": lot_id,
            }
        )


def days_before(count: int) -> date:
    """Return the day `count` calendar days before the sample's as-of date."""
    return ASOF - timedelta(days=count)
