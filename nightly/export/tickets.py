"""Tickets: the approved orders of a run, each with a limit price, its lots, and who approved it.

A limit price lies at most the policy's `tickets.limit_bps` from the book's price, rounded to the
tick on the side that keeps within it: down for buys, up for sells. Funds at net asset value have
none: they are bought for dollars and sold in shares. A plan leaves whole, once, and
only while nothing else of its household is under way that the plan did not know of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from models.asked import without_request
from models.book.policies.overrides import JOINT, override_of
from models.market import AT_NET_ASSET_VALUE
from models.policy import Carry, Tickets
from models.triggers import AUTO
from nightly.export.blocks import block_name
from nightly.export.routing import Routing
from nightly.export.volume import crowded_out
from nightly.register.deciding import plan_rows
from nightly.register.digests import PlanDigest, digests
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.money import MoneyState, Movement, movements_of
from nightly.register.records import Lockout, RunFacts, Ticket
from nightly.register.roles import Rights
from nightly.register.standing import Standing
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
    rows = plan_rows(folder)
    paying = set(run_table(folder.path, "flows")["household_id"].to_pylist())
    for (run_id, name), plan in registered.plans.items():
        if run_id != folder.run_id or registered.plan_sent(run_id, name):
            continue
        if registered.money_sent(run_id, name):
            continue
        last = plan.decisions[-1] if plan.decisions else None
        other = _unknown_to(registered, run, name)
        auto = plan.state is State.PROPOSED and plan.proposal.approval == AUTO
        money = _money_before(registered, run, name) if name in paying else None
        twice = [each for each in now[name].orders if each in registered.intentions]
        if plan.state is State.REJECTED and last is not None:
            left_out[name] = f"rejected by {last.by}: {last.why}"
        elif plan.state is not State.APPROVED and not auto:
            left_out[name] = _waiting(rows[name], plan.approvers, last.needed if last else 1)
        elif other is not None:
            left_out[name] = (
                f"{other.ticket.ticket_id} is {other.state} and this plan does not know of it: "
                "plan again"
            )
        elif twice:
            ticket = registered.tickets[registered.intentions[twice[0]]]
            left_out[name] = (
                f"{twice[0]} left as {ticket.ticket.ticket_id}, which is {ticket.state}: one "
                "intention leaves once; plan again on another day"
            )
        elif money is not None:
            left_out[name] = money
        elif rights.sender_apart and rights.person in plan.approvers:
            left_out[name] = f"approved by {rights.person}, who may not send it too"
        else:
            approved[name] = "policy" if auto else ", ".join(plan.approvers)
            if plan.override:
                overridden[name] = plan.override
    rows_of_orders = run_table(folder.path, "orders", approved).to_pylist()
    for name, why in crowded_out(registered, run.asof, rows_of_orders, approved).items():
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


def _unknown_to(registered: Registered, run: RunFacts, household_id: str) -> Standing | None:
    """Return a ticket of another run that a plan should have been made with, and was not."""
    for name in registered.by_household.get(household_id, ()):
        standing = registered.tickets[name]
        if standing.ticket.run_id == run.run_id or not standing.counts:
            continue
        young = (run.asof - standing.since(run.asof)).days <= Carry().order_days
        if standing.entry > run.known or (not run.looked and (standing.live or young)):
            return standing
    return None


def _money_before(registered: Registered, run: RunFacts, household_id: str) -> str | None:
    """Return why a household's money does not move: some of it did, and no book says which."""
    for name in registered.money_of.get(household_id, ()):
        standing = registered.money[name]
        if standing.live:
            return (
                f"{name} of ${standing.movement.amount:,.2f} is {standing.state}: book with hearth "
                "fills what became of it, then plan again"
            )
        if standing.state is not MoneyState.MOVED:
            continue
        if standing.movement.asof == run.asof:
            return f"{name} of ${standing.movement.amount:,.2f} moved today: plan again tomorrow"
        young = (run.asof - standing.since(run.asof)).days <= Carry().order_days
        if standing.entry > run.known or (not run.looked and young):
            return (
                f"{name} of ${standing.movement.amount:,.2f} moved, which this plan knew nothing "
                "of: plan again"
            )
    return None


def _waiting(plan: Mapping[str, Any], approvers: tuple[str, ...], needed: int) -> str:
    if approvers:
        return f"approved by {', '.join(approvers)}; {needed} people must approve it"
    return plan["reason"] or "needs approval"


def _policy(facts: Mapping[str, Any], policy_id: str) -> tuple[Decimal, str]:
    """Return how far a limit price may lie from the price under a policy, and its digest.

    A policy with a household's override, or with what was asked, is not in the manifest by itself;
    its id says both.
    """
    policy_id = without_request(policy_id)
    base, _, override = policy_id.partition(JOINT)
    known = facts["policies"].get(policy_id) or facts["policies"].get(base, {})
    bps = known.get("tickets", {}).get("limit_bps", Tickets().limit_bps)
    bps = override_of(override).get("tickets", {}).get("limit_bps", bps)
    return exact(bps), str(known.get("sha256", ""))
