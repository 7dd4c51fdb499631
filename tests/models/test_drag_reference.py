"""What a class bears of yearly tax at the margin when the target is placed best."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from models.arrays import Floats
from models.drag_reference import Rates, drag_reference, marginal_prices
from models.household import Household
from models.room_prices import room_prices
from tests.households import BOND, CASH, STOCK, Row, account, household, lot, security, target, unit

LONG, ORDINARY, FREE = np.array([0.15]), np.array([0.25]), np.zeros(1)

FUNDS = (
    security("VTI", 100.0, qualified_yield=0.02, foreign_tax_yield=0.001),
    security("BND", 50.0, BOND, ordinary_yield=0.04),
)
"""ȳ: stocks 0.15·2% = 0.30%, bonds 0.25·4% = 1.00%; f: 0.10% and 0."""


def split(
    taxable: float, ira: float, *, funds: tuple[Row, ...] = FUNDS, **given: object
) -> Household:
    """Return a household of so many thousands in a taxable account and an IRA, all in VTI."""
    return household(
        [account("TX"), account("IRA", "traditional_ira")],
        [
            lot("A", "TX", "VTI", 10 * taxable, 1000 * taxable, "2024-01-02"),
            lot("B", "IRA", "VTI", 10 * ira),
        ],
        funds,
        **given,  # type: ignore[arg-type]
    )


def prices(of: Household, row: int = 0, *, ordinary: Floats = ORDINARY) -> dict[str, float]:
    """Return π by security in one account, percent a year."""
    rates = Rates(np.full(len(ordinary), 0.15), ordinary, np.zeros(len(ordinary)))
    found = drag_reference(of, rates, np.ones(len(of.accounts.account_id)))
    names = of.market.securities.security_id.tolist()
    return {name: round(100.0 * x, 9) for name, x in zip(names, found[row], strict=True)}


@pytest.mark.parametrize(
    ("taxable", "ira", "expected"),
    [
        # 20% sheltered: bonds (40%) fill it, α = 1.00%; stocks bear 0.30%, less than 0.10% + α.
        (80.0, 20.0, {"VTI": 0.30, "BND": 1.00}),
        # 60% sheltered: bonds and a third of stocks, α = 0.30% − 0.10%; bonds bear α.
        (40.0, 60.0, {"VTI": 0.30, "BND": 0.20}),
        # Nothing sheltered: all bear what they bear. Everything: only what foreign tax takes.
        (100.0, 0.0, {"VTI": 0.30, "BND": 1.00}),
        (0.0, 100.0, {"VTI": 0.10, "BND": 0.00}),
    ],
)
def test_classes_bear_what_room_costs(
    taxable: float, ira: float, expected: Mapping[str, float]
) -> None:
    """Target 60% stocks, 40% bonds; the same in both accounts."""
    of = split(taxable, ira)
    assert prices(of, 0) == prices(of, 1) == expected


@pytest.mark.parametrize("flow", ["contribution", "withdrawal", "distribution"])
def test_room_is_what_is_there_after_all_flows(flow: str) -> None:
    """New cash that is taxed has to be placed too: before it, nothing taxed was worth buying."""
    cash = 80_000.0 if flow == "withdrawal" else 0.0
    due = 80_000.0 if flow == "distribution" else 0.0
    ira = 20.0 if flow == "contribution" else 100.0
    of = household(
        [
            account("TX", cash=cash),
            account("IRA", "traditional_ira", rmd_due_usd=due, withdrawable=False),
        ],
        [lot("B", "IRA", "VTI", 10 * ira)],
        FUNDS,
        net_flow={"contribution": 80_000.0, "withdrawal": -80_000.0, "distribution": 0.0}[flow],
    )
    after = split(0.0, 100.0) if flow == "withdrawal" else split(80.0, 20.0)
    assert prices(of) == prices(after)


def test_with_a_negative_price_of_room_cash_still_bears_nothing() -> None:
    """At a long rate of 0, stocks in the IRA lose 0.10% of foreign tax: 60% sheltered, α = −0.10%.

    min(0, 0.10% − 0.10%) + 0.10% = 0.10% for stocks; min(1%, 0 − 0.10%) + 0.10% = 0 for bonds.
    """
    found = drag_reference(split(40.0, 60.0), Rates(FREE, ORDINARY, FREE), np.ones(2))
    assert np.allclose(found, [0.001, 0.0])


def test_a_class_counts_by_its_mean_and_a_named_security_by_itself() -> None:
    """MUB halves the mean of bonds to 0.50%; named in the target BND keeps its own 1.00%."""
    funds = (*FUNDS, security("MUB", 50.0, BOND, exempt_yield=0.03))
    assert prices(split(90.0, 10.0, funds=funds)) == {"VTI": 0.30, "BND": 0.50, "MUB": 0.50}
    named = {"T": target({STOCK: 0.6, "BND": 0.4})}
    found = prices(split(90.0, 10.0, funds=funds, targets=named))
    assert found == {"VTI": 0.30, "BND": 1.00, "MUB": 0.50}


def test_a_fund_of_several_classes_bears_what_its_parts_do() -> None:
    """Half stocks, half bonds, its own income 0: classes are means by look-through.

    Stocks 0.30%/1.5 = 0.20%, bonds 1.00%/1.5 = 0.6667%; the mixed fund half of each.
    """
    funds = (*FUNDS, security("MIX", 10.0))
    mixed = split(100.0, 0.0, funds=funds, exposures={"MIX": {STOCK: 0.5, BOND: 0.5}})
    assert prices(mixed) == pytest.approx({"VTI": 0.2, "BND": 2 / 3, "MIX": 1.3 / 3})


def test_a_faulty_row_has_no_say() -> None:
    """A yield that is not a number makes its row bear nothing and leaves the mean alone."""
    bad = security("BAD", 1.0, BOND, ordinary_yield=float("nan"), usable=False)
    assert prices(split(90.0, 10.0, funds=(*FUNDS, bad)))["BND"] == 1.00


def test_groups_with_targets_of_their_own_are_placed_apart() -> None:
    """An IRA with its own target has no taxable room, and leaves none to the taxable account."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira", target_id="B")],
        [lot("A", "TX", "VTI", 500, 50_000.0, "2024-01-02"), lot("B", "IRA", "VTI", 500)],
        FUNDS,
        targets={"T": target({STOCK: 0.6, BOND: 0.4}), "B": target({BOND: 1.0})},
    )
    assert prices(of, 0) == {"VTI": 0.30, "BND": 1.00}
    assert prices(of, 1) == {"VTI": 0.10, "BND": 0.00}


