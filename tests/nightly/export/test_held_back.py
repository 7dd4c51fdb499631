"""What left before keeps a plan back: while a broker may still fill it, and once it was filled."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nightly.alerts.events import STANDING, STANDING_DAYS, UNANSWERED, events_of
from nightly.export.sending import Wish, send
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
from tests.nightly.life.world import HELD, HOUSEHOLDS, ORDER_DAYS, World

UNTIL_CANCELLED = '[default.time_in_force]\nother = "good_till_cancel"\n'


def night(world: World) -> RunFolder:
    """Plan to sell all that the book shows, unless something is under way."""
    world.begin_night([HELD] * len(HOUSEHOLDS), "auto")
    world.finish_night(-1, None)
    return world.runs[-1]


def left(run: RunFolder) -> dict[str, Any]:
    """Export a run and return the facts."""
    return dict(send(run, Wish("fix", None, Rights("Dan")), lambda ids: []).facts)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a world whose orders stand until they are cancelled; a first night has left."""
    (tmp_path / "custodians.toml").write_text(UNTIL_CANCELLED)
    world = World(tmp_path)
    assert left(night(world))["tickets"] == len(HOUSEHOLDS)
    world.fetch(take_away=False)
    return world


def later(world: World, days: int) -> RunFolder:
    """Plan on each of some days, without any answer; return the last night."""
    for _ in range(days):
        world.day += timedelta(days=1)
        run = night(world)
    return run


def test_what_stands_until_cancelled_is_under_way_on_every_night(world: World) -> None:
    """Ten days without an answer: no night plans the same sale, until its end is booked.

    Cancelled without a share it is free at once; filled, the book has its days to show it from the
    day of the fill, however old the order is.
    """
    facts = left(later(world, 10))
    assert (facts["tickets"], facts["left_out"]) == (0, {})
    names = world.broker.working()
    world.inbox = [world.broker.ended(names[0], "4")]
    world.broker.day = f"{world.day:%Y%m%d}"
    world._trade(names[1], HELD)
    world.answer_all()
    assert left(later(world, 1))["households"] == 1
    assert {row["stands"] for row in world.carried()} == {False, True}
    assert {row["household_id"] for row in world.carried()} == {"h0", "h1", "h2"}
    world.day += timedelta(days=ORDER_DAYS)
    assert {row["household_id"] for row in world.carried()} == {"h0", "h2"}


@pytest.fixture
def called_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the book call what is under way dead, so that nights plan the same sales again."""
    monkeypatch.setattr("tests.nightly.life.world.under_way", lambda *_: [])


@pytest.mark.usefixtures("called_dead")
def test_what_stands_until_cancelled_keeps_the_same_order_back(world: World) -> None:
    """Ten days without an answer: whatever the book says, none of the same sales leaves."""
    run = later(world, 10)
    facts = left(run)
    assert facts["tickets"] == 0
    for name in HOUSEHOLDS:
        why = facts["left_out"][name]
        assert f"{world.runs[0].run_id}/2026-11-20/{name}-a/VTI/sell" in why
        assert "good_till_cancel" in why
        assert "hearth fills" in why
        assert "hearth cancel" in why


@pytest.mark.usefixtures("called_dead")
def test_once_its_end_is_booked_the_next_leaves(world: World) -> None:
    """Cancelled without a share: the plan is as good as before. Filled: it is planned again."""
    run = later(world, 10)
    names = world.broker.working()
    world.inbox = [world.broker.ended(names[0], "4")]
    world._trade(names[1], HELD)
    world.answer_all()
    facts = left(run)
    assert facts["tickets"] == 1
    assert "was filled" in facts["left_out"]["h1"]
    assert "may still be filled" in facts["left_out"]["h2"]


def test_a_day_order_ends_with_its_day(tmp_path: Path) -> None:
    """An answer that never came keeps nobody back for longer than the policy carries an order."""
    world = World(tmp_path)
    left(night(world))
    assert left(later(world, 10))["tickets"] == len(HOUSEHOLDS)


@pytest.mark.parametrize("standing", ["", UNTIL_CANCELLED])
def test_who_waits_for_an_answer_is_told_after_a_day(tmp_path: Path, standing: str) -> None:
    """The first night that counts them says nothing; the later ones say how long, one event."""
    (tmp_path / "custodians.toml").write_text(standing)
    world = World(tmp_path)
    left(night(world))
    assert events_of(later(world, 1), (UNANSWERED,)) == []
    (event,) = events_of(later(world, 3), (UNANSWERED,))
    assert event.household_id == ""
    assert f"3 orders of 3 households that {world.runs[0].run_id} sent" in event.text
    assert "no end is known, 3 days after the night of 2026-11-21" in event.text


def test_an_order_that_stands_on_purpose_is_told_until_it_is_acknowledged(world: World) -> None:
    """Acknowledged, it waits for the market; one household's is that household's event."""
    names = world.broker.working()
    world.inbox = [world.broker.acknowledged(name) for name in names[1:]]
    world.answer_all()
    (event,) = events_of(later(world, 3), (UNANSWERED,))
    assert (event.household_id, event.text[:8]) == ("h0", "1 order ")


def test_an_order_of_which_nothing_is_heard_for_weeks_is_told(world: World) -> None:
    """Acknowledged, it is told once its weekdays are over, and counted anew from each fill."""
    names = world.broker.working()
    world.inbox = [world.broker.acknowledged(name) for name in names]
    world.answer_all()
    run = later(world, 1)  # Saturday, 2026-11-21, the first night that counts them
    assert events_of(run, (STANDING,), days=1) == []
    run = later(world, 9)
    assert events_of(run, (STANDING,), days=7) == []
    (event,) = events_of(run, (STANDING,), days=5)
    assert (event.household_id, event.text[:25]) == ("", "3 orders of 3 households ")
    said = f"nothing was heard for 5 weekdays or more (the first since 2026-11-21: {names[0]}"
    assert said in event.text and "hearth cancel" in event.text
    assert events_of(run, (UNANSWERED,)) == []
    world.broker.day = f"{world.day:%Y%m%d}"
    for name in names[1:]:
        world._trade(name, 1)
    world.answer_all()
    (event,) = events_of(later(world, 1), (STANDING,), days=5)
    assert (event.household_id, event.text[:8]) == ("h0", "1 order ")
    assert events_of(later(world, 1), (STANDING,), days=STANDING_DAYS) == []
