"""Movements of money that one of two books lacks, where the cash of an account differs.

Rows are paired by amount, near each other's day; what is left over is evidence where it comes to
the difference, by itself or all together. Of a book without the table nothing is known but its
cash, so that only then is a row named; where both have it, what we or the custodian call a
withdrawal, a contribution or a distribution is named in any case. Fees and dividends are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from models.ledger.exact import ZERO
from nightly.reconcile.kinds import owed, plain, same
from nightly.reconcile.shown import Paid
from nightly.register.money import Kind
from nightly.register.paid import POSTED_WITHIN

NAMED: Final = frozenset(Kind)
"""Kinds of movements that leave from here."""


def movements_missing(
    ours: Sequence[Paid],
    theirs: Sequence[Paid],
    since: tuple[date | None, date | None],
    cash: Decimal,
) -> list[tuple[Decimal, str]]:
    """Return what of a difference of cash is a movement that one book lacks, with words for it.

    `since` are the oldest movements of both books, None where a book has none at all; amounts are
    the custodian's less ours.
    """
    both = [day for day in since if day is not None]
    first = max(both) if len(both) > 1 else None
    left, more = list(ours), []
    for paid in sorted(theirs, key=lambda each: each.day):
        pair = next((each for each in left if _same(each, paid)), None)
        if pair is None:
            more.append(paid)
        else:
            left.remove(pair)
    found = [(paid, -paid.usd, "the custodian's book lacks") for paid in left]
    found += [(paid, paid.usd, "the book lacks") for paid in more]
    if first is not None:
        found = [each for each in found if each[0].day >= first]
    whole = sum((usd for _, usd, _ in found), ZERO)
    if not same(whole, cash):
        alone = [each for each in found if same(each[1], cash)][:1]
        sure = [each for each in found if each[0].kind in NAMED] if len(both) > 1 else []
        found = alone or sure
    return [(usd, _words(paid, whose)) for paid, usd, whose in found]


def _same(one: Paid, other: Paid) -> bool:
    return not owed(one.usd - other.usd) and abs(one.day - other.day) <= POSTED_WITHIN


def _words(paid: Paid, whose: str) -> str:
    what = paid.kind or ("payment in" if paid.usd > ZERO else "payment out")
    return f"{whose} a {what} of {plain(abs(paid.usd))} dollars on {paid.day}"