def test_rates_of_two_returns_count_by_value() -> None:
    """A quarter of the taxable money at 45%, the rest at 25%: bonds bear 30% of 4%."""
    of = household(
        [account("A"), account("B", filing_unit=1)],
        [
            lot("A", "A", "VTI", 750, 75_000.0, "2024-01-02"),
            lot("B", "B", "VTI", 250, 25_000.0, "2024-01-02"),
        ],
        FUNDS,
        units=[unit("U"), unit("V")],
    )
    assert prices(of, ordinary=np.array([0.25, 0.45])) == {"VTI": 0.30, "BND": 1.20}


def test_weights_after_tax_count_deferred_dollars_as_they_do() -> None:
    """A dollar that counts as 0.75 has three quarters of the reference, and of the room."""
    of = split(50.0, 50.0)
    found = drag_reference(of, Rates(LONG, ORDINARY, FREE), np.array([1.0, 0.75]))
    assert np.allclose(found[1], 0.75 * found[0])
    # 0.75·50/(50 + 37.5) = 43% sheltered is more than the bonds: α = 0.20%.
    assert np.allclose(found[0], [0.003, 0.002])


def test_a_household_worth_nothing_has_no_reference() -> None:
    """Zeros, and no division by zero."""
    assert prices(split(0.0, 0.0)) == {"VTI": 0.0, "BND": 0.0}


