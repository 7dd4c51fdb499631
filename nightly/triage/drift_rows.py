"""The answer of `hearth drift` as rows: who breached what, by how much, in order of priority.

A row is one finding: a target row outside its band in one management group, an account's cash need,
or another trigger of the household. Weights are fractions of the group, amounts dollars.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.arrays import Ints
from models.triggers import Screen, Trigger, trigger_words
from models.triggers.screen import groups_without_bands
from models.triggers.weights import row_names
from nightly.triage.columns import TriageColumns
from nightly.triage.ranking import in_order, standing

DOUBTFUL: Final = "doubtful"
"""What stands for a trigger where triage cannot read a household's data."""

SCHEMA: Final = pa.schema(
    [
        ("priority", pa.int64()),
        ("household_id", pa.string()),
        ("account_id", pa.string()),
        ("trigger", pa.string()),
        ("target_id", pa.string()),
        ("name", pa.string()),
        ("weight", pa.float64()),
        ("target", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("beyond", pa.float64()),
        ("amount_usd", pa.float64()),
        ("said", pa.string()),
    ]
)
"""Columns of a finding: `account_id` names the group's accounts with `;` between; `beyond` is a
weight."""

Row = dict[str, Any]


class Findings:
    """The findings of a screened book; a class because its indexes are made once."""

    def __init__(self, book: TriageColumns, screened: Screen) -> None:
        self.book, self.screened = book, screened
        nobody = np.zeros(screened.columns.households, np.int64)
        self.order: Ints = in_order(standing(screened, nobody, book.doubtful))
        groups, rows = screened.groups, screened.rows
        self._names = row_names(screened.columns)
        self._rows_of = np.searchsorted(
            groups.household[rows.group], np.arange(screened.columns.households + 1)
        )
        accounts = screened.columns.accounts
        self._by_household = np.argsort(accounts.household, kind="stable")
        self._accounts_of = np.searchsorted(
            accounts.household[self._by_household], np.arange(screened.columns.households + 1)
        )
        self._room = rows.room
        self._unbanded = groups_without_bands(groups, rows)

    def rows(self) -> Iterator[Row]:
        """Yield every finding, household by household in order of priority, doubtful ones last."""
        for place, household in enumerate(self.order.tolist(), start=1):
            for row in self._of(household):
                yield {"priority": place, "household_id": self._id(household), **row}
        for household in np.flatnonzero(self.book.doubtful).tolist():
            said = "its data cannot be read: hearth check says why"
            yield {"household_id": self._id(household), "trigger": DOUBTFUL, "said": said}

    def table(self) -> Any:
        """Return every finding as an Arrow table."""
        return pa.Table.from_pylist(list(self.rows()), schema=SCHEMA)

    def _id(self, household: int) -> str:
        return str(self.book.household_ids[household])

    def _of(self, household: int) -> Iterator[Row]:
        for trigger in self.screened.triggers_of(household):
            if trigger is Trigger.DRIFT:
                yield from self._drift(household)
            elif trigger is Trigger.CASH:
                yield from self._cash(household)
            else:
                amount = float(self.screened.figure[trigger][household])
                yield {
                    "trigger": trigger.value,
                    "amount_usd": amount or None,
                    "said": trigger_words(self.screened, household, trigger),
                }

    def _drift(self, household: int) -> Iterator[Row]:
        rows, room = self.screened.rows, self._room
        mine = np.arange(self._rows_of[household], self._rows_of[household + 1])
        found = False
        for row in mine[np.argsort(np.nan_to_num(room[mine], nan=np.inf), kind="stable")].tolist():
            if room[row] < 0.0:
                found = True
                yield self._drift_row(row, float(-room[row]), "outside its band")
        for group in np.unique(rows.group[mine]).tolist():
            if self._unbanded[group]:
                found = True
                own = mine[rows.group[mine] == group]
                row = int(own[np.argmax(np.abs(rows.weight[own] - rows.target[own]))])
                drift = abs(float(rows.weight[row] - rows.target[row]))
                yield self._drift_row(row, drift, "no bands: its largest drift")
        if not found:
            yield {"trigger": Trigger.DRIFT.value, "said": "nothing to measure drift against"}

    def _drift_row(self, row: int, beyond: float, said: str) -> Row:
        rows, groups, columns = self.screened.rows, self.screened.groups, self.screened.columns
        group = int(rows.group[row])
        code = int(groups.target[group])
        target = float(rows.target[row])
        low, high = target - float(rows.below[row]), target + float(rows.above[row])
        return {
            "account_id": ";".join(self._accounts(group)),
            "trigger": Trigger.DRIFT.value,
            "target_id": columns.targets[code].target_id,
            "name": str(self._names[code][rows.row[row]]),
            "weight": float(rows.weight[row]),
            "target": target,
            "low": None if np.isnan(low) else low,
            "high": None if np.isnan(high) else high,
            "beyond": beyond,
            "amount_usd": beyond * float(groups.value_usd[group]),
            "said": said,
        }

    def _cash(self, household: int) -> Iterator[Row]:
        columns = self.screened.columns
        accounts = columns.accounts
        flow = float(columns.net_flow[household])
        if flow:
            yield _cash_row(None, flow, "to invest" if flow > 0 else "to raise")
        start, stop = self._accounts_of[household], self._accounts_of[household + 1]
        for account in self._by_household[start:stop].tolist():
            name = str(self.book.account_ids[account])
            own = float(accounts.net_flow[account])
            if own:
                yield _cash_row(name, own, "flows in" if own > 0 else "flows out")
            if accounts.required[account] > 0:
                due = float(accounts.required[account])
                yield _cash_row(name, due, "required distribution still due")
            short = float(accounts.floor[account] - accounts.cash[account] - own)
            if short > 0:
                yield _cash_row(name, short, "of cash below its floor")

    def _accounts(self, group: int) -> list[str]:
        household = int(self.screened.groups.household[group])
        start, stop = self._accounts_of[household], self._accounts_of[household + 1]
        mine = self._by_household[start:stop]
        mine = mine[self.screened.groups.of_account[mine] == group]
        return [str(self.book.account_ids[account]) for account in mine]


def _cash_row(account: str | None, amount: float, said: str) -> Row:
    return {
        "account_id": account,
        "trigger": Trigger.CASH.value,
        "amount_usd": abs(amount),
        "said": f"${abs(amount):,.2f} {said}",
    }
