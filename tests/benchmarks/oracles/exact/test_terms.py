"""Every term of the objective as three statements see it that share no line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.household import Household
from models.policy import Policy, TaxRates
from tests.benchmarks.oracles.exact.couples import (
    GAINS,
    MARKET,
    OWNED,
    Case,
    check_difference,
    check_order,
    couple,
)
from tests.households import BOND, CASH, STOCK, lot, security, target, unit

FUND = security("MMF", 1.0, CASH, instrument="money_market", ordinary_yield=0.04, share_step=0.01)
"""A money-market fund."""

FOREIGN = tuple(
    {**row, "foreign_tax_yield": 0.002 if k == 1 else 0.0} for k, row in enumerate(MARKET)
)
"""ITOT loses a tax abroad that nobody credits in an IRA."""

THIN = tuple({**row, "adv_shares": 20_000.0} for row in MARKET)
"""A market that trades 20,000 shares of each security a day."""

SOON = (
    lot("old", "TAX", "VTI", 20, 3_000.0, "2019-03-01"),
    lot("soon", "TAX", "VTI", 140, 31_000.0, "2026-09-01"),
    lot("sooner", "TAX", "VTI", 20, 4_000.0, "2025-11-25"),
    lot("bonds", "IRA", "BND", 80, acquired="2021-03-01"),
)
"""Stocks, nearly all of them with short-term gains."""

WITH_CASH = {"T": target({STOCK: 0.5, BOND: 0.35, CASH: 0.15})}
PRUDENT = {(STOCK, STOCK): 0.04, (BOND, BOND): 0.0025, (CASH, CASH): 1e-6}


def saver(taxable: float, ira: float, fund: float) -> Household:
    """Return a couple that wants cash, which earns so much where it is kept."""
    return couple(
        taxable={"cash_yield": taxable},
        ira={"cash_yield": ira},
        securities=(*MARKET, {**FUND, "ordinary_yield": fund}),
        targets=WITH_CASH,
        covariance=PRUDENT,
    )


def taxes(**given: object) -> Policy:
    """Return the standard policy with keys of its section `tax`."""
    return Policy(tax=replace(TaxRates(), **given))  # type: ignore[arg-type]


def losers(carried: float, **given: float) -> Household:
    """Return a couple that carried long-term losses in."""
    return couple(units=[unit(lt_carryforward=carried, **given)])


def pensioner(**given: float) -> Household:
    """Return a couple that lives on the IRA."""
    return couple(net_flow=-9_000.0, taxable={"withdrawable": False}, units=[unit(**given)])


PLAIN = Policy()

POOR = couple(
    (*OWNED[:2], lot("loss", "TAX", "VTI", 30, 27_000.0, "2024-05-01"), *OWNED[3:]),
    units=[unit(lt_carryforward=2_000.0, ordinary_income=2_500.0, magi=30_000.0)],
)
"""Income takes in $2,500 of the $3,000 that may be offset, and much may be lost beyond."""

CASES: dict[str, tuple[Case, Case]] = {
    "cash yields": ((saver(0.035, 0.001, 0.0), PLAIN), (saver(0.0, 0.0, 0.0), PLAIN)),
    "a money-market fund": ((saver(0.001, 0.001, 0.04), PLAIN), (saver(0.001, 0.001, 0.0), PLAIN)),
    "a fund that earns less than cash": (
        (saver(0.035, 0.035, 0.02), PLAIN),
        (saver(0.035, 0.0, 0.02), PLAIN),
    ),
    "a foreign tax": ((couple(securities=FOREIGN), PLAIN), (couple(), PLAIN)),
    "a usual long rate": (
        (couple(GAINS, units=[unit(usual_long_rate=0.238)]), PLAIN),
        (couple(GAINS), PLAIN),
    ),
    "a year at 0%": (
        (couple(GAINS, units=[unit(ordinary_income=20_000.0, magi=20_000.0)]), PLAIN),
        (
            couple(GAINS, units=[unit(ordinary_income=20_000.0, magi=20_000.0)]),
            taxes(future_gain_rate=0.0),
        ),
    ),
    "a usual ordinary rate": (
        (pensioner(usual_ordinary_rate=0.1), PLAIN),
        (pensioner(), PLAIN),
    ),
    "step-up": ((couple(GAINS), taxes(step_up=0.4)), (couple(GAINS), PLAIN)),
    "losses for five years": (
        (losers(17_500.0), taxes(offset_years=5)),
        (losers(17_500.0), PLAIN),
    ),
    "losses that income leaves unused": (
        (POOR, taxes(offset_years=5, future_gain_rate=0.02)),
        (POOR, taxes(future_gain_rate=0.02)),
    ),
    "losses at a given worth": (
        (losers(17_500.0), taxes(offset_years=5, carryforward_value=0.1)),
        (losers(17_500.0), taxes(offset_years=5)),
    ),
    "waiting": ((couple(SOON), PLAIN), (couple(SOON), taxes(waiting=False))),
    "waiting when money is needed": (
        (couple(SOON, net_flow=-22_000.0, ira={"withdrawable": False}), PLAIN),
        (
            couple(SOON, net_flow=-22_000.0, ira={"withdrawable": False}),
            taxes(waiting=False),
        ),
    ),
    "market impact": ((couple(securities=THIN), PLAIN), (couple(), PLAIN)),
    "market impact of a fund": (
        (couple(securities=(*THIN[:2], {**THIN[2], "instrument": "mutual_fund"})), PLAIN),
        (couple(securities=THIN), PLAIN),
    ),
    "a harvest option": ((couple(OWNED), taxes(harvest_option=True)), (couple(OWNED), PLAIN)),
    "a harvest option and step-up": (
        (couple(OWNED), taxes(harvest_option=True, step_up=0.3)),
        (couple(OWNED), taxes(step_up=0.3)),
    ),
}
"""By what it is about: a case, and another without it."""


@pytest.mark.parametrize("name", CASES)
def test_bound_exact_optimum_and_plan_are_in_order(name: str) -> None:
    """Whatever the objective counts."""
    check_order(*CASES[name][0])


@pytest.mark.parametrize("name", CASES)
def test_what_a_case_is_about_counts(name: str) -> None:
    """Without it the optimum is another."""
    check_difference(*CASES[name])
