"""Required minimum distributions, contribution limits and charitable distributions.

The uniform lifetime table only: a spouse more than ten years younger as sole beneficiary uses the
joint table, and an employee still working may wait with that employer's plan; both are facts that
a household states by giving the amount due itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple

from models.law import Law, in_force, read_topic
from models.tolerances import CENT_USD

ZERO: Final = Decimal(0)

NO_LIFETIME_RMD: Final = frozenset({"roth", "roth_ira", "roth_401k", "hsa", "taxable"})
"""Accounts that owe none while the owner lives (26 U.S.C. 408A(c)(4), 402A(d)(5) from 2024)."""

_ROTH_PLAN_FREE_FROM: Final = 2024
_STEP_USD: Final = Decimal(10)
_LEAST_USD: Final = Decimal(200)
_AGGREGATED: Final = frozenset({"ira", "traditional_ira"})


class Balance(NamedTuple):
    """One account's balance at the end of last year, in dollars."""

    account_id: str
    owner: str
    account_type: str
    dollars: Decimal


def applicable_age(birth_year: int, second_half: bool = False) -> Decimal:
    """Return the age of the first required distribution (26 U.S.C. 401(a)(9)(C)).

    70.5, 72, 73 or 75 by year of birth; `second_half` (born after 30 June) matters for 1949 only.
    """
    topic = read_topic("rmd")
    if birth_year == 1949 and second_half:
        return Decimal(topic["second_half_1949"])
    return max(Decimal(age) for first, age in topic["applicable_age"] if birth_year >= first)


def is_due(age: int, year: int, account_type: str = "traditional_ira") -> bool:
    """Say whether the owner, reaching `age` in `year`, owes a distribution from such an account."""
    if account_type == "roth_401k":
        if year >= _ROTH_PLAN_FREE_FROM:
            return False
    elif account_type in NO_LIFETIME_RMD:
        return False
    if Decimal(year) in read_topic("rmd")["waived"]:
        return False
    return age >= int(applicable_age(year - age))


def factor(age: int, year: int) -> Decimal:
    """Return the uniform lifetime factor of the table in force (26 C.F.R. 1.401(a)(9)-9(c)).

    Raises
    ------
    LawMissing
        For years before the first table.
    ValueError
        For ages below the table.
    """
    table = in_force("rmd", year)
    factors: tuple[Decimal, ...] = table["factors"]
    place = age - int(table["first_age"])
    if place < 0:
        raise ValueError(f"age {age}: the table of {year} starts at {table['first_age']}")
    return factors[min(place, len(factors) - 1)]


def required_distribution(
    balance: Decimal, age: int, year: int, account_type: str = "traditional_ira"
) -> Decimal:
    """Last year's closing balance over the factor, dollars to the cent (26 U.S.C. 401(a)(9)).

    Zero where none is due. A first distribution may wait until 1 April of the next year; it keeps
    the balance and the factor of its own year, so two are then taken in one year.
    """
    if not is_due(age, year, account_type):
        return ZERO
    return (balance / factor(age, year)).quantize(CENT_USD, ROUND_HALF_EVEN)


def rmd_due(balances: Iterable[Balance], ages: dict[str, int], year: int) -> dict[str, Decimal]:
    """Return what each owner must take, by pot: the sum over IRAs is one pot, each plan its own.

    IRAs of one owner may be taken from any of them (26 C.F.R. 1.408-8, Q&A-9); a 401(k) only from
    itself. Keys are ``ira:OWNER`` and account ids; dollars to the cent; zero pots are left out.
    """
    due: dict[str, Decimal] = {}
    for account_id, owner, account_type, dollars in balances:
        amount = required_distribution(dollars, ages[owner], year, account_type)
        if amount:
            pot = f"ira:{owner}" if account_type in _AGGREGATED else account_id
            due[pot] = due.get(pot, ZERO) + amount
    return due


def deferral_limit(law: Law, age: int) -> Decimal:
    """Most an employee may defer into a 401(k), dollars (26 U.S.C. 402(g), 414(v)).

    The larger catch-up of ages 60 to 63 replaces that of age 50.
    """
    catch_up = ZERO
    if 60 <= age <= 63:
        catch_up = law.retirement("deferral_catch_up_60_to_63")
    elif age >= 50:
        catch_up = law.retirement("deferral_catch_up_50")
    return law.retirement("deferral") + catch_up


def ira_limit(law: Law, age: int) -> Decimal:
    """Most that may go into traditional and Roth IRAs together, dollars (26 U.S.C. 219(b)(5))."""
    return law.retirement("ira") + (law.retirement("ira_catch_up_50") if age >= 50 else ZERO)


def hsa_limit(law: Law, age: int, family: bool) -> Decimal:
    """Most that may go into a health savings account, dollars (26 U.S.C. 223(b)(2), (3)).

    By the coverage of the high-deductible plan; from 55 on each spouse has a catch-up of its own.
    """
    limit = law.retirement("hsa_family" if family else "hsa_self_only")
    return limit + (law.retirement("hsa_catch_up_55") if age >= 55 else ZERO)


def roth_ira_limit(law: Law, age: int, status: str, magi: Decimal) -> Decimal:
    """Most that may go into Roth IRAs, dollars, phased out by income (26 U.S.C. 408A(c)(3)).

    Rounded up to the next 10 dollars, and at least 200 until the phase-out is complete.
    """
    limit = ira_limit(law, age)
    begin, end = law.phase_out(f"roth_phase_out_{status}")
    if magi <= begin:
        return limit
    if magi >= end:
        return ZERO
    left = limit * (end - magi) / (end - begin)
    rounded = (left / _STEP_USD).to_integral_value(ROUND_CEILING) * _STEP_USD
    return max(_LEAST_USD, rounded)


def charitable_distribution(law: Law, amount: Decimal, due: Decimal) -> tuple[Decimal, Decimal]:
    """Split a qualified charitable distribution (26 U.S.C. 408(d)(8), from age 70½).

    Returns
    -------
    excluded, still_due : tuple of Decimal
        Dollars that stay out of income, at most the yearly limit, and what is left of the
        required distribution, toward which all of it counts.
    """
    excluded = min(amount, law.retirement("qualified_charitable_distribution"))
    return excluded, max(ZERO, due - amount)
