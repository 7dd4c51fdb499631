"""Tickets of steps too fine to be whole in a mixed-integer program: made whole afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.policy import Policy, TradeRules
from optimizer.inputs.frame import frame
from optimizer.mip.integer_model import state_tickets
from optimizer.program.language import Branch
from optimizer.rounding.tickets import tickets_of
from optimizer.search.incumbent import search
from optimizer.solvers.chain import door
from scenarios.changes import with_securities
from scenarios.four_funds import drawn


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
