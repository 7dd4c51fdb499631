"""How a household reaches its target over years: a plan a year, each on what the last one left.

    household → as the law's year → plan → judge → ledger → books closed → next year's household

Every year is a whole plan, made and judged like tonight's, so what a smaller tax budget costs in
tracking error is seen and not estimated. Prices are held: a path says what the tax law and the
household's own lots allow, and is no forecast. Refused: one program over all years, whose later
years nobody would trade; and growth, under which a path would say more of the growth than of tax.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from models.arrays import read_only
from models.errors import HearthError
from models.household import Household
from models.law import known_years
from models.law_year import in_law_year
from models.ledger.exact import ZERO
from models.ledger.next_year import carried_out, next_year
from models.order import order_id
from models.policy import Policy
from models.tax.netting import Carryover
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from workbench.paths import ANSWERS, Path, Transition, Year

MOST_YEARS: Final = 30
"""Years of a path at most: by then every lot is long-term and every loss carried is used."""

MOST_BUDGETS: Final = 6
"""Yearly budgets beside each other at most: what one picture can tell apart."""

PARTS: Final = (0.5, 0.25)
"""Yearly budgets where none is named: parts of what the dearest year costs without one."""


class TransitionError(HearthError):
    """A path that means nothing: the message says what would do."""


def transition(
    household: Household, policy: Policy, years: int, budgets: Sequence[float] = ()
) -> Transition:
    """Return a household's paths over some years.

    Without a tax budget; with its own, where it has any; and with each of `budgets` in their place,
    dollars a year of each filing unit. Without `budgets`, half and a quarter of the dearest year of
    the first path are taken.

    Raises
    ------
    TransitionError
        When there are no years or too many, or a budget is none or there are too many.
    """
    _check(years, budgets)
    household = replace(household, earlier_no=None)  # a night's no is of its own budget
    first = Path(None, tuple(lived(*budgeted(household, policy, None), years)))
    paths = [first]
    limited = not np.isnan(household.units.tax_budget_usd).all()
    if limited or policy.limits.tax_budget_usd is not None:
        paths.append(Path(None, tuple(lived(household, policy, years)), own=True))
    dearest = max((year.counted_usd or 0.0 for year in first.years), default=0.0)
    wanted = budgets or [float(round(part * dearest)) for part in PARTS if dearest > 0.0]
    for budget in sorted(set(wanted), reverse=True):
        paths.append(Path(budget, tuple(lived(*budgeted(household, policy, budget), years))))
    asof = household.asof.isoformat()
    return Transition(household.household_id, asof, policy.policy_id, tuple(paths))


def budgeted(
    household: Household, policy: Policy, tax_budget_usd: float | None
) -> tuple[Household, Policy]:
    """Return household and policy with one tax budget for each unit and year in place of any."""
    same = np.full(
        len(household.units.filing_unit_id), np.nan if tax_budget_usd is None else tax_budget_usd
    )
    units = replace(household.units, tax_budget_usd=read_only(same))
    limits = replace(policy.limits, tax_budget_usd=None)
    return replace(household, units=units), replace(policy, limits=limits)


def lived(household: Household, policy: Policy, years: int) -> Iterator[Year]:
    """Plan year after year; the path ends with the first year that has no plan."""
    for _ in range(years):
        year = household.asof.year
        law = min(year, known_years()[-1])
        shown = household if law == year else in_law_year(household, household.market, law)
        plan = rebalance(shown, policy)
        if plan.status not in ANSWERS:
            yield Year(year, law, plan)
            return
        verdict = verify(shown, policy, plan.orders, plan.flows)
        if not verdict.kept:
            raise TransitionError(f"{year}: the plan breaks {verdict.breaches[0].rule}")
        carried = [Carryover(u.after.carry_short, u.after.carry_long) for u in verdict.units]
        yield Year(
            year,
            law,
            replace(plan, figures=verdict.figures),
            float(max(unit.budget_after_usd for unit in verdict.units)),
            Carryover(*(sum(losses, ZERO) for losses in zip(*carried, strict=True))),
        )
        orders = [
            replace(o, order_id=order_id(household.asof, o.account_id, o.security_id, o.side))
            for o in plan.orders
        ]
        after, _ = carried_out(household, policy, orders, plan.flows)
        household = next_year(after, household, carried)


def _check(years: int, budgets: Sequence[float]) -> None:
    if not 1 <= years <= MOST_YEARS:
        raise TransitionError(f"{years} years: choose 1 to {MOST_YEARS}")
    if len(set(budgets)) > MOST_BUDGETS:
        raise TransitionError(f"{len(set(budgets))} budgets: choose {MOST_BUDGETS} at most")
    for budget in budgets:
        if not 0.0 <= budget < np.inf:
            raise TransitionError(f"a tax budget of {budget}: give dollars a year, 0 or more")
