from __future__ import annotations

from datetime import date, timedelta

from models.tax.custodian.qualified_dividend import (
    COMMON,
    PREFERRED,
    days_held_in_window,
    is_qualified,
)

EX = date(2025, 6, 16)


def test_the_window_is_121_days_around_the_ex_date():
    """Held throughout, all 121 (or 181) days count, 60 (or 90) on each side of the date."""
    old = date(2020, 1, 2)
    assert days_held_in_window(old, None, EX) == 121
    assert days_held_in_window(old, None, EX, PREFERRED) == 181
    assert days_held_in_window(old, EX - timedelta(days=60), EX) == 1
    assert days_held_in_window(old, EX - timedelta(days=61), EX) == 0


def test_more_than_sixty_days_are_needed():
    """The day of purchase does not count and the day of sale does."""
    bought = EX - timedelta(days=1)
    assert not is_qualified(bought, bought + timedelta(days=COMMON.must_exceed), EX)
    assert is_qualified(bought, None, EX)
    assert is_qualified(EX - timedelta(days=3), EX + timedelta(days=58), EX)
    assert not is_qualified(EX - timedelta(days=3), EX + timedelta(days=57), EX)


def test_the_buyer_on_the_ex_date_gets_nothing():
    """Bought on the ex-dividend date, the dividend belongs to the seller."""
    assert not is_qualified(EX, None, EX)
