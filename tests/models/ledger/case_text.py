"""Ledger cases as text: what there was, what was ordered, what there is after.

    # why the case is right, with its arithmetic
    before
      account TX taxable cash 1000
      security VTI 80 group US
      lot A TX VTI 100 basis 9000 on 2025-01-02
      trade TX VTI buy 50 on 2026-11-01
    orders
      sell TX VTI A 50
      buy IRA VTI 10
    after
      short 0
      long -500

After each name of a thing come pairs of a column and its value. Anyone can add a file.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from models.household import Household
from models.ledger import Ledger, book_orders, read_history, replay, reserve
from models.order import Flow, Order
from models.policy import Policy, TradeRules, WashSales
from tests import households as build

SECTIONS = ("before", "orders", "after")
NUMBERS = frozenset(
    {"cash", "floor", "flow", "penalty", "basis", "gain", "half_spread_bps", "due", "carried"}
)


@dataclass(frozen=True)
class LedgerCase:
    """One case: a household, a policy, orders and flows, and the lines that must hold after."""

    household: Household
    policy: Policy
    orders: tuple[Order, ...]
    flows: tuple[Flow, ...]
    after: tuple[tuple[str, ...], ...]

    def replay(self) -> Ledger:
        """Return the ledger after the orders."""
        history = read_history(self.household, self.policy.wash_sale.closed_replacements)
        booking = book_orders(self.household, self.orders)
        assert not booking.faults, booking.faults
        reserved = reserve(self.household, self.policy)
        return replay(self.household, self.policy, booking.orders, self.flows, history, reserved)

    def locked(self) -> dict[str, date]:
        """Return the groups that the past locks."""
        history = read_history(self.household, self.policy.wash_sale.closed_replacements)
        names = self.household.market.securities.identical_names
        return {str(names[identical]): until for identical, until in history.locked.items()}


def read_case(path: Path) -> LedgerCase:
    """Read a case file."""
    lines = {name: list[tuple[str, ...]]() for name in SECTIONS}
    section = ""
    for text in path.read_text(encoding="utf-8").splitlines():
        words = tuple(shlex.split(text, comments=True))
        if words and words[0] in SECTIONS and len(words) == 1:
            section = words[0]
        elif words:
            lines[section].append(words)
    household, policy = _household(lines["before"])
    orders, flows = _orders(household, lines["orders"])
    return LedgerCase(household, policy, orders, flows, tuple(lines["after"]))


def found(case: LedgerCase, ledger: Ledger, line: tuple[str, ...]) -> str:
    """Return what the ledger says about the subject of a line of the `after` section."""
    name, *rest = line
    totals: dict[str, Callable[[], Decimal]] = {
        "short": lambda: sum((unit.short for unit in ledger.units), Decimal(0)),
        "long": lambda: sum((unit.long for unit in ledger.units), Decimal(0)),
        "deferred": lambda: sum((unit.deferred for unit in ledger.units), Decimal(0)),
        "destroyed": lambda: sum((unit.destroyed for unit in ledger.units), Decimal(0)),
        "positive_short": lambda: sum((unit.positive_short for unit in ledger.units), Decimal(0)),
        "distribution": lambda: sum((unit.distribution for unit in ledger.units), Decimal(0)),
        "roth": lambda: sum((unit.roth for unit in ledger.units), Decimal(0)),
        "penalty": lambda: sum((unit.penalty for unit in ledger.units), Decimal(0)),
        "cost": lambda: ledger.cost,
    }
    if name in totals:
        return str(totals[name]().normalize() + 0)
    if name == "cash":
        place = case.household.accounts.account_id.tolist().index(rest[0])
        return str(ledger.cash[place].normalize() + 0)
    if name == "locked":
        return str(case.locked().get(rest[0]))
    if name == "lockout":
        until = {lockout.identical_group: lockout.until for lockout in ledger.lockouts}
        return str(until.get(rest[0]))
    if name == "recent":
        places = {str(g): i for i, g in enumerate(case.household.market.securities.identical_names)}
        parts = read_history(case.household, case.policy.wash_sale.closed_replacements).recent.get(
            places[rest[0]], ()
        )
        return str(sum((part.shares for part in parts), Decimal(0)).normalize() + 0)
    raise KeyError(f"no such line: {' '.join(line)}")


def _household(lines: list[tuple[str, ...]]) -> tuple[Household, Policy]:
    rows: dict[str, list[build.Row]] = {}
    scheduled: list[tuple[str, str, str]] = []
    policy = Policy()
    for kind, *words in lines:
        if kind == "account":
            rows.setdefault(kind, []).append(build.account(words[0], words[1], **_pairs(words[2:])))
        elif kind == "security":
            given = _pairs(words[2:])
            rows.setdefault(kind, []).append(build.security(words[0], float(words[1]), **given))
        elif kind == "lot":
            given = {"acquired": "NaT", **_pairs(words[4:])}
            given.setdefault("holding_start", given["acquired"])
            rows.setdefault(kind, []).append(
                build.lot(words[0], words[1], words[2], float(words[3]), **given)
            )
        elif kind == "trade":
            given = _pairs(words[4:])
            day = str(given.pop("acquired"))
            rows.setdefault(kind, []).append(
                build.trade(words[0], words[1], day, words[2], float(words[3]), **given)
            )
        elif kind == "open":
            rows.setdefault(kind, []).append(
                build.open_order(words[0], words[1], words[2], float(words[3]), **_pairs(words[4:]))
            )
        elif kind == "policy":
            policy = _policy(policy, words)
        else:
            raise KeyError(f"no such line: {kind}")
    household = build.household(
        rows.get("account", []),
        rows.get("lot", []),
        rows.get("security", []),
        trades=rows.get("trade", []),
        open_orders=rows.get("open", []),
        scheduled=scheduled,
    )
    return household, policy


COLUMNS = {
    "on": "acquired",
    "flow": "net_flow",
    "floor": "cash_floor",
    "penalty": "early_penalty_rate",
    "group": "identical_group",
    "lot": "lot_id",
    "gain": "realized_gain",
    "unit": "filing_unit",
}


def _pairs(words: list[str]) -> build.Row:
    pairs = zip(words[::2], words[1::2], strict=True)
    return {
        COLUMNS.get(name, name): float(value) if name in NUMBERS else value for name, value in pairs
    }


def _policy(policy: Policy, words: list[str]) -> Policy:
    sections = {
        "wash_sale": lambda given: Policy(wash_sale=WashSales(**given), trades=policy.trades),
        "trades": lambda given: Policy(
            wash_sale=policy.wash_sale,
            trades=TradeRules(**{name: float(value) for name, value in given.items()}),
        ),
    }
    return sections[words[0]](dict(zip(words[1::2], words[2::2], strict=True)))


def _orders(
    household: Household, lines: list[tuple[str, ...]]
) -> tuple[tuple[Order, ...], tuple[Flow, ...]]:
    orders: list[Order] = []
    flows: list[Flow] = []
    for kind, *words in lines:
        if kind == "buy":
            orders.append(build.buy(household, words[0], words[1], words[2]))
        elif kind == "sell" and len(words) == 3:
            orders.append(build.sell(household, words[0], words[1], words[2]))
        elif kind == "sell":
            lots = dict(zip(words[2::2], words[3::2], strict=True))
            orders.append(build.sell(household, words[0], words[1], lots))
        elif kind == "flow":
            flows.append(build.flow(words[0], words[1]))
        else:
            raise KeyError(f"no such line: {kind}")
    return tuple(orders), tuple(flows)
