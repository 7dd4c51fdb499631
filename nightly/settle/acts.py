"""The corporate actions that a book shows, and those that it does not show yet.

An action is shown by a book whose prices are of its day or later, or by the date in `booked` that
settling leaves behind. Two feeds may tell one under two ids: the same security, day, kind and
figures are one action, told twice; it is applied once, and not where one of the two is shown. What
a new share is worth is an appraisal and no figure of the action: one feed may have none, and two
that differ are refused, since a merger that is applied twice is worse than one that waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from models.book.faults import sheet_row
from models.book.tables.table import Table
from models.ledger.exact import exact
from models.tax.corporate_actions import Action, faults_of
from nightly.settle.errors import SettleError


@dataclass(frozen=True, slots=True)
class Actions:
    """Corporate actions through a day: those that a book shows, and those that it does not.

    `twice` are those told once more under another id, each with the id that counts.
    """

    shown: tuple[Action, ...]
    due: tuple[Action, ...]
    twice: Mapping[str, str]


def symbols(actions: Sequence[Action], asof: date) -> dict[str, str]:
    """Return the symbols that changed through a day, each with what it is called then."""
    names: dict[str, str] = {}
    for action in sorted(actions, key=lambda each: each.date):
        old, new = action.security_id, action.new_security_id
        if action.kind == "symbol_change" and new is not None and action.date <= asof:
            names = {each: new if name == old else name for each, name in names.items()}
            names[old] = new
    return names


def actions_of(table: Table, since: date, asof: date) -> Actions:
    """Return the actions through `asof`, oldest first; due are those after `since` not yet booked.

    Raises
    ------
    SettleError
        If one of them cannot be applied: all that is wrong, by row.
    """
    shown, due, faults = [], [], []
    for row in range(table.rows):
        day = table.date("date")[row]
        if not np.isnat(day) and day.item() > asof:
            continue
        unread = _unread(table, row)
        if unread and (np.isnat(day) or day.item() > since):
            faults.append(f"corporate_actions, row {sheet_row(row)}: {unread}")
            continue
        action = action_of(table, row)
        if day.item() <= since or not np.isnat(table.date("booked")[row]):
            shown.append(action)
            continue
        faults += [f"corporate_actions, row {sheet_row(row)}: {what}" for what in faults_of(action)]
        due.append(action)
    shown, due = (sorted(each, key=lambda act: (act.date, act.action_id)) for each in (shown, due))
    known = {_told(action): action.action_id for action in reversed(shown)}
    counting: dict[Action, Action] = {}
    twice: dict[str, str] = {}
    for action in due:
        first = counting.setdefault(_told(action), action)
        same = known.get(_told(action), first.action_id)
        if same == action.action_id:
            continue
        twice[action.action_id] = same
        prices = {first.new_price, action.new_price} - {None}
        if len(prices) > 1 and same == first.action_id:
            faults.append(_two_prices(first, action))
        elif prices:
            counting[_told(action)] = replace(first, new_price=prices.pop())
    if faults:
        raise SettleError("; ".join(faults))
    left = (action for action in counting.values() if action.action_id not in twice)
    return Actions(tuple(shown), tuple(left), twice)


def _unread(table: Table, row: int) -> str:
    """Return what of a row is no date or number: read as empty it would be another action, or none.

    An action without a day may be due, and one whose `booked` is no day applied already.
    """
    wrong = [name for name, cells in table.cells.items() if row in cells.unread]
    if not wrong and np.isnat(table.date("date")[row]):
        return "date is empty: of which day is it?"
    told = ", ".join(f"{name} {table.shown(name, row)}" for name in wrong)
    return f"{told} cannot be read: mend it" if told else ""


def _told(action: Action) -> Action:
    """Return what makes an action the same as another, whoever told it."""
    return replace(action, action_id="", new_price=None)


def _two_prices(first: Action, again: Action) -> str:
    return (
        f"corporate_actions: {first.action_id} and {again.action_id} are one {first.kind} of "
        f"{first.security_id} on {first.date}, told with new_price {first.new_price} and "
        f"{again.new_price}: mend the one that is wrong, or take its row out"
    )


def action_of(table: Table, row: int) -> Action:
    """Return one row of the table of corporate actions."""

    def figure(name: str) -> Decimal | None:
        value = table.number(name)[row]
        return None if np.isnan(value) else exact(value)

    return Action(
        str(table.texts("action_id")[row]),
        str(table.texts("security_id")[row]),
        table.date("date")[row].item(),
        str(table.texts("kind")[row]),
        figure("ratio"),
        figure("cash_per_share"),
        table.texts("new_security_id")[row],
        figure("basis_fraction"),
        figure("new_price"),
    )
