"""Digests of a run's orders: what was proposed, approved and is about to leave, in one figure.

A plan's digest covers each order with its lots and share step, what money it moves, its policy and
whether that approved it beforehand: whatever of these changes after the night, nothing of the plan
leaves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nightly.results.run_tables import lots_by_order, run_table

ORDER: Final = ("order_id", "account_id", "security_id", "side", "shares", "price", "share_step")
"""What of an order its digest covers, beside its lots."""

MONEY_ROUTE: Final = ("filing_unit_id", "custodian")

ROUTE: Final = ("instrument", "custodian", "night_shares")
"""What of it is covered where the run has it."""


@dataclass(frozen=True, slots=True)
class PlanDigest:
    """Digest of a plan and of each of its orders, by id; `approval` is its policy's word."""

    sha256: str
    approval: str
    orders: Mapping[str, str]


def digests(folder: Path, households: Collection[str] | None = None) -> dict[str, PlanDigest]:
    """Return the digest of every plan with orders in a complete run, or of some households'."""
    orders = run_table(folder, "orders", households)
    lots = lots_by_order(folder, orders["order_id"].to_pylist())
    rows = (lot for mine in lots.values() for lot in mine)
    flows = run_table(folder, "flows", households).to_pylist()
    return digests_of(run_table(folder, "plans", households), orders.to_pylist(), rows, flows)


def digests_of(
    plans: Any,
    orders: Iterable[Mapping[str, Any]],
    lots: Iterable[Mapping[str, Any]],
    flows: Iterable[Mapping[str, Any]] = (),
) -> dict[str, PlanDigest]:
    """Return the digest of every plan that has orders or moves money, from the tables' rows."""
    named: dict[str, list[Any]] = {}
    for lot in lots:
        named.setdefault(lot["order_id"], []).append([lot["lot_id"], repr(lot["shares"])])
    mine: dict[str, dict[str, str]] = {}
    for order in orders:
        facts = [*(repr(order[fact]) for fact in ORDER), sorted(named.get(order["order_id"], []))]
        facts += [[fact, order[fact]] for fact in ROUTE if order[fact] is not None]
        of_household = mine.setdefault(order["household_id"], {})
        # a second row of one id must not hide the first
        name = order["order_id"] + "'" * (order["order_id"] in of_household)
        of_household[name] = _sha256(facts)
    moved: dict[str, list[Any]] = {}
    for flow in flows:
        told = [flow["account_id"], repr(flow["amount"])]
        told += [flow[fact] for fact in MONEY_ROUTE if flow[fact] is not None]
        moved.setdefault(flow["household_id"], []).append(told)
        mine.setdefault(flow["household_id"], {})
    columns = ["household_id", "status", "approval", "policy_id"]
    said = {row["household_id"]: row for row in plans.select(columns).to_pylist()}
    found = {}
    for name, own in mine.items():
        plan = said.get(name, dict.fromkeys(columns))
        facts = [*(plan[column] for column in columns[1:]), *sorted(own.items())]
        facts += sorted(moved.get(name, []))
        found[name] = PlanDigest(_sha256(facts), str(plan["approval"]), own)
    return found


def _sha256(facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
