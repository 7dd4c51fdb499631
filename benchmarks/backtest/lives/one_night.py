"""One night's plan carried out or not, and what the household is worth years later either way.

What J calls money should arrive as money. So one household lives twice on the same path, with and
without the plan of its first night; from the next day on both do the same, which is no more than
cash asks for (savings are invested, spending is raised), so that the plan stands for as long as it
is watched. Refused: letting the optimizer lead both lives on, since it would make the plan good
within a quarter and the two would be one; counting tracking, which is risk and never arrives; and
dividing what arrived by the years, while what was promised is divided by an annuity: a dollar a
year that arrived in full had, at 5%, the slope 0.87 after five years and 0.77 after ten.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from benchmarks.backtest.lives.decision import Method
from benchmarks.backtest.lives.diary import YearRecord
from benchmarks.backtest.lives.life import asked, check_years, live_on
from benchmarks.backtest.lives.state import Course, State, opened
from models.policy import Policy

NOT_MONEY: Final = frozenset({"tracking_error", "waiting"})
"""Terms of J that never arrive as wealth: risk, and what waiting for a lower rate would have saved
against a sale that this plan makes anyway."""

BPS: Final = 1e4


@dataclass(frozen=True, slots=True)
class Night:
    """What a night's plan promised and what came of it, in bps of the household's value.

    `promised` is −ΔJ without risk as present value, `promised_a_year` the same over A_H;
    `arrived_a_year` is what, put into the target at the end of each of `years`, makes liquidated
    wealth more by as much as it is: a yearly amount as A_H makes one of a present value.
    `left_a_year` is the same of wealth that heirs take over at a new basis. `risk` is −Δ of the
    tracking term, as present value.
    """

    household: str
    path: str
    years: int
    promised: float
    promised_a_year: float
    arrived_a_year: float
    left_a_year: float
    risk: float
    orders: int

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(field.name for field in fields(cls))


def one_night(course: Course, after: tuple[int, ...], afterwards: Method) -> tuple[Night, ...]:
    """Return what the first night of a course promised, and brought `after` so many years each."""
    stage, plan, start = course.stage, course.plan, course.start
    look, end = check_years(stage, start, max(after))
    still = opened(stage, plan, look)
    moved, answer = asked(course, still, int(stage.looks[look]))
    figures = answer.figures
    saved = {
        name: usd - figures.terms_usd.get(name, 0.0)
        for name, usd in figures.terms_before_usd.items()
    }
    value, money = figures.value_usd, 0.0
    if answer.orders:
        money = sum(usd for name, usd in saved.items() if name not in NOT_MONEY)

    def lived(state: State) -> list[YearRecord]:
        return list(live_on(replace(course, method=afterwards), state, look, end))

    with_it, without = lived(moved), lived(still)
    grown = np.cumprod([1.0 + record.target_return for record in without])

    def a_year(more: float, years: int) -> float:
        saved = float((grown[years - 1] / grown[:years]).sum())
        return BPS * more / (value * saved)

    return tuple(
        Night(
            household=plan.household_id,
            path=stage.path,
            years=years,
            promised=BPS * money / value,
            promised_a_year=BPS * money / value / annuity_years(course.method.policy),
            arrived_a_year=a_year(
                with_it[years - 1].liquidated_usd - without[years - 1].liquidated_usd, years
            ),
            left_a_year=a_year(
                with_it[years - 1].step_up_usd - without[years - 1].step_up_usd, years
            ),
            risk=BPS * saved.get("tracking_error", 0.0) / value if answer.orders else 0.0,
            orders=len(answer.orders),
        )
        for years in after
    )


def annuity_years(policy: Policy) -> float:
    """Return A_H = (1 − (1+r)^−H)/r, H where r is 0: years that J counts a yearly dollar for."""
    rate, horizon = policy.tax.discount_rate, policy.risk.horizon_years
    return (1.0 - (1.0 + rate) ** -horizon) / rate if rate else horizon
