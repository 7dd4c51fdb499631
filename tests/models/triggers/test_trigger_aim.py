"""How far a household trades: to the target, to its band, half-way into it, or part of the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.drift import drifts
from models.household import Household
from models.policy import Aim, Bands, Gate, Policy, TradeRules
from models.triggers.aim import destinations, nearest_inside
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import account, household, lot, security, target

BANDS = Bands(absolute=0.05)
EXACT = TradeRules(min_usd=0.0)


def three(**given: Any) -> Household:
    """Return an IRA of 70/20/10 (stocks, bonds, gold) against 60/25/15, in shares of a dollar."""
    held = {"S": 70_000.0, "B": 20_000.0, "G": 10_000.0}
    rows: dict[str, Any] = {
        "accounts": [account("IRA", account_type="traditional_ira")],
        "lots": [lot(f"L{name}", "IRA", name, shares, None, None) for name, shares in held.items()],
        "securities": [
            security("S", 1.0, "stocks"),
            security("B", 1.0, "bonds"),
            security("G", 1.0, "gold"),
        ],
        "targets": {"T": target({"stocks": 0.6, "bonds": 0.25, "gold": 0.15})},
        "covariance": {
            ("stocks", "stocks"): 0.03,
            ("bonds", "bonds"): 0.003,
            ("gold", "gold"): 0.02,
            ("stocks", "bonds"): 0.0,
            ("stocks", "gold"): 0.0,
            ("bonds", "gold"): 0.0,
        },
    }
    return household(**{**rows, **given})


def goal(of: Household, aim: Aim, bands: Bands = BANDS) -> dict[str, float]:
    """Return the destination's weights by name."""
    found = destinations(of, Policy(aim=aim, bands=bands))["T"]
    named = dict(zip(found.classes, found.class_weights.tolist(), strict=True))
    ids = of.market.securities.security_id[found.securities]
    return named | dict(zip(ids.tolist(), found.security_weights.tolist(), strict=True))


def test_destinations_by_hand() -> None:
    """Band edge: stocks to 65, the 5 points go to the others evenly; half band: 62.5."""
    assert goal(three(), Aim("band_edge")) == pytest.approx(
        {"stocks": 0.65, "bonds": 0.225, "gold": 0.125}
    )
    # half bands: stocks at most 62.5, bonds at least 22.5, gold at least 12.5: 2.5 points are left
    assert goal(three(), Aim("half_band")) == pytest.approx(
        {"stocks": 0.625, "bonds": 0.2375, "gold": 0.1375}
    )
    assert goal(three(), Aim("fraction", 0.25)) == pytest.approx(
        {
            **{"stocks": 0.15, "bonds": 0.0625, "gold": 0.0375, "cash": 0.0},
            **{"S": 0.525, "B": 0.15, "G": 0.075},
        }
    )
    start = three()
    assert destinations(start, Policy()) is start.market.targets


def test_a_target_without_bands_is_its_own_destination() -> None:
    """There is no edge to stop at."""
    assert goal(three(), Aim("band_edge"), Bands()) == {"stocks": 0.6, "bonds": 0.25, "gold": 0.15}


@pytest.mark.parametrize(
    ("aim", "after"),
    [
        (Aim(), {"stocks": 0.60, "bonds": 0.25, "gold": 0.15}),
        (Aim("band_edge"), {"stocks": 0.65, "bonds": 0.225, "gold": 0.125}),
        (Aim("half_band"), {"stocks": 0.625, "bonds": 0.2375, "gold": 0.1375}),
        (Aim("fraction", 0.25), {"stocks": 0.675, "bonds": 0.2125, "gold": 0.1125}),
    ],
)
def test_a_household_without_costs_arrives(aim: Aim, after: dict[str, float]) -> None:
    """In an IRA without spreads the plan ends at the destination, to a share; the judge agrees."""
    policy = Policy(aim=aim, bands=BANDS, trades=EXACT, gate=Gate(min_order_usd=0.0))
    start = three()
    plan = rebalance(start, policy)
    assert plan.status == "planned"
    assert plan.certificate is not None
    assert plan.certificate.gap_bps == pytest.approx(0.0, abs=0.01)
    value = {"S": 70_000.0, "B": 20_000.0, "G": 10_000.0}
    for order in plan.orders:
        value[order.security_id] += float(order.amount) * (1 if order.side == "buy" else -1)
    classes = {"stocks": "S", "bonds": "B", "gold": "G"}
    for name, weight in after.items():
        assert value[classes[name]] / 1e5 == pytest.approx(weight, abs=2e-5)
    verdict = verify(start, policy, plan.orders, plan.flows)
    assert not verdict.breaches


def test_tracking_error_is_told_against_the_target() -> None:
    """√Σσ²·drift² at 65/22.5/12.5: 5, 2.5 and 2.5 points off, whatever the destination."""
    plan = rebalance(three(), Policy(aim=Aim("band_edge"), bands=BANDS, trades=EXACT))
    assert plan.figures is not None
    expected = np.sqrt(0.03 * 0.05**2 + 0.003 * 0.025**2 + 0.02 * 0.025**2)
    assert plan.figures.te_after == pytest.approx(expected, rel=1e-3)
    assert plan.figures.terms_usd["tracking_error"] == pytest.approx(0.0, abs=1e-3)


def test_at_the_destination_nothing_is_left_to_do() -> None:
    """A second night looks again: half-way inside its bands, the household is left alone."""
    there = three(
        lots=[
            lot("LS", "IRA", "S", 62_500.0, None, None),
            lot("LB", "IRA", "B", 23_750.0, None, None),
            lot("LG", "IRA", "G", 13_750.0, None, None),
        ]
    )
    policy = Policy(aim=Aim("half_band"), bands=BANDS)
    assert max(abs(row.weight - row.target) for row in drifts(there)) == pytest.approx(0.025)
    assert rebalance(there, policy).status == "no_action"


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_the_nearest_weights_inside(data: st.DataObject) -> None:
    """They sum to the target's total, keep their bounds, and no move between two rows is nearer."""
    n = data.draw(st.integers(2, 6))
    raw = np.array(data.draw(st.lists(st.floats(0.01, 1.0), min_size=n, max_size=n)))
    goals = raw / raw.sum()
    held = np.array(data.draw(st.lists(st.floats(0.0, 1.0), min_size=n, max_size=n)))
    width = np.array(data.draw(st.lists(st.floats(0.0, 0.3), min_size=n, max_size=n)))
    low, high = np.maximum(goals - width, 0.0), goals + width
    found = nearest_inside(held, low, high, 1.0)
    assert found.sum() == pytest.approx(1.0, abs=1e-9)
    assert (found >= low - 1e-12).all()
    assert (found <= high + 1e-12).all()
    distance = ((found - held) ** 2).sum()
    for i in range(n):
        for j in range(n):
            step = min(1e-4, high[i] - found[i], found[j] - low[j])
            if i != j and step > 0:
                moved = found.copy()
                moved[i] += step
                moved[j] -= step
                assert ((moved - held) ** 2).sum() >= distance - 1e-9
