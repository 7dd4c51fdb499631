"""Tickets of steps too fine to be whole in a mixed-integer program: made whole afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.household import Household
from models.policy import Policy, TradeRules
from optimizer.inputs.frame import frame
from optimizer.mip.integer_model import state_tickets
from optimizer.program.language import Branch
from optimizer.rebalance import rebalance
from optimizer.rounding.tickets import tickets_of
from optimizer.search.incumbent import search
from optimizer.solvers.chain import door
from scenarios.changes import with_securities
from scenarios.four_funds import drawn
from tests.households import BOND, STOCK, account, household, lot, security, target


@pytest.mark.parametrize("seed", range(4))
def test_rows_have_room_for_what_is_made_whole_afterwards(seed: int) -> None:
    """Each fine ticket may move by a step, all of them against a turnover, and it still holds."""
    household = drawn(seed)
    steps = np.full(len(household.market.securities.security_id), 1e-6)
    steps[1::2] = 1.0
    policy = replace(Policy(), trades=TradeRules(max_turnover=0.1))
    model = search(frame(with_securities(household, share_step=steps), policy), door("piqp")).model
    tickets = tickets_of(model.frame)
    whole = state_tickets(model, tickets, model.arrays.branched(Branch()))
    (_, high, *_), (_, row_high, *_) = whole.with_room().limits, whole.limits
    is_fine = (tickets.step < 1e-3) & (whole.steps >= 0)
    assert is_fine.any()
    assert (~is_fine).any()
    moved = np.zeros(len(model.arrays.q))
    for block, of in (("sale", tickets.of_sale), ("buy", tickets.of_buy)):
        alone = np.unique(of, return_index=True)[1]
        columns = model.arrays.columns[block].start + alone
        moved[columns] = np.where(is_fine[of[alone]], tickets.step[of[alone]], 0.0)
    rows = model.arrays.by_tickets
    most = np.abs(model.arrays.A.tocsr()[rows]) @ moved
    assert (most > 0.0).any()
    assert (row_high[rows] - high[rows] >= most - 1e-12).all()
    others = np.setdiff1d(np.arange(len(high)), rows)
    assert (high[others] == row_high[others]).all()


REIT = "REIT"


def overdrawn(step: float) -> Household:
    """Return three accounts with a little less than no cash, in one of them one position alone."""
    return household(
        [account("TX", cash=-584.85), account("ROTH", "roth_ira"), account("HIS", cash=-496.94)],
        [
            lot("a", "TX", "MKT", 374.359, 33_401.0, "2026-07-23"),
            lot("b", "TX", "MKT", 377.631, 26_183.0, "2026-10-22"),
            lot("c", "ROTH", "US", 3_435.577),
            lot("d", "ROTH", "IG", 163.528),
            lot("e", "ROTH", "RE", 1_096.581),
            lot("f", "HIS", "IG", 868.698, 439_161.0, "2015-12-08"),
        ],
        [
            security("US", 157.34, specific_vol=0.004, share_step=step),
            security("IG", 553.49, BOND, half_spread_bps=5.0, specific_vol=0.02, share_step=step),
            security("RE", 131.61, REIT, half_spread_bps=10.0, specific_vol=0.004, share_step=step),
            security("MKT", 75.44, share_step=step),
        ],
        targets={"T": target({STOCK: 0.33, BOND: 0.48, REIT: 0.19})},
        covariance={
            **{(STOCK, STOCK): 0.0289, (BOND, BOND): 0.003, (REIT, REIT): 0.04},
            **{(STOCK, BOND): 0.002, (STOCK, REIT): 0.01, (BOND, REIT): 0.002},
        },
    )


@pytest.mark.parametrize("step", [1e-5, 1e-6, 1e-7])
def test_finer_shares_make_no_worse_plan(step: float) -> None:
    """An order of 3% of the household at least: a ticket then has up to a billion steps."""
    policy = Policy(trades=TradeRules(min_weight=0.03))
    plans = [rebalance(overdrawn(each), policy) for each in (1e-3, step)]
    coarse, fine = (plan.figures for plan in plans)
    assert coarse is not None
    assert fine is not None
    assert coarse.objective_after_bps is not None
    assert fine.objective_after_bps == pytest.approx(coarse.objective_after_bps, abs=0.01)
