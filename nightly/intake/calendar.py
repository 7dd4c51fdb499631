"""What the calendar says of a household: distributions due, penalties, room, purchases to come.

Nobody should work these out by hand from birth dates. Refused: guessing a balance of last December
from today's, which is what a required distribution is not counted from.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from models.law import law_for
from models.tax.custodian.rmd import (
    Balance,
    deferral_limit,
    hsa_limit,
    ira_limit,
    is_due,
    rmd_due,
    roth_ira_limit,
)
from nightly.intake.household_file import AccountFacts, HouseholdFile

ZERO: Final = Decimal(0)

PENALTY_AGE_MONTHS: Final = 59 * 12 + 6
"""Months. Distributions before 59½ bear an additional tax (26 U.S.C. 72(t)(2)(A)(i))."""

PENALTY_RATE: Final = 0.10
"""Of what is distributed early (26 U.S.C. 72(t)(1))."""

HSA_AGE: Final = 65
HSA_RATE: Final = 0.20
"""Of what leaves a health savings account for anything but health (26 U.S.C. 223(f)(4))."""

EARLY: Final = frozenset({"traditional_ira", "401k"})

HORIZON_DAYS: Final = 31
"""Days ahead in which a purchase is told: it closes the wash-sale window of a sale today."""


@dataclass(frozen=True, slots=True)
class Due:
    """Dollars that must leave an account this year, and what could not be worked out."""

    by_account: Mapping[str, float]
    told: tuple[str, ...]


def age_in(born: date, year: int) -> int:
    """Return the age that is reached in a year: what distributions and catch-ups go by."""
    return year - born.year


def distributions_due(household: HouseholdFile, year: int) -> Due:
    """Return what each account must still distribute this year.

    IRAs of one owner are one pot and any of them may pay: it is put on the one with the largest
    balance. What was taken this year already counts toward it.
    """
    balances, told, taken = [], [], {}
    for account in household.accounts:
        born = household.owners.get(account.owner)
        if born is None or not is_due(age_in(born, year), year, account.account_type):
            continue
        if account.year_end_balance is None:
            told.append(
                f"{account.account_id}: a distribution is due in {year}; give year_end_balance, "
                f"its value on {year - 1}-12-31, and it will be planned"
            )
            continue
        dollars = Decimal(str(account.year_end_balance))
        balances.append(Balance(account.account_id, account.owner, account.account_type, dollars))
        taken[account.account_id] = Decimal(str(account.distributed_ytd))
    ages = {name: age_in(born, year) for name, born in household.owners.items() if born is not None}
    by_account: dict[str, float] = {}
    for pot, amount in rmd_due(balances, ages, year).items():
        mine = [
            each
            for each in balances
            if each.account_id == pot
            or (pot == f"ira:{each.owner}" and each.account_type == "traditional_ira")
        ]
        left = amount - sum((taken[each.account_id] for each in mine), ZERO)
        if left > ZERO:
            largest = max(mine, key=lambda each: (each.dollars, each.account_id))
            by_account[largest.account_id] = float(left)
            told.append(f"{largest.account_id}: {left:,.2f} must be distributed in {year}")
    return Due(by_account, tuple(told))


def early_penalty(account: AccountFacts, household: HouseholdFile, asof: date) -> float:
    """Return the additional tax on a withdrawal from an account today, as a rate."""
    born = household.owners.get(account.owner)
    if born is None:
        return 0.0
    months = (asof.year - born.year) * 12 + asof.month - born.month - (asof.day < born.day)
    if account.account_type in EARLY and months < PENALTY_AGE_MONTHS:
        return PENALTY_RATE
    if account.account_type == "hsa" and months < HSA_AGE * 12:
        return HSA_RATE
    return 0.0


def room(household: HouseholdFile, asof: date) -> list[str]:
    """Return what may still be contributed this year, a line an owner and kind of account.

    It is the law's limit less what was given so far; what contributions that are known will yet
    bring this year is told beside it.
    """
    year, lines = asof.year, []
    law = law_for(year)
    magi = Decimal(str(household.unit.get("magi", household.unit["ordinary_income"])))
    for owner, born in household.owners.items():
        if born is None:
            continue
        age = age_in(born, year)
        mine = [each for each in household.accounts if each.owner == owner]
        plans = [each for each in mine if each.account_type in ("401k", "roth_401k")]
        iras = [each for each in mine if each.account_type in ("traditional_ira", "roth_ira")]
        roths = [each for each in iras if each.account_type == "roth_ira"]
        if plans:
            left = deferral_limit(law, age) - _given(plans)
            said = f"{owner}: room of {max(ZERO, left):,.0f} in the 401(k) for {year}"
            lines.append(said + _to_come(plans, asof))
        for hsa in (each for each in mine if each.account_type == "hsa"):
            left = hsa_limit(law, age, hsa.family_coverage) - _given([hsa])
            said = f"{owner}: room of {max(ZERO, left):,.0f} in {hsa.account_id} for {year}"
            lines.append(said + _to_come([hsa], asof))
        if iras:
            left = max(ZERO, ira_limit(law, age) - _given(iras))
            roth = roth_ira_limit(law, age, household.filing_status, magi) - _given(roths)
            said = f"{owner}: room of {left:,.0f} in IRAs for {year}"
            if roths:
                said += f", of it {max(ZERO, min(left, roth)):,.0f} in the Roth"
            lines.append(said + _to_come(iras, asof))
    return lines


def _to_come(accounts: Iterable[AccountFacts], asof: date) -> str:
    """Say what contributions will yet bring this year, and of which nothing counts as given."""
    giving = [each for each in accounts if each.contributes is not None]
    left = (date(asof.year, 12, 31) - asof).days
    coming = sum(
        plan.usd * len(list(_days(plan.day, asof, left)))
        for each in giving
        if (plan := each.contributes) is not None
    )
    said = f"; contributions to come bring {coming:,.0f}" if coming else ""
    untold = ", ".join(each.account_id for each in giving if not each.contributed_ytd)
    asked = f"; nothing counts as given so far in {untold}: contributed_ytd says it"
    return said + (asked if untold else "")


def scheduled(account: AccountFacts, asof: date) -> list[tuple[str, date]]:
    """Return the purchases of the coming month that contributions make: security and day."""
    plan = account.contributes
    if plan is None:
        return []
    return [(name, day) for day in _days(plan.day, asof) for name in plan.into]


def arriving(account: AccountFacts, asof: date) -> float:
    """Return the dollars that a contribution brings as cash today: one that buys nothing itself."""
    plan = account.contributes
    if plan is None or plan.into:
        return 0.0
    return plan.usd if asof in _days(plan.day, asof) else 0.0


def _days(day_of_month: int, asof: date, horizon: int = HORIZON_DAYS) -> Iterable[date]:
    for ahead in range(horizon + 1):
        day = asof + timedelta(days=ahead)
        last = monthrange(day.year, day.month)[1]
        if day.day == min(day_of_month, last):
            yield day


def _given(accounts: Iterable[AccountFacts]) -> Decimal:
    return sum((Decimal(str(each.contributed_ytd)) for each in accounts), ZERO)
