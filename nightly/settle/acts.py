"""The corporate actions that a book shows, and those that it does not show yet.

An action is shown by a book whose prices are of its day or later, or by the date in `booked` that
settling leaves behind. Two feeds may tell one under two ids: the same security, day, kind and
figures are one action, told twice; it is applied once, and not where one of the two is shown.
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
        if np.isnat(day) or day.item() > asof:
            continue
        action = action_of(table, row)
        if day.item() <= since or not np.isnat(table.date("booked")[row]):
            shown.append(action)
            continue
        faults += [f"corporate_actions, row {sheet_row(row)}: {what}" for what in faults_of(action)]
        due.append(action)
    if faults:
        raise SettleError("; ".join(faults))
    shown, due = (sorted(each, key=lambda act: (act.date, act.action_id)) for each in (shown, due))
    first: dict[Action, str] = {}
    for action in (*shown, *due):
        first.setdefault(replace(action, action_id=""), action.action_id)
    counts = {action.action_id: first[replace(action, action_id="")] for action in due}
    twice = {name: same for name, same in counts.items() if name != same}
    return Actions(tuple(shown), tuple(act for act in due if act.action_id not in twice), twice)


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
