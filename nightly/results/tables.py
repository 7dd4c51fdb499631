"""The tables a run leaves behind: their columns, and how a plan becomes rows of them.

Others read these tables, so the columns are written down once, with their types, and every row
goes through here. Rows of a plan are sorted by their keys: the same plan gives the same bytes.
Refused: rounding dollars to the cent on the way out. A reader who adds up sixty orders would find
an account overdrawn by thirty cents that never was; exact decimals become the nearest double, and
the judge's doubles keep a millionth of a dollar, which is where their summation noise starts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import pyarrow as pa

from models.plan import Figures, Plan, Status

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[str, list[Row]]

USD_DECIMALS: Final = 6
"""Decimals of a dollar in figures: summation noise is below, every judge's tolerance above."""

BPS_DECIMALS: Final = 8
"""Decimals of a basis point, four more than a judge asks for."""

FRACTION_DECIMALS: Final = 12
"""Decimals of a fraction, three more than a judge asks for."""

_TEXT, _NUMBER, _COUNT, _DAY = pa.string(), pa.float64(), pa.int64(), pa.date32()

TABLES: Final[Mapping[str, Any]] = {
    "plans": pa.schema(
        [
            ("household_id", _TEXT),
            ("status", _TEXT),
            ("approval", _TEXT),
            ("reason", _TEXT),
            ("objective_before_bps", _NUMBER),
            ("objective_after_bps", _NUMBER),
            ("bound_bps", _NUMBER),
            ("gap_bps", _NUMBER),
            ("te_before", _NUMBER),
            ("te_after", _NUMBER),
            ("tax_usd", _NUMBER),
            ("distribution_tax_usd", _NUMBER),
            ("cost_usd", _NUMBER),
            ("drag_before_usd", _NUMBER),
            ("drag_after_usd", _NUMBER),
            ("money_usd_a_year", _NUMBER),
            ("risk_usd_a_year", _NUMBER),
            ("realized_st", _NUMBER),
            ("realized_lt", _NUMBER),
            ("disallowed_loss", _NUMBER),
            ("orders", _COUNT),
            ("solver", _TEXT),
            ("seconds", _NUMBER),
            ("value_usd", _NUMBER),
            ("gap_by_cause", _TEXT),
            ("notes", _TEXT),
            ("policy_id", _TEXT),
        ]
    ),
    "orders": pa.schema(
        [
            ("order_id", _TEXT),
            ("household_id", _TEXT),
            ("account_id", _TEXT),
            ("security_id", _TEXT),
            ("side", _TEXT),
            ("shares", _NUMBER),
            ("price", _NUMBER),
            ("amount", _NUMBER),
            ("reason", _TEXT),
            ("marginal_usd", _NUMBER),
            ("share_step", _NUMBER),
            ("instrument", _TEXT),
            ("custodian", _TEXT),
            ("night_shares", _NUMBER),
        ]
    ),
    "order_lots": pa.schema([("order_id", _TEXT), ("lot_id", _TEXT), ("shares", _NUMBER)]),
    "flows": pa.schema(
        [
            ("household_id", _TEXT),
            ("account_id", _TEXT),
            ("amount", _NUMBER),
            ("filing_unit_id", _TEXT),
            ("custodian", _TEXT),
        ]
    ),
    "lockouts": pa.schema([("household_id", _TEXT), ("identical_group", _TEXT), ("until", _DAY)]),
    "breaches": pa.schema(
        [("household_id", _TEXT), ("rule", _TEXT), ("where", _TEXT), ("amount", _NUMBER)]
    ),
    "binding": pa.schema(
        [("household_id", _TEXT), ("rule", _TEXT), ("where", _TEXT), ("shadow_price", _NUMBER)]
    ),
    "seen": pa.schema(
        [
            ("household_id", _TEXT),
            ("value_usd", _NUMBER),
            ("flow_usd", _NUMBER),
            ("uncertain", _TEXT),
        ]
    ),
    "nos": pa.schema(
        [
            ("household_id", _TEXT),
            ("asof", _DAY),
            ("nights", _COUNT),
            ("reason", _TEXT),
            ("triggers", _TEXT),
            ("facts_sha256", _TEXT),
            ("idle_bps", _NUMBER),
            ("prices", _TEXT),
        ]
    ),
    "notices": pa.schema(
        [
            ("household_id", _TEXT),
            ("kind", _TEXT),
            ("where", _TEXT),
            ("day", _DAY),
            ("usd", _NUMBER),
            ("limit_usd", _NUMBER),
        ]
    ),
}
"""Schema of every table of a run: the columns of the contract first, then what was added."""


