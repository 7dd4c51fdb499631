"""What a run's plans and orders are, as they stand: read from its tables and the register alone.

Nothing is planned or judged again: whoever decides must see what would leave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from models.errors import UnknownHouseholdError
from nightly.register.deciding import plan_rows
from nightly.register.fold import Registered
from nightly.register.money import facts_of_money
from nightly.register.register import beside
from nightly.register.standing import Standing, facts_of
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import lots_by_order, run_table

FIGURES: Final = (
    *("orders", "traded_usd", "moved_usd"),
    *("tax_usd", "distribution_tax_usd", "realized_st"),
)
"""What of a plan is shown beside its standing."""

TABLES: Final = ("flows", "lockouts", "breaches", "binding")
"""Tables of which a household's rows are shown as they are."""


def waits(now: Registered, run_id: str, name: str) -> bool:
    """Whether a plan waits for a person: it needs one, and nobody has had the last word."""
    plan = now.plans.get((run_id, name))
    return (
        plan is not None
        and plan.waits
        and not now.plan_sent(run_id, name)
        and not now.money_sent(run_id, name)
    )


def standing_plans(
    folder: RunFolder,
    households: Collection[str] | None = None,
    known: Registered | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield every plan of a complete run as it stands, in the order of the run."""
    folder.manifest()
    now = beside(folder.path).read() if known is None else known
    for name, row in plan_rows(folder, households).items():
        yield _facts(now, folder.run_id, name, row)


def shown(folder: RunFolder, household_id: str, known: Registered | None = None) -> dict[str, Any]:
    """Return a household's stored plan: figures, orders with lots and states, decisions.

    `known` is the register where the caller has read it.

    Raises
    ------
    UnknownHouseholdError
        If the run has no plan of the household.
    """
    now = beside(folder.path).read() if known is None else known
    rows = plan_rows(folder, [household_id])
    if household_id not in rows:
        raise UnknownHouseholdError(f"{folder.run_id} has no plan of household {household_id!r}")
    plan = now.plans.get((folder.run_id, household_id))
    tickets = now.plan_sent(folder.run_id, household_id)
    sent = {s.ticket.order_id: s for s in tickets if not s.stands_aside}
    orders = run_table(folder.path, "orders", [household_id]).to_pylist()
    lots = lots_by_order(folder.path, [order["order_id"] for order in orders])
    return {
        "run_id": folder.run_id,
        **_facts(now, folder.run_id, household_id, rows[household_id]),
        "plan": rows[household_id],
        "orders": [
            {**order, "lots": lots[order["order_id"]], **_ticket(sent.get(order["order_id"]))}
            for order in orders
        ],
        **{name: run_table(folder.path, name, [household_id]).to_pylist() for name in TABLES},
        "money": [facts_of_money(each) for each in now.money_sent(folder.run_id, household_id)],
        "decisions": [asdict(made) for made in plan.decisions] if plan else [],
    }


def tickets(now: Registered, state: str | None, household_id: str | None) -> list[dict[str, Any]]:
    """Return the tickets of a register, those in a state or of a household, by id."""
    return [
        facts_of(standing)
        for _, standing in sorted(now.tickets.items())
        if state in (None, standing.state.value)
        and household_id in (None, standing.ticket.household_id)
    ]


def movements(now: Registered, household_id: str | None) -> list[dict[str, Any]]:
    """Return the movements of money of a register, by id."""
    return [
        facts_of_money(standing)
        for _, standing in sorted(now.money.items())
        if household_id in (None, standing.movement.household_id)
    ]


def standing_of(now: Registered, run_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan as it stands, of a row that has its figures."""
    return _facts(now, run_id, str(row["household_id"]), row)


def _facts(now: Registered, run_id: str, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    plan = now.plans.get((run_id, name))
    counting = (s for s in now.plan_sent(run_id, name) if not s.stands_aside)
    states = sorted({standing.state.value for standing in counting})
    states = states or sorted({each.state.value for each in now.money_sent(run_id, name)})
    return {
        "household_id": name,
        "status": row["status"],
        "state": ", ".join(states) or (plan.state.value if plan else ""),
        "approval": row["approval"],
        "waiting": waits(now, run_id, name),
        "approvers": list(plan.approvers) if plan else [],
        "overridden": list(plan.override) if plan else [],
        "policy_id": row["policy_id"],
        **{figure: row[figure] for figure in FIGURES},
        "reason": row["reason"],
    }


def _ticket(standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return {"ticket_id": None, "state": None, "filled": None}
    told = facts_of(standing)
    return {name: told[name] for name in ("ticket_id", "state", "filled", "cancel_asked", "steps")}
