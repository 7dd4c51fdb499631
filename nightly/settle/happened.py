"""What happened since a book, by household, and whom corporate actions reach.

A price, a symbol and `booked` are of the whole book, shares are a household's. Were an action told
of the book while somebody keeps the old shares, these would stand at a new price, and nobody would
apply it again: so an action reaches all who hold its security, or there is no next book. Refused:
leaving it unbooked for a while, since prices of the next day would say that it is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.book.tables.table import Table
from models.tax.corporate_actions import Action
from nightly.register.paid import Leg
from nightly.settle.days import Movements
from nightly.settle.due import DueFill
from nightly.settle.errors import SettleError

NAMED: Final = 20
"""Households that one message names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Fills, money and actions that a book does not show, and who cannot be settled, and why."""

    fills: Sequence[DueFill]
    money: Sequence[Leg]
    actions: Sequence[Action]
    unclear: Mapping[str, str]


def by_household(happened: Happened, tables: Mapping[str, Table]) -> dict[str, Movements]:
    """Return what happened to whom: who has fills or money, and whom actions reach."""
    fills: dict[str, list[DueFill]] = {}
    for fill in happened.fills:
        fills.setdefault(fill.household_id, []).append(fill)
    money: dict[str, list[Leg]] = {}
    for leg in happened.money:
        money.setdefault(leg.household_id, []).append(leg)
    names = fills.keys() | money.keys() | reached(happened, tables).keys()
    names |= happened.unclear.keys()
    return {
        name: Movements(fills.get(name, ()), happened.actions, money.get(name, ()))
        for name in sorted(names)
    }


def reached(happened: Happened, tables: Mapping[str, Table]) -> dict[str, frozenset[str]]:
    """Return whom an action reaches, each with all of its accounts: by its lots, or by a fill.

    Lots of an account that the book does not have are nobody's: they stand under its name.
    """
    accounts, lots = tables["accounts"], tables["lots"]
    acted = {action.security_id for action in happened.actions}
    owned = zip(accounts.texts("account_id"), accounts.texts("household_id"), strict=True)
    owner = {str(account): str(household) for account, household in owned}
    held = zip(lots.texts("account_id"), lots.texts("security_id"), strict=True)
    places = {str(account) for account, security in held if security in acted}
    filled = {fill.account_id for fill in happened.fills if fill.security_id in acted}
    found = {owner.get(place, place): {place} for place in places | (filled & owner.keys())}
    for account, household in owner.items():
        if household in found:
            found[household].add(account)
    return {name: frozenset(mine) for name, mine in found.items()}


def refuse_half(half: Collection[str], unsettled: Mapping[str, str], place: object) -> None:
    """Raise where an action reaches some who could not be settled."""
    if half:
        whom = "; ".join(_why(half, unsettled))
        raise SettleError(
            f"corporate actions of {place} reach who cannot be settled, so that nothing is "
            f"written: they would keep old shares at a new price. {whom}. Mend that "
            "and settle again; or settle with --leave-out, and the next book has them without "
            "accounts, so that no night plans on them; or wait for the custodian's book"
        )


def _why(half: Collection[str], unsettled: Mapping[str, str]) -> Iterator[str]:
    """Yield every reason once, with whom it keeps."""
    whom: dict[str, list[str]] = {}
    for name in sorted(half):
        whom.setdefault(unsettled[name], []).append(name)
    for why, names in whom.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"{', '.join(names[:NAMED])}{more}: {why}"