LATER: Final = ("instrument", "custodian", "filing_unit_id", "night_shares")
"""Columns that runs of earlier versions lack: they read as null."""


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What leaves a run later must know without the book.

    By security the smallest lot and the instrument, by account filing unit and custodian; by
    household and security the most shares that a night may trade on each side.
    """

    share_steps: Mapping[str, float] = field(default_factory=dict)
    instruments: Mapping[str, str | None] = field(default_factory=dict)
    filing_units: Mapping[str, str] = field(default_factory=dict)
    custodians: Mapping[str, str | None] = field(default_factory=dict)
    night_shares: Mapping[tuple[str, str], float] = field(default_factory=dict)


NO_FACTS: Final = BookFacts()


def rows_of(plan: Plan) -> Rows:
    """Return the rows of every table that `plan` leaves behind, sorted by their keys.

    Orders leave with a `planned` answer only: those of a plan that the judge refused stay behind.
    """
    household = plan.household_id
    leaves = plan.status is Status.PLANNED
    orders = sorted(plan.orders if leaves else (), key=lambda order: order.order_id)
    flows = plan.flows if plan.status in (Status.PLANNED, Status.NO_ACTION) else ()
    lockouts = plan.lockouts if leaves else ()
    return {
        "plans": [_plan_row(plan, len(orders))],
        "orders": [
            {
                "order_id": order.order_id,
                "household_id": household,
                "account_id": order.account_id,
                "security_id": order.security_id,
                "side": order.side.value,
                "shares": float(order.shares),
                "price": float(order.price),
                "amount": float(order.amount),
                "reason": order.reason,
                "marginal_usd": _rounded(order.marginal_usd, USD_DECIMALS),
            }
            for order in orders
        ],
        "order_lots": [
            {"order_id": order.order_id, "lot_id": lot.lot_id, "shares": float(lot.shares)}
            for order in orders
            for lot in sorted(order.lots, key=lambda lot: lot.lot_id)
        ],
        "flows": [
            {"household_id": household, "account_id": flow.account_id, "amount": float(flow.amount)}
            for flow in sorted(flows, key=lambda flow: (flow.account_id, flow.amount))
        ],
        "lockouts": [
            {
                "household_id": household,
                "identical_group": lock.identical_group,
                "until": lock.until,
            }
            for lock in sorted(lockouts, key=lambda lock: (lock.identical_group, lock.until))
        ],
        "breaches": [
            {
                "household_id": household,
                "rule": breach.rule,
                "where": breach.where,
                "amount": _rounded(breach.amount, FRACTION_DECIMALS),
            }
            for breach in sorted(plan.breaches, key=lambda breach: (breach.rule, breach.where))
        ],
        "binding": [
            {
                "household_id": household,
                "rule": bind.rule,
                "where": bind.where,
                "shadow_price": _rounded(bind.shadow_price, FRACTION_DECIMALS),
            }
            for bind in sorted(plan.binding, key=lambda bind: (bind.rule, bind.where))
        ],
    }


def gathered(plans: Iterable[Plan]) -> Rows:
    """Return the rows of several plans, table by table, in the order of the plans."""
    rows: Rows = {name: [] for name in TABLES}  # some are no plan's, and are added later
    for plan in plans:
        for name, added in rows_of(plan).items():
            rows[name].extend(added)
    return rows


def tables_of(
    plans: Sequence[Plan],
    policy_ids: Sequence[str | None],
    facts: BookFacts = NO_FACTS,
    beside: Mapping[str, Sequence[Row]] | None = None,
) -> dict[str, Any]:
    """Return every table of a run for some plans, as Arrow tables, in the order of the plans.

    `policy_ids` are the households' policies. `beside` are rows of tables that are no plan's: what
    the book showed of each household, and what is worth knowing.
    """
    rows = gathered(plans)
    for row, policy_id in zip(rows["plans"], policy_ids, strict=True):
        row["policy_id"] = policy_id
    for row in rows["orders"]:
        row["share_step"] = facts.share_steps.get(row["security_id"])
        row["instrument"] = facts.instruments.get(row["security_id"])
        row["custodian"] = facts.custodians.get(row["account_id"])
        place = row["household_id"], row["security_id"]
        row["night_shares"] = facts.night_shares.get(place)
    for row in rows["flows"]:
        row["filing_unit_id"] = facts.filing_units.get(row["account_id"])
        row["custodian"] = facts.custodians.get(row["account_id"])
    for name, found in (beside or {}).items():
        rows[name] = list(found)
    return {name: arrow_table(name, found) for name, found in rows.items()}


def arrow_table(name: str, rows: list[Row]) -> Any:
    """Return `rows` as an Arrow table with exactly the columns of table `name`."""
    return pa.Table.from_pylist(rows, TABLES[name]) if rows else TABLES[name].empty_table()


def _plan_row(plan: Plan, orders: int) -> Row:
    certificate = plan.certificate
    causes = dict(sorted(certificate.gap_by_cause.items())) if certificate else {}
    return {
        "household_id": plan.household_id,
        "status": plan.status.value,
        "approval": plan.approval,
        "reason": plan.reason,
        "bound_bps": _rounded(certificate.bound_bps, BPS_DECIMALS) if certificate else None,
        "gap_bps": _rounded(certificate.gap_bps, BPS_DECIMALS) if certificate else None,
        "solver": plan.solver,
        "seconds": plan.seconds,
        "gap_by_cause": _as_text({k: _rounded(v, BPS_DECIMALS) for k, v in causes.items()}),
        "notes": _as_text(list(plan.notes)),
        **_figure_cells(plan.figures, orders),
    }


def _as_text(found: dict[str, Any] | list[str]) -> str:
    """JSON; most of it is empty, and that costs nothing."""
    return json.dumps(found, ensure_ascii=False) if found else str(found)


def _figure_cells(figures: Figures | None, orders: int) -> Row:
    if figures is None:
        return {"orders": orders}
    in_bps = ("objective_before_bps", "objective_after_bps")
    as_fraction = ("te_before", "te_after")
    in_dollars = (
        *("value_usd", "tax_usd", "distribution_tax_usd", "cost_usd"),
        *("money_usd_a_year", "risk_usd_a_year"),
        *("drag_before_usd", "drag_after_usd", "realized_st", "realized_lt", "disallowed_loss"),
    )
    return {
        **{name: _rounded(getattr(figures, name), BPS_DECIMALS) for name in in_bps},
        **{name: _rounded(getattr(figures, name), FRACTION_DECIMALS) for name in as_fraction},
        **{name: _rounded(getattr(figures, name), USD_DECIMALS) for name in in_dollars},
        "orders": orders,
    }


def _rounded(figure: float | None, decimals: int) -> float | None:
    """Round half-even; what is undefined or not finite is null; there is no negative zero."""
    if figure is None or not math.isfinite(figure):
        return None
    return round(float(figure), decimals) + 0.0
