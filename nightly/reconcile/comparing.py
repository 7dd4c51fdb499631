"""Two books laid side by side, household by household, with what is known of the whole market."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from models.ledger.exact import ZERO
from nightly.reconcile.household import Comparison
from nightly.reconcile.kinds import apart
from nightly.reconcile.lots import ratio_of
from nightly.reconcile.shown import Account, Shown


def comparisons(book: Shown, custodian: Shown) -> Iterator[Comparison]:
    """Yield the comparison of each household, by id."""
    mine: dict[str, dict[str, Account]] = {}
    theirs: dict[str, dict[str, Account]] = {}
    for shown, by_household in ((book, mine), (custodian, theirs)):
        for account in shown.accounts.values():
            by_household.setdefault(account.household_id, {})[account.account_id] = account
    from_days = [day for day in (book.trades_from, custodian.trades_from) if day is not None]
    actions = {action.action_id: action for action in (*custodian.actions, *book.actions)}
    due = tuple(action for name, action in sorted(actions.items()) if name not in book.booked)
    ratios = _ratios(book, custodian)
    for name in sorted(mine.keys() | theirs.keys()):
        units = {account.unit for account in mine.get(name, {}).values()}
        gains = {unit: _gains_apart(book, custodian, unit) for unit in sorted(units)}
        ours, others = mine.get(name, {}), theirs.get(name, {})
        since = max(from_days) if len(from_days) > 1 else None
        moves = book.movements_from, custodian.movements_from
        yield Comparison(name, ours, others, due, since, ratios, gains, moves)


def _gains_apart(book: Shown, custodian: Shown, unit: str) -> tuple[Decimal, Decimal]:
    one = book.units.get(unit, (ZERO, ZERO))
    other = custodian.units.get(unit, one)
    return other[0] - one[0], other[1] - one[1]


def _ratios(book: Shown, custodian: Shown) -> dict[str, Decimal]:
    """Return ratios of splits that taxable accounts prove, by security."""
    found: dict[str, Decimal] = {}
    for name in sorted(book.accounts.keys() & custodian.accounts.keys()):
        ours, theirs = book.accounts[name], custodian.accounts[name]
        if not ours.taxable:
            continue
        for security in sorted(ours.positions.keys() & theirs.positions.keys()):
            one, other = ours.position(security), theirs.position(security)
            if apart(other.shares - one.shares):
                ratio = ratio_of(one, other, True)
                if ratio is not None:
                    found[security] = ratio
    return found
