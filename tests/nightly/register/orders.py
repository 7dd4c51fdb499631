"""Runs, plans and tickets of a few households, written into a register without a night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from nightly.export.files import order_files
from nightly.export.outbox import parcel_of
from nightly.register.records import Parcel, RunFacts, Ticket, data_of
from nightly.register.register import Held
from nightly.results.run_folder import RunFolder

ASOF = date(2026, 11, 20)
MOMENT = "2026-11-20T22:00:00.000+00:00"


def ticket(run_id: str, household_id: str, side: str = "sell", **changed: Any) -> Ticket:
    """Return a ticket of 100 shares of VTI at $300, of two lots when it sells."""
    account, shares = f"{household_id}-a", changed.pop("shares", Decimal(100))
    name = f"{ASOF}/{account}/VTI/{side}"
    lots = (("l1", Decimal(60)), ("l2", shares - 60)) if side == "sell" else ()
    facts: dict[str, Any] = {
        "ticket_id": f"{run_id}/{name}",
        "run_id": run_id,
        "asof": ASOF,
        "order_id": name,
        "household_id": household_id,
        "account_id": account,
        "security_id": "VTI",
        "side": side,
        "shares": shares,
        "limit_price": Decimal("298.50" if side == "sell" else "301.50"),
        "price": Decimal(300),
        "share_step": Decimal(1),
        "lots": lots,
        "reason": "tracking",
        "approved_by": "policy",
        "block_id": f"{run_id}/block/0001/VTI/{side}",
        "sha256": "d" * 64,
        "policy_sha256": "p" * 64,
    }
    return Ticket(**{**facts, **changed})


def propose(held: Held, run_id: str, households: Sequence[str], approval: str = "auto") -> None:
    """Write down a run with a plan of one order for each household."""
    facts = RunFacts(run_id, ASOF, held.registered.entries, held.registered.heads[-1], True)
    plans = [[name, f"{name}-digest", 1, approval] for name in households]
    held.add("run", "hearth", "", {"run": data_of(facts), "plans": plans})


def decide(held: Held, run_id: str, household_id: str, decision: str, **more: Any) -> None:
    """Write down a decision on a plan."""
    row = {"run_id": run_id, "household_id": household_id, "decision": decision}
    by = more.pop("by", "Ann")
    row |= {"orders_sha256": f"{household_id}-digest", **more}
    held.add("decision", by, "as agreed", {"decisions": [row]})


def parcel(folder: RunFolder, tickets: Sequence[Ticket], number: int = 1) -> Parcel:
    """Return a parcel of tickets that is about to leave a run."""
    content = order_files(tickets, "csv", MOMENT)
    place = folder.path / "exports" / f"{number:04d}"
    return parcel_of("sent", folder.path, place, "csv", tickets, content, MOMENT)


def send(held: Held, folder: RunFolder, tickets: Sequence[Ticket]) -> None:
    """Write down that tickets were sent, without their files."""
    told: Mapping[str, Any] = {
        "parcel": data_of(parcel(folder, tickets)),
        "tickets": [data_of(each) for each in tickets],
        "lockouts": [],
    }
    held.add("sent", "Ann", "exported", told)
