"""Pictures: their axes are said in round figures, and no name is cut off."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.pages.axis import inner_ticks, round_ticks
from workbench.pages.drawing import frontier_curve, lockout_calendar
from workbench.pages.lines import lines
from workbench.pages.strips import strips

FIGURES = st.floats(-1e7, 1e7, allow_subnormal=False)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0, 23149.71, [0, 5000, 10000, 15000, 20000, 25000]),
        (-26.9, -16.8, [-30, -25, -20, -15]),
        (0.0, 0.0103, [0, 0.005, 0.01, 0.015]),
        (3.0, 3.0, [3.0, 4.0]),
    ],
)
def test_ticks_are_round(low: float, high: float, said: list[float]) -> None:
    """Worked by hand."""
    assert round_ticks(low, high) == said


@given(FIGURES, FIGURES)
def test_ticks_hold_what_is_drawn(one: float, other: float) -> None:
    """From the least to the most, a handful, all the same step apart."""
    low, high = sorted((one, other))
    if 0.0 < high - low < 1e-6 * max(abs(low), abs(high)):
        return  # apart by rounding alone
    ticks = round_ticks(low, high)
    step = ticks[1] - ticks[0]
    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= low + 1e-8 * step and ticks[-1] >= high - 1e-8 * step
    assert all(math.isclose(b - a, step, rel_tol=1e-4) for a, b in itertools.pairwise(ticks))


def test_a_figure_a_hair_under_nought_takes_no_step_of_its_own() -> None:
    """Dots begin where the axis does; a tick just outside of them is kept."""
    assert inner_ticks(-0.0004, 2662.9) == [0, 1000, 2000, 3000]
    assert inner_ticks(0.008, 23.36) == [0, 5, 10, 15, 20, 25]
    drawn = strips("x", [("a", [("h1", -0.0004), ("h2", 2662.9)])], str)
    assert drawn is not None
    assert {label for _, label in drawn.ticks} == {"0.0", "1000.0", "2000.0", "3000.0"}
    assert all(drawn.left <= dot.x <= drawn.right for dot in drawn.strips[0].dots)


def test_every_name_on_the_calendar_has_its_room() -> None:
    """A name ends left of the bars and begins inside of the picture."""
    long = "vanguard-total-international-bond"
    calendar = lockout_calendar("2026-11-20", [{"identical_group": long, "until": "2026-12-20"}])
    assert calendar is not None
    assert calendar.left - 8 >= 7 * len(long)


def test_a_figure_stands_where_the_ticks_say() -> None:
    """A dot on a tick's figure lies on that tick's line, on both kinds of picture."""
    drawn = lines("x", [1.0, 2.0], [("a", [20.0, 90.0])], (str, str))
    assert drawn is not None
    heights = {label: y for y, label in drawn.y_ticks}
    assert drawn.lines[0].dots[0][1] == heights["20.0"]
    curve = frontier_curve(
        [{"tracking_error": 0.0, "tax_bps": -20.0}, {"tracking_error": 0.009, "tax_bps": 0.0}],
        [{"tracking_error": 0.006, "tax_bps": -10.0}],
    )
    assert curve is not None
    ((x, y, _),) = curve.marks
    assert x == pytest.approx({label: at for at, label in curve.x_ticks}["0.6 %"])
    assert y == pytest.approx({label: at for at, label in curve.y_ticks}["−10"])


@given(
    st.lists(st.sampled_from([0.0, 0.008, 0.071, 0.1, 0.44, 1.0, 23.36]), min_size=2, max_size=40)
)
def test_no_dot_lies_on_another(figures: list[float]) -> None:
    """However alike they are, each can be pressed, and stays inside of its strip."""
    drawn = strips(
        "x", [("a", [(f"h{k}", v) for k, v in enumerate(figures)]), ("b", [("z", 1.0)])], str
    )
    assert drawn is not None
    first, second = drawn.strips
    assert len(first.dots) == len(figures)
    for one, other in itertools.combinations(first.dots, 2):
        assert math.dist((one.x, one.y), (other.x, other.y)) >= 6.9
    assert all(20.0 < dot.y < first.y for dot in first.dots)
    assert all(first.y < dot.y < second.y < drawn.height for dot in second.dots)
