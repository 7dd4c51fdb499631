"""A year of nights: a market, orders, fills that are partial and told late, books that are settled.

Orders keep away from corporate actions, as they would at a market: what is under way when shares
are split is cancelled there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from nightly.reconcile.reconciling import reconcile
from nightly.register.records import Answer, Fill, Ticket, data_of
from nightly.register.register import NAME, Register
from nightly.register.states import State
from nightly.results.run_folder import RunFolder
from nightly.settle.settling import Span, settle
from tests.books import write
from tests.nightly.reconcile.custodian import CENT, Custodian, Lot, rest_of
from tests.nightly.register import orders
from tests.nightly.settle.small import read, security, tables

D = Decimal
FIRST = date(2026, 1, 5)
CLEAR = timedelta(days=45)
SYMBOLS = ("VTI", "OLD", "NEW")
KEPT = timedelta(days=70)
NEAR, APART = timedelta(days=8), timedelta(days=5)


def action(name: str, of: str, day: date, kind: str, **facts: Any) -> dict[str, Any]:
    """Return a row of corporate actions."""
    columns = ("ratio", "cash_per_share", "new_security_id", "basis_fraction", "new_price")
    row = {"action_id": name, "security_id": of, "date": day, "kind": kind}
    return {**row, **dict.fromkeys(columns), "booked": None, **facts}


def touched(row: dict[str, Any]) -> tuple[str, str]:
    """Return the securities of an action: a loss in what a merger gives meets what it took."""
    return row["security_id"], row["new_security_id"]


def actions_of_the_year(nights: list[date]) -> list[dict[str, Any]]:
    """Return dividends four times a year, two splits, and a merger with boot at two thirds."""
    count = len(nights)
    found = [
        action(
            f"d{n}",
            name,
            nights[count * (2 * n + 1) // 9],
            "cash_dividend",
            cash_per_share=0.4 + n / 10,
        )
        for n, name in enumerate(("VTI", "OLD", "VTI", "NEW"))
    ]
    merger = nights[count * 2 // 3]
    return [
        *found,
        action("s1", "VTI", nights[count // 5], "split", ratio=1.5),
        action("s2", "NEW", nights[count // 2], "split", ratio=0.25),
        action(
            "m",
            "OLD",
            merger,
            "stock_merger",
            ratio=0.5,
            cash_per_share=6.0,
            new_security_id="NEW",
            new_price=118.0,
        ),
    ]


@dataclass
class Year:
    """Everything there is; call `night` for each of `nights`."""

    root: Path
    households: int
    count: int
    chance: random.Random
    rate: float = 0.8
    book: Path = field(init=False)
    truth: Custodian = field(init=False)
    prices: dict[str, Decimal] = field(init=False)
    live: dict[str, Ticket] = field(default_factory=dict)
    untold: list[tuple[date, Answer]] = field(default_factory=list)
    bought: dict[tuple[str, str], date] = field(default_factory=dict)
    lost: dict[tuple[str, str], date] = field(default_factory=dict)
    told: dict[str, list[Fill]] = field(default_factory=dict)
    fills: int = 0

    def __post_init__(self) -> None:
        days = (FIRST + timedelta(days=n) for n in range(366))
        self.nights = [day for day in days if day.weekday() < 5][: self.count]
        self.actions = actions_of_the_year(self.nights)
        self.prices = {"VTI": D(300), "OLD": D(50), "NEW": D(30)}
        names = [f"h{n}" for n in range(self.households)]
        lots = [
            Lot(
                f"{name}-{suffix}-{symbol}-{n}",
                f"{name}-{suffix}",
                symbol,
                D(60 + 40 * n),
                (60 + 40 * n) * self.prices[symbol] * part,
                day,
            )
            for name in names
            for suffix in ("a", "ira")
            for symbol in SYMBOLS
            for n, (part, day) in enumerate(
                (
                    (D("0.5"), date(2020, 3, 2)),
                    (D("0.8"), date(2025, 6, 2)),
                    (D("1.4"), date(2024, 2, 1)),
                )
            )
        ]
        rows = tables([], *names)
        self.frame = {**rows, "corporate_actions": self.actions}
        cash = {row["account_id"]: D(10_000) for row in rows["accounts"]}
        self.truth = Custodian(cash, lots, {name: [D(0), D(0)] for name in names})
        self.book = self.write("book-0", self.nights[0] - timedelta(days=3), plain=True)

    @property
    def register(self) -> Register:
        """The register on disk."""
        return Register(self.root / "runs" / NAME)

    def write(self, name: str, day: date, plain: bool = False) -> Path:
        """Write the custodian's book of a day; `plain`: with the names that tickets use."""
        rows = self.truth.rows(self.frame, day - KEPT)
        rows["securities"] = [
            security(symbol, float(price), price_date=day) for symbol, price in self.prices.items()
        ]
        if plain:
            for row, lot in zip(rows["lots"], self.truth.lots, strict=True):
                row["lot_id"] = lot.ref
        return write(rows, self.root / name)

    def night(self, day: date) -> Path:
        """Trade a day, tell what is told, settle, and return the custodian's book of the day."""
        for row in self.actions:
            if row["date"] == day:
                self.truth.act(row)
                if row["kind"] == "split":
                    price = self.prices[row["security_id"]] / D(str(row["ratio"]))
                    self.prices[row["security_id"]] = price.quantize(CENT)
                if row["kind"] == "stock_merger":
                    for (name, symbol), when in list(self.bought.items()):
                        if symbol == "OLD":
                            new = self.bought.get((name, "NEW"), when)
                            self.bought[name, "NEW"] = max(when, new)
        for symbol in SYMBOLS:
            move = D(self.chance.randint(-100, 110)) / 10_000
            self.prices[symbol] = (self.prices[symbol] * (1 + move)).quantize(CENT)
        self._trade(day)
        self._tell(day)
        settled = settle(self.book, self.register.read(), Span(asof=day), self.root / f"{day}")
        assert not settled.unsettled, settled.unsettled
        self.book = self.root / f"{day}"
        self._price(day)
        self._plan(day)
        self.write(f"named-{day}", day, plain=True)
        return self.write(f"custodian-{day}", day)

    def unreported(self) -> set[tuple[str, str]]:
        """Return account and security of fills that were not told yet."""
        tickets = ((answer.fill, answer.ticket_id) for _, answer in self.untold)
        return {
            (self.live[name].account_id, self.live[name].security_id)
            for fill, name in tickets
            if fill is not None
        }

    def _trade(self, day: date) -> None:
        waiting = {answer.ticket_id: answer.state for _, answer in self.untold}
        for name, ticket in sorted(self.live.items()):
            if waiting.get(name) in (State.FILLED, State.EXPIRED):
                continue
            done = sum((f.shares for f in self._fills_of(name)), D(0))
            left = ticket.shares - done
            age = (day - ticket.asof).days
            near = any(
                abs(row["date"] - day) < NEAR
                for row in self.actions
                if ticket.security_id in touched(row)
            )
            shares = left if near or self.chance.random() < 0.5 else left // 3
            if age > 5 and done:
                self._say(day, near, Answer(name, State.EXPIRED))
                continue
            if shares <= 0:
                continue
            self.fills += 1
            price = (self.prices[ticket.security_id] * D("1.0005")).quantize(D("0.0001"))
            fill = Fill(f"x{self.fills}", name, shares, price, day)
            if ticket.side == "buy":
                self.truth.buy(fill, ticket)
                self.bought[ticket.household_id, ticket.security_id] = day
            else:
                self.truth.sell(fill, ticket, rest_of(ticket, done))
            state = State.FILLED if shares == left else State.PARTLY_FILLED
            self._say(day, near, Answer(name, state, fill))

    def _say(self, day: date, at_once: bool, answer: Answer) -> None:
        """Let an answer be told, after those before it."""
        mine = [when for when, each in self.untold if each.ticket_id == answer.ticket_id]
        late = day if at_once else day + timedelta(days=self.chance.choice((0, 0, 1, 2)))
        self.untold.append((max([late, *mine]), answer))

    def _fills_of(self, name: str) -> Iterator[Fill]:
        yield from self.told.get(name, [])
        yield from (a.fill for _, a in self.untold if a.ticket_id == name and a.fill is not None)

    def _tell(self, day: date) -> None:
        now = [answer for when, answer in self.untold if when <= day]
        self.untold = [each for each in self.untold if each[0] > day]
        for answer in now:
            if answer.fill is not None:
                self.told.setdefault(answer.ticket_id, []).append(answer.fill)
            if answer.state in (State.FILLED, State.EXPIRED):
                del self.live[answer.ticket_id]
        told = {"sha256": str(day), "answers": [data_of(each) for each in now], "refused": []}
        self.register.path.parent.mkdir(exist_ok=True)
        with self.register.held() as held:
            held.add("answers", "Eve", "fills", told)

    def _price(self, day: date) -> None:
        """Let the day's prices arrive in the settled book."""
        rows = [security(name, float(price), price_date=day) for name, price in self.prices.items()]
        aside = write({"securities": rows}, self.root / "prices")
        (aside / "securities.csv").replace(self.book / "securities.csv")

    def _plan(self, day: date) -> None:
        """Send an order for some households that have none under way, from the settled book."""
        busy = {ticket.household_id for ticket in self.live.values()}
        busy |= {self.live[a.ticket_id].household_id for _, a in self.untold}
        lots = read(self.book, "lots")
        cash = {row["account_id"]: D(row["cash"]) for row in read(self.book, "accounts")}
        tickets = []
        for row in self.frame["households"]:
            name = row["household_id"]
            if name not in busy and self.chance.random() < self.rate:
                ticket = self._order(day, name, lots, cash)
                tickets += [] if ticket is None else [ticket]
        if tickets:
            folder = RunFolder(self.root / "runs" / f"{day}-0001")
            folder.path.mkdir(parents=True)
            with self.register.held() as held:
                orders.propose(held, folder.run_id, sorted({t.household_id for t in tickets}))
                orders.send(held, folder, tickets)
            self.live |= {ticket.ticket_id: ticket for ticket in tickets}

    def _order(
        self, day: date, name: str, lots: list[dict[str, str]], cash: dict[str, Decimal]
    ) -> Ticket | None:
        account = f"{name}-{self.chance.choice(('a', 'ira'))}"
        symbol, price = self.chance.choice(sorted(self.prices.items()))
        mine = [row for row in self.actions if symbol in touched(row)]
        if any(abs(row["date"] - day) < APART for row in mine):
            return None
        if symbol == "OLD" and day >= next(
            r["date"] for r in self.actions if r["kind"] == "stock_merger"
        ) - timedelta(days=12):
            return None
        side = self.chance.choice(("buy", "sell"))
        run, place = f"{day}-0001", (account, symbol)
        facts: dict[str, Any] = {"asof": day, "account_id": account, "security_id": symbol}
        facts |= {"order_id": f"{day}/{account}/{symbol}/{side}", "lots": ()}
        facts["ticket_id"] = f"{run}/{facts['order_id']}"
        if side == "buy":
            if day - self.lost.get((name, symbol), date.min) < CLEAR:
                return None
            shares = min(D(40), cash[account] // (price * D("1.2")))
            return self._ticket(run, name, side, facts, shares)
        held = [row for row in lots if (row["account_id"], row["security_id"]) == place]
        if account.endswith("-ira"):
            shares = sum((D(row["shares"]) for row in held), D(0)) // 4
            return self._ticket(run, name, side, facts, shares)
        clean = day - self.bought.get((name, symbol), date.min) > CLEAR
        chosen = []
        for row in self.chance.sample(held, min(2, len(held))):
            loss = D(row["basis"]) > D(row["shares"]) * price * D("0.9")
            if clean or not loss:
                part = D(row["shares"])
                part = part if part < 4 or self.chance.random() < 0.3 else part // 2
                chosen.append((row["lot_id"], part))
                if loss:
                    self.lost[name, symbol] = day
        facts["lots"] = tuple(chosen)
        return self._ticket(run, name, side, facts, sum((part for _, part in chosen), D(0)))

    def _ticket(
        self, run: str, name: str, side: str, facts: dict[str, Any], shares: Decimal
    ) -> Ticket | None:
        if shares <= 0:
            return None
        return replace(
            orders.ticket(run, name, side, shares=max(shares, D(61))), **facts, shares=shares
        )


def told_apart(year: Year, custodian: Path) -> set[tuple[str, str, str]]:
    """Return what differs between the settled book and a custodian's: account, security, kind."""
    return {
        (each.account_id, each.security_id, each.kind.value)
        for each in reconcile(year.book, custodian).differences
    }
