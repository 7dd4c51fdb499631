"""Accounts as gathered, a household's facts and the market, put into the tables of a book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from models.market import CASH
from models.market_data.facts import MarketFacts
from nightly.custodian.statement import Difference, Holding, Place, Position
from nightly.intake import calendar
from nightly.intake.book_tables import BookTables, Row
from nightly.intake.gathered import Gathered
from nightly.intake.household_file import AccountFacts, HouseholdFile
from nightly.intake.lots import HELD, put_lots
from nightly.intake.numbers import plain
from nightly.intake.outside import put_outside
from nightly.intake.securities import Price, Shelf, priced
from nightly.intake.trades import keep_realized, put_realized, put_trades, untold

ZERO: Final = Decimal(0)

PLANS: Final = frozenset({"401k", "roth_401k"})
"""Accounts that buy from their plan's menu only."""

DAY_KEPT: Final = "statement_date"
"""A column of accounts beside the contract's: the day of the positions an account was read from."""

FRESH_DAYS: Final = 3
"""Days after which an unheld fund's price is too old to offer it, as the built-in policy has it."""


@dataclass(slots=True)
class Assembly:
    """Puts one household into a book; a class because faults and what is told gather."""

    book: BookTables
    household: HouseholdFile
    facts: MarketFacts
    older: bool = False
    faults: list[Difference] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def put(
        self, accounts: Sequence[Gathered], given: Mapping[str, Price], asof: date | None
    ) -> None:
        """Put accounts, securities, lots, trades, gains, target and calendar into the tables."""
        today = self._today(accounts, asof)
        if today is None:
            what = "no file lists positions: there is nothing to make a book of"
            self.faults.append(Difference(Place(self.household.household_id, 1), what))
            return
        for each in accounts:
            self._refuse_older(each)
        held = list(_held(accounts))
        prices = priced(held, given, self.faults)
        shelf = Shelf(self.book, self.facts, prices, self.household.like, self.faults, self.told)
        for name, row, _ in held:
            shelf.put_held(name, row)
        for account in self.household.accounts:
            for name in (*(account.menu or ()), *_bought(account)):
                shelf.put(name)
        put_outside(self.book, self.household, self._unit_id, today)
        classes = self._target()
        shelf.offer(classes, {name for name, *_ in held})
        self._unit()
        self._accounts(accounts, today)
        put_trades(shelf, self.household.household_id, accounts, today)
        keep_realized(self.book, accounts, today, self.told)
        self.told += untold(self.book, accounts)
        unit = self.household.unit
        elsewhere = unit.get("st_realized_ytd", 0.0), unit.get("lt_realized_ytd", 0.0)
        put_realized(self.book, self._unit_id, elsewhere, today)
        self._contributions(today)
        self._covariance(classes)
        self.told += calendar.room(self.household, today)

    def _today(self, accounts: Sequence[Gathered], asof: date | None) -> date | None:
        days = [each.asof for each in accounts if each.asof is not None]
        kept = [row.get(DAY_KEPT, "") for row in self._own_accounts()]
        days += [date.fromisoformat(day) for day in kept if day]
        return max([*days, asof] if asof is not None else days, default=None)

    def _own_accounts(self) -> list[Row]:
        name = self.household.household_id
        return [row for row in self.book.rows["accounts"] if row.get("household_id") == name]

    def _refuse_older(self, account: Gathered) -> None:
        name = account.facts.account_id
        row = self.book.find("accounts", account_id=name)
        if row is None:
            return
        place = account.positions[0].place if account.positions else Place("accounts.csv", 1)
        if row.get("household_id") != self.household.household_id:
            what = f"account {name} is another household's in this book"
            self.faults.append(Difference(place, what))
        before, day = row.get(DAY_KEPT, ""), account.asof
        if before and day is not None and day.isoformat() < before and not self.older:
            what = f"the book has {name} as of {before}, this is of {day}"
            self.faults.append(Difference(place, f"{what}: --older takes it all the same"))

    @property
    def _unit_id(self) -> str:
        return f"{self.household.household_id}-return"

    def _target(self) -> set[str]:
        """Put the household's target in; return the classes it weights."""
        household, book = self.household, self.book
        name = household.target
        weights = household.weights
        if weights is not None:
            book.drop("targets", lambda row: row["target_id"] == name)
        elif book.find("targets", target_id=name) is None:
            weights = self.facts.targets.get(name)
            if weights is None:
                known = ", ".join(sorted(self.facts.targets))
                what = f"target {name!r} is no model that is known: {known}"
                self.faults.append(Difference(Place(household.household_id, 1), what))
        for each, weight in (weights or {}).items():
            row = {"target_id": name, "asset_class": each, "weight": weight}
            book.put("targets", ("target_id", "asset_class"), row)
        cells = {"household_id": household.household_id, "target_id": name}
        book.put("households", ("household_id",), cells | {"policy_id": household.policy})
        rows = [row for row in book.rows["targets"] if row["target_id"] == name]
        return {row["asset_class"] for row in rows if row.get("asset_class")}

    def _unit(self) -> None:
        zero = ("st_realized_ytd", "lt_realized_ytd", "st_carryforward", "lt_carryforward")
        cells: dict[str, object] = {
            "filing_unit_id": self._unit_id,
            "household_id": self.household.household_id,
            "filing_status": self.household.filing_status,
        }
        known = dict.fromkeys(zero, 0.0) | dict(self.household.unit)
        self.book.put("filing_units", ("filing_unit_id",), cells | known)

    def _accounts(self, accounts: Sequence[Gathered], today: date) -> None:
        named = {each.facts.account_id: each for each in accounts if each.positions is not None}
        due = calendar.distributions_due(self.household, today.year)
        self.told += due.told
        for facts in self.household.accounts:
            name = facts.account_id
            read = named.get(name)
            if read is None and self.book.find("accounts", account_id=name) is None:
                self.told.append(f"no file lists positions of {name}: it is left out")
                continue
            self._account(facts, read, due.by_account.get(name, 0.0), today)
            if read is not None:
                put_lots(self.book, read, self.faults)
            row = self.book.find("accounts", account_id=name) or {}
            if row.get(DAY_KEPT, "") < today.isoformat():
                day = row.get(DAY_KEPT, "a day that no file says")
                self.told.append(f"{name} is as of {day}, what is newest as of {today}")

    def _account(self, facts: AccountFacts, read: Gathered | None, due: float, today: date) -> None:
        cells: dict[str, object] = {
            "account_id": facts.account_id,
            "household_id": self.household.household_id,
            "filing_unit_id": self._unit_id,
            "owner": facts.owner,
            "account_type": facts.account_type,
            "cash_floor": facts.cash_floor,
            "net_flow": calendar.arriving(facts, today),
            "rmd_due_usd": due,
            "early_penalty_rate": calendar.early_penalty(facts, self.household, today),
        }
        said = {
            "target_id": facts.target,
            "reinvests": facts.reinvests,
            "withdrawable": facts.withdrawable,
        }
        cells |= {key: value for key, value in said.items() if value is not None}
        if read is not None:
            rows = read.positions or ()
            cash = [row for row in rows if row.holding is Holding.CASH]
            cells["cash"] = plain(sum((row.value for row in cash), ZERO))
            cells["cash_yield"] = self._cash_yield(cash)
            cells["custodian"] = facts.custodian or read.custodian
            cells[DAY_KEPT] = read.asof
            if facts.account_type in PLANS or facts.menu is not None:
                cells["menu_id"] = facts.account_id
                held = {row.symbol for row in rows if row.holding in HELD}
                self._menu(facts, held, today)
        self.book.put("accounts", ("account_id",), cells)

    def _cash_yield(self, cash: Sequence[Position]) -> float:
        """Return what an account's cash earns: of sweep funds their yield, of the rest nothing."""
        total = sum((row.value for row in cash), ZERO)
        funds = [(row, self.facts.funds.get(row.symbol)) for row in cash]
        earned = sum(
            float(row.value) * (fund.ordinary_yield + fund.qualified_yield + fund.exempt_yield)
            for row, fund in funds
            if fund is not None
        )
        return round(earned / float(total), 6) if total > ZERO else 0.0

    def _menu(self, facts: AccountFacts, held: set[str], today: date) -> None:
        """Put what an account may buy in: what it holds, and of its menu what has a price."""
        name, oldest = facts.account_id, (today - timedelta(days=FRESH_DAYS)).isoformat()
        self.book.drop("menus", lambda row: row["menu_id"] == name)
        for each in sorted({*(facts.menu or ()), *held}):
            row = self.book.find("securities", security_id=each)
            if row is not None and (each in held or row.get("price_date", "") >= oldest):
                cells = {"menu_id": name, "security_id": each}
                self.book.put("menus", tuple(cells), cells)

    def _contributions(self, today: date) -> None:
        for account in self.household.accounts:
            name = account.account_id
            self.book.drop("scheduled_buys", lambda row, a=name: row["account_id"] == a)  # type: ignore[misc]
            for security, day in calendar.scheduled(account, today):
                row = {"account_id": name, "security_id": security, "date": day}
                self.book.put("scheduled_buys", tuple(row), row)

    def _covariance(self, classes: set[str]) -> None:
        """Add the pairs of classes that the book has no covariance of."""
        book = self.book
        looked = {row["security_id"] for row in book.rows["exposures"]}
        used = set(classes) | {row["asset_class"] for row in book.rows["exposures"]}
        own = (row for row in book.rows["securities"] if row["security_id"] not in looked)
        used |= {row["asset_class"] for row in own}
        stated = {(r["asset_class_a"], r["asset_class_b"]) for r in book.rows["covariance"]}
        used |= {name for pair in stated for name in pair}
        known = [name for name in self.facts.classes if name in used - {CASH}]
        for n, first in enumerate(known):
            for second in known[: n + 1]:
                if (first, second) not in stated and (second, first) not in stated:
                    value = self.facts.covariance.get((first, second))
                    row = {"asset_class_a": first, "asset_class_b": second, "covariance": value}
                    book.put("covariance", ("asset_class_a", "asset_class_b"), row)


def _held(accounts: Sequence[Gathered]) -> Iterator[tuple[str, Position, date]]:
    """Yield what is held: its name, its row and the day of that."""
    for each in accounts:
        for row in each.positions or ():
            if row.holding in HELD and each.asof is not None:
                yield row.symbol, row, each.asof


def _bought(account: AccountFacts) -> tuple[str, ...]:
    return account.contributes.into if account.contributes is not None else ()
