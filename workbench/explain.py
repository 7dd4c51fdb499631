"""A plan explained as data: everything its screen shows, and nothing a screen needs to compute.

One function turns household, policy, plan and the judge's verdict into records of plain numbers
and text, ready for a page, a notebook or JSON. Figures come from the judge; what is added here is
only looked up or multiplied out (lots, dates, dollars per line). Refused: a second tax formula;
netting is shown by the law's own function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from models.arrays import Floats
from models.book.faults import Fault
from models.household import Household
from models.plan import Plan
from models.policy import Policy
from optimizer.judge.rates import unit_rates
from optimizer.judge.tracking import account_scale
from workbench.tickets import OrderLine, order_lines
from workbench.unit_tax import UnitLine, counted_tax
from workbench.weights import Standing, WeightRow, standing_after, standing_before, weight_rows

if TYPE_CHECKING:
    import pandas as pd

NOTHING_USD: Final = 1.0
"""Dollars of a household below which nothing is a fraction of it (the contract's own figure)."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account before and after, in dollars; `flow` is its own plus what the plan moves."""

    account_id: str
    account_type: str
    owner: str
    filing_unit_id: str
    value_before: float
    value_after: float
    cash_before: float
    cash_after: float
    cash_floor: float
    flow: float


@dataclass(frozen=True, slots=True)
class LockedLine:
    """An identical group that must not be bought through a day, by the names that one would buy."""

    identical_group: str
    until: str
    securities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one plan.

    Without a household (its data was invalid) only the plan and the faults speak. `tax_counts` says
    which taxes are in the units' figures.
    """

    plan: Plan
    asof: str
    policy_id: str
    faults: tuple[Fault, ...] = ()
    weights: tuple[WeightRow, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    orders: tuple[OrderLine, ...] = ()
    units: tuple[UnitLine, ...] = ()
    tax_counts: str = ""
    locked: tuple[LockedLine, ...] = ()

    def _repr_html_(self) -> str:
        """Show itself in a notebook: weights, figures and orders, as the workbench words them."""
        from workbench.pages.documents import notebook

        return notebook(self.as_data())

    def frame(self, table: str = "orders") -> pd.DataFrame:
        """Return one of its tables as a DataFrame: orders, weights, accounts, units, binding.

        Raises
        ------
        ValueError
            When it has no such table: names those it has.
        """
        import pandas as pd

        tables = {name: rows for name, rows in self.as_data().items() if isinstance(rows, list)}
        if table not in tables:
            raise ValueError(f"no table {table!r}: choose {', '.join(tables)}")
        return pd.DataFrame(tables[table])

    def plot(self) -> Any:
        """Draw weights before and after, by account."""
        from workbench.pages.cells import weights_picture

        return weights_picture(self.as_data())

    def as_data(self) -> dict[str, Any]:
        """Return the explanation as JSON-ready data."""
        plan = self.plan
        return {
            "household_id": plan.household_id,
            "asof": self.asof,
            "policy_id": self.policy_id,
            "status": plan.status.value,
            "reason": plan.reason,
            "approval": plan.approval,
            "figures": _plain(plan.figures),
            "certificate": _plain(plan.certificate),
            "weights": [
                {**asdict(r), "drift_before": r.drift_before, "drift_after": r.drift_after}
                for r in self.weights
            ],
            "accounts": [asdict(line) for line in self.accounts],
            "orders": [asdict(line) for line in self.orders],
            "flows": [{"account_id": f.account_id, "amount": float(f.amount)} for f in plan.flows],
            "units": [asdict(line) for line in self.units],
            "tax_counts": self.tax_counts,
            "lockouts": [
                {**asdict(line), "securities": [*line.securities]} for line in self.locked
            ],
            "breaches": [asdict(breach) for breach in plan.breaches],
            "binding": [asdict(bind) for bind in plan.binding],
            "notes": list(plan.notes),
            "faults": [fault_data(fault) for fault in self.faults],
            "request": plan.request,
            "solver": plan.solver,
            "seconds": plan.seconds,
        }


def explain(
    household: Household, policy: Policy, plan: Plan, units: Sequence[UnitLine] = ()
) -> Explanation:
    """Return a plan of `household` explained; `units` holds its tax lines by filing unit."""
    if household.value_usd < NOTHING_USD:  # more is asked for than is there: show what is there
        household = replace(household, net_flow=0.0)
    before = standing_before(household)
    after = standing_after(household, policy, plan.orders, plan.flows)
    return Explanation(
        plan=plan,
        asof=household.asof.isoformat(),
        policy_id=policy.policy_id,
        weights=weight_rows(household, before, after, _after_tax(household, policy)),
        accounts=_account_lines(household, plan, before, after),
        orders=order_lines(household, policy, plan.orders),
        units=tuple(units),
        tax_counts=counted_tax(policy),
        locked=_locked_lines(household, plan),
    )


def _locked_lines(household: Household, plan: Plan) -> tuple[LockedLine, ...]:
    market = household.market.securities
    identicals = market.identical_names[market.identical_group]
    return tuple(
        LockedLine(
            lock.identical_group,
            lock.until.isoformat(),
            tuple(sorted(market.security_id[identicals == lock.identical_group].tolist())),
        )
        for lock in plan.lockouts
    )


def _after_tax(household: Household, policy: Policy) -> Floats:
    """What a dollar of each account counts after tax: a deferred one 1 − τ_ret, by the judge."""
    counted = replace(policy, risk=replace(policy.risk, after_tax_weights=True))
    return account_scale(household, counted, unit_rates(household, policy))


def explain_invalid(plan: Plan, asof: str, faults: Sequence[Fault]) -> Explanation:
    """Return the answer for a household whose data is faulty."""
    return Explanation(plan=plan, asof=asof, policy_id="", faults=tuple(faults))


def fault_data(fault: Fault) -> dict[str, Any]:
    """Return a fault as JSON-ready data: `row` as a spreadsheet shows it, `index` from 0."""
    return {
        "table": fault.table,
        "row": fault.sheet_row,
        "index": fault.row,
        "column": fault.column,
        "what": fault.what,
        "remedy": fault.remedy,
        "households": list(fault.households),
        "kind": fault.kind,
        "uncertain": fault.uncertain,
    }


def _account_lines(
    household: Household, plan: Plan, before: Standing, after: Standing
) -> tuple[AccountLine, ...]:
    accounts = household.accounts
    moved: dict[str, float] = {}
    for flow in plan.flows:
        moved[flow.account_id] = moved.get(flow.account_id, 0.0) + float(flow.amount)
    values = before.account_values, after.account_values
    return tuple(
        AccountLine(
            account_id=str(name),
            account_type=str(accounts.account_type[a]),
            owner=str(accounts.owner[a]),
            filing_unit_id=str(household.units.filing_unit_id[accounts.filing_unit[a]]),
            value_before=float(values[0][a]),
            value_after=float(values[1][a]),
            cash_before=float(before.cash[a]),
            cash_after=float(after.cash[a]),
            cash_floor=float(accounts.cash_floor[a]),
            flow=float(accounts.net_flow[a]) + moved.get(str(name), 0.0),
        )
        for a, name in enumerate(accounts.account_id)
    )


def _plain(record: Any) -> dict[str, Any] | None:
    """Return a record of figures as a dictionary; its mappings become plain ones."""
    if record is None:
        return None
    fields = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return {k: dict(v) if isinstance(v, Mapping) else v for k, v in fields.items()}
