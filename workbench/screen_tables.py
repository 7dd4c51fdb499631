"""The tables of a plan's screen, one function each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from models.book.faults import Fault
from models.plan import Binding, Breach, Figures
from workbench.explain import AccountLine
from workbench.tickets import LotLine, OrderLine
from workbench.unit_tax import Side, UnitLine
from workbench.weights import WeightRow
from workbench.wording import (
    CENT,
    NOTHING,
    counted,
    money,
    money_change,
    number,
    plain,
    points_change,
    shares,
    usd,
    weight,
    weight_change,
)

SEPARATORS: Final = "./:-_"
"""What may stand between a household's id and the rest of a name."""

LOTS_SHOWN: Final = 6
"""Lots listed under an order; the rest are counted. `--json` has them all."""


def weight_table(
    rows: Sequence[WeightRow],
    accounts: Mapping[int, str],
    drift: bool = True,
    net: bool = False,
    held: bool = False,
) -> Table:
    """Return weights by class: drift, band, as `held`, `net` of tax, and by those in `accounts`.

    `accounts` maps an account's place in the household to its name on the page.
    """
    banded = ["band"] if any(row.band is not None for row in rows) else []
    taxed = ["after tax"] if net else []
    waiting = ["held"] if held else []
    columns = ["target", *waiting, "before", "after", "drift", *banded, *taxed]
    table = _table(["class"], columns if drift else [])
    for name in accounts.values():
        table.add_column(name, justify="right")
    for row in rows:
        cells = [row.name]
        if drift:
            cells += [
                weight(row.target),
                *([weight(row.held)] if held else []),
                weight(row.before),
                weight(row.after),
                points_change(row.drift_before, row.drift_after),
            ]
            if banded:
                cells.append("" if row.band is None else f"±{100 * row.band:.1f}")
            if taxed:
                cells.append(weight_change(row.net_before, row.net_after))
        cells += [weight_change(row.placement_before[a], row.placement_after[a]) for a in accounts]
        table.add_row(*cells, style="bold" if drift and row.outside else "")
    return table


def account_table(accounts: Sequence[AccountLine], household_id: str) -> Table:
    """Return the accounts, before and after."""
    table = _table(["account", "type", "owner"], ["value", "cash", "floor", "flow"])
    for line in accounts:
        table.add_row(
            short_name(line.account_id, household_id),
            line.account_type,
            line.owner,
            money_change(line.value_before, line.value_after),
            money_change(line.cash_before, line.cash_after),
            money(line.cash_floor),
            money(line.flow),
        )
    return table


def order_table(orders: Sequence[OrderLine], household_id: str) -> Table:
    """Return the orders, each with its lots below it."""
    columns = ["shares", "price", "amount", "short", "long", "worth"]
    table = _table(["account", "order"], columns)
    table.add_column("why")
    for order in orders:
        colour = "red" if order.side == "sell" else "green"
        table.add_row(
            short_name(order.account_id, household_id),
            Text(plain(f"{order.side} {order.security_id}"), style=colour),
            shares(order.shares),
            f"{order.price:,.2f}",
            f"{order.amount:,.0f}",
            money(order.gain_st),
            money(order.gain_lt),
            "needed" if order.needed_for else money(order.marginal_usd),
            order.why,
        )
        for lot in order.lots[:LOTS_SHOWN]:
            table.add_row(*_lot_cells(lot, household_id), style="dim")
        if len(order.lots) > LOTS_SHOWN:
            more = counted(len(order.lots) - LOTS_SHOWN, "lot")
            table.add_row(f"  and {more} more", style="dim")
    return table


def _lot_cells(lot: LotLine, household_id: str) -> list[str]:
    gains = [money(lot.gain) if lot.term == term else "" for term in ("short", "long")]
    name = f"  {short_name(lot.lot_id, household_id)}"
    return [name, lot.acquired, shares(lot.shares), "", f"{lot.proceeds:,.0f}", *gains]


