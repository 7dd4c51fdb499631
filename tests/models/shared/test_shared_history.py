"""Read history against a replay of single shares: what still waits, what could still wash a loss.

Every share that was bought is a row of its own here, every share sold at a loss too, and days pass
one by one. The program's windows and the judge's ledger both start from `read_history`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from models.household import Household
from models.ledger import read_history, recent_by_lot
from tests.households import ASOF, account, household, lot, security, trade

WINDOW_DAYS = 30
"""Days before and after a sale in which a purchase replaces what was sold, both inclusive."""

FUNDS = ("VTI", "ITOT")
"""One identical group."""


@dataclass
class Share:
    """One share of a purchase."""

    lot_id: str
    day: date
    sheltered: bool
    fund: str
    spent: bool = False


@dataclass
class Loss:
    """One share that was sold at a loss and waits for a replacement."""

    day: date
    open: bool = True


def near(one: date, other: date) -> bool:
    """Whether a purchase on one day replaces a sale of the other."""
    return abs((one - other).days) <= WINDOW_DAYS


def replayed(shares: list[Share], losses: list[Loss]) -> None:
    """Match share by share, day by day: sales first, then purchases, sheltered ones first.

    A loss takes the earliest purchase that is there; a purchase serves the earliest loss.
    """
    shares = sorted(shares, key=lambda s: (s.day, not s.sheltered, FUNDS.index(s.fund)))
    first = min([s.day for s in shares] + [loss.day for loss in losses], default=ASOF)
    for day in (first + timedelta(n) for n in range((ASOF - first).days + 1)):
        for loss in losses:
            there = [s for s in shares if s.day < day and near(s.day, day) and not s.spent]
            if loss.day == day and there:
                there[0].spent, loss.open = True, False
        for share in (s for s in shares if s.day == day):
            waiting = [w for w in losses if w.open and w.day <= day and near(w.day, day)]
            if waiting:
                share.spent, waiting[0].open = True, False


def drawn(rng: random.Random) -> tuple[Household, list[Share], list[Loss]]:
    """Draw purchases that are still held, and sales of old shares at a gain or at a loss."""
    accounts = ("TX", "K")
    held, trades, shares = [lot("OLD", "TX", "VTI", 40, 4000.0, "2019-01-02")], [], []
    days = rng.choices([*range(1, 85), 7, 7, 7, 25, 25, 25], k=rng.randint(0, 6))
    for n, ago in enumerate(days):
        where, fund, count = rng.choice(accounts), rng.choice(FUNDS), rng.randint(1, 5)
        day = ASOF - timedelta(ago)
        held.append(lot(f"B{n}", where, fund, count, 80.0 * count, str(day)))
        if rng.random() < 0.5:  # the history may tell the same purchase again
            trades.append(trade(where, fund, str(day), "buy", count))
        shares += [Share(f"B{n}", day, where == "K", fund) for _ in range(count)]
    losses = []
    for ago in sorted(rng.sample(range(0, 61), rng.randint(0, 4)), reverse=True):
        count, day = rng.randint(1, 5), ASOF - timedelta(ago)
        gain = rng.choice([-12.5, -12.5, 30.0, float("nan"), -0.004])
        given: dict[str, Any] = {"realized_gain": gain}
        trades.append(trade("TX", rng.choice(FUNDS), str(day), "sell", count, **given))
        if not (gain > 0.0 or gain == -0.004):  # what is unknown counts as a loss
            losses += [Loss(day) for _ in range(count)]
    group = [security(name, 80.0, identical_group="US") for name in FUNDS]
    of = household([account("TX"), account("K", "401k")], held, group, trades=trades)
    return of, shares, losses


@pytest.mark.parametrize("seed", range(10))
def test_history_is_that_of_single_shares(seed: int) -> None:
    """Recent shares lot by lot, and the last day on which a purchase would match a past loss."""
    rng = random.Random(seed)
    met = 0
    for _ in range(25):
        of, shares, losses = drawn(rng)
        replayed(shares, losses)
        history = read_history(of)
        recent = dict.fromkeys(of.lots.lot_id, 0.0)
        for share in shares:
            if not share.spent and near(share.day, ASOF):
                recent[share.lot_id] += 1.0
        assert dict(zip(of.lots.lot_id, recent_by_lot(of, history), strict=True)) == recent
        until = [loss.day + timedelta(WINDOW_DAYS) for loss in losses if loss.open]
        still = [day for day in until if day >= ASOF]
        assert history.locked == ({0: max(still)} if still else {})
        met += any(share.spent for share in shares)
    assert met, "no loss was ever matched: the draw says nothing"
