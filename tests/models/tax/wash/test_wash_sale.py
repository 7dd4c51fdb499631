"""The wash-sale replay: its switches, its memory of the past, its refusals and its speed."""

from __future__ import annotations

import cProfile
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.tax.wash.records import (
    Lot,
    Part,
    PastSale,
    Purchase,
    ReplayError,
    Sale,
    WashRules,
)
from models.tax.wash.replay import replay

D = Decimal
DAY = date(2026, 3, 2)


def lot(lot_id, days_before, shares=10, cost=20, identical="X", **more):
    """Return shares bought at `cost` a share, so many days before the sale (negative: after)."""
    bought = DAY - timedelta(days=days_before)
    return Lot(lot_id, identical, D(shares), D(shares * cost), bought, **more)


def sale(*lot_ids, shares=10, price=10, day=DAY):
    """Return one sale of the lots at one price."""
    return Sale(day, tuple(Part(lot_id, D(shares), D(shares * price)) for lot_id in lot_ids))


def amounts(result):
    """Return recognised, deferred and destroyed dollars."""
    both = result.recognized(long=False) + result.recognized(long=True)
    return both, result.deferred, result.destroyed


@pytest.mark.parametrize(("days", "washed"), [(30, True), (31, False), (-30, True), (-31, False)])
def test_the_window_is_thirty_days_on_each_side(days, washed):
    """Day 30 is in, day 31 is out, before and after alike."""
    bought = lot("b", days)
    held, events = [lot("a", 400)], [sale("a")]
    if days > 0:
        held.append(bought)
    else:
        events.append(Purchase(bought))
    assert amounts(replay(held, events)) == ((0, 100, 0) if washed else (-100, 0, 0))


def test_the_rest_of_a_sold_purchase_is_no_replacement():
    """Neither the unsold shares of the lot nor another lot of the same purchase wash it."""
    one = [lot("a", 11, shares=20)]
    assert amounts(replay(one, [sale("a")])) == (-100, 0, 0)
    two = [lot("a", 11, purchase="p"), lot("b", 11, purchase="p")]
    assert amounts(replay(two, [sale("a")])) == (-100, 0, 0)
    apart = [lot("a", 11), lot("b", 11)]
    assert amounts(replay(apart, [sale("a")])) == (0, 100, 0)


def test_what_is_sold_together_replaces_nothing():
    """Two recent lots sold whole in one sale both keep their loss; half a lot left washes half."""
    held = [lot("a", 20), lot("b", 10)]
    assert amounts(replay(held, [sale("a", "b")])) == (-200, 0, 0)
    part = Sale(DAY, (Part("a", D(10), D(100)), Part("b", D(5), D(50))))
    result = replay(held, [part])
    # Five unsold shares of b wash five of a; b itself was sold 5 at a loss, a is gone.
    assert amounts(result) == (-100, 50, 0)
    assert [(m.sold_lot_id, m.replacement_lot_id, m.shares) for m in result.matches] == [
        ("a", "b", 5)
    ]


def test_gifts_and_inheritances_are_not_acquired():
    """Only purchases replace (26 C.F.R. 1.1091-1(f)); an inherited loss is long-term."""
    held = [lot("a", 10, origin="inheritance"), lot("b", 5, origin="gift")]
    result = replay(held, [sale("a")])
    assert result.recognized(long=True) == -100
    assert result.deferred == 0


@pytest.mark.parametrize(
    ("same_day", "expected"),
    [
        ("sheltered_first", (0, 0, 100)),
        ("taxable_first", (0, 100, 0)),
        ("listed", (0, 100, 0)),
    ],
)
@pytest.mark.parametrize("days", [5, -5])
def test_which_of_one_day_is_first(days, same_day, expected):
    """A taxable and a sheltered purchase on one day: the switch decides which one is used."""
    bought = [lot("b", days), lot("i", days, sheltered=True)]
    held = [lot("a", 400), *(bought if days > 0 else [])]
    events = [sale("a"), *(map(Purchase, bought) if days < 0 else [])]
    assert amounts(replay(held, events, WashRules(same_day=same_day))) == expected


def test_a_sale_of_other_shares_between_two_purchases_changes_nothing():
    """The switch orders purchases of a group; only a sale of that very group comes between."""
    held = [lot("a", 400), lot("z", 400, identical="Z")]
    taxable, sheltered = Purchase(lot("b", -5)), Purchase(lot("i", -5, sheltered=True))
    between = sale("z", price=30, day=DAY + timedelta(days=5))
    result = replay(held, [sale("a"), taxable, between, sheltered])
    assert (result.deferred, result.destroyed) == (0, 100)
    own = sale("b", price=30, day=DAY + timedelta(days=5))
    assert replay(held, [sale("a"), taxable, own, sheltered]).deferred == 100


def test_shares_bought_before_the_sold_lot():
    """By the letter they replace it; one view says they never do."""
    held = [lot("a", 28), lot("b", 12)]
    assert amounts(replay(held, [sale("b")])) == (0, 100, 0)
    assert amounts(replay(held, [sale("b")], WashRules(earlier_lots="ignore"))) == (-100, 0, 0)


def test_closed_replacements_as_the_letter_has_it():
    """A closed taxable one has its gain lowered; a closed sheltered one destroys the loss."""
    count = WashRules(closed_replacements="count")
    earlier = sale("b", price=25, day=DAY - timedelta(days=3))
    for sheltered, expected in ((False, (-50, 100, 0)), (True, (0, 0, 100))):
        held = [lot("a", 400), lot("b", 10, sheltered=sheltered)]
        assert amounts(replay(held, [earlier, sale("a")], count)) == expected
        kept = amounts(replay(held, [earlier, sale("a")]))
        assert kept == ((-100, 0, 0) if sheltered else (-50, 0, 0))


