"""A corporate action on a household: its lots, cash, gains, and a trade where shares were paid out.

The law speaks lot by lot (`models.tax.corporate_actions`); here are only the accounts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

import numpy as np

from models.arrays import read_only
from models.household import FilingUnits, Household, Lots, Trades
from models.ledger.after import bought_on
from models.ledger.exact import ZERO, exact
from models.tax.corporate_actions import Action, ActionError, HeldLot, Outcome, outcome


def household_after_action(household: Household, action: Action) -> Household:
    """Return the household after an action on the lots that it holds; unchanged where it has none.

    Raises
    ------
    ActionError
        If the new security is not in the market, or its price is needed and not known.
    """
    known = {name: i for i, name in enumerate(household.market.securities.security_id.tolist())}
    old = known.get(action.security_id)
    held = np.flatnonzero(household.lots.security == old).tolist() if old is not None else []
    if not held:
        return household
    new = None
    if action.new_security_id is not None:
        new = known.get(action.new_security_id)
        if new is None:
            raise ActionError(f"{action.action_id}: {action.new_security_id} is not in securities")
        if action.new_price is None:
            action = replace(action, new_price=exact(household.market.securities.price[new]))
    after = _After(household, action, known)
    for lot in held:
        after.take(lot)
    return after.household()


@dataclass(slots=True)
class _After:
    """Gathers what becomes of lot after lot."""

    before: Household
    action: Action
    known: dict[str, int]
    changed: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    cash: dict[int, Decimal] = field(default_factory=dict)
    gains: dict[tuple[int, bool], Decimal] = field(default_factory=dict)
    trades: list[tuple[Any, ...]] = field(default_factory=list)

    def take(self, lot: int) -> None:
        lots = self.before.lots
        account = int(lots.account[lot])
        row = {each.name: getattr(lots, each.name)[lot] for each in fields(Lots)}
        start = row["acquired"] if np.isnat(row["holding_start"]) else row["holding_start"]
        told = HeldLot(
            self.action.security_id,
            exact(row["shares"]),
            None if np.isnan(row["basis"]) else exact(row["basis"]),
            None if np.isnat(start) else start.astype("datetime64[D]").item(),
            str(row["origin"]),
        )
        got = outcome(self.action, told)
        self.changed[lot] = None if got.kept is None else self._row(row, got.kept)
        if got.added is not None:
            name = f"{row['lot_id']}/{self.action.action_id}"
            self.added.append({**self._row(row, got.added), "lot_id": name})
        self.cash[account] = self.cash.get(account, ZERO) + got.cash
        taxable = bool(self.before.taxable[account])
        if taxable and got.gain:
            key = int(self.before.accounts.filing_unit[account]), got.long
            self.gains[key] = self.gains.get(key, ZERO) + got.gain
        if got.kept is None:
            self.trades.append(self._trade(lot, row, got, taxable))

    def household(self) -> Household:
        """Return the household with all of it."""
        accounts = self.before.accounts
        cash = [
            float(exact(held) + self.cash[a]) if self.cash.get(a) else held
            for a, held in enumerate(accounts.cash.tolist())
        ]
        return replace(
            self.before,
            accounts=replace(accounts, cash=read_only(np.array(cash))),
            units=self._units(),
            lots=self._lots(),
            trades=self._trades(),
        )

    def _row(self, row: dict[str, Any], lot: HeldLot) -> dict[str, Any]:
        basis = np.nan if lot.basis is None else float(lot.basis)
        place = {"security": self.known[lot.security_id], "shares": float(lot.shares)}
        return {**row, **place, "basis": basis}

    def _trade(self, lot: int, row: dict[str, Any], got: Outcome, taxable: bool) -> tuple[Any, ...]:
        return (
            f"{self.action.action_id}/{row['lot_id']}",
            row["account"],
            row["security"],
            np.datetime64(self.action.date, "D"),
            "sell",
            row["shares"],
            float(got.cash),
            float(got.gain) if taxable else np.nan,
            row["lot_id"],
            bought_on(self.before.lots, lot),
        )

    def _units(self) -> FilingUnits:
        units = self.before.units
        columns = {}
        for name, long in (("st_realized_ytd", False), ("lt_realized_ytd", True)):
            given = getattr(units, name).tolist()
            columns[name] = read_only(
                np.array(
                    [
                        float(exact(had) + self.gains[u, long]) if (u, long) in self.gains else had
                        for u, had in enumerate(given)
                    ]
                )
            )
        return replace(units, **columns)

    def _lots(self) -> Lots:
        """Return the columns, sorted as a household's are."""
        own = self.before.lots
        names = [each.name for each in fields(Lots)]
        rows = [
            {name: getattr(own, name)[lot] for name in names}
            if lot not in self.changed
            else self.changed[lot]
            for lot in range(len(own.lot_id))
        ]
        kept = [row for row in rows if row is not None] + self.added
        kept.sort(
            key=lambda row: (row["account"], row["security"], str(row["acquired"]), row["lot_id"])
        )
        columns = {}
        for name in names:
            column = np.empty(len(kept), getattr(own, name).dtype)
            column[:] = [row[name] for row in kept]
            columns[name] = read_only(column)
        return Lots(**columns)

    def _trades(self) -> Trades:
        """Return the history with what was paid out, and a changed symbol changed."""
        own = self.before.trades
        columns: dict[str, Any] = {}
        for k, each in enumerate(fields(Trades)):
            column = getattr(own, each.name)
            added = np.empty(len(self.trades), column.dtype)
            added[:] = [row[k] for row in self.trades]
            columns[each.name] = read_only(np.concatenate([column, added]))
        if self.action.kind == "symbol_change":
            old, new = (self.known[str(name)] for name in self._symbols())
            moved = np.where(columns["security"] == old, new, columns["security"])
            columns["security"] = read_only(moved)
        return Trades(**columns)

    def _symbols(self) -> tuple[str, str | None]:
        return self.action.security_id, self.action.new_security_id
