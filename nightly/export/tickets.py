"""Tickets: the approved orders of a run, each with a limit price, its lots, and who approved it.

A limit price lies at most the policy's `tickets.limit_bps` from the book's price, rounded to the
tick on the side that keeps within it: down for buys, up for sells. Funds at net asset value have
none: they are bought for dollars and sold in shares. A plan leaves whole, once, and
only while nothing else of its household is under way that the plan did not know of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from models.market import AT_NET_ASSET_VALUE
from models.policy import Carry, Tickets
from models.triggers import AUTO
from nightly.export.blocks import block_name
from nightly.export.held_back import Candidate, held_back
from nightly.export.in_force import digest_in_force, in_force
from nightly.export.routing import Routing
from nightly.export.superseded import superseded
from nightly.export.volume import crowded_out
from nightly.register.deciding import plan_rows
from nightly.register.digests import PlanDigest, digests
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.money import Movement, movements_of
from nightly.register.records import Lockout, RunFacts, Ticket
from nightly.register.roles import Rights
from nightly.register.states import State
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import lots_by_order, run_table

TICK_USD: Final = Decimal("0.01")
"""Dollars. Smallest step of a quoted price (17 C.F.R. 242.612)."""

FINE_TICK_USD: Final = Decimal("0.0001")
"""Dollars. The same below one dollar a share."""

NAMED: Final = 5
"""Households that an error names."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What may leave a run now: by whom approved, in spite of what, and why others may not.

    `before` counts the tickets that left before.
    """

    run_id: str
    approved: Mapping[str, str]
    overridden: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    before: int
    digests: Mapping[str, PlanDigest]


def leaving(folder: RunFolder, registered: Registered, rights: Rights) -> Leaving:
    """Return which households of a complete run a person may let leave now.

    Raises
    ------
    RegisterError
        If an order is not the one that was proposed, or the register is not the one that the run
        was made beside.
    """
    run = registered.runs[folder.run_id]
    _same_register(registered, run)
    now = _as_proposed(folder, registered)
    approved: dict[str, str] = {}
    left_out: dict[str, str] = {}
    overridden: dict[str, tuple[str, ...]] = {}
    facts, rows = folder.manifest(), plan_rows(folder)
    orders = _by_household(run_table(folder.path, "orders").to_pylist())
    paying = set(run_table(folder.path, "flows")["household_id"].to_pylist())
    alike = _alike(orders)
    older = superseded(folder.path.parent, registered, run, now.keys())
    for (run_id, name), plan in registered.plans.items():
        if run_id != folder.run_id or registered.plan_sent(run_id, name):
            continue
        if registered.money_sent(run_id, name):
            continue
        last = plan.decisions[-1] if plan.decisions else None
        auto = plan.state is State.PROPOSED and plan.proposal.approval == AUTO
        days = in_force(facts, rows[name]["policy_id"], "carry", "order_days", Carry().order_days)
        mine = Candidate(name, orders.get(name, ()), name in paying, int(days))
        if plan.state is State.REJECTED and last is not None:
            left_out[name] = f"rejected by {last.by}: {last.why}"
        elif name in older:
            left_out[name] = older[name]
        elif name in alike:
            left_out[name] = alike[name]
        elif plan.state is not State.APPROVED and not auto:
            left_out[name] = _waiting(rows[name], plan.approvers, last.needed if last else 1)
        elif (why := held_back(registered, run, mine)) is not None:
            left_out[name] = why
        elif rights.sender_apart and rights.person in plan.approvers:
            left_out[name] = f"approved by {rights.person}, who may not send it too"
        else:
            approved[name] = "policy" if auto else ", ".join(plan.approvers)
            if plan.override:
                overridden[name] = plan.override
    leave = [row for name in approved for row in orders.get(name, ())]
    for name, why in crowded_out(registered, run.asof, leave, approved).items():
        left_out[name] = why
        del approved[name]
        overridden.pop(name, None)
    before = len(registered.sent_of(folder.run_id))
    digest = {name: now[name] for name in approved}
    return Leaving(folder.run_id, approved, overridden, left_out, before, digest)


def tickets_of(
    folder: RunFolder, found: Leaving, asof: date, number: int, routing: Routing
) -> tuple[Ticket, ...]:
    """Return the tickets of the households that may leave, in order of their ids.

    Raises
    ------
    RoutingError
        If it is not said where the orders of a custodian go.
    """
    facts = folder.manifest()
    plans = run_table(folder.path, "plans", found.approved).to_pylist()
    policies = {plan["household_id"]: plan["policy_id"] for plan in plans}
    orders = run_table(folder.path, "orders", found.approved).sort_by("order_id").to_pylist()
    lots = lots_by_order(folder.path, [order["order_id"] for order in orders])
    tickets = (
        _ticket(
            order,
            lots[order["order_id"]],
            found,
            (asof, found.digests[order["household_id"]]),
            _policy(facts, policies[order["household_id"]]),
        )
        for order in orders
    )
    return tuple(leg for ticket in tickets for leg in routed(ticket, routing, number))


def money_of(folder: RunFolder, found: Leaving, asof: date) -> tuple[Movement, ...]:
    """Return the movements of money of the households that may leave, by household."""
    sales = run_table(folder.path, "orders", found.approved).to_pylist()
    selling = {order["account_id"] for order in sales if order["side"] == "sell"}
    flows: dict[str, list[dict[str, Any]]] = {}
    for row in run_table(folder.path, "flows", found.approved).to_pylist():
        flows.setdefault(row["household_id"], []).append(row)
    return tuple(
        movement
        for name in sorted(flows)
        for movement in movements_of(
            found.run_id, asof, name, flows[name], (selling, found.approved[name])
        )
    )


def lockouts_of(folder: RunFolder, found: Leaving, asof: date) -> tuple[Lockout, ...]:
    """Return the lockouts of the households that leave."""
    rows = run_table(folder.path, "lockouts", found.approved).to_pylist()
    return tuple(
        Lockout(found.run_id, asof, row["household_id"], row["identical_group"], row["until"])
        for row in rows
    )


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


def _ticket(
    order: Mapping[str, Any],
    lots: list[dict[str, Any]],
    found: Leaving,
    when: tuple[date, PlanDigest],
    policy: tuple[Decimal, str],
) -> Ticket:
    asof, digest = when
    security, side, name = order["security_id"], order["side"], order["order_id"]
    price, shares = exact(order["price"]), exact(order["shares"])
    fund = order["instrument"] in AT_NET_ASSET_VALUE
    dollars = (shares * price).quantize(TICK_USD, ROUND_FLOOR)
    return Ticket(
        ticket_id=f"{found.run_id}/{name}",
        run_id=found.run_id,
        asof=asof,
        order_id=name,
        household_id=order["household_id"],
        account_id=order["account_id"],
        security_id=security,
        side=side,
        shares=shares,
        limit_price=None if fund else limit_price(price, side, policy[0]),
        price=price,
        share_step=Decimal(1) if order["share_step"] is None else exact(order["share_step"]),
        lots=tuple((lot["lot_id"], exact(lot["shares"])) for lot in lots),
        reason=order["reason"] or "",
        approved_by=found.approved[order["household_id"]],
        block_id="",
        sha256=digest.orders[name],
        policy_sha256=policy[1],
        custodian=order["custodian"] or "",
        instrument=order["instrument"] or "",
        dollars=dollars if fund and side == "buy" else None,
    )


def routed(ticket: Ticket, routing: Routing, number: int) -> Iterator[Ticket]:
    """Yield a ticket with how long it stands and its block; one a way where several are tried."""
    times = routing.of(ticket.custodian).standing_times(ticket.instrument)
    block_id = block_name(ticket.run_id, number, ticket)
    if len(times) == 1:
        yield replace(ticket, time_in_force=times[0], block_id=block_id)
        return
    for time in times:
        yield replace(
            ticket,
            ticket_id=f"{ticket.ticket_id}/{time}",
            time_in_force=time,
            block_id=f"{block_id}/{time}",
            list_id=ticket.ticket_id,
        )


def _same_register(registered: Registered, run: RunFacts) -> None:
    """Raise where the register lost what the run once knew of it."""
    if run.known > registered.entries or registered.heads[run.known] != run.known_sha256:
        raise RegisterError(
            f"the register is not the one that {run.run_id} was made beside: it was cut short or "
            "exchanged; fetch it from a copy before anything leaves"
        )


def _as_proposed(folder: RunFolder, registered: Registered) -> dict[str, PlanDigest]:
    """Return the digest of every plan; raise where orders are not those that were proposed."""
    now = digests(folder.path)
    then = {
        name: plan.proposal.sha256
        for (run_id, name), plan in registered.plans.items()
        if run_id == folder.run_id
    }
    told = {name: digest.sha256 for name, digest in now.items()}
    changed = sorted(n for n in told.keys() | then.keys() if told.get(n) != then.get(n))
    if changed:
        more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
        raise RegisterError(
            f"orders of {', '.join(changed[:NAMED])}{more} in {folder.path} are not those that "
            "were proposed: the tables were changed; nothing of this run leaves until they are as "
            "they were"
        )
    return now


def _waiting(plan: Mapping[str, Any], approvers: tuple[str, ...], needed: int) -> str:
    if approvers:
        return f"approved by {', '.join(approvers)}; {needed} people must approve it"
    return plan["reason"] or "needs approval"


def _by_household(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["household_id"], []).append(row)
    return found


def _alike(orders: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Return whose orders have an id that another order of the run has too, each with the reason.

    An id says account and security between slashes, which ids of these may have themselves.
    """
    counts = Counter(row["order_id"] for rows in orders.values() for row in rows)
    return {
        name: f"{row['order_id']} names two orders: an account or security whose id has a / is "
        "like another one; rename it, and plan again"
        for name, rows in orders.items()
        for row in rows
        if counts[row["order_id"]] > 1
    }


def _policy(facts: Mapping[str, Any], policy_id: str) -> tuple[Decimal, str]:
    """Return how far a limit price may lie from the price under a policy, and its digest."""
    bps = in_force(facts, policy_id, "tickets", "limit_bps", Tickets().limit_bps)
    return exact(bps), digest_in_force(facts, policy_id)
