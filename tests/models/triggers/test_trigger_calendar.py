"""A nominal day is due on the first night that has it behind itself, and on no other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy import Triggers
from models.triggers.calendar import due_day, is_nominal, last_weekday


@pytest.mark.parametrize(
    ("triggers", "asof", "due"),
    [
        (Triggers(), "2026-11-20", "2026-11-20"),
        (Triggers(calendar="weekly", weekday="friday"), "2026-11-20", "2026-11-20"),
        (Triggers(calendar="weekly", weekday="thursday"), "2026-11-20", None),
        (Triggers(calendar="monthly", day=20), "2026-11-20", "2026-11-20"),
        (Triggers(calendar="monthly", day=1), "2026-11-02", "2026-11-01"),  # the 1st is a Sunday
        (Triggers(calendar="monthly", day=1), "2026-11-03", None),
        (Triggers(calendar="monthly", day=31), "2026-02-27", None),
        (Triggers(calendar="monthly", day=31), "2026-03-02", "2026-02-28"),  # February has 28 days
        (Triggers(calendar="quarterly", day=2, month=1), "2026-04-02", "2026-04-02"),
        (Triggers(calendar="quarterly", day=2, month=2), "2026-04-02", None),
        (Triggers(calendar="quarterly", day=20, month=2), "2026-11-20", "2026-11-20"),
        (Triggers(calendar="annual", day=20, month=11), "2026-11-20", "2026-11-20"),
        (Triggers(calendar="annual", day=20, month=11), "2026-10-20", None),
        (Triggers(calendar="dates", dates=("2026-11-21",)), "2026-11-23", "2026-11-21"),
        (Triggers(calendar="dates", dates=("2026-11-21",)), "2026-11-20", None),
    ],
)
def test_a_day_is_due_once(triggers: Triggers, asof: str, due: str | None) -> None:
    """Without a last night, the weekday before the as-of date stands for it."""
    found = due_day(triggers, date.fromisoformat(asof))
    assert found == (None if due is None else date.fromisoformat(due))


def test_a_night_that_failed_is_made_up_for() -> None:
    """The 1st had no run; the next run, on the 5th, finds it due, the one after does not."""
    monthly = Triggers(calendar="monthly")
    assert due_day(monthly, date(2026, 11, 5), date(2026, 10, 30)) == date(2026, 11, 1)
    assert due_day(monthly, date(2026, 11, 6), date(2026, 11, 5)) is None


def test_a_last_night_that_is_not_before_counts_as_none() -> None:
    """A second run of the same day decides as the first did."""
    weekly = Triggers(calendar="weekly", weekday="friday")
    asof = date(2026, 11, 20)
    assert due_day(weekly, asof, asof) == due_day(weekly, asof) == asof


def test_the_weekday_before_a_monday_is_friday() -> None:
    """Saturdays and Sundays are passed over."""
    assert last_weekday(date(2026, 11, 23)) == date(2026, 11, 20)
    assert last_weekday(date(2026, 11, 22)) == date(2026, 11, 20)
    assert last_weekday(date(2026, 11, 20)) == date(2026, 11, 19)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["weekly", "monthly", "quarterly", "annual"]),
    st.integers(1, 31),
    st.lists(st.integers(1, 9), min_size=5, max_size=60),
)
def test_every_nominal_day_is_due_on_exactly_one_night(
    kind: str, day: int, steps: list[int]
) -> None:
    """Whatever nights there are, those with a nominal day between them, and only those, are due."""
    triggers = Triggers(calendar=kind, day=day, month=2)
    before = date(2026, 1, 1)
    for step in steps:
        night = before + timedelta(days=step)
        between = [before + timedelta(days=k) for k in range(1, step + 1)]
        nominal = [each for each in between if is_nominal(triggers, each)]
        assert due_day(triggers, night, before) == (nominal[-1] if nominal else None)
        before = night
