"""The differences of one household, named in an order in which each explains what it may.

Trades first: a fill that one book lacks explains shares, cash, basis and gains at once. Then what
moves shares without a trade: splits, actions, transfers. Then cash: movements, dividends,
transfers. Then basis, which with equal gains beside it is a wash sale. What is left is called by
what differs, or unknown: a name is given on evidence only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from models.ledger.exact import ZERO
from models.tax.corporate_actions import Action
from nightly.reconcile.kinds import Difference, Kind, apart, owed, plain, same
from nightly.reconcile.lots import ratio_of, whole_lots_moved
from nightly.reconcile.money import movements_missing
from nightly.reconcile.shown import Account, Sum

Place = tuple[str, str]
"""Account and security."""

NOTHING: Final = Sum()


@dataclass(slots=True)
class Comparison:
    """What is not explained yet of a household: the custodian's figures less the book's."""

    household_id: str
    book: Mapping[str, Account]
    custodian: Mapping[str, Account]
    actions: tuple[Action, ...]
    trades_from: date | None
    ratios: Mapping[str, Decimal]
    gains: dict[str, tuple[Decimal, Decimal]]
    moves_from: tuple[date | None, date | None] = (None, None)
    shares: dict[Place, Decimal] = field(default_factory=dict)
    basis: dict[Place, Decimal] = field(default_factory=dict)
    cash: dict[str, Decimal] = field(default_factory=dict)
    found: list[Difference] = field(default_factory=list)
    traded: set[str] = field(default_factory=set)

    def differences(self) -> list[Difference]:
        """Return every difference, named."""
        self._measure()
        for step in (self._fills, self._moved, self._money, self._cash, self._basis, self._gains):
            step()
        return sorted(self.found, key=lambda each: (each.account_id, each.security_id, each.kind))

    def _measure(self) -> None:
        for name in self.book.keys() & self.custodian.keys():
            ours, theirs = self.book[name], self.custodian[name]
            self.cash[name] = theirs.cash - ours.cash
            for security in ours.positions.keys() | theirs.positions.keys():
                one, other = ours.position(security), theirs.position(security)
                self.shares[name, security] = other.shares - one.shares
                self.basis[name, security] = other.basis - one.basis if ours.taxable else ZERO
        for name in sorted(self.book.keys() ^ self.custodian.keys()):
            whose = "the custodian's" if name in self.book else "the expected"
            account = self.book.get(name) or self.custodian[name]
            what = f"{whose} book has no such account"
            self._say(Kind.UNKNOWN, (name, ""), ZERO, account.cash, what)

    def _fills(self) -> None:
        """Trades that one book lacks, where shares differ."""
        for place in self._places():
            if not apart(self.shares[place]):
                continue
            account, security = place
            one = self.book[account].position(security).trades
            other = self.custodian[account].position(security).trades
            for side, day in sorted(one.keys() | other.keys()):
                if self.trades_from is not None and day < self.trades_from:
                    continue
                mine, theirs = (book.get((side, day), NOTHING) for book in (one, other))
                shares = theirs.shares - mine.shares
                if apart(shares):
                    self._fill(
                        place,
                        side,
                        day,
                        Sum(shares, theirs.usd - mine.usd, theirs.gain - mine.gain),
                    )

    def _fill(self, place: Place, side: str, day: date, more: Sum) -> None:
        sign = 1 if side == "buy" else -1
        account = self.book[place[0]]
        self.shares[place] -= sign * more.shares
        self.cash[place[0]] += sign * more.usd
        if account.taxable:
            self.basis[place] -= more.usd if side == "buy" else more.gain - more.usd
            self._gain(account.unit, more.gain)
        whose = "the custodian's book lacks" if more.shares < ZERO else "the book lacks"
        what = f"{whose} a {side} of {plain(abs(more.shares))} {place[1]} on {day}"
        self._say(Kind.MISSING_FILL, place, sign * more.shares, -sign * more.usd, what)

    def _moved(self) -> None:
        """Shares that came or went without a trade."""
        for place in self._places():
            shares = self.shares[place]
            if apart(shares):
                kind, what = self._moved_as(place, shares)
                self._say(kind, place, shares, self.basis[place], what)
                self.basis[place] = ZERO
        for place in self.shares:
            self.shares[place] = ZERO

    def _moved_as(self, place: Place, shares: Decimal) -> tuple[Kind, str]:
        account, security = place
        one = self.book[account].position(security)
        other = self.custodian[account].position(security)
        ratio = ratio_of(one, other, self.book[account].taxable)
        known = {
            action.ratio
            for action in self.actions
            if action.kind == "split" and action.security_id == security
        } | {self.ratios.get(security)}
        proven = self.book[account].taxable or ratio in known
        if ratio is not None and proven and shares == other.shares - one.shares:
            return Kind.SPLIT, f"{plain(ratio)} for 1 of {security} is not in both books"
        for action in self.actions:
            if security in (action.security_id, action.new_security_id) and (
                action.kind not in ("cash_dividend", "return_of_capital")
            ):
                what = f"{action.kind} {action.action_id} of {action.date} is not booked"
                return Kind.UNKNOWN, what
        for (elsewhere, same_security), there in self.shares.items():
            if same_security == security and elsewhere != account and not apart(there + shares):
                return Kind.TRANSFER, f"{plain(shares)} {security} against {elsewhere}"
        if shares == other.shares - one.shares and whole_lots_moved(one, other):
            return Kind.TRANSFER, f"{plain(shares)} {security} in whole lots, without a trade"
        return Kind.UNKNOWN, f"{plain(shares)} {security} without a trade"

    def _money(self) -> None:
        """Movements of money that one book lacks; they explain what is still due, too."""
        for name, usd in sorted(self.cash.items()):
            ours, theirs = self.book[name], self.custodian[name]
            paid = (ours.movements, theirs.movements, self.moves_from)
            missing = movements_missing(*paid, usd) if owed(usd) else []
            for amount, what in missing:
                self._say(Kind.MISSING_MOVEMENT, (name, ""), ZERO, amount, what)
                self.cash[name] -= amount
            if missing or ours.required is None or theirs.required is None:
                continue
            due = theirs.required - ours.required
            if owed(due):
                what = f"{plain(due)} dollars of a required distribution still due"
                self._say(Kind.UNKNOWN, (name, ""), ZERO, ZERO, what)

    def _cash(self) -> None:
        for account, usd in sorted(self.cash.items()):
            if not owed(usd):
                continue
            paid = list(self._dividends(account))
            due = [each for each in paid if same(each[1], usd)][:1] or paid
            if due and same(sum((each[1] for each in due), ZERO), usd):
                for action, amount in due:
                    what = f"{plain(amount)} of {action.action_id} on {action.security_id}"
                    place = account, action.security_id
                    self._say(Kind.UNBOOKED_DIVIDEND, place, ZERO, amount, what)
                continue
            against = [
                name for name, other in self.cash.items() if name != account and same(-other, usd)
            ]
            kind = Kind.TRANSFER if against else Kind.CASH
            what = f"{plain(usd)} dollars" + (f" against {against[0]}" if against else "")
            self._say(kind, (account, ""), ZERO, usd, what)

    def _dividends(self, account: str) -> Iterator[tuple[Action, Decimal]]:
        """Yield what dividends that were not booked come to in an account."""
        for action in self.actions:
            if action.kind == "cash_dividend" and action.cash_per_share is not None:
                held = self.book[account].position(action.security_id).shares
                if held > ZERO:
                    yield action, held * action.cash_per_share

    def _basis(self) -> None:
        """Basis that differs: with gains that differ as much, a wash sale in one book only."""
        left = {
            place: usd for place, usd in sorted(self.basis.items()) if owed(usd, self._parts(place))
        }
        by_unit: dict[str, list[Place]] = {}
        for place in left:
            by_unit.setdefault(self.book[place[0]].unit, []).append(place)
        for unit, places in by_unit.items():
            gains = sum(self.gains.get(unit, (ZERO, ZERO)), ZERO)
            alone = [p for p in places if same(left[p], gains, self._parts(p))][:1]
            total = sum((left[place] for place in places), ZERO)
            parts = sum(map(self._parts, places))
            washed = alone or (places if same(total, gains, parts) else [])
            for place in places:
                kind = Kind.WASH_ADJUSTMENT if place in washed else Kind.BASIS
                self._say(kind, place, ZERO, left[place], f"{plain(left[place])} of basis")
            if washed:
                self.gains[unit] = (ZERO, ZERO)
        for place in self._places():
            account, security = place
            if place in left or not self.book[account].taxable or self._named(place):
                continue
            one = self.book[account].position(security).lots
            other = self.custodian[account].position(security).lots
            for days in sorted(one.keys() | other.keys(), key=str):
                mine, theirs = (book.get(days, NOTHING) for book in (one, other))
                if apart(theirs.shares - mine.shares) or owed(theirs.usd - mine.usd):
                    acquired = days[0] or "an unknown day"
                    what = f"lots of {security} acquired on {acquired} differ"
                    self._say(Kind.BASIS, place, ZERO, theirs.usd - mine.usd, what)
                    break

    def _gains(self) -> None:
        """Gains of the year that nothing explains; of a fill only both terms together are known."""
        for unit, (short, long) in sorted(self.gains.items()):
            both = owed(short + long)
            if both or (unit not in self.traded and owed(short)):
                account = min(each.account_id for each in self.book.values() if each.unit == unit)
                usd = short + long
                what = f"gains of {unit}: {plain(short)} short, {plain(long)} long"
                self._say(Kind.UNKNOWN, (account, ""), ZERO, usd, what)

    def _gain(self, unit: str, usd: Decimal) -> None:
        short, long = self.gains.get(unit, (ZERO, ZERO))
        self.gains[unit] = short - usd, long
        self.traded.add(unit)

    def _parts(self, place: Place) -> int:
        account, security = place
        books = (self.book[account], self.custodian[account])
        return sum(len(book.position(security).lots) for book in books)

    def _places(self) -> list[Place]:
        return sorted(self.shares)

    def _named(self, place: Place) -> bool:
        return any((each.account_id, each.security_id) == place for each in self.found)

    def _say(self, kind: Kind, place: Place, shares: Decimal, usd: Decimal, what: str) -> None:
        account, security = place
        self.found.append(Difference(self.household_id, account, kind, security, shares, usd, what))
