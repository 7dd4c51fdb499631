"""One night with and without its plan: what was promised, and what is there years later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.backtest.__main__ import main
from benchmarks.backtest.experiment.calibrate import ALIKE
from benchmarks.backtest.lives.decision import Method
from benchmarks.backtest.lives.dues import facts
from benchmarks.backtest.lives.life import check_years
from benchmarks.backtest.lives.one_night import annuity_years, one_night
from benchmarks.backtest.lives.state import Course, opened
from benchmarks.backtest.methods.catalogue import STILL, headline
from benchmarks.heuristics.steps.proposal import Proposal
from models.household import Household
from models.policy import Policy
from tests.benchmarks.backtest.small_stage import paying, plan, priced, quiet_market, quiet_stage
from tests.households import sell

COST_USD = 900 * 100 * 0.0002
"""900 shares at $100 and 2 basis points: $18."""


def _sells(household: Household, policy: Policy) -> Proposal:
    return Proposal((sell(household, "L.roth", "VTI", 900),))


def _nothing(household: Household, policy: Policy) -> Proposal:
    return Proposal()


def _sells_taxable(household: Household, policy: Policy) -> Proposal:
    return Proposal((sell(household, "L.joint", "VTI", {"L.joint.VTI.3": 100}),))


SELLS, SELLS_TAXABLE, IDLE = (
    Method(each.__name__, each, Policy()) for each in (_sells, _sells_taxable, _nothing)
)


def test_a_cost_of_one_night_is_what_is_missing_later() -> None:
    """Nothing moves and nothing pays: $18 of $1,000,000 are promised as lost, and are missing."""
    history = quiet_market()
    dear = tuple(replace(fund, half_spread_bps=2.0) for fund in history.funds)
    stage = quiet_stage(replace(history, funds=dear))
    nights = one_night(Course(stage, plan(), 2001, SELLS), (1, 2), headline()[STILL])
    for years, night in zip((1, 2), nights, strict=True):
        assert (night.years, night.orders, night.path) == (years, 1, "prices")
        assert night.promised == pytest.approx(-1e4 * COST_USD / 1e6, rel=1e-4)
        assert night.promised_a_year == pytest.approx(night.promised / annuity_years(Policy()))
        assert night.arrived_a_year == pytest.approx(night.promised / years, rel=1e-3)
        assert night.risk > 0.0  # less of a fund that strays from its class: told, not promised


def test_what_arrives_a_year_is_what_grows_to_it_at_what_the_target_returned() -> None:
    """Shares pay 10% in 2002: $9,000 less without the 900.

    A dollar at the end of each of two years that do not differ is two dollars; one that is put
    aside before the target grows by g is 1 + g.
    """
    history = paying(quiet_market(), "VTI", "2002-05-15", 10.0)
    free = tuple(replace(fund, half_spread_bps=0.0) for fund in history.funds)
    stage = quiet_stage(replace(history, funds=free))
    for years, night in zip(
        (1, 2), one_night(Course(stage, plan(), 2001, SELLS), (1, 2), IDLE), strict=True
    ):
        assert night.arrived_a_year == pytest.approx(-1e4 * 9_000 / (1e6 * years), rel=1e-3)
    later = paying(quiet_market(), "VTI", "2003-05-15", 10.0)
    stage = quiet_stage(replace(later, funds=free))
    (night,) = one_night(Course(stage, plan(), 2001, SELLS), (2,), IDLE)
    grown = 1 + 0.10 * 0.35 / 0.67
    assert night.arrived_a_year == pytest.approx(-1e4 * 9_000 / (1e6 * (1 + grown)), rel=1e-3)


def test_what_heirs_take_over_has_no_tax_on_its_growth() -> None:
    """100 taxable shares are sold before they double: $10,000 less for heirs, $8,500 liquidated."""
    history = priced(quiet_market(), "VTI", "2002-05-15", 200.0)
    free = tuple(replace(fund, half_spread_bps=0.0) for fund in history.funds)
    stage = quiet_stage(replace(history, funds=free))
    (night,) = one_night(Course(stage, plan(), 2001, SELLS_TAXABLE), (1,), IDLE)
    assert night.left_a_year < -1.0
    assert night.arrived_a_year == pytest.approx(0.85 * night.left_a_year, rel=1e-3)


def test_a_pensioner_whose_gains_are_free_in_usual_years_says_so() -> None:
    """At $30,000 of pay the long rate is 0%; where nothing is said, J takes at least 15%."""
    stage, poor = quiet_stage(), plan(wages=30_000.0)
    state = opened(stage, poor, check_years(stage, 2001, 1)[0])
    assert np.isnan(facts(stage, poor, state).usual_long_rate).all()
    told = facts(stage, replace(poor, phases=ALIKE), state)
    assert told.usual_long_rate.tolist() == [0.0]
    assert poor.usual_income(0) == replace(poor, phases=ALIKE).income(0)


def test_a_night_without_orders_promises_and_brings_nothing() -> None:
    """Both lives are the same."""
    (night,) = one_night(Course(quiet_stage(), plan(), 2001, IDLE), (2,), headline()[STILL])
    assert (night.promised, night.arrived_a_year, night.risk, night.orders) == (0.0, 0.0, 0.0, 0)


def test_the_annuity_is_that_of_the_objective() -> None:
    """(1 − 1.05^−5)/0.05 = 4.3295; without discount the horizon."""
    policy = Policy()
    assert annuity_years(policy) == pytest.approx(4.3295, abs=1e-4)
    assert annuity_years(replace(policy, tax=replace(policy.tax, discount_rate=0.0))) == 5.0


def test_the_command_writes_nights_and_slopes(tmp_path: Path) -> None:
    """Five years of two paths and their mirrors; too short a life is refused."""
    asked = ["--calibrate", "--world", "neutral", "--lives", "4", "--out", str(tmp_path)]
    assert main([*asked, "--years", "5"]) == 0
    (folder,) = tmp_path.iterdir()
    nights = pd.read_csv(folder / "nights.csv")
    assert nights["years"].tolist() == [5] * 4
    assert nights["household"].nunique() == 4 and nights["path"].nunique() == 2
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "slope through the origin" in text
    assert "5, liquidated" in text and "5, at step-up" in text
    assert "--calibrate --world neutral" in text and str(tmp_path) not in text
    assert main([*asked, "--years", "4"]) == 2
