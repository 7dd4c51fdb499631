"""Two positions lot by lot: whether they were split, or whole lots moved."""

from __future__ import annotations

from decimal import Decimal

from nightly.reconcile.kinds import USD, apart, is_ratio, owed
from nightly.reconcile.shown import Position


def ratio_of(one: Position, other: Position, taxable: bool) -> Decimal | None:
    """Return the ratio by which each lot has more shares for the same basis, None if there is none.

    Of a sheltered account only all shares together are compared: it proves nothing alone.
    """
    if not one.shares or not other.shares:
        return None
    if not taxable:
        return other.shares / one.shares
    ratio = other.shares / one.shares
    unlike = one.lots.keys() != other.lots.keys() or not is_ratio(ratio)
    if unlike or abs(one.basis) <= USD:
        return None
    for days, lots in one.lots.items():
        theirs = other.lots[days]
        if apart(theirs.shares - lots.shares * ratio) or owed(theirs.usd - lots.usd):
            return None
    return ratio


def whole_lots_moved(one: Position, other: Position) -> bool:
    """Whether lots came or went whole, and those in both books agree."""
    common = one.lots.keys() & other.lots.keys()
    return one.lots.keys() != other.lots.keys() and all(
        not apart(one.lots[days].shares - other.lots[days].shares)
        and not owed(one.lots[days].usd - other.lots[days].usd)
        for days in common
    )
