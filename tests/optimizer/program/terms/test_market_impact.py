"""J = Σ Y·σ·√(Q/V) of each dollar, by hand: stated by tangents, judged as it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.household import Household
from models.policy import Policy, TradeRules, Weights
from optimizer.judge.left_out import LeftOut
from optimizer.judge.verify import verify
from optimizer.program.terms.market_impact import tangents_of
from optimizer.rebalance import rebalance
from optimizer.settings import IMPACT_MISSED_BPS, MOST_TANGENTS
from tests.households import BOND, account, buy, household, lot, security, sell
from tests.optimizer.by_hand import stated

DAY = 0.20 / math.sqrt(252.0)
"""Volatility of STOCK in a day: 1.26%."""


def thin(volume: float = 10_000.0, **given: object) -> Household:
    """Return $60,000 of VTI in two accounts, $20,000 cash in each; so many shares a day."""
    return household(
        [account("TX", cash=20_000.0), account("IRA", "traditional_ira", cash=20_000.0)],
        [
            lot("A", "TX", "VTI", 400, 40_000.0, "2024-01-02"),
            lot("B", "IRA", "VTI", 200),
        ],
        [
            security("VTI", 100.0, adv_shares=volume, **given),
            security("BND", 50.0, BOND),
        ],
    )


def test_all_orders_of_a_security_and_side_meet_one_market() -> None:
    """300 and 100 shares of 10,000 a day: √0.04 of 1.26% of $40,000 is $100.79.

    The program says it by tangents to 600 shares, which miss at most 1/(6·24²) of their cost.
    """
    of = thin()
    usd = 40_000.0 * DAY * 0.2
    assert usd == pytest.approx(100.79, abs=0.01)
    orders = [sell(of, "TX", "VTI", {"A": 300}), sell(of, "IRA", "VTI", 100)]
    figures = verify(of, Policy(), orders).figures
    assert figures.terms_usd["market_impact"] == pytest.approx(usd)
    assert figures.cost_usd == pytest.approx(usd)
    term = stated("market_impact", of)
    said = 10.0 * term.bps(sale={"A": 30.0, ("IRA", "VTI"): 10.0})
    whole = 60_000.0 * DAY * math.sqrt(0.06)
    assert usd - 1.1 * whole / (6.0 * MOST_TANGENTS**2) <= said <= usd


def test_the_weight_of_trading_cost_counts_it_and_a_coefficient_scales_it() -> None:
    """Half the weight or half the coefficient is half the cost, in program and judge."""
    of = thin()
    orders = [sell(of, "TX", "VTI", {"A": 400})]
    whole = verify(of, Policy(), orders).figures.terms_usd["market_impact"]
    assert whole == pytest.approx(40_000.0 * DAY * 0.2)
    for policy in (
        Policy(trades=TradeRules(impact=0.5)),
        Policy(weights=Weights(trading_cost=0.5)),
    ):
        judged = verify(of, policy, orders).figures.terms_usd["market_impact"]
        assert judged == pytest.approx(whole / 2)
        said = 10.0 * stated("market_impact", of, policy).bps(sale={"A": 40.0})
        assert said == pytest.approx(whole / 2, abs=0.011)


@pytest.mark.parametrize(
    ("of", "policy"),
    [
        (thin(float("nan")), Policy()),
        (thin(instrument="mutual_fund"), Policy()),
        (thin(instrument="money_market"), Policy()),
        (thin(), Policy(trades=TradeRules(impact=0.0))),
    ],
    ids=["no volume known", "mutual fund", "money market", "switched off"],
)
def test_nothing_is_said_where_no_market_is_moved(of: Household, policy: Policy) -> None:
    """Then the program is the one without the term."""
    assert stated("market_impact", of, policy).part.maxima == ()
    orders = [sell(of, "TX", "VTI", {"A": 400})]
    assert verify(of, policy, orders).figures.terms_usd["market_impact"] == 0.0


@pytest.mark.parametrize("price", [1e-4, 1e-2, 0.1])
def test_tangents_are_never_above_the_power_and_miss_what_they_may(price: float) -> None:
    """Over the whole range; 100 bps a percent."""
    slopes, intercepts = tangents_of(price, 50.0)
    z = np.linspace(0.0, 50.0, 20_001)
    below = (np.outer(slopes, z) + intercepts[:, None]).max(axis=0)
    missed = 100.0 * (price * z**1.5 - below)
    assert missed.min() >= -1e-9
    allowed = max(IMPACT_MISSED_BPS, 100.0 * price * 50.0**1.5 / (6.0 * MOST_TANGENTS**2))
    assert 0.5 * allowed < missed.max() <= 1.3 * allowed


def test_what_cannot_cost_anything_is_not_stated() -> None:
    """10^15 shares a day: all of it costs less than a thousandth of a basis point."""
    assert stated("market_impact", thin(1e15)).part.maxima == ()


def test_an_order_is_worth_less_by_what_it_moves_for_the_others() -> None:
    """Without the IRA's 100 of 400 shares the others cost √3/2·¾ of it: judged again without."""
    of = thin()
    both = [sell(of, "TX", "VTI", {"A": 300}), sell(of, "IRA", "VTI", 100)]
    verdict = verify(of, Policy(), both)
    saved = LeftOut(verdict.case, verdict.yardstick).impact_saved
    for place in (0, 1):
        alone = verify(of, Policy(), [both[1 - place]]).figures
        assert saved[place] == pytest.approx(verdict.figures.cost_usd - alone.cost_usd)


def test_a_sale_is_left_out_with_what_it_pays_for() -> None:
    """The buys that its proceeds pay shrink by a part, and move their market less by that."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 400, 40_000.0, "2024-01-02")],
        [
            security("VTI", 100.0, adv_shares=10_000.0),
            security("BND", 50.0, BOND, adv_shares=10_000.0),
        ],
    )
    orders = [sell(of, "TX", "VTI", {"A": 100}), buy(of, "TX", "BND", 200)]
    verdict = verify(of, Policy(), orders)
    saved = LeftOut(verdict.case, verdict.yardstick).impact_saved
    assert saved[0] == pytest.approx(verdict.figures.cost_usd)
    assert saved[1] < saved[0]


def test_a_plan_trades_less_where_the_market_is_thin_and_its_bound_holds() -> None:
    """A thinner market is traded less; the gap says what tangents and shares leave open."""
    sold = []
    for volume in (1e9, 2_000.0, 100.0):
        heavy = household(
            [account("TX", cash=10_000.0), account("IRA", "traditional_ira", cash=5_000.0)],
            [lot("A", "TX", "VTI", 500, 49_000.0, "2024-01-02"), lot("B", "IRA", "VTI", 350)],
            [security("VTI", 100.0, adv_shares=volume), security("BND", 50.0, BOND)],
        )
        plan = rebalance(heavy, Policy())
        assert plan.certificate is not None and plan.figures is not None
        assert 0.0 <= plan.certificate.gap_bps < 0.5
        sold.append(sum(float(o.shares) for o in plan.orders if o.security_id == "VTI"))
    assert sold[0] > sold[1] > sold[2] > 0.0