def test_a_dollar_of_an_ira_bears_the_part_of_a_foreign_tax_that_is_the_households() -> None:
    """At τ_ret 40% the IRA's 0.10% are 0.06%; the Roth bears all of it, and is placed last.

    40% taxable, 30% deferred, 30% exempt; 40% bonds. Stocks fill the taxable account and a part
    of the IRA, whose room costs 0.30% − 0.06%; bonds are in the IRA and the Roth, which cost alike.
    """
    of = household(
        [account("TX"), account("IRA", "traditional_ira"), account("ROTH", "roth_ira")],
        [
            lot("A", "TX", "VTI", 400, 40_000.0, "2024-01-02"),
            lot("B", "IRA", "VTI", 300),
            lot("C", "ROTH", "VTI", 300),
        ],
        FUNDS,
    )
    found = drag_reference(of, Rates(LONG, ORDINARY, np.array([0.4])), np.ones(3))
    assert np.allclose(found[0], [0.0030, 0.0024])


def test_cash_that_earns_is_placed_like_any_other_and_bears_nothing_there() -> None:
    """Cash at 4% costs 1.00% taxable, like the bonds: beside it they bear nothing more.

    20% sheltered: bonds fill it, room costs 1.00%. Cash bears 1.00% in either place, which is taken
    off all: stocks bear 0.30% − 1.00%, bonds nothing. A money-market fund is cash.
    """
    fund = security("MMF", 1.0, CASH, ordinary_yield=0.04, instrument="money_market")
    found = prices(split(80.0, 20.0, funds=(*FUNDS, fund)))
    assert found == {"VTI": -0.70, "BND": 0.0, "MMF": 0.0}


def _least_drag(costs: Floats, mix: Floats, room: Floats) -> float:
    """Least yearly cost of placing a mix, by a solver over (treatment, row).

    Told in units of the dearest cost: a solver stops at 1e-7 of whatever it is told in.
    """
    k, n = costs.shape
    unit = costs.max() or 1.0
    placed = linprog(
        costs.ravel() / unit,
        A_eq=np.vstack([np.tile(np.eye(n), k), np.kron(np.eye(k), np.ones((1, n)))]),
        b_eq=np.concatenate([mix, room]),
    )
    assert placed.fun is not None
    return float(placed.fun) * unit


ROWS = st.lists(
    st.tuples(st.floats(0.0, 0.03), st.floats(0.0, 0.002), st.floats(0.05, 1.0)),
    min_size=1,
    max_size=6,
)

ROOMS = st.lists(st.sampled_from([0.0, 0.0, 0.1, 0.4, 1.0, 2.5]), min_size=3, max_size=3)


@settings(deadline=None, max_examples=80)
@example(rows=[(0.0, 1e-05, 1.0)], rooms=[0.0, 0.1, 0.1], earned=0.0, copies=9, seed=682)
@given(
    rows=ROWS,
    rooms=ROOMS.filter(any),
    earned=st.sampled_from([0.0, 0.01]),
    copies=st.sampled_from([1, 9]),
    seed=st.integers(0, 2**16),
)
def test_no_mix_is_rewarded_when_it_is_placed_best(
    rows: list[tuple[float, float, float]],
    rooms: list[float],
    earned: float,
    copies: int,
    seed: int,
) -> None:
    """The prices are a subgradient of the least cost of a mix, at the target.

    So least cost less Σ π·mix is least at the target: no other mix, with cash or without, gains.
    Prices of targets of many rows are narrowed down.
    """
    rng = np.random.default_rng(seed)
    taxed, foreign, weights = (np.array(column) for column in zip(*rows, strict=True))
    costs = np.array([taxed, 0.7 * foreign, foreign])
    costs = np.hstack([costs * rng.uniform(0.5, 1.0, len(weights)) for _ in range(copies)])
    weights = np.tile(weights, copies) / (copies * weights.sum())
    room = np.array(rooms) / sum(rooms)
    cash = np.array([earned, 0.0, 0.0])
    found = room_prices(costs, weights, room)
    reference = np.append(marginal_prices(costs, found, cash), 0.0)
    every = np.column_stack([costs, cash])
    other = rng.dirichlet(np.ones(len(weights) + 1))
    at_target = np.append(weights, 0.0)
    counted = [_least_drag(every, mix, room) - float(reference @ mix) for mix in (at_target, other)]
    assert counted[1] >= counted[0] - 1e-9
