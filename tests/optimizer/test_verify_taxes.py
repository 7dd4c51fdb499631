"""Taxes of the run as the judge counts them, worked by hand."""

from __future__ import annotations

from dataclasses import replace

from models.household import Household
from models.policy import Policy, TaxRates, WashSales
from optimizer.judge.verify import verify
from tests.households import (
    STOCK,
    account,
    buy,
    flow,
    household,
    lot,
    security,
    sell,
    target,
    unit,
)
from tests.optimizer.judging import DELTA, near, no_tracking, terms


def harvest() -> Household:
    """Return 100 VTI at 80 with a basis of 90, held long, and an unrelated fund."""
    return household(
        [account("TX"), account("RO", "roth_ira", cash=1000.0)],
        [lot("A", "TX", "VTI", 100, 9000.0, "2025-01-02")],
        [security("VTI", 80.0), security("ITOT", 80.0)],
        targets={"T": target({STOCK: 1.0})},
    )


def test_a_harvest_saves_the_offset_and_carries_the_rest() -> None:
    """A loss of 10,000 at 22% and 15%: 3,000 of it lowers ordinary income, 7,000 is carried.

    tax = −660; κ = δ·15%; V changes by −660 − κ·7,000; the basis term is +δ·15%·10,000.
    """
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 1000, 90_000.0, "2025-01-02")],
        [security("VTI", 80.0)],
        targets={"T": target({STOCK: 1.0})},
    )
    verdict = verify(of, no_tracking(), [sell(of, "TX", "VTI", {"A": 1000})])
    assert verdict.figures.tax_usd == -660.0
    kappa = DELTA * 0.15
    expected = {"realized_tax": -660 - kappa * 7000, "basis_change": DELTA * 0.15 * 10_000}
    assert near(expected) == terms(verdict)
    assert (verdict.figures.realized_st, verdict.figures.realized_lt) == (0.0, -10_000.0)
    (year,) = verdict.units
    assert (year.after.carry_short, year.after.carry_long) == (0, 7000)


def test_losses_carried_out_are_worth_what_later_gains_will_pay() -> None:
    """κ₂ = δ·τ_f at any rate; over five years the first 15,000 offset income at 22%, discounted."""
    policy = Policy(tax=TaxRates(future_gain_rate=0.1, offset_years=5))
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 1000, 100_000.0, "2025-01-02")],
        [security("VTI", 77.0)],
        targets={"T": target({STOCK: 1.0})},
    )
    policy = no_tracking(tax=policy.tax)  # type: ignore[arg-type]
    verdict = verify(of, policy, [sell(of, "TX", "VTI", {"A": 1000})])
    soon = 0.22 * sum(1.05**-year for year in range(1, 6)) / 5
    worth = 15_000 * soon + 5_000 * DELTA * 0.1
    assert near(-660.0 - worth) == terms(verdict)["realized_tax"]


