"""Numbers on a page: real minus signs, no negative zero, a dot where there is nothing."""

from __future__ import annotations

import pytest

from workbench.wording import (
    arrow,
    counted,
    money,
    money_change,
    number,
    points,
    points_change,
    shares,
    usd,
    weight,
    weight_change,
    whole_usd,
)


@pytest.mark.parametrize(
    ("worded", "expected"),
    [
        (usd(-1234.5), "−$1,234.50"),
        (usd(-0.001), "$0.00"),
        (usd(None), "undefined"),
        (whole_usd(1_234_567.4), "$1,234,567"),
        (money(0.001), "·"),
        (money(None), ""),
        (money(-3.25), "−3.25"),
        (money(-1234.4), "−1,234"),
        (money_change(500, 500.001), "500"),
        (money_change(500, 0), "500 → ·"),
        (number(-0.0001, 3), "0.000"),
        (number(-0.5, 3), "−0.500"),
        (number(None, 3), "undefined"),
        (arrow(1.234, 1.2341, 2), "1.23"),
        (arrow(None, -1.0, 2), "undefined → −1.00"),
        (weight(0.0001), "·"),
        (weight(0.123), "12.3"),
        (weight_change(0.1, 0.0), "10.0 → ·"),
        (weight_change(0.1, 0.1001), "10.0"),
        (points(-0.0001), "0.0"),
        (points(0.051), "+5.1"),
        (points_change(0.1, -0.02), "+10.0 → −2.0"),
        (shares(1234.5), "1,234.5"),
        (shares(0.000001), "0.000001"),
        (shares(100.0), "100"),
        (counted(1, "order"), "1 order"),
        (counted(0, "lot"), "0 lots"),
    ],
)
def test_wording(worded: str, expected: str) -> None:
    """A figure reads as it should."""
    assert worded == expected
