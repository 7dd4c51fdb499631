"""Tracking error as the judge measures it, worked by hand."""

from __future__ import annotations

from math import sqrt

from models.household import Household
from models.policy import Policy, RiskAversion
from optimizer.judge.verify import verify
from tests.households import (
    BOND,
    CASH,
    STOCK,
    account,
    buy,
    flow,
    household,
    lot,
    security,
    sell,
    target,
)
from tests.optimizer.judging import near, terms

STOCKS = 0.04


def test_tracking_error_is_the_distance_to_the_target_by_class() -> None:
    """70/30 against 60/40: d = (0.1, −0.1), TE² = 0.01·0.04 + 0.01·0.0025 = 0.000425."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 70, 7000.0, "2025-01-02"),
            lot("B", "TX", "BND", 60, 3000.0, "2025-01-02"),
        ],
    )
    verdict = verify(of, Policy(), [])
    # w·(γ/2)·H·W·TE² = 5·5·10,000·0.000425 = 106.25 dollars = 106.25 bps of 10,000.
    assert near(sqrt(0.000425)) == verdict.figures.te_after
    assert near({"tracking_error": 106.25}) == terms(verdict)
    assert near(106.25) == verdict.figures.objective_after_bps
    assert near(106.25) == verdict.figures.objective_before_bps


def test_specific_risk_counts_by_identical_group() -> None:
    """Two securities of one group add before they are squared; the largest volatility counts.

    All in a group of 30% and 10% specific volatility: d = 0.09, Σx = 1, so TE² = 0.09 (no factor).
    """
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "IVV", 60, 1.0, "2025-01-02"),
            lot("B", "TX", "SPY", 40, 1.0, "2025-01-02"),
        ],
        [
            security("IVV", 100.0, identical_group="SP500", specific_vol=0.3),
            security("SPY", 100.0, identical_group="SP500", specific_vol=0.1),
        ],
        targets={"T": target({STOCK: 1.0})},
    )
    assert near(0.3) == verify(of, Policy(), []).figures.te_after


def test_a_target_by_security_has_no_specific_risk_when_met() -> None:
    """Under a target that names the security, Σx − Σt = 0 and nothing is left."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "IVV", 60, 1.0, "2025-01-02")],
        [security("IVV", 100.0, specific_vol=0.3), security("SPY", 100.0, specific_vol=0.1)],
        targets={"T": target({"IVV": 1.0})},
    )
    assert verify(of, Policy(), []).figures.te_after == 0.0
    swapped = verify(of, Policy(), [sell(of, "TX", "IVV", {"A": 30}), buy(of, "TX", "SPY", 30)])
    # x − t = (−0.5, 0.5): 0.25·0.09 + 0.25·0.01 = 0.025; the factor deviation is 0.
    assert near(sqrt(0.025)) == swapped.figures.te_after


def test_a_leveraged_fund_counts_at_its_exposure() -> None:
    """Half in a fund of exposure 2 is fully invested: the deviation is 0."""
    of = household(
        [account("TX", cash=5000.0)],
        [lot("A", "TX", "SSO", 50, 1.0, "2025-01-02")],
        [security("SSO", 100.0)],
        targets={"T": target({STOCK: 1.0})},
        exposures={"SSO": {STOCK: 2.0}},
    )
    assert verify(of, Policy(), []).figures.te_after == 0.0


def test_cash_has_risk_only_if_the_covariance_knows_it() -> None:
    """All cash under a target of half cash: d = −0.5 stock, and +0.5 of a cash class if known."""
    known = {(STOCK, STOCK): 0.04, (CASH, CASH): 0.0001}
    plain, risky = (
        household(
            [account("TX", cash=100.0)],
            targets={"T": target({STOCK: 0.5, CASH: 0.5})},
            covariance=covariance,
        )
        for covariance in ({(STOCK, STOCK): 0.04}, known)
    )
    assert near(0.1) == verify(plain, Policy(), []).figures.te_after
    assert near(sqrt(0.25 * 0.04 + 0.25 * 0.0001)) == verify(risky, Policy(), []).figures.te_after


def test_groups_are_tracked_apart_and_weighed_by_value() -> None:
    """$3,000 all in stock under 100% stock; $1,000 all in bonds under 100% stock, its own target.

    TE of the second: (−1, 1): 0.04 + 0.0025 = 0.0425; te² = (1,000/4,000)·0.0425.
    """
    of = household(
        [account("TX"), account("ED", target_id="ED")],
        [
            lot("A", "TX", "VTI", 30, 1.0, "2025-01-02"),
            lot("B", "ED", "BND", 20, 1.0, "2025-01-02"),
        ],
        targets={"T": target({STOCK: 1.0}), "ED": target({STOCK: 1.0})},
    )
    verdict = verify(of, Policy(), [])
    assert near(sqrt(0.25 * 0.0425)) == verdict.figures.te_after
    assert near(5 * 5 * 1000 * 0.0425) == verdict.figures.terms_usd["tracking_error"]


