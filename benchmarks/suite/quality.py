"""Plans against the exact mixed-integer optimum, judged by the ledger, case by case.

    python -m benchmarks.quality --households 30 --seed 7 [--tight] [--seconds 60] [--out FOLDER]

SCIP's incumbent is turned into orders and judged like any plan, so both objectives are the
ledger's. Where SCIP stops at its time limit its own dual bound is shown beside it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.oracles.exact.solve import Exact, solve
from benchmarks.suite.command_line import add_common, finish
from benchmarks.suite.measure import Report, markdown_table
from benchmarks.suite.small_cases import small_households, tight_households
from benchmarks.suite.spec import rows_of
from models.household import Household
from models.order import Order
from models.plan import Plan
from models.policy import Policy
from models.tolerances import BPS
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance

WORTH_TELLING_BPS = 0.1
"""Basis points above which a case is listed with its orders."""

SAME_ORDER = 2e-4
"""Fraction of the household: orders that differ by less are not listed."""

LIMITATIONS = (
    "synthetic `etf` households: margins depend on the generator",
    "the exact model states the problem by itself; it shares with the optimizer what `models` says "
    "of law, ledger and market",
    "SCIP starts from the plan, so its incumbent is never worse than the plan",
    "where SCIP reached its time limit the optimum lies between its dual bound and the incumbent",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One household: the plan, SCIP's incumbent (both judged, bps), bounds, and what differs.

    `excess_bps` is the plan's objective less the incumbent's, `missed` says that SCIP found orders
    where there was no plan.
    """

    household_id: str
    policy_id: str
    status: str
    plan_bps: float
    exact_bps: float
    excess_bps: float
    bound_bps: float
    dual_bps: float
    exact_status: str
    exact_seconds: float
    bound_holds: bool
    missed: bool
    differs: str


def compare(household: Household, policy: Policy, *, seconds: float) -> Case:
    """Plan one household, solve it exactly, judge both."""
    plan = rebalance(household, policy)
    exact = solve(household, policy, seconds=seconds, start=plan.orders)
    return case_of(household, policy, plan, exact)


def case_of(household: Household, policy: Policy, plan: Plan, exact: Exact) -> Case:
    """Judge SCIP's orders and put them beside the plan."""
    figures = plan.figures
    own = np.inf if figures is None else _number(figures.objective_after_bps)
    best = np.inf
    if exact.found:
        verdict = verify(household, policy, exact.orders, exact.flows)
        best = _number(verdict.figures.objective_after_bps) if verdict.kept else np.inf
    bound = -np.inf if plan.certificate is None else plan.certificate.bound_bps
    if plan.status.value not in ("planned", "no_action"):
        own = np.inf
    excess = own - best if np.isfinite(own) and np.isfinite(best) else np.nan
    value = 1.0 if figures is None else figures.value_usd
    return Case(
        household_id=household.household_id,
        policy_id=policy.policy_id,
        status=plan.status.value,
        plan_bps=own,
        exact_bps=best,
        excess_bps=excess,
        bound_bps=bound,
        dual_bps=exact.bound_bps,
        exact_status=exact.status,
        exact_seconds=exact.seconds,
        bound_holds=bool(bound <= best + BPS),
        missed=bool(np.isfinite(best) and not np.isfinite(own)),
        differs=_differs(plan.orders, exact.orders, value) if excess > WORTH_TELLING_BPS else "",
    )


def _number(value: float | None) -> float:
    return np.inf if value is None else value


def _differs(plan: Sequence[Order], exact: Sequence[Order], value_usd: float) -> str:
    """Orders whose amounts differ, largest first: account security side plan → exact, dollars."""
    amounts = [
        {(o.account_id, o.security_id, o.side.value): float(o.amount) for o in orders}
        for orders in (plan, exact)
    ]
    every = sorted(
        set(amounts[0]) | set(amounts[1]),
        key=lambda key: -abs(amounts[0].get(key, 0.0) - amounts[1].get(key, 0.0)),
    )
    told = [
        f"{account} {side} {security} {amounts[0].get(key, 0.0):.0f}→{amounts[1].get(key, 0.0):.0f}"
        for key in every
        for account, security, side in (key,)
        if abs(amounts[0].get(key, 0.0) - amounts[1].get(key, 0.0)) > SAME_ORDER * value_usd
    ]
    return "; ".join(told)


