from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tax.custodian.lot_relief import METHODS, LotReliefError, ReliefLot, relieve

D = Decimal
SOLD = date(2025, 7, 1)
KINDS = {  # price 100 a share, one share a lot
    "short loss 30": ReliefLot("SL30", D(1), D(130), date(2025, 6, 2)),
    "short loss 5": ReliefLot("SL5", D(1), D(105), date(2025, 5, 1)),
    "long loss 50": ReliefLot("LL50", D(1), D(150), date(2022, 3, 1)),
    "long loss 10": ReliefLot("LL10", D(1), D(110), date(2022, 2, 1)),
    "short zero": ReliefLot("SZ", D(1), D(100), date(2025, 4, 1)),
    "long zero": ReliefLot("LZ", D(1), D(100), date(2022, 1, 3)),
    "long gain 10": ReliefLot("LG10", D(1), D(90), date(2021, 1, 4)),
    "long gain 50": ReliefLot("LG50", D(1), D(50), date(2020, 1, 2)),
    "short gain 5": ReliefLot("SG5", D(1), D(95), date(2025, 3, 3)),
    "short gain 40": ReliefLot("SG40", D(1), D(60), date(2025, 2, 3)),
}
LOTS = list(KINDS.values())


@pytest.mark.parametrize(
    ("method", "order"),
    [
        (None, "LG50 LG10 LZ LL10 LL50 SG40 SG5 SZ SL5 SL30"),
        ("LIFO", "SL30 SL5 SZ SG5 SG40 LL50 LL10 LZ LG10 LG50"),
        ("HIFO", "LL50 SL30 LL10 SL5 LZ SZ SG5 LG10 SG40 LG50"),
        ("LOFO", "LG50 SG40 LG10 SG5 LZ SZ SL5 LL10 SL30 LL50"),
        ("MINTAX", "SL30 SL5 LL50 LL10 SZ LZ LG10 LG50 SG5 SG40"),
        ("MAX_LT_GAIN", "LG50 LG10 SG40 SG5 SZ LZ SL5 SL30 LL10 LL50"),
        ("MAX_LT_LOSS", "LL50 LL10 SL30 SL5 SZ LZ SG5 SG40 LG10 LG50"),
        ("MAX_ST_GAIN", "SG40 SG5 LG50 LG10 LZ SZ LL10 LL50 SL5 SL30"),
        ("MAX_ST_LOSS", "SL30 SL5 LL50 LL10 LZ SZ LG10 LG50 SG5 SG40"),
        ("highest_cost", "LL50 SL30 LL10 SL5 LZ SZ SG5 LG10 SG40 LG50"),
    ],
)
def test_the_order_of_each_method(method, order):
    """Ten lots, one of each kind and size, leave in the method's order."""
    sold = relieve(LOTS, D(10), D(100), SOLD, method)
    assert [part.lot_id for part in sold] == order.split()


def test_average_cost_spreads_the_basis_and_keeps_the_periods():
    """Two lots at 10 and 20 average 15; the long shares leave first."""
    lots = [
        ReliefLot("a", D(10), D(100), date(2020, 1, 2)),
        ReliefLot("b", D(10), D(200), date(2025, 1, 2)),
    ]
    first, second = relieve(lots, D(15), D(16), SOLD, "AVERAGE")
    assert (first.basis, first.gain, first.long) == (150, 10, True)
    assert (second.basis, second.gain, second.long) == (75, 5, False)


def test_specific_identification_takes_what_is_named():
    """Named lots leave in the order named; a tacked period makes a young lot long-term."""
    lots = [*LOTS, ReliefLot("T", D(2), D(100), date(2025, 6, 1), holding_start=date(2024, 1, 2))]
    sold = relieve(lots, D(2), D(100), SOLD, "SPECIFIC", {"T": D(1), "SZ": D(1)})
    assert [(part.lot_id, part.gain, part.long) for part in sold] == [
        ("T", 50, True),
        ("SZ", 0, False),
    ]


@pytest.mark.parametrize(
    ("shares", "method", "chosen", "says"),
    [
        (11, "FIFO", None, "the lots hold 10"),
        (1, "RANDOM", None, "known: FIFO"),
        (1, "SPECIFIC", {"nowhere": D(1)}, "chosen but not held"),
        (2, "SPECIFIC", {"SZ": D(1)}, "do not add up"),
    ],
)
def test_impossible_sales_are_refused(shares, method, chosen, says):
    """More than there is, an unknown method, or lots that do not fit."""
    with pytest.raises(LotReliefError, match=says):
        relieve(LOTS, D(shares), D(100), SOLD, method, chosen)


@given(st.sampled_from([m for m in METHODS if m != "SPECIFIC"]), st.integers(1, 300))
@settings(deadline=None, max_examples=60)
def test_a_sale_adds_up(method, hundredths):
    """Shares add up, no lot is oversold, proceeds less basis are the gain."""
    shares = D(hundredths) / 30
    held = {lot.lot_id: lot.shares for lot in LOTS}
    sold = relieve(LOTS, shares, D(100), SOLD, method)
    assert sum(part.shares for part in sold) == shares
    assert all(0 < part.shares <= held[part.lot_id] for part in sold)
    assert all(part.gain == part.shares * 100 - part.basis for part in sold)
