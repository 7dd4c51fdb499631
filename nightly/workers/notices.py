"""What of an answered household a person may want to know before it costs: lots and budgets.

A lot with a gain that turns long-term within weeks, and a budget of which little is left, are no
faults and no trigger by themselves; `hearth alerts` tells them. They are worked out while the
household is at hand: a run does not keep its lots.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from models.household import Household
from models.ledger import exact
from models.ledger.exact import day_of, days_of
from models.plan import Plan, Status
from models.policy import Policy
from models.tax.holding_period import first_long_term_days

if TYPE_CHECKING:
    from optimizer.judge.unit_year import UnitYear

TURNING, NEARLY_USED = "turning", "nearly_used"

TURNING_DAYS: Final = 30
"""Calendar days before a lot turns long-term from which it is told: a month of nights, as far as a
wash-sale window reaches."""

NEARLY_A_YEAR, ABOUT = 350, 25
"""Days that a lot which turns within the month has been held, 336 to 366, and some on either side:
only of these the exact day is worked out."""

TURNING_USD: Final = 1_000.0
"""Dollars of gain from which a turning lot is told: at rates 20 points apart, $200 of tax."""

NEARLY: Final = Decimal("0.8")
"""Share of a budget from which it is nearly used. Chosen: a fifth is one more ordinary plan."""

ANSWERED: Final = (Status.PLANNED, Status.NO_ACTION)
"""Answers after which what is left of a budget is known."""


def notices_of(household: Household, policy: Policy, plan: Plan) -> list[dict[str, Any]]:
    """Return the rows of what is worth knowing of a household and its plan, sorted."""
    rows = [*_turning(household, plan), *_nearly_used(household, policy, plan)]
    return sorted(rows, key=lambda row: (row["kind"], row["where"]))


def _turning(household: Household, plan: Plan) -> Iterator[dict[str, Any]]:
    """Gain lots of taxable accounts that turn soon and that the plan does not sell."""
    lots, asof = household.lots, np.datetime64(household.asof, "D")
    over = day_of(household.asof) - NEARLY_A_YEAR - days_of(lots.holding_start)
    near = np.flatnonzero(np.abs(over) <= ABOUT)
    if not near.size:
        return
    price = household.market.securities.price[lots.security[near]]
    gain = lots.shares[near] * price - lots.basis[near]
    told = household.taxable[lots.account[near]] & (gain >= TURNING_USD)
    if not told.any():
        return
    first = first_long_term_days(lots.holding_start[near])
    told &= (first > asof) & (first <= asof + np.timedelta64(TURNING_DAYS, "D"))
    sold = {lot.lot_id for order in plan.orders for lot in order.lots}
    for at in np.flatnonzero(told).tolist():
        name = str(lots.lot_id[near[at]])
        if name not in sold:
            yield _row(household, TURNING, name, first[at].item(), gain[at], None)


def _nearly_used(household: Household, policy: Policy, plan: Plan) -> Iterator[dict[str, Any]]:
    limits, units = policy.limits, household.units
    turnover = policy.trades.max_turnover
    taxes = _budgets(units.tax_budget_usd, limits.tax_budget_usd)
    gains = _budgets(units.gain_budget_usd, limits.gain_budget_usd)
    budgets = any(each is not None for each in (*taxes, *gains))
    if plan.status not in ANSWERED or not (budgets or turnover):
        return
    if budgets:
        for u, unit in enumerate(_years(household, policy, plan)):
            before = exact(units.st_realized_ytd[u]) + exact(units.lt_realized_ytd[u])
            for rule, used, limit in (
                ("tax_budget", unit.budget_after_usd, taxes[u]),
                ("gain_budget", before + unit.run.recognized, gains[u]),
            ):
                if limit and used >= NEARLY * limit:
                    where = f"{rule} {unit.filing_unit_id}"
                    yield _row(household, NEARLY_USED, where, None, float(used), float(limit))
    if turnover and plan.figures is not None and plan.figures.value_usd:
        used = sum((order.amount for order in plan.orders), Decimal(0)) / 2
        limit = exact(turnover) * exact(plan.figures.value_usd)
        if used >= NEARLY * limit > 0:
            where = "turnover household"
            yield _row(household, NEARLY_USED, where, None, float(used), float(limit))


def _years(household: Household, policy: Policy, plan: Plan) -> Sequence[UnitYear]:
    """Return each filing unit's year as the judge finds it after the plan."""
    from optimizer.judge.bench import Bench
    from optimizer.judge.verify import judged

    known = Bench(household, policy)
    if not plan.orders and not plan.flows:
        return known.still
    return judged(known, plan.orders, plan.flows, ()).units


def _budgets(own: np.ndarray, shared: float | None) -> list[Decimal | None]:
    """A unit's own budget overrides the policy's, which is per unit."""
    usual = None if shared is None else exact(shared)
    return [usual if np.isnan(each) else exact(each) for each in own.tolist()]


def _row(
    household: Household, kind: str, where: str, day: Any, usd: float, limit: float | None
) -> dict[str, Any]:
    return {
        "household_id": household.household_id,
        "kind": kind,
        "where": where,
        "day": day,
        "usd": round(float(usd), 2),
        "limit_usd": limit if limit is None else round(limit, 2),
    }