def test_after_tax_weights_scale_deferred_accounts_and_what_the_group_is_worth() -> None:
    """$100 of stock in the IRA count 78 at 22%, of a group worth 78 + 100: d = ±100/178.

    78 of stock where 178 of stock is wanted, and 100 of bonds where none is.
    """
    of = household(
        [account("IRA", "traditional_ira"), account("TX")],
        [lot("A", "IRA", "VTI", 1), lot("B", "TX", "BND", 2, 100.0, "2025-01-02")],
        targets={"T": target({STOCK: 1.0})},
    )
    policy = Policy(risk=RiskAversion(after_tax_weights=True))
    verdict = verify(of, policy, [])
    off = 100.0 / 178.0
    assert near(25.0 * 178.0 * off**2 * 0.0425) == verdict.figures.terms_usd["tracking_error"]
    assert verdict.figures.value_usd == 200.0


def test_an_ira_alone_is_on_target_after_tax() -> None:
    """$100 of stock count 78, and 78 of stock is what is wanted."""
    of = household(
        [account("IRA", "traditional_ira")],
        [lot("A", "IRA", "VTI", 1)],
        targets={"T": target({STOCK: 1.0})},
    )
    policy = Policy(risk=RiskAversion(after_tax_weights=True))
    assert verify(of, policy, []).figures.te_after == 0.0


def two_targets(**given: float) -> Household:
    """Return $60,000 of stock that a Roth holds and $20,000 of bonds in another, on target each."""
    return household(
        [account("A", "roth_ira"), account("B", "roth_ira", target_id="U")],
        [lot("S", "A", "VTI", 600), lot("D", "B", "BND", 400)],
        targets={"T": target({STOCK: 1.0}), "U": target({BOND: 1.0})},
        **given,
    )


def test_a_group_is_what_is_left_of_it_after_every_flow() -> None:
    """$40,000 leave: expected three quarters from A and a quarter from B, so divisors 30 and 10.

    All of it from A, sold there: 20 of 20 is stock, on target. Cash instead of stock: A ends with
    60 of stock and −40 of cash where 20 is wanted: 40 too much, over 30: 25·(40/30)²·0.04·30,000.
    """
    of = two_targets(net_flow=-40_000.0)
    out = [flow("A", -40_000)]
    sold = verify(of, Policy(), [sell(of, "A", "VTI", 400)], out)
    assert near(0.0) == sold.figures.terms_usd["tracking_error"]
    held = verify(of, Policy(), [], out)
    expected = 25.0 * (40.0 / 30.0) ** 2 * STOCKS * 30_000.0
    assert near(expected) == held.figures.terms_usd["tracking_error"]


def test_a_contribution_is_wanted_to_be_invested() -> None:
    """$20,000 into a household of $60,000 on target: a quarter is missing, divisor 80."""
    of = household(
        [account("TX")],
        [lot("S", "TX", "VTI", 600, 60_000.0, "2025-01-02")],
        targets={"T": target({STOCK: 1.0})},
        net_flow=20_000.0,
    )
    verdict = verify(of, Policy(), [], [flow("TX", 20_000)])
    assert near(25.0 * 0.25**2 * STOCKS * 80_000.0) == verdict.figures.terms_usd["tracking_error"]
    assert near(0.25 * 0.2) == verdict.figures.te_before
    bought = verify(of, Policy(), [buy(of, "TX", "VTI", 200)], [flow("TX", 20_000)])
    assert near(0.0) == bought.figures.te_after


def test_cash_that_may_come_to_an_empty_account_of_its_own_target_is_measured() -> None:
    """By value nothing of $20,000 is expected in an account worth nothing: it counts as half.

    All of it as cash there: 20 of stock missing over a divisor of 10.
    """
    of = household(
        [account("TX"), account("NEW", target_id="U")],
        [lot("S", "TX", "VTI", 600, 60_000.0, "2025-01-02")],
        targets={"T": target({STOCK: 1.0}), "U": target({STOCK: 1.0})},
        net_flow=20_000.0,
    )
    verdict = verify(of, Policy(), [], [flow("NEW", 20_000)])
    assert near(25.0 * 2.0**2 * STOCKS * 10_000.0) == verdict.figures.terms_usd["tracking_error"]
