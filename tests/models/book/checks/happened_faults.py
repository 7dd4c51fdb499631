"""Wrong books whose fault is what happened: corporate actions and movements of money.

Who reaches the security, or has the account, is touched; nobody else, and no command ends of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.books import Tables
from tests.models.book.checks.fault_case import NOBODY, Case

SPLIT: Final[dict[str, Any]] = {
    **{"action_id": "x", "security_id": "K500", "date": "2026-11-18"},
    **{"kind": "split", "ratio": 2.0},
}
PAID: Final[dict[str, Any]] = {
    **{"movement_id": "m", "account_id": "A7-TAX", "date": "2026-11-18", "amount": -500.0}
}


def rows(table: str, *more: dict[str, Any]) -> Callable[[Tables], None]:
    """Give the book a table of these rows."""

    def change(tables: Tables) -> None:
        tables[table] = list(more)

    return change


def acted(kind: str, column: str, value: Any, *households: str, **other: Any) -> Case:
    """Return the case of one wrong cell of a corporate action."""
    change = rows("corporate_actions", SPLIT | other | {column: value})
    return Case(kind, "corporate_actions", 0, column, households, change)


def moved(kind: str, column: str, value: Any, *households: str, **other: Any) -> Case:
    """Return the case of one wrong cell of a movement."""
    change = rows("movements", PAID | other | {column: value})
    return Case(kind, "movements", 0, column, households, change)


HAPPENED: Final = (
    acted("text_in_number", "ratio", "two", "H1"),
    acted("impossible_date", "date", "18.11.2026", "H1"),
    acted("unknown_word", "kind", "splitt", "H1"),
    acted("null_cell", "action_id", None, "H1"),
    acted("null_cell", "security_id", None),
    acted("unknown_word", "kind", "splitt", security_id="GONE"),
    *(
        Case(
            "duplicate_row",
            "corporate_actions",
            row,
            "action_id",
            households,
            rows("corporate_actions", SPLIT | named, SPLIT | named),
        )
        for row, named, households in (
            (0, {}, ("H1",)),
            (1, {}, ("H1",)),
            (1, {"security_id": "GONE"}, NOBODY),
        )
    ),
    moved("text_in_number", "amount", "all", "007"),
    moved("impossible_date", "date", "18.11.2026", "007"),
    moved("null_cell", "account_id", None),
    moved("text_in_number", "amount", "all", account_id="GONE"),
)
