"""Windows of the past and of what is scheduled: masks on buys and on loss sales."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.policy import Policy, WashSales
from tests.households import Row, account, household, lot, trade
from tests.optimizer.by_hand import Stated, stated

PRICE = Policy(wash_sale=WashSales(mode="price"))


def windows(policy: Policy | None = None, *more: Row, **given: Any) -> Stated:
    """Return the rule over 400 VTI at a loss, 100 at a gain, and an IRA with cash; asof 20 Nov."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira", cash=50_000.0)],
        [
            lot("LOSS", "TX", "VTI", 400, 50_000.0, "2024-01-02"),
            lot("GAIN", "TX", "VTI", 100, 5_000.0, "2023-01-03"),
            *more,
        ],
        **given,
    )
    return stated("wash_windows", of, policy)


def sold(day: str, gain: float | None) -> Row:
    """Return a past sale of 10 VTI in TX."""
    known = {} if gain is None else {"realized_gain": gain}
    return trade("TX", "VTI", day, "sell", 10.0, **known)


BUY = {("IRA", "VTI"): 1.0}
ALL_FREE: tuple[object, object, object] = ([], [], [])


def trials(rule: Stated) -> tuple[object, object, object]:
    """Return what buying, selling at a loss and selling at a gain break."""
    return (
        rule.broken(buy=BUY),
        rule.broken(sale={"LOSS": 1.0}),
        rule.broken(sale={"GAIN": 1.0}),
    )


def test_a_loss_still_waiting_blocks_buys_everywhere_through_day_30() -> None:
    """Sold on 21 October, 30 days before: blocked. On 20 October, 31 days before: free."""
    blocked: tuple[object, object, object] = ([("wash_sale", 1.0)], [], [])
    assert trials(windows(trades=[sold("2026-10-21", -50.0)])) == blocked
    assert trials(windows(trades=[sold("2026-10-20", -50.0)])) == ALL_FREE
    assert trials(windows(trades=[sold("2026-11-12", 50.0)])) == ALL_FREE
    assert trials(windows(trades=[sold("2026-11-12", None)])) == blocked


def test_a_loss_that_is_matched_blocks_no_more() -> None:
    """10 shares lost on 2 November and 10 bought in the IRA on the 6th, still held: it is done.

    The fresh shares are spent by that loss, so they wash nothing else either.
    """
    bought = lot("NEW", "IRA", "VTI", 10, acquired="2026-11-06")
    assert trials(windows(None, bought, trades=[sold("2026-11-02", -50.0)])) == ALL_FREE
    half = lot("NEW", "IRA", "VTI", 5, acquired="2026-11-06")
    assert trials(windows(None, half, trades=[sold("2026-11-02", -50.0)]))[0] == [
        ("wash_sale", 1.0)
    ]


def test_fresh_sheltered_shares_bar_a_harvest_under_avoid() -> None:
    """Bought in the IRA on 21 October, 30 days before: no loss sale. On the 20th: free."""
    fresh = lot("NEW", "IRA", "VTI", 10, acquired="2026-10-21")
    assert trials(windows(None, fresh)) == ([], [("wash_sale", 1.0)], [])
    assert trials(windows(None, lot("OLD", "IRA", "VTI", 10, acquired="2026-10-20"))) == ALL_FREE


def test_what_is_scheduled_within_30_days_bars_a_harvest_under_avoid() -> None:
    """20 December is 30 days after, 21 December 31; under `price` it is the client's to pause."""
    soon = [("IRA", "VTI", "2026-12-20")]
    assert trials(windows(scheduled=soon)) == ([], [("wash_sale", 1.0)], [])
    assert trials(windows(scheduled=[("IRA", "VTI", "2026-12-21")])) == ALL_FREE
    assert trials(windows(PRICE, scheduled=soon))[1] == []


def test_under_price_losses_meet_at_most_the_recent_shares() -> None:
    """Of 400 shares at a loss 10 meet the IRA's: $1,000 of $101,000, 0.99 units."""
    rule = windows(PRICE, lot("NEW", "IRA", "VTI", 10, acquired="2026-11-06"))
    (copy,) = np.flatnonzero(rule.frame.sales.disallowed).tolist()
    met, used_up = rule.part.rows
    ((block, _, columns, coefficients),) = met.entries
    assert (block, columns.tolist(), met.rule) == ("sale", [copy], "wash_sale")
    assert coefficients.tolist() == [1.0]
    assert met.high.tolist() == pytest.approx([100.0 * 10 / 1_010.0])
    assert (used_up.low.tolist(), used_up.high.tolist()) == ([-np.inf], [np.inf])
    assert trials(rule) == ALL_FREE


def test_recent_shares_that_are_sold_meet_nothing() -> None:
    """10 recent shares at a loss: what is sold of them is no replacement of LOSS, nor of itself."""
    rule = windows(PRICE, lot("NEW", "TX", "VTI", 10, 1_500.0, "2026-11-06"))
    sales = rule.frame.sales
    (of_loss,) = np.flatnonzero(sales.disallowed).tolist()
    assert sales.lot[of_loss] == sales.lot[rule.place("sale", "LOSS")]
    (left,) = rule.frame.replaced.met
    assert left.columns.tolist() == [rule.place("sale", "NEW"), of_loss]
    assert left.coefficients.tolist() == [1.0, 1.0]


def test_losses_of_a_purchase_meet_what_is_left_of_others_in_each_batch() -> None:
    """10 shares at a loss and 5 at a gain, bought on two days: the 10 meet at most the 5."""
    fresh = [
        lot("NEW", "TX", "VTI", 10, 1_500.0, "2026-11-06"),
        lot("MORE", "TX", "VTI", 5, 400.0, "2026-11-09"),
    ]
    rule = windows(PRICE, *fresh)
    sales = rule.frame.sales
    new, more = rule.place("sale", "NEW"), rule.place("sale", "MORE")
    of_loss, of_new = np.flatnonzero(sales.disallowed).tolist()
    assert sales.lot[of_new] == sales.lot[new]
    any_of_it, of_others = rule.frame.replaced.met
    assert any_of_it.columns.tolist() == [new, more, of_loss, of_new]
    assert any_of_it.coefficients.tolist() == [1.0, 1.0, 1.0, 2.0]
    assert of_others.columns.tolist() == [more, of_new]
    assert of_others.amount == pytest.approx(any_of_it.amount / 3.0)
