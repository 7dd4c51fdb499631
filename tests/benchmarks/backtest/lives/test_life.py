"""A life from year to year: money is conserved, taxes are paid, what is due leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.backtest.lives import life
from benchmarks.backtest.lives.decision import Look, Method, look_at
from benchmarks.backtest.lives.diary import YearRecord
from benchmarks.backtest.lives.holding import shares_held
from benchmarks.backtest.lives.life import live
from benchmarks.backtest.lives.tidy import tidied
from benchmarks.backtest.market.stage import Stage
from benchmarks.backtest.methods.catalogue import MAIN, ablations, headline
from benchmarks.backtest.people.draw import draw_people
from benchmarks.backtest.people.opening import opening_household
from benchmarks.backtest.taxes.required import required_by_account
from benchmarks.heuristics.steps.proposal import Proposal
from models.household import Household
from models.policy import Policy
from tests.benchmarks.backtest.small_stage import (
    paying,
    plan,
    priced,
    quiet_market,
    quiet_stage,
    synthetic_stage,
)
from tests.households import sell

TARGETS = ("balanced-40", "balanced-60", "balanced-80", "growth-95")


@pytest.fixture(scope="module")
def stage() -> Stage:
    """Nine years of the shipped market, quarterly looks."""
    return synthetic_stage()


def _nothing(household: Household, policy: Policy) -> Proposal:
    return Proposal()


STILL = Method("still", _nothing, Policy())


def _years(of: Stage, years: int = 2, age: int = 50, **facts: float) -> list[YearRecord]:
    return list(live(of, plan(age, False, **facts), 2001, years, STILL))


def test_where_nothing_happens_nothing_changes() -> None:
    """No return, no dividend, no flow: wealth stands and no tax is due."""
    records = _years(quiet_stage())
    assert [record.year for record in records] == [2002, 2003]
    for record in records:
        assert record.pre_tax_usd == pytest.approx(1_000_000, abs=0.05)
        assert record.after_tax_usd == record.pre_tax_usd
        assert record.pre_tax_return == pytest.approx(0.0)
        assert (record.orders, record.looks, record.refused) == (0, 4, 0)


def test_liquidation_takes_the_deferred_account_at_the_wage_rate() -> None:
    """400,000 deferred · 22% = 88,000; step-up pays that too; nothing is unrealized."""
    record = _years(quiet_stage(), 1)[0]
    deferred = 400_000.0
    assert record.liquidated_usd == pytest.approx(1_000_000 - 0.22 * deferred, abs=1)
    assert record.step_up_usd == pytest.approx(record.liquidated_usd)


def test_dividend_tax_is_owed_at_once_and_paid_in_march() -> None:
    """The tax of a dividend lowers wealth after tax in its year and cash in the next."""
    stage = quiet_stage(paying(quiet_market(), "BND", "2002-05-15", 2.0))
    first, second = _years(stage)
    assert first.ordinary_usd > 1000
    assert first.tax_dividends_usd == pytest.approx(0.22 * first.ordinary_usd, abs=0.01)
    assert first.after_tax_usd == pytest.approx(first.pre_tax_usd - first.tax_dividends_usd)
    assert second.pre_tax_usd == pytest.approx(first.after_tax_usd, abs=0.02)
    assert second.after_tax_usd == pytest.approx(second.pre_tax_usd)


def test_savings_go_in_and_spending_comes_out() -> None:
    """12,000 a year while working; 3.5% of the wealth at the start from 65 on."""
    assert _years(quiet_stage(), 1, saving_usd=12_000.0)[0].pre_tax_usd == pytest.approx(1_012_000)
    old = _years(quiet_stage(), 1, age=65)[0]
    assert old.pre_tax_usd == pytest.approx(1_000_000 - 35_000, abs=0.05)
    thrifty = next(live(quiet_stage(), replace(plan(65), spending=0.0), 2001, 1, STILL))
    assert thrifty.pre_tax_usd == pytest.approx(1_000_000, abs=0.05)


def test_required_distributions_leave_in_december() -> None:
    """Age 75: the balance of the year before over 24.6 moves to the taxable account and is taxed.

    A plan that forgets it does not leave; the flows are then made in cash.
    """
    of = quiet_stage()
    opened = opening_household(of, plan(age=75), of.year_end(2001))
    due = required_by_account(opened, 75, 2026)
    assert due.tolist() == pytest.approx([0.0, 400_000 / 24.6, 0.0], abs=0.01)
    record = next(live(of, replace(plan(age=75), wealth_usd=1e6), 2001, 1, STILL))
    assert record.refused == 4  # nobody raised the cash to spend either
    assert record.distributions_usd >= due[1] - 0.02
    assert record.tax_distributions_usd > 0


def test_an_optimizing_retiree_takes_what_is_due(stage: Stage) -> None:
    """Spending from the deferred account counts toward the distribution."""
    person = replace(plan(age=76), wealth_usd=2e6)
    records = list(live(stage, person, 2004, 2, headline()[MAIN]))
    opened = opening_household(stage, person, stage.year_end(2004))
    assert records[0].distributions_usd >= required_by_account(opened, 76, 2026).sum() - 0.02
    assert sum(record.refused for record in records) == 0


def test_losses_carry_into_the_next_year() -> None:
    """A loss taken in 2002 lowers wages by 3,000 in each year until it is used up."""
    history = priced(quiet_market(), "VTI", "2002-02-01", 95.0)

    def sells_once(household: Household, policy: Policy) -> Proposal:
        if household.units.lt_realized_ytd[0] or household.units.lt_carryforward[0]:
            return Proposal()
        here = household.lots.account == 0
        here &= household.market.securities.security_id[household.lots.security] == "VTI"
        lots = {
            str(name): int(shares)
            for name, shares in zip(
                household.lots.lot_id[here], household.lots.shares[here], strict=True
            )
        }
        return Proposal((sell(household, "L.joint", "VTI", lots),))

    method = Method("sells once", sells_once, Policy())
    records = list(live(quiet_stage(history), plan(), 2001, 2, method))
    taken = records[0].losses_taken_usd
    assert taken > 6000
    assert records[0].carried_usd == pytest.approx(taken - 3000, abs=0.02)
    assert records[1].carried_usd == pytest.approx(taken - 6000, abs=0.02)
    assert records[0].tax_gains_usd == pytest.approx(-660, abs=0.02)
    assert records[1].tax_gains_usd == pytest.approx(-660, abs=0.02)


@pytest.mark.parametrize("name", [MAIN, "location ranks", "without lot choice"])
def test_a_look_conserves_money(stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Value before + flows − cost = value after, to the cent, at every look."""
    apart: list[float] = []

    def watched(of: Stage, before: Household, method: Method) -> Look:
        look = look_at(of, before, method)
        flows = before.net_flow + before.accounts.net_flow.sum()
        values = [
            float(shares_held(x).sum(axis=0) @ x.market.securities.price + x.accounts.cash.sum())
            for x in (before, look.household)
        ]
        apart.append(values[0] + flows - float(look.ledger.cost) - values[1])
        return look

    monkeypatch.setattr(life, "look_at", watched)
    method = (headline() | ablations())[name]
    for person in draw_people(2, 11, TARGETS):
        list(live(stage, person, 2004, 1, method))
    assert len(apart) == 8
    assert np.abs(apart).max() < 0.02


