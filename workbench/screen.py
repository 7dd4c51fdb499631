"""A plan on one screen: an explanation laid out for about a hundred columns.

Layout only; every number comes with the explanation. Tables without boxes, numbers to the right,
changes as ``before → after``, a dot where there is nothing: a reader should see what moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from models.plan import Certificate, Figures, Status
from workbench.explain import Explanation
from workbench.screen_tables import (
    account_table,
    binding_table,
    breach_table,
    fault_table,
    order_table,
    short_name,
    tax_table,
    term_table,
    weight_table,
)
from workbench.weights import WeightRow
from workbench.wording import (
    CENT,
    HELD,
    POINT,
    arrow,
    counted,
    money_waits,
    number,
    percent,
    plain,
    usd,
    whole_usd,
)

ACCOUNTS_ACROSS: Final = 3
"""Accounts beside the weights, one fewer where weights after tax and bands stand there too; with
more of them, placement takes blocks of its own."""

ACCOUNTS_IN_BLOCK: Final = 5
"""Accounts across a block of placement."""

COLOUR: Final = {
    Status.PLANNED: "green",
    Status.NO_ACTION: "green",
    Status.FAILED: "red",
    Status.REFUSED: "red",
}
"""Colour of a status; yellow for the others."""


def show(
    explanation: Explanation,
    console: Console,
    more: Iterable[tuple[str, RenderableType]] = (),
) -> None:
    """Print an explanation, and whatever sections come after it; no text of a book is markup."""
    console.print(_head(explanation), markup=False)
    for title, body in (*_sections(explanation), *more):
        if isinstance(body, Table) and _natural_width(body, console) >= console.width:
            body.padding = (0, 1, 0, 0)  # close up before anything wraps
        section = Group(Text(title, style="bold cyan"), Padding(body, (0, 0, 1, 1), expand=False))
        console.print(section, markup=False)


def _natural_width(table: Table, console: Console) -> int:
    wide = console.options.update(max_width=10 * console.width, markup=False)
    return Measurement.get(console, wide, table).maximum


def _sections(explanation: Explanation) -> Iterable[tuple[str, RenderableType]]:
    plan = explanation.plan
    if explanation.faults:
        yield "what is wrong", fault_table(explanation.faults)
    if explanation.weights:
        yield from _weights(explanation)
        yield "accounts ($)", account_table(explanation.accounts, plan.household_id)
    if explanation.orders:
        yield "orders ($; a lot's gain by term)", order_table(explanation.orders, plan.household_id)
    if explanation.units and plan.orders:
        title = f"tax of the year ($; {explanation.tax_counts})"
        yield title, tax_table(explanation.units, plan.household_id)
    if plan.figures and plan.figures.terms_usd and plan.status is not Status.REFUSED:
        yield "objective ($)", term_table(plan.figures)
    if plan.binding:
        yield "what binds", binding_table(plan.binding, plan.household_id)
    if plan.breaches:
        yield "broken rules", breach_table(plan.breaches, plan.household_id)
    said = _to_know(explanation)
    if said:
        yield "to know", Group(*(Text(plain(f"· {line}")) for line in said))


def _head(explanation: Explanation) -> RenderableType:
    plan, figures = explanation.plan, explanation.plan.figures
    colour = COLOUR.get(plan.status, "yellow")
    lines: list[Text] = []
    if figures:
        facts = [whole_usd(figures.value_usd), f"policy {explanation.policy_id}"]
        if plan.orders:
            approval = "approved by policy" if plan.approval == "auto" else plan.approval
            facts += [counted(len(plan.orders), "order"), approval.replace("_", " ")]
        lines.append(Text(plain(" · ".join(facts))))
        lines.append(Text(_outcome(figures)))
    if figures and plan.certificate:
        lines += [Text(line, style="bold") for line in _proof(figures, plan.certificate)]
    if explanation.faults:
        many = len(explanation.faults)
        lines.append(Text(f"{counted(many, 'fault')} in the book reach{'es' * (many == 1)} it"))
    elif plan.reason:
        lines.append(Text(plain(plan.reason)))
    ending = [f"as of {explanation.asof}", *([plan.solver] if plan.solver else [])]
    return Panel(
        Group(*lines),
        title=Text.assemble(
            (plain(plan.household_id), "bold"), " · ", (plan.status.value, f"bold {colour}")
        ),
        title_align="left",
        subtitle=Text(" · ".join(ending)),
        subtitle_align="right",
        border_style=colour,
    )


def _outcome(figures: Figures) -> str:
    bps = arrow(figures.objective_before_bps, figures.objective_after_bps, 2)
    error = arrow(percent(figures.te_before), percent(figures.te_after), 2)
    drag = arrow(figures.drag_before_usd, figures.drag_after_usd, 0)
    tax = usd(figures.tax_usd + figures.distribution_tax_usd)
    lines = [
        f"objective {bps} bps · tracking error {error} %",
        f"tax {tax} · trading cost {usd(figures.cost_usd)} · tax drag {drag} $ a year",
    ]
    if figures.money_usd_a_year is not None and figures.risk_usd_a_year is not None:
        saved = figures.money_usd_a_year, figures.risk_usd_a_year
        lines.append(_a_year(*saved, figures.value_usd))
    return "\n".join(lines)


def _a_year(money_usd: float, risk_usd: float, value_usd: float) -> str:
    """Say what is saved of money and of risk; nothing is called saved that is paid for."""
    money, risk = (
        f"{usd(abs(each))} ({number(abs(1e4 * each / value_usd), 2)} bps)"
        for each in (money_usd, risk_usd)
    )
    pays, dares = money_usd <= -CENT, risk_usd <= -CENT
    verb = "adds " if dares else "saves " if pays else ""
    return f"{'costs' if pays else 'saves'} money of {money} and {verb}risk of {risk} a year"


def _proof(figures: Figures, certificate: Certificate) -> Iterable[str]:
    worth = usd(certificate.gap_bps * figures.value_usd / 1e4)
    gap, bound = number(certificate.gap_bps, 4), number(certificate.bound_bps, 4)
    yield f"certificate: no plan is better by more than {gap} bps ({worth}); bound {bound} bps"
    if certificate.gap_by_cause:
        causes = [f"{cause} {number(part, 4)}" for cause, part in certificate.gap_by_cause.items()]
        yield f"gap: {', '.join(causes)}"


def _weights(explanation: Explanation) -> Iterable[tuple[str, RenderableType]]:
    household_id = explanation.plan.household_id
    names = [short_name(line.account_id, household_id) for line in explanation.accounts]
    for group in dict.fromkeys(row.target_id for row in explanation.weights):
        rows = [r for r in explanation.weights if r.target_id == group and _visible(r)]
        inside = {a: name for a, name in enumerate(names) if any(_placed(row, a) for row in rows)}
        net, held = any(map(_taxed, rows)), money_waits((row.held, row.before) for row in rows)
        wide = net and any(row.band is not None for row in rows)
        beside = inside if len(inside) + wide + held <= ACCOUNTS_ACROSS else {}
        told = "; after tax: deferred dollars less what they will owe" if net else ""
        yield f"weights against {group} (%{told})", weight_table(rows, beside, net=net, held=held)
        if not beside:
            for block in _blocks(inside):
                yield "by account (% of the whole)", weight_table(rows, block, drift=False)


def _blocks(accounts: dict[int, str]) -> Iterable[dict[int, str]]:
    items = list(accounts.items())
    for start in range(0, len(items), ACCOUNTS_IN_BLOCK):
        yield dict(items[start : start + ACCOUNTS_IN_BLOCK])


def _visible(row: WeightRow) -> bool:
    return max(abs(row.target), abs(row.before), abs(row.after)) >= POINT / 10


def _taxed(row: WeightRow) -> bool:
    """Whether tax on deferred dollars moves a weight that is shown."""
    return max(abs(row.net_before - row.before), abs(row.net_after - row.after)) >= POINT


def _placed(row: WeightRow, account: int) -> bool:
    return max(abs(row.placement_before[account]), abs(row.placement_after[account])) >= POINT


def _to_know(explanation: Explanation) -> Sequence[str]:
    plan, names = explanation.plan, dict[str, list[str]]()
    waits = money_waits((row.held, row.before) for row in explanation.weights)
    for line in explanation.locked:
        names.setdefault(line.until, []).extend(line.securities)
    lockouts = [
        f"do not buy {', '.join(each)} in any account through {until}"
        for until, each in names.items()
    ]
    flows = [
        f"${abs(flow.amount):,.2f} {'into' if flow.amount > 0 else 'out of'} {flow.account_id}"
        for flow in plan.flows
    ]
    return [*([HELD] if waits else []), *plan.notes, *flows, *lockouts]
