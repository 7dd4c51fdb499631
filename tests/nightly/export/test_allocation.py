"""Every share of a fill goes to somebody, nobody gets more than ordered, and quotas decide."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightly.export.allocation import FillError, allocate

D = Decimal


@pytest.mark.parametrize(
    ("filled", "ordered", "step", "given"),
    [
        ("100", ["60", "30", "10"], "1", ["60", "30", "10"]),
        ("50", ["60", "30", "10"], "1", ["30", "15", "5"]),
        # quotas 4.2, 2.1, 0.7: whole 4, 2, 0; the one step left goes to the largest remainder
        ("7", ["60", "30", "10"], "1", ["4", "2", "1"]),
        # quotas 1/3 each: equals, so the first
        ("1", ["5", "5", "5"], "1", ["1", "0", "0"]),
        ("2", ["5", "5", "5"], "1", ["1", "1", "0"]),
        ("0", ["5", "5"], "1", ["0", "0"]),
        ("0.5", ["1", "1"], "0.001", ["0.25", "0.25"]),
        # a position sold to zero is off the step: its fraction comes only with the last share
        ("12.5", ["2.5", "10"], "1", ["2.5", "10"]),
        ("12", ["2.5", "10"], "1", ["2", "10"]),
    ],
)
def test_by_hand(filled: str, ordered: list[str], step: str, given: list[str]) -> None:
    """Largest remainder, in steps."""
    found = allocate(D(filled), [D(each) for each in ordered], D(step))
    assert list(found) == [D(each) for each in given]


@pytest.mark.parametrize("filled", ["-1", "16"])
def test_a_fill_that_cannot_be_is_refused(filled: str) -> None:
    """Less than nothing, or more than was ordered."""
    with pytest.raises(FillError):
        allocate(D(filled), [D(5), D(10)], D(1))


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=12),
    st.sampled_from(["1", "0.01", "0.0001", "100"]),
    st.floats(0, 1),
)
def test_the_parts_add_up_and_are_fair(counts: list[int], step: str, share: float) -> None:
    """Σ = fill exactly; each part is its quota to within a step, on the step, at most ordered."""
    grain = D(step)
    ordered = [count * grain for count in counts]
    filled = int(share * sum(counts)) * grain
    found = allocate(filled, ordered, grain)
    assert sum(found) == filled
    for part, asked in zip(found, ordered, strict=True):
        assert D(0) <= part <= asked
        assert part % grain == 0
        assert abs(part - filled * asked / sum(ordered)) < grain