def test_policy_rates_replace_the_law() -> None:
    """A long gain of 2,000 at 23.8% all-in; the basis term takes the same rate."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 6000.0, "2025-01-02")],
        [security("VTI", 80.0)],
        targets={"T": target({STOCK: 1.0})},
    )
    policy = no_tracking(tax=TaxRates(short_rate=0.4, long_rate=0.238))  # type: ignore[arg-type]
    verdict = verify(of, policy, [sell(of, "TX", "VTI", {"A": 100})])
    assert near(476.0) == verdict.figures.tax_usd
    expected = {"realized_tax": 476.0, "basis_change": -DELTA * 0.238 * 2000}
    assert near(expected) == terms(verdict)


def test_a_destroyed_loss_counts_in_the_basis_term_and_a_deferred_one_does_not() -> None:
    """10 of 100 loss shares are rebought in the Roth: 100 destroyed, −900 recognised.

    Recognised + destroyed = −900 − 100 = −1,000. Rebought in taxable instead: −900 alone.
    """
    of = harvest()
    roth = verify(of, no_tracking(), [sell(of, "TX", "VTI", {"A": 100}), buy(of, "RO", "VTI", 10)])
    assert (roth.figures.disallowed_loss, roth.figures.realized_lt) == (100.0, -900.0)
    assert near(DELTA * 0.15 * 1000) == roth.figures.terms_usd["basis_change"]
    # The same 10 shares, bought 10 days ago in the taxable account: deferred.
    held = replace(
        of,
        lots=household(
            [account("TX"), account("RO", "roth_ira")],
            [
                lot("A", "TX", "VTI", 100, 9000.0, "2025-01-02"),
                lot("R", "TX", "VTI", 10, 800.0, "2026-11-10"),
            ],
            [security("VTI", 80.0), security("ITOT", 80.0)],
        ).lots,
    )
    deferred = verify(held, no_tracking(), [sell(held, "TX", "VTI", {"A": 100})])
    assert (deferred.figures.disallowed_loss, deferred.figures.realized_lt) == (100.0, -900.0)
    assert near(DELTA * 0.15 * 900) == deferred.figures.terms_usd["basis_change"]


def test_a_withdrawal_is_taxed_and_relieves_the_liability_it_carried() -> None:
    """$10,000 out of the IRA at 22%: 2,200 of tax now, 2,200 of liability gone; Roth at 10%.

    $1,000 out of the Roth costs no tax but 100 of premium.
    """
    of = household(
        [account("IRA", "traditional_ira", cash=20_000.0), account("RO", "roth_ira", cash=5000.0)],
        targets={"T": target({STOCK: 1.0})},
        net_flow=-11_000.0,
    )
    verdict = verify(of, no_tracking(), [], [flow("IRA", -10_000), flow("RO", -1000)])
    assert verdict.figures.distribution_tax_usd == 2200.0
    assert verdict.figures.tax_usd == 0.0
    assert near({"realized_tax": 2200.0, "withdrawal": 100.0 - 2200.0}) == terms(verdict)
    assert verdict.breaches == ()
    assert verdict.figures.objective_before_bps is None


def test_an_early_withdrawal_pays_its_penalty() -> None:
    """10% of $1,000 on top of 22%."""
    of = household(
        [
            account(
                "IRA", "traditional_ira", cash=20_000.0, net_flow=-1000.0, early_penalty_rate=0.1
            )
        ],
        targets={"T": target({STOCK: 1.0})},
    )
    assert verify(of, Policy(), []).figures.distribution_tax_usd == 320.0


def test_the_year_nets_short_and_long_with_what_was_carried_in() -> None:
    """Year to date +5,000 short, 8,000 long loss carried in; the run adds a long gain of 2,000.

    Before: 5,000 − 8,000 = −3,000, all offset: −660. After: 5,000 − 6,000 = −1,000: −220.
    """
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 6000.0, "2025-01-02")],
        [security("VTI", 80.0)],
        units=[unit(st_realized_ytd=5000.0, lt_carryforward=8000.0)],
        targets={"T": target({STOCK: 1.0})},
    )
    verdict = verify(of, Policy(), [sell(of, "TX", "VTI", {"A": 100})])
    assert verdict.figures.tax_usd == 440.0
    (year,) = verdict.units
    assert (year.position_before.net_short, year.position_before.net_long) == (5000, -8000)
    assert (year.position_after.net_short, year.position_after.net_long) == (5000, -6000)
    assert (year.before.ordinary_offset, year.after.ordinary_offset) == (3000, 1000)


def test_units_are_taxed_apart() -> None:
    """A gain of one spouse and a loss of the other do not meet when they file separately."""
    of = household(
        [account("TX"), account("SP", filing_unit=1)],
        [
            lot("A", "TX", "VTI", 100, 6000.0, "2025-01-02"),
            lot("B", "SP", "BND", 100, 6000.0, "2025-01-02"),
        ],
        units=[
            unit("U1", "single", ordinary_income=100_000.0, magi=100_000.0),
            unit("U2", "single", ordinary_income=100_000.0, magi=100_000.0),
        ],
    )
    orders = [sell(of, "TX", "VTI", {"A": 100}), sell(of, "SP", "BND", {"B": 100})]
    verdict = verify(of, Policy(), orders)
    # U1: gain 4,000 at 15% = 600. U2: loss 1,000 at 22% = −220.
    assert [float(year.tax_usd) for year in verdict.units] == [600.0, -220.0]
    assert verdict.figures.tax_usd == 380.0


def test_price_mode_counts_the_disallowed_part_and_breaks_no_rule() -> None:
    """Under `price` a loss sale beside recent shares is allowed, at what it is worth."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 100, 9000.0, "2025-01-02"),
            lot("R", "TX", "VTI", 40, 3000.0, "2026-11-10"),
        ],
        [security("VTI", 80.0)],
        targets={"T": target({STOCK: 1.0})},
    )
    orders = [sell(of, "TX", "VTI", {"A": 100})]
    priced = verify(of, Policy(wash_sale=WashSales(mode="price")), orders)
    assert (priced.figures.disallowed_loss, priced.figures.realized_lt) == (400.0, -600.0)
    assert priced.breaches == ()
    assert {"wash_sale"} == {breach.rule for breach in verify(of, Policy(), orders).breaches}
