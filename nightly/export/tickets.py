"""Tickets: the approved orders of a run, each with a limit price, its lots, and who approved it.

A limit price lies at most the policy's `tickets.limit_bps` from the book's price, rounded to the
tick on the side that keeps within it: down for buys, up for sells. A ticket's id carries run and
order, so that a broker who gets it twice sees that it is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from models.book.policies.overrides import JOINT, override_of
from models.errors import RunFolderError
from models.plan import Status
from models.policy import Tickets
from models.triggers import AUTO
from nightly.results.decisions import APPROVED, REJECTED, digests, last_decisions
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import lots_by_order, run_table

TICK_USD: Final = Decimal("0.01")
"""Dollars. Smallest step of a quoted price (17 C.F.R. 242.612)."""

FINE_TICK_USD: Final = Decimal("0.0001")
"""Dollars. The same below one dollar a share."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One order as it leaves; `lots` holds (lot id, shares), `approved_by` a name or "policy"."""

    ticket_id: str
    run_id: str
    order_id: str
    household_id: str
    account_id: str
    security_id: str
    side: str
    shares: Decimal
    limit_price: Decimal
    price: Decimal
    share_step: Decimal
    lots: tuple[tuple[str, Decimal], ...]
    reason: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """What may leave a run, and why the other households with orders may not."""

    run_id: str
    tickets: tuple[Ticket, ...]
    left_out: Mapping[str, str]


def leaving(folder: RunFolder) -> Leaving:
    """Return the tickets of every household that is approved, by policy or by a person.

    Raises
    ------
    RunFolderError
        If the run is not complete, or orders changed after they were decided on.
    """
    facts = folder.manifest()
    approved, left_out, policies = _approved(folder)
    orders = run_table(folder.path, "orders", approved).sort_by("order_id").to_pylist()
    lots = lots_by_order(folder.path, [order["order_id"] for order in orders])
    tickets = tuple(
        Ticket(
            ticket_id=f"{folder.run_id}/{order['order_id']}",
            run_id=folder.run_id,
            order_id=order["order_id"],
            household_id=order["household_id"],
            account_id=order["account_id"],
            security_id=order["security_id"],
            side=order["side"],
            shares=exact(order["shares"]),
            limit_price=limit_price(
                exact(order["price"]),
                order["side"],
                _limit_bps(facts, policies[order["household_id"]]),
            ),
            price=exact(order["price"]),
            share_step=_step(order),
            lots=tuple((lot["lot_id"], exact(lot["shares"])) for lot in lots[order["order_id"]]),
            reason=order["reason"] or "",
            approved_by=approved[order["household_id"]],
        )
        for order in orders
    )
    return Leaving(folder.run_id, tickets, left_out)


def limit_price(price: Decimal, side: str, limit_bps: Decimal) -> Decimal:
    """Return the limit: price·(1 ± limit_bps/10⁴), rounded to the tick towards the price."""
    tick = TICK_USD if price >= 1 else FINE_TICK_USD
    apart = limit_bps / Decimal(10_000)
    if side == "buy":
        return (price * (1 + apart)).quantize(tick, ROUND_FLOOR)
    return (price * (1 - apart)).quantize(tick, ROUND_CEILING)


def exact(number: float) -> Decimal:
    """Return the decimal of a number's shortest text."""
    return Decimal(repr(float(number)))


def _approved(folder: RunFolder) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return who approved each household that may leave, why others may not, and policies."""
    decided = last_decisions(folder.path)
    changed = {
        name: digest
        for name, digest in digests(folder.path, sorted(decided)).items()
        if digest != decided[name].orders_sha256
    }
    if changed:
        raise RunFolderError(
            f"orders of {', '.join(sorted(changed)[:5])} in {folder.path} are not those that were "
            "decided on: the tables were changed; export nothing of this run"
        )
    approved, left_out, policies = {}, {}, {}
    columns = ["household_id", "status", "approval", "reason", "orders", "policy_id"]
    for plan in run_table(folder.path, "plans").select(columns).to_pylist():
        if plan["status"] != Status.PLANNED or not plan["orders"]:
            continue
        name, made = plan["household_id"], decided.get(plan["household_id"])
        policies[name] = plan["policy_id"]
        if made is not None and made.decision == REJECTED:
            left_out[name] = f"rejected by {made.by}: {made.why}"
        elif made is not None and made.decision == APPROVED:
            approved[name] = made.by
        elif plan["approval"] == AUTO:
            approved[name] = "policy"
        else:
            left_out[name] = plan["reason"] or "needs approval"
    return approved, left_out, policies


def _limit_bps(facts: Mapping[str, Any], policy_id: str) -> Decimal:
    """Return how far a limit price may lie from the price under a policy of the manifest.

    A policy with a household's override is not in the manifest by itself; its id says both.
    """
    base, _, override = policy_id.partition(JOINT)
    known = facts["policies"].get(policy_id) or facts["policies"].get(base, {})
    bps = known.get("tickets", {}).get("limit_bps", Tickets().limit_bps)
    return exact(override_of(override).get("tickets", {}).get("limit_bps", bps))


def _step(order: Mapping[str, Any]) -> Decimal:
    return Decimal(1) if order["share_step"] is None else exact(order["share_step"])
