"""What `hearth pending`, `show` and `orders` say: plans and orders as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from nightly.cli import console
from nightly.cli.fill_commands import known, register_at
from nightly.register.looking import movements, shown, standing_plans, tickets
from nightly.register.register import beside
from nightly.register.superseded import answered_since
from nightly.results.run_folder import RunFolder
from workbench.wording import counted

SHOWN: Final = 50
"""Rows of a page; --json has them all."""

PLAN: Final = (
    "household_id",
    "status",
    "state",
    "orders",
    "traded_usd",
    "moved_usd",
    "taxes_usd",
    "reason",
)
ORDER: Final = ("account_id", "side", "security_id", "shares", "price", "amount", "state", "filled")
TICKET: Final = ("ticket_id", "state", "shares", "filled", "limit_price")
MONEY: Final = ("movement_id", "kind", "state", "amount")

DOLLARS: Final = frozenset(
    {"traded_usd", "moved_usd", "tax_usd", "distribution_tax_usd", "taxes_usd", "amount"}
)
"""Columns that are shown without cents."""

RIGHT: Final = DOLLARS | {"orders", "shares", "filled", "price", "limit_price"}
"""Columns of numbers."""


def pending(run: Path, as_json: bool) -> int:
    """List the plans that wait for a person (`hearth pending`)."""
    folder = RunFolder(run.resolve())
    now, code = known(beside(folder.path))
    since = answered_since(folder, now)
    waiting = [plan for plan in standing_plans(folder, known=now) if plan["waiting"]]
    found = [plan for plan in waiting if plan["household_id"] not in since]
    over = {name: since[name] for plan in waiting if (name := plan["household_id"]) in since}
    if as_json:
        told = {"run_id": folder.run_id, "waiting": len(found), "plans": found}
        console.say_json({**told, "superseded": over})
        return code
    _print(map(_with_taxes, found), PLAN)
    _print_words(found)
    console.say(f"{counted(len(found), 'plan')} of {folder.run_id} waiting for a person")
    for name, why in list(over.items())[:1]:
        console.say(f"{counted(len(over), 'more plan')} of no use any more: {name}: {why}")
    return code


def show(run: Path, household_id: str | None, as_json: bool) -> int:
    """Show the plans of a run, or one of them, as stored (`hearth show`)."""
    folder = RunFolder(run.resolve())
    now, code = known(beside(folder.path))
    if household_id is not None:
        found = shown(folder, household_id, now)
        if as_json:
            console.say_json(found)
        else:
            _print_plan(found)
        return code
    plans = list(standing_plans(folder, known=now))
    counts = Counter(plan["state"] or plan["status"] for plan in plans)
    if as_json:
        console.say_json({"run_id": folder.run_id, "counts": dict(counts), "plans": plans})
        return code
    _print(map(_with_taxes, plans), PLAN)
    _print_words(plan for plan in plans if plan["overridden"])
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    console.say(f"{counted(len(plans), 'household')} of {folder.run_id}: {told}")
    return code


def orders(place: Path, state: str | None, household_id: str | None, as_json: bool) -> int:
    """List what was sent and where it stands (`hearth orders`)."""
    register = register_at(place)
    now, code = known(register)
    found = tickets(now, state, household_id)
    if as_json:
        told = {"register": str(register.path), "lines": now.entries, "sha256": now.heads[-1]}
        console.say_json({**told, "tickets": found, "money": movements(now, household_id)})
        return code
    _print(found, TICKET)
    _print(movements(now, household_id), MONEY)
    plans = {(now.tickets[t["ticket_id"]].ticket.run_id, t["household_id"]) for t in found}
    for run_id, name in sorted(plans):
        if beyond := now.plans[run_id, name].override:
            console.say(f"{name} in {run_id}: beyond {', '.join(beyond)} on purpose")
    counts = Counter(ticket["state"] for ticket in found)
    states = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    console.say(
        f"{counted(len(found), 'ticket')} in {register.path}: {states or 'nothing was sent'}"
    )
    return code


def _print_plan(found: Mapping[str, Any]) -> None:
    page = console.page()
    for name in ("household_id", "status", "state", "approval", "policy_id", "reason"):
        page.print(Text(f"{name:>14}", "dim"), f" {found[name]}", soft_wrap=True)
    taxes = ("tax_usd", "distribution_tax_usd")[: 1 + bool(found["plan"]["distribution_tax_usd"])]
    for name in (*taxes, "objective_before_bps", "objective_after_bps", "bound_bps", "gap_bps"):
        page.print(Text.assemble((f"{name:>14}", "dim"), f"  {_cell(name, found['plan'][name])}"))
    _print(found["orders"], ORDER)
    for order in found["orders"]:
        for lot in order["lots"]:
            page.print(f"  {order['order_id']}: {lot['shares']:g} of {lot['lot_id']}")
    for breach in found["breaches"]:
        page.print(f"breach: {breach['rule']} {breach['where']}: {breach['amount']}")
    for made in found["decisions"]:
        beyond = f", beyond {', '.join(made['override'])}" if made["override"] else ""
        said = f"{made['decision']} by {made['by']}, {made['clock']}: {made['why']}{beyond}"
        page.print(said, soft_wrap=True)


def _print_words(plans: Iterable[Mapping[str, Any]]) -> None:
    """Print who has approved so far, and what was overridden on purpose, below a table of plans."""
    page = console.page()
    for plan in plans:
        by, beyond = ", ".join(plan["approvers"]), ", ".join(plan["overridden"])
        said = f"approved by {by}" + (f", beyond {beyond} on purpose" if beyond else "")
        if by:
            page.print(f"{plan['household_id']}: {said}", soft_wrap=True)


def _with_taxes(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's row with all the tax that it causes, on gains and on what is distributed."""
    tax, distributed = plan["tax_usd"], plan["distribution_tax_usd"]
    return {**plan, "taxes_usd": None if tax is None else tax + (distributed or 0.0)}


def _print(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> None:
    """Print rows as a table; an id is never broken."""
    told = list(rows)
    if not told:
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in columns:
        whole = name != "reason"
        if name in RIGHT:
            table.add_column(name, justify="right", no_wrap=True)
        else:
            table.add_column(name, no_wrap=whole, overflow="fold")
    for row in told[:SHOWN]:
        table.add_row(*(_cell(name, row[name]) for name in columns))
    page = console.page()
    console.print_table(page, table)
    if len(told) > SHOWN:
        page.print(f"and {len(told) - SHOWN} more: --json")


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if name in DOLLARS else f"{value:,.6g}"
    return str(value)
