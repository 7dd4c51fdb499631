"""How far a household leans to equity, before and after the tax it owes on deferred accounts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.backtest.lives.life import live
from benchmarks.backtest.lives.tilt import equity_tilt
from benchmarks.backtest.methods.catalogue import STILL, headline
from benchmarks.backtest.people.opening import opening_household
from models.household import Household
from tests.benchmarks.backtest.small_stage import HELD, plan, priced, quiet_market, quiet_stage

VTI, BND = HELD.index("VTI"), HELD.index("BND")
WANTED = 0.35 / 0.67
"""Of the small market's balanced-60, which has shares, bonds and municipals: 35, 22 and 10."""


def _located() -> Household:
    """$400,000 of shares taxable, $400,000 of bonds deferred, $200,000 of cash in the Roth."""
    stage = quiet_stage()
    opened = opening_household(stage, plan(), stage.year_end(2001))
    first = [int(np.flatnonzero(opened.lots.account == a)[0]) for a in (0, 1)]
    columns = {
        name: getattr(opened.lots, name)[first]
        for name in opened.lots.__slots__
        if name != "lot_id"
    }
    columns |= {"security": np.array([VTI, BND]), "shares": np.array([4000.0, 4000.0])}
    lots = replace(opened.lots, lot_id=opened.lots.lot_id[first], **columns)
    cash = np.array([0.0, 0.0, 200_000.0])
    return replace(opened, lots=lots, accounts=replace(opened.accounts, cash=cash))


def test_deferred_dollars_count_after_their_tax() -> None:
    """40% shares; at 25% deferred tax the whole is $900,000, and shares are 4/9 of it."""
    tilt = equity_tilt(_located(), np.array([0.25]))
    assert tilt.before_tax == pytest.approx(0.4 - WANTED)
    assert tilt.after_tax == pytest.approx(4 / 9 - WANTED)


def test_a_record_tells_the_lean_that_prices_made() -> None:
    """Shares double and nobody trades: (2w/(1 + w)) − w over the target, a little cash besides."""
    stage = quiet_stage(priced(quiet_market(), "VTI", "2002-01-02", 200.0))
    record = next(live(stage, plan(), 2001, 1, headline()[STILL]))
    assert record.equity_tilt == pytest.approx(2 * WANTED / (1 + WANTED) - WANTED, abs=0.004)
    assert record.equity_tilt_after_tax == pytest.approx(record.equity_tilt, abs=0.001)