def tax_table(units: Sequence[UnitLine], household_id: str) -> Table:
    """Return how each filing unit's year nets, and the tax before and after the run.

    Columns in which no unit has anything are left out.
    """
    columns = (
        *("short", "long", "net", "offset", "federal", "NIIT", "state", "tax"),
        "carried out",
    )
    lines: list[tuple[str, str, list[str], str]] = []
    for unit in units:
        name = f"{short_name(unit.filing_unit_id, household_id)} ({unit.filing_status})"
        lines.append((name, "to date", [money(unit.st_ytd), money(unit.lt_ytd)], "dim"))
        if unit.st_carried_in or unit.lt_carried_in:
            carried = [money(-unit.st_carried_in), money(-unit.lt_carried_in)]
            lines.append(("", "carried in", carried, "dim"))
        lines.append(("", "before", _side_cells(unit.before), ""))
        lines.append(("", "this run", [money(unit.run_st), money(unit.run_lt)], "dim"))
        for what, amount in (
            ("disallowed", unit.disallowed),
            ("distributed", unit.distribution),
            ("penalty", unit.penalty),
        ):
            if abs(amount) >= CENT:
                lines.append(("", what, ["", "", money(amount)], "dim"))
        lines.append(("", "after", _side_cells(unit.after), "bold"))
    padded = [[*cells, *[""] * (len(columns) - len(cells))] for _, _, cells, _ in lines]
    shown = [
        c
        for c, name in enumerate(columns)
        if name in ("short", "long", "tax") or any(row[c] not in ("", NOTHING) for row in padded)
    ]
    table = _table(["filing unit", ""], [columns[c] for c in shown])
    for (name, what, _, style), row in zip(lines, padded, strict=True):
        table.add_row(name, what, *(row[c] for c in shown), style=style)
    return table


def _side_cells(side: Side) -> list[str]:
    carried = [
        f"{money(amount)} {term}"
        for amount, term in ((side.carried_short, "short"), (side.carried_long, "long"))
        if money(amount) != NOTHING
    ]
    figures = [side.net_short, side.net_long, side.net, side.offset]
    taxes = [side.federal, side.niit, side.state, side.tax]
    return [*(money(f) for f in (*figures, *taxes)), ", ".join(carried) or NOTHING]


def term_table(figures: Figures) -> Table:
    """Return the objective term by term."""
    table = _table(["term"], ["before", "after", "change", "bps after"])
    per_bp = 1e4 / figures.value_usd if figures.value_usd > 0 else 0.0
    for name, after in figures.terms_usd.items():
        before = figures.terms_before_usd.get(name)
        table.add_row(
            name.replace("_", " "),
            money(before),
            money(after),
            "" if before is None else money(after - before),
            number(after * per_bp, 3),
        )
    return table


def binding_table(binding: Sequence[Binding], household_id: str) -> Table:
    """Return the rules that bind, the dearest first."""
    table = _table(["rule", "where"], ["worth of one unit more"])
    for bind in sorted(binding, key=lambda b: -abs(b.shadow_price)):
        large = abs(bind.shadow_price) >= 1
        price = usd(bind.shadow_price) if large else f"${number(bind.shadow_price, 4)}"
        table.add_row(bind.rule, short_name(bind.where, household_id), price)
    return table


def breach_table(breaches: Sequence[Breach], household_id: str) -> Table:
    """Return the rules that were broken, where, and by how much."""
    table = _table(["rule", "where"], ["by"])
    for breach in breaches:
        table.add_row(breach.rule, short_name(breach.where, household_id), f"{breach.amount:,.6g}")
    return table


def fault_table(faults: Sequence[Fault]) -> Table:
    """Return faults: where, what, and what would do."""
    table = _table(["where", "what", "what would do"], [])
    for fault in faults:
        table.add_row(fault.where, fault.what, fault.remedy)
    return table


def short_name(name: str, household_id: str) -> str:
    """Return a name without its household's id and a separator in front, if it has them.

    ``smith.joint`` of household ``smith`` becomes ``joint``; other names stay whole.
    """
    rest = name.removeprefix(household_id)
    return rest[1:] if rest != name and len(rest) > 1 and rest[0] in SEPARATORS else name


def _table(texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table
