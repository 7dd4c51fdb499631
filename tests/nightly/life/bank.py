"""A custodian's cashier that counts: takes files of money, pays, refuses, and remembers each id.

A payment that comes twice without a mark, or two for one household on one day, was sent twice.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass
class Payment:
    """What is to be paid for a household: how much, and what became of it."""

    household: str
    amount: Decimal
    state: str = "sent"
    asked_back: bool = False


@dataclass
class Bank:
    """Payments by id, and the ids that were sent twice without a mark."""

    payments: dict[str, Payment] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)

    def take(self, folder: Path) -> None:
        """Take what a folder of files asks to pay, and not to pay."""
        for row in _rows(folder / "money.csv"):
            name = row["movement_id"]
            if name not in self.payments:
                own = Payment(row["household_id"], Decimal(row["amount"]))
                self.twice += [name] if self.waiting(own.household) else []
                self.payments[name] = own
            elif row["possible_duplicate"] != "yes":
                self.twice.append(name)
        for row in _rows(folder / "money_cancels.csv"):
            if row["movement_id"] in self.payments:
                self.payments[row["movement_id"]].asked_back = True

    def waiting(self, household: str = "") -> list[str]:
        """Return the ids of what is still to be paid, of a household or of all."""
        return [
            name
            for name, each in self.payments.items()
            if each.state in ("sent", "acknowledged") and household in ("", each.household)
        ]

    def paid(self) -> list[tuple[str, Payment]]:
        """Return what was paid, by id."""
        return [(name, each) for name, each in self.payments.items() if each.state == "moved"]

    def act(self, name: str, how: str, day: date) -> str:
        """Do something with a payment and return the row that says so; a late wish is not heard."""
        payment = self.payments[name]
        if how == "cancelled" and not payment.asked_back:
            how = "acknowledged"
        payment.state = how
        return f"{name},{how},{day if how == 'moved' else ''},"


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
