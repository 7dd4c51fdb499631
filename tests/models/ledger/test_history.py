"""What the past's windows say by lot, and which closed purchases still count."""

from __future__ import annotations

from datetime import date

from models.ledger import read_history, recent_by_lot
from models.tax.wash.records import PastSale
from tests.households import account, household, lot, security, trade

TWO = [account("TX"), account("K", "401k")]
ONE_GROUP = [
    security("VTI", 80.0, identical_group="US"),
    security("ITOT", 80.0, identical_group="US"),
]


def test_recent_shares_are_told_by_lot() -> None:
    """Dated lots hold their own; undated ones what the trades show, first lots first."""
    of = household(
        TWO,
        [
            lot("A", "TX", "VTI", 50, 4000.0, "2025-01-02"),
            lot("R", "TX", "VTI", 10, 800.0, "2026-11-10"),
            lot("P", "K", "ITOT", 4),
            lot("Q", "K", "ITOT", 100),
        ],
        ONE_GROUP,
        trades=[trade("K", "ITOT", "2026-11-06", "buy", 25)],
    )
    recent = dict(zip(of.lots.lot_id, recent_by_lot(of, read_history(of)), strict=True))
    assert recent == {"A": 0.0, "R": 10.0, "P": 4.0, "Q": 21.0}


def test_spent_shares_are_not_recent() -> None:
    """A loss of 6 shares on 11-05 has used 6 of the 10 bought on 11-10."""
    of = household(
        TWO,
        [lot("R", "TX", "VTI", 10, 800.0, "2026-11-10")],
        ONE_GROUP,
        trades=[trade("TX", "ITOT", "2026-11-05", "sell", 6, realized_gain=-30.0)],
    )
    assert recent_by_lot(of, read_history(of)).tolist() == [4.0]


def test_nothing_bought_means_nothing_recent() -> None:
    """No lot of the last 30 days, no window."""
    of = household(TWO, [lot("A", "TX", "VTI", 50, 4000.0, "2025-01-02")], ONE_GROUP)
    history = read_history(of)
    assert recent_by_lot(of, history).tolist() == [0.0]
    assert (history.locked, history.recent, history.events) == ({}, {}, {})


def test_closed_purchases_are_told_where_they_count() -> None:
    """Bought on 11-02 and sold on 11-10 without replacing anything."""
    of = household(
        TWO,
        [lot("A", "TX", "VTI", 50, 4500.0, "2025-01-02")],
        ONE_GROUP,
        trades=[
            trade("TX", "ITOT", "2026-11-02", "buy", 5),
            trade("TX", "ITOT", "2026-11-10", "sell", 5, realized_gain=10.0),
        ],
    )
    assert read_history(of).closed == {}
    (gone,) = read_history(of, "count").closed[0]
    assert gone.shares == 5


def test_a_closed_purchase_that_matched_a_loss_counts_no_more() -> None:
    """The loss of 11-05 took the purchase of 11-02 before it was sold on 11-10."""
    of = household(
        TWO,
        [lot("A", "TX", "VTI", 50, 4500.0, "2025-01-02")],
        ONE_GROUP,
        trades=[
            trade("TX", "ITOT", "2026-11-02", "buy", 5),
            trade("K", "VTI", "2026-11-04", "sell", 5),
            trade("TX", "VTI", "2026-11-05", "sell", 5, realized_gain=-10.0),
            trade("TX", "ITOT", "2026-11-10", "sell", 5, realized_gain=10.0),
        ],
    )
    history = read_history(of, "count")
    assert (history.closed, history.locked) == ({}, {})


def test_a_sale_says_whose_purchase_its_gone_lot_was() -> None:
    """Of two lots bought on 10-22 one is sold out at a loss: the other is no replacement of it."""
    of = household(
        TWO,
        [lot("R", "TX", "VTI", 10, 800.0, "2026-10-22")],
        ONE_GROUP,
        trades=[
            trade("TX", "VTI", "2026-11-19", "sell", 6, realized_gain=-30.0, acquired="2026-10-22")
        ],
    )
    history = read_history(of)
    assert history.locked == {0: date(2026, 12, 19)}
    assert recent_by_lot(of, history).tolist() == [10.0]


def test_a_sale_of_old_shares_says_that_a_gone_purchase_was_sold_by_another() -> None:
    """The gain of 11-12 sold what was bought on 11-02, so the loss of 11-18 sold old shares."""
    purchase = trade("TX", "VTI", "2026-11-02", "buy", 5)
    gain = trade("TX", "VTI", "2026-11-12", "sell", 5, realized_gain=4.0)
    loss = trade("TX", "VTI", "2026-11-18", "sell", 5, realized_gain=-9.0)
    shown = [gain | {"acquired": "2026-11-02"}, loss | {"acquired": "2025-01-02"}]
    for sales, acquired in (([gain, loss], {date(2026, 11, 2)}), (shown, {date(2025, 1, 2)})):
        of = household(TWO, [], ONE_GROUP, trades=[purchase, *sales])
        events = read_history(of).events[0]
        sold = {
            event.acquired for event in events if isinstance(event, PastSale) and event.gain == -9
        }
        assert sold == acquired