def test_a_closed_share_whose_own_loss_was_disallowed_does_not_count():
    """Otherwise two sales would pass one loss back and forth."""
    count = WashRules(closed_replacements="count")
    held = [lot("a", 20), lot("b", 10)]
    result = replay(held, [sale("a", day=DAY - timedelta(days=1)), sale("b")], count)
    # a's 100 goes into b; b's loss of 200 would meet a, whose own loss was disallowed: allowed.
    assert amounts(result) == (-200, 100, 0)


def test_a_past_loss_waits_for_the_purchase_of_today():
    """A loss in the books ten days ago is disallowed by a purchase now, once, to the share."""
    past = PastSale(
        DAY - timedelta(days=10), "X", D(10), D(-100), purchase="old", acquired=date(2020, 1, 2)
    )
    result = replay([], [past, Purchase(lot("b", 0, shares=4))])
    assert amounts(result) == (40, 40, 0)  # 40 of a loss already reported is taken back
    assert [(o.shares, o.loss, o.until) for o in result.open_losses] == [
        (6, 60, DAY + timedelta(days=20))
    ]
    (held,) = result.held
    assert held.basis == 80 + 40
    assert held.holding_start < date(2020, 3, 1)


def test_a_past_loss_has_used_up_a_past_purchase():
    """Bases already reflect it, so nothing changes but the shares that may still wash."""
    past = PastSale(DAY - timedelta(days=10), "X", D(6), D(-60), purchase="old")
    held = [lot("a", 400), lot("b", 15)]
    result = replay(held, [past, sale("a")])
    # Of b's ten shares six are spent: four wash 40 of today's 100.
    assert amounts(result) == (-60, 40, 0)
    assert sum(f.basis for f in result.held) == 200 + 40
    assert [(m.shares, m.booked) for m in result.matches] == [(6, True), (4, False)]
    spent = replay([lot("a", 400), lot("b", 15, spent=D(6))], [sale("a")])
    assert amounts(spent) == amounts(result)


def test_a_loss_of_unknown_size_still_blocks():
    """Its shares are matched, with no dollars to move."""
    past = PastSale(DAY - timedelta(days=10), "X", D(10), None, purchase="old")
    assert [o.loss for o in replay([], [past]).open_losses] == [None]
    result = replay([], [past, Purchase(lot("b", 0, shares=10))])
    assert amounts(result) == (0, 0, 0)
    assert result.open_losses == ()


def test_a_past_sale_closes_its_lot():
    """Shares that the books sold before the replay are no longer there to replace anything."""
    gone = PastSale(DAY - timedelta(days=2), "X", D(10), D(30), lot_id="b")
    result = replay([lot("a", 400), lot("b", 15)], [gone, sale("a")])
    assert amounts(result) == (-100, 0, 0)
    assert result.held == ()


def test_losses_below_the_threshold_are_none():
    """Half a cent lost on a lot is rounding, not a loss."""
    held = [Lot("a", "X", D(1), D("10.004"), date(2024, 1, 2)), lot("b", 5)]
    events = [Sale(DAY, (Part("a", D(1), D(10)),))]
    assert replay(held, events).deferred == D("0.004")
    assert replay(held, events, WashRules(least_loss_usd=D("0.005"))).deferred == 0


@pytest.mark.parametrize(
    ("lots", "events", "says"),
    [
        ([], [sale("a")], "'a' is sold but not held"),
        ([lot("a", 5, shares=3)], [sale("a")], "holds 3 shares, 10 are sold"),
        ([lot("a", 5), lot("a", 6)], [], "given twice"),
        ([lot("a", 5, spent=D(11))], [], "11 of 10"),
        ([], [Purchase(lot("b", 0)), Purchase(lot("c", 1))], "sort them"),
        ([], [Purchase(Lot("b", "X", D(1), D(1), None))], "no date"),
        ([Lot("b", "X", D(10), D(1), None)], [sale("b")], "no date"),
    ],
)
def test_contradictions_are_named(lots, events, says):
    """The error names the lot or the day, and what would do."""
    with pytest.raises(ReplayError, match=says):
        replay(lots, events)


def test_unknown_rules_are_refused():
    """A misspelt switch is an error, not a default."""
    with pytest.raises(ReplayError, match="ignore, count"):
        WashRules(closed_replacements="ignored")


def calls_of_a_replay(size: int) -> int:
    """Count the function calls that replaying `size` tenths of 450 lots takes."""
    held = [
        lot(
            f"l{i}",
            1 + i * 2,
            cost=5 + i % 20,
            identical=f"g{i % (3 * size)}",
            sheltered=i % 4 == 3,
        )
        for i in range(45 * size)
    ]
    sold = Sale(DAY, tuple(Part(f"l{i}", D(10), D(100)) for i in range(0, 40 * size, 10)))
    events = [sold] + [Purchase(lot(f"b{i}", 0, identical=f"g{i}")) for i in range(2 * size)]
    profile = cProfile.Profile()
    profile.runcall(replay, held, events)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_work_of_a_replay_grows_with_the_book_alone():
    """Four times the lots, groups and orders: at most five times the calls, never their square."""
    small, large = calls_of_a_replay(10), calls_of_a_replay(40)
    assert 1_000 < small < 50_000
    assert large < 5 * small