def report(cases: Sequence[Case], command: str) -> Report:
    """Mean and largest excess, whether every bound held, and the cases worth telling."""
    excess = np.array([case.excess_bps for case in cases if np.isfinite(case.excess_bps)])
    statuses = Counter(case.status for case in cases)
    proven = sum(case.exact_status in ("optimal", "gaplimit") for case in cases)
    summary = {
        "households": len(cases),
        "compared": len(excess),
        "mean excess bps": float(excess.mean()) if len(excess) else np.nan,
        "median": float(np.median(excess)) if len(excess) else np.nan,
        "max": float(excess.max()) if len(excess) else np.nan,
        "SCIP proven": proven,
        "bounds that held": sum(case.bound_holds for case in cases),
        "missed": sum(case.missed for case in cases),
    }
    told = [
        f"- {case.household_id}: {case.excess_bps:.3f} bps; {case.differs}"
        for case in sorted(cases, key=lambda case: -np.nan_to_num(case.excess_bps))
        if case.excess_bps > WORTH_TELLING_BPS
    ]
    body = [
        *markdown_table([summary]),
        "",
        "statuses: " + ", ".join(f"{name} {n}" for name, n in sorted(statuses.items())),
        "",
        f"Cases above {WORTH_TELLING_BPS} bps (orders in dollars, plan → SCIP):",
        "",
        *(told or ["none"]),
    ]
    rows = [{k: v for k, v in asdict(case).items() if k != "differs"} for case in cases]
    return Report("Plans against the exact optimum", command, LIMITATIONS, body, rows)


@dataclass(frozen=True, slots=True)
class Quality:
    """Plans of so many small households against SCIP; `tight`: with tax budgets that bind."""

    households: int = 30
    seed: int = 7
    seconds: float = 60.0
    tight: bool = False

    row = Case

    @property
    def name(self) -> str:
        """The name its files bear."""
        return "quality-tight" if self.tight else "quality"

    @property
    def command(self) -> str:
        """The command line of these settings."""
        return (
            f"python -m benchmarks.quality --households {self.households} --seed {self.seed} "
            f"--seconds {self.seconds:g}" + (" --tight" if self.tight else "")
        )

    def cases(self) -> Iterator[tuple[str, tuple[Household, Policy]]]:
        """Yield the households with their policies."""
        kind = tight_households if self.tight else small_households
        for household, policy in kind(self.households, self.seed):
            yield household.household_id, (household, policy)

    def methods(self) -> Mapping[str, Callable[[tuple[Household, Policy]], Case]]:
        """SCIP, beside the plan."""
        return {"SCIP": lambda case: compare(*case, seconds=self.seconds)}

    def told(self, rows: Sequence[Case]) -> Report:
        """What the cases say."""
        return report(rows, self.command)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    usual = Quality()
    parser.add_argument("--households", type=int, default=usual.households)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument(
        "--seconds", type=float, default=usual.seconds, help="SCIP's limit a household"
    )
    parser.add_argument("--tight", action="store_true", help="only tax budgets that bind")
    add_common(parser)
    given = parser.parse_args()
    spec = Quality(given.households, given.seed, given.seconds, given.tight)
    finish(spec.told(rows_of(spec, given.rows, _say)), spec.name, given.out)


def _say(case: Case) -> None:
    print(
        f"{case.household_id} {case.status} excess {case.excess_bps:.4f} bps, SCIP "
        f"{case.exact_status} in {case.exact_seconds:.1f} s",
        flush=True,
    )
