"""Which rules touch an account or a lot, by its id alone: whose it is is looked up."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.book.book import Book
from models.errors import HearthError
from optimizer.explain.touching import touching


class NoSuchIdError(HearthError):
    """No account and no lot of the book has this id."""


def touched(book: Book, name: str) -> dict[str, Any]:
    """Return what touches an account or a lot, as JSON-ready data.

    Raises
    ------
    NoSuchIdError
        If the book has neither.
    FaultyHouseholdError
        If its household's data is faulty.
    """
    household_id, kind = _owner(book, name)
    household = book.household(household_id)
    policy = book.policy(household.policy_id)
    lots = np.flatnonzero(household.lots.lot_id == name)
    lot = int(lots[0]) if kind == "lot" else -1
    account = (
        int(household.lots.account[lot])
        if kind == "lot"
        else int(np.flatnonzero(household.accounts.account_id == name)[0])
    )
    return {
        "id": name,
        "kind": kind,
        "household_id": household_id,
        "policy_id": household.policy_id,
        "rules": [
            {"rule": rule, "where": where, "whose": whose}
            for rule, where, whose in touching(household, policy, account, lot)
        ],
    }


def _owner(book: Book, name: str) -> tuple[str, str]:
    accounts, lots = book.columns.accounts, book.columns.lots
    for kind, ids, starts in (
        ("account", accounts.rows.account_id, accounts.starts),
        ("lot", lots.rows.lot_id, lots.starts),
    ):
        places = np.flatnonzero(ids == name)
        if len(places):
            place = int(np.searchsorted(starts, places[0], side="right")) - 1
            return str(book.household_ids[place]), kind
    raise NoSuchIdError(f"no account and no lot {name!r} in {book.path}")
