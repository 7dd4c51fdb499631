"""J = (γ/2)·H·Σ_g W_g·TE_g², in bps of the household, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.household import Household
from models.policy import Limits, Policy, RiskAversion
from optimizer.inputs.risk_cells import risk_cells
from optimizer.program.build import program_of
from tests.households import BOND, STOCK, account, household, lot, security, target
from tests.optimizer.by_hand import stated
from tests.optimizer.statements import broken_by, value_of

STOCKS = 0.04
BONDS = 0.0025


def seventy_thirty(vol: float = 0.0) -> Household:
    """Return $70,000 of stock in two accounts, one identical group, and $30,000 of bonds."""
    return household(
        [account("TX"), account("IRA", "traditional_ira")],
        [
            lot("A", "TX", "VTI", 400, 40_000.0, "2024-01-02"),
            lot("B", "IRA", "ITOT", 600),
            lot("C", "IRA", "BND", 600),
        ],
        [
            security("VTI", 100.0, specific_vol=vol, identical_group="US"),
            security("ITOT", 50.0, specific_vol=vol / 2, identical_group="US"),
            security("BND", 50.0, BOND),
        ],
    )


def test_ten_points_too_much_stock() -> None:
    """Y = (10%, −10%): TE² = 0.01·0.04 + 0.01·0.0025 = 0.000425; J = 5·5·TE²·1e4 = 106.25 bps."""
    term = stated("tracking_error", seventy_thirty())
    held = term.program.layout["factor"]
    point = term.point()
    point["factor"][:] = [-10.0, 10.0]
    point["deviation"][:] = risk_cells(term.frame).start
    assert held.stop - held.start == 2
    assert value_of(term.part, point) == pytest.approx(106.25)
    assert broken_by(term.part, point) == []
    point["factor"][1] = 9.0
    assert [each.rule for each in broken_by(term.part, point)] == ["exposure"]


def test_one_identical_group_is_one_risk() -> None:
    """$70,000 of one group at its largest 10%: d·x² = 0.01·0.49 = 0.0049; 25·0.0049·1e4 = 1,225.

    Under a target by classes nothing is wanted of a security, so its whole weight is a deviation.
    """
    term = stated("tracking_error", seventy_thirty(vol=0.1))
    cells = risk_cells(term.frame)
    point = term.point()
    point["deviation"][:] = cells.start
    assert sorted(cells.start) == pytest.approx([30.0, 70.0])
    assert value_of(term.part, point) == pytest.approx(1225.0)


def test_sales_and_buys_move_the_deviation() -> None:
    """Selling $10,000 of VTI and buying as much BND: holdings 60 and 40, and exposure on target."""
    term = stated("tracking_error", seventy_thirty())
    point = term.point(sale={"A": 10.0}, buy={("IRA", "BND"): 10.0})
    cells = risk_cells(term.frame)
    identicals = cells.identical_group.tolist()
    stock = identicals.index(term.frame.sales.identical_group[term.place("sale", "A")])
    start = cells.start.copy()
    start[stock], start[1 - stock] = 60.0, 40.0
    point["deviation"][:] = start
    assert broken_by(term.part, point) == []
    assert value_of(term.part, point) == pytest.approx(0.0)
    point["deviation"][stock] = 61.0
    assert {each.rule for each in broken_by(term.part, point)} == {"holdings", "exposure"}


def test_each_management_group_is_measured_on_its_own_value() -> None:
    """TX ($40,000) and IRA ($60,000) with the same target of stock alone.

    IRA: 50% bonds instead: y = (−30, 30)/60 = ±0.5, TE² = 0.25·0.0425 = 0.010625; its part of the
    household 0.6: 25·0.6·0.010625·1e4 = 1,593.75 bps. TX is on target and adds nothing.
    """
    of = seventy_thirty()
    market = replace(
        of.market,
        targets={
            **of.market.targets,
            "S": of.market.targets["T"],
        },
    )
    stock = household([account("X")], targets={"S": target({STOCK: 1.0})}).market.targets["S"]
    market = replace(market, targets={"T": stock, "S": stock})
    own = of.accounts.target_id.copy()
    own[1] = "S"
    of = replace(of, market=market, accounts=replace(of.accounts, target_id=own))
    term = stated("tracking_error", of)
    point = term.point()
    point["deviation"][:] = risk_cells(term.frame).start
    point["factor"][:] = [0.0, 0.0, 30.0, -30.0]
    assert broken_by(term.part, point) == []
    assert value_of(term.part, point) == pytest.approx(1593.75)


def test_after_tax_weights_shrink_deferred_holdings_and_the_value_alike() -> None:
    """At τ_ret = 22% the IRA's $60,000 count $46,800, so W_g is 86.8, of which 60/40 is wanted.

    y_S = 63.4 − 52.08 = 11.32 and y_B = 23.4 − 34.72 = −11.32: they add up to nothing, as weights
    of one whole do. 25·11.32²/86.8·(0.04 + 0.0025)·100 = 156.8567 bps.
    """
    policy = Policy(risk=RiskAversion(after_tax_weights=True))
    term = stated("tracking_error", seventy_thirty(), policy)
    point = term.point()
    point["deviation"][:] = risk_cells(term.frame).start
    point["factor"][:] = [-11.32, 11.32]
    assert broken_by(term.part, point) == []
    assert value_of(term.part, point) == pytest.approx(
        25.0 * 11.32**2 / 86.8 * (STOCKS + BONDS) * 100.0
    )


def test_a_limit_adds_its_price_and_takes_off_what_is_allowed() -> None:
    """With a multiplier m on TE² and te_max 1%: ½·m·(TE² − 1) in (percent)², here TE² = 4.25."""
    term = stated("tracking_error", seventy_thirty(), Policy(limits=Limits(te_max=0.01)))
    framed = replace(term.frame, te_multiplier=30.0)
    program = program_of(framed)
    part = next(each for each in program.parts if each.name == "tracking_error")
    point = term.point()
    point["deviation"][:] = risk_cells(framed).start
    point["factor"][:] = [-10.0, 10.0]
    assert value_of(part, point) == pytest.approx(106.25 + 15.0 * (4.25 - 1.0))