def test_the_optimizer_tracks_and_the_idle_drift(stage: Stage) -> None:
    """And everybody's years are full years."""
    person = draw_people(1, 4, TARGETS)[0]
    close = list(live(stage, person, 2004, 2, headline()[MAIN]))
    still = list(live(stage, person, 2004, 2, headline()["stand still"]))
    assert close[-1].te_ahead < still[-1].te_ahead
    assert close[-1].drift < still[-1].drift
    assert all(record.looks == 4 for record in close + still)
    assert still[0].turnover < close[0].turnover


def test_lives_that_the_past_does_not_hold_are_refused() -> None:
    """Says from when to when."""
    with pytest.raises(ValueError, match="no looks from 2001 to 2031"):
        list(live(quiet_stage(), plan(), 2001, 30, STILL))


def test_old_sheltered_lots_become_one_and_taxable_ones_stay(stage: Stage) -> None:
    """Shares are kept; recent sheltered lots stay apart."""
    person = draw_people(1, 4, TARGETS)[0]
    seen: list[Household] = []

    def keep(household: Household, policy: Policy) -> Proposal:
        seen.append(household)
        return headline()["per account, proportional"].rebalancer(household, policy)

    list(live(stage, person, 2004, 1, Method("kept", keep, Policy())))
    of = seen[-1]
    later = replace(of, asof=of.asof.replace(year=of.asof.year + 1))
    merged = tidied(later)
    assert np.allclose(shares_held(merged), shares_held(later), rtol=0.0, atol=1e-9)
    sheltered = merged.lots.account > 0
    assert (
        len(np.unique(merged.lots.security[sheltered & (merged.lots.account == 1)]))
        == (sheltered & (merged.lots.account == 1)).sum()
    )
    assert (merged.lots.account == 0).sum() == (of.lots.account == 0).sum()
    assert len(merged.trades.trade_id) == 0
