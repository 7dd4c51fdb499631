"""Share steps know what each lot of a ticket forgoes, not only the lot where it ends."""

from __future__ import annotations

import numpy as np
import pytest

from models.household import Household
from models.policy import Policy
from optimizer.rebalance import rebalance
from scenarios.changes import with_columns
from scenarios.four_funds import ASOF, drawn

DAYS_HELD = 350
"""A sale two weeks before a lot turns long-term forgoes all of its gain."""

SHARE_OF_PRICE = 0.4
"""Basis of such a lot by its value."""

LOST_BPS = 0.5
"""Basis points that whole shares may cost here: a share too many of such a lot costs two."""


def soon_long_term(seed: int) -> Household:
    """A household of four funds in whose taxable positions the last lot is soon long-term."""
    of = drawn(seed)
    lots, value = of.lots, of.lot_value_usd
    place = lots.account * len(of.market.securities.price) + lots.security
    last = np.append(place[1:] != place[:-1], True) & of.taxable[lots.account]
    day = np.datetime64(ASOF) - np.timedelta64(DAYS_HELD)
    acquired = np.where(last, day, lots.acquired)
    basis = np.where(last, SHARE_OF_PRICE * value, lots.basis)
    columns = {"acquired": acquired, "holding_start": acquired, "basis": basis}
    return with_columns(of, "lots", **columns)


@pytest.mark.parametrize("seed", [11, 16, 26])
def test_no_share_of_a_lot_that_is_worth_waiting_for_is_sold_by_rounding(seed: int) -> None:
    """It was priced as a share of the lot before it: 7 to 13 basis points of the household."""
    plan = rebalance(soon_long_term(seed), Policy())
    assert plan.certificate is not None
    assert plan.certificate.gap_bps < LOST_BPS
