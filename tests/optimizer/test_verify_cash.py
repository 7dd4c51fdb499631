"""Cash floors, flows of the household, and required distributions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.household import Household
from models.policy import Policy
from optimizer.judge.verify import verify
from tests.households import (
    account,
    buy,
    flow,
    household,
    lot,
    security,
    sell,
    unit,
)
from tests.optimizer.judging import ALL_STOCK, broken


def test_cash_stays_at_its_floor() -> None:
    """9,000 of 10,000 may be spent over a floor of 1,000; the spread counts."""
    of = household(
        [account("TX", cash=10_000.0, cash_floor=1000.0)],
        securities=[security("VTI", 10.0)],
        targets=ALL_STOCK,
    )
    assert broken(of, [buy(of, "TX", "VTI", 900)]) == []
    assert broken(of, [buy(of, "TX", "VTI", 901)]) == ["cash_floor"]
    dear = household(
        [account("TX", cash=10_000.0, cash_floor=1000.0)],
        securities=[security("VTI", 10.0, half_spread_bps=1.0)],
        targets=ALL_STOCK,
    )
    (breach,) = verify(dear, Policy(), [buy(dear, "TX", "VTI", 900)]).breaches
    assert (breach.rule, breach.where, round(breach.amount, 9)) == ("cash_floor", "TX", 0.9)


def test_cash_of_one_account_pays_for_no_other() -> None:
    """A sale in taxable does not fund a buy in the IRA."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira")],
        [lot("A", "TX", "VTI", 100, 6000.0, "2024-01-02")],
        targets=ALL_STOCK,
    )
    orders = [sell(of, "TX", "VTI", {"A": 100}), buy(of, "IRA", "VTI", 100)]
    assert broken(of, orders) == ["cash_floor"]


def test_negative_cash_forces_a_sale() -> None:
    """Doing nothing about an overdraft is a breach; a sale that covers it is not."""
    of = household(
        [account("TX", cash=-500.0)],
        [lot("A", "TX", "VTI", 100, 6000.0, "2024-01-02")],
        targets=ALL_STOCK,
    )
    assert broken(of, []) == ["cash_floor"]
    assert broken(of, [sell(of, "TX", "VTI", {"A": 5})]) == []


def retired(household_flow: float = 0.0, **rmd: object) -> Household:
    """Return a taxable account, an IRA, a 401(k) that may not pay out, and a Roth."""
    return household(
        [
            account("TX", cash=10_000.0),
            account("IRA", "traditional_ira", cash=10_000.0, **rmd),
            account("K", "401k", cash=10_000.0),
            account("RO", "roth_ira", cash=10_000.0),
            account("SP", cash=10_000.0, filing_unit=1),
        ],
        units=[unit("U1", "single"), unit("U2", "single")],
        targets=ALL_STOCK,
        net_flow=household_flow,
    )


WITHDRAWAL = [
    (-3000.0, {"TX": -3000}, []),
    (-3000.0, {"TX": -1000, "IRA": -1000, "RO": -1000}, []),
    (-3000.0, {"TX": -2999}, ["household_flow"]),
    (-3000.0, {}, ["household_flow"]),
    (-3000.0, {"K": -3000}, ["household_flow"]),
    (-3000.0, {"TX": -4000, "IRA": 1000}, ["household_flow", "household_flow"]),
    (-3000.0, {"IRA": -4000, "TX": 1000}, ["household_flow"]),
    (3000.0, {"TX": 2000, "SP": 1000}, []),
    (3000.0, {"IRA": 3000}, ["household_flow"]),
    (3000.0, {"TX": 4000, "IRA": -1000}, ["household_flow", "household_flow"]),
    (0.0, {"TX": -1000, "SP": 1000}, ["household_flow", "household_flow"]),
    (0.0, {"TX": 0}, []),
    (0.0, {"XX": 0}, ["household_flow"]),
]


@pytest.mark.parametrize(("net_flow", "moves", "names"), WITHDRAWAL)
def test_household_flows_go_where_they_may(
    net_flow: float, moves: dict[str, int], names: list[str]
) -> None:
    """Out of withdrawable accounts, into taxable ones, and they add up to the cent."""
    of = retired(net_flow)
    assert broken(of, [], [flow(name, usd) for name, usd in moves.items()]) == names


REQUIRED = [
    (0.0, {"IRA": -4000, "TX": 4000}, []),
    (0.0, {}, ["required_distribution"]),
    (0.0, {"IRA": -3000, "TX": 3000}, ["required_distribution"]),
    (0.0, {"IRA": -5000, "TX": 5000}, ["household_flow", "household_flow"]),
    (0.0, {"IRA": -4000, "SP": 4000}, ["household_flow"]),
    (0.0, {"IRA": -4000, "RO": 4000}, ["household_flow"]),
    (-1000.0, {"IRA": -4000, "TX": 3000}, []),
    (-6000.0, {"IRA": -6000}, []),
    (-6000.0, {"IRA": -4000, "TX": -2000}, []),
    (-6000.0, {"TX": -6000}, ["required_distribution"]),
]


@pytest.mark.parametrize(("net_flow", "moves", "names"), REQUIRED)
def test_required_distributions_are_made(
    net_flow: float, moves: dict[str, int], names: list[str]
) -> None:
    """$5,000 is due, $1,000 leaves by the account's own flow: 4,000 moves to its unit's account."""
    of = retired(net_flow, rmd_due_usd=5000.0, net_flow=-1000.0)
    assert broken(of, [], [flow(name, usd) for name, usd in moves.items()]) == names


def test_required_distributions_leave_accounts_that_are_not_withdrawable() -> None:
    """What is due may leave, more may not."""
    of = retired(0.0, rmd_due_usd=5000.0, withdrawable=False)
    assert broken(of, [], [flow("IRA", -5000), flow("TX", 5000)]) == []
    more = replace(of, net_flow=-1000.0)
    flows = [flow("IRA", -6000), flow("TX", 5000)]
    assert broken(more, [], flows) == ["household_flow"]
