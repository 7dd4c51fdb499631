from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from models.tax.netting import carry_over, net_gains

CENTS = st.integers(-5_000_000, 5_000_000).map(lambda cents: Decimal(cents) / 100)
LIMITS = st.sampled_from([Decimal(3000), Decimal(1500)])


@given(CENTS, CENTS, LIMITS)
@settings(deadline=None)
def test_nothing_is_lost_in_netting(short, long, limit):
    """With enough income, taxed gain less offset less what is carried is the net gain."""
    netted = net_gains(short, long, limit)
    carried = carry_over(short, long, netted.offset, Decimal(10**9))
    assert netted.net - carried.short - carried.long == short + long
    assert min(netted) >= 0
    assert netted.offset <= limit
    assert min(carried) >= 0
    assert carried.short <= max(0, -short)
    assert carried.long <= max(0, -long)


@given(CENTS, CENTS, LIMITS, CENTS)
@settings(deadline=None)
def test_a_poor_year_consumes_no_more_than_its_income(short, long, limit, line_1):
    """What is carried beyond a rich year's is the part of the offset that found no income."""
    netted = net_gains(short, long, limit)
    rich = carry_over(short, long, netted.offset, Decimal(10**9))
    poor = carry_over(short, long, netted.offset, line_1)
    unused = netted.offset - min(netted.offset, max(Decimal(0), line_1 + netted.offset))
    assert poor.short + poor.long == rich.short + rich.long + unused
    assert poor.short >= rich.short


def test_a_gain_keeps_the_character_of_its_side():
    """Short 9,000 against long −4,000 leaves 5,000 ordinary; reversed, 5,000 preferential."""
    assert net_gains(Decimal(9000), Decimal(-4000), Decimal(3000)) == (5000, 0, 0)
    assert net_gains(Decimal(-4000), Decimal(9000), Decimal(3000)) == (0, 5000, 0)
    assert net_gains(Decimal(4000), Decimal(9000), Decimal(3000)) == (4000, 9000, 0)
