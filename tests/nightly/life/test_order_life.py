"""An order's life at random: nights, people, crashes and a market, against a broker that counts."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.nightly.life.crashes import STEPS
from tests.nightly.life.world import HELD, HOUSEHOLDS, World

SEQUENCES, FULL_SEQUENCES = 20, 2_000
STEPS_IN_A_LIFE = 30

some = st.sampled_from([-1, -2, -3, 0, 1, 5])
ends = st.one_of(st.none(), st.none(), st.integers(0, STEPS))
sales = st.lists(st.sampled_from([1, 40, 70, HELD]), min_size=3, max_size=3)
acts_of_the_broker = st.lists(st.tuples(some, st.sampled_from([0.0, 0.3, 0.7, 1.0])), max_size=4)
names = st.sampled_from(HOUSEHOLDS)


class OrderLife(RuleBasedStateMachine):
    """Everybody does anything at any time; a class because hypothesis walks it."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="hearth-life-"))
        self.world = World(self.place)

    @initialize(shares=sales, pays=st.booleans(), lists=st.booleans())
    def a_first_night(self, shares: list[int], pays: bool, lists: bool) -> None:
        """A life begins with plans that may leave; some pay, some try each order in two ways."""
        self.world.pays = pays
        if lists:
            self.world.try_in_two_ways()
        self.world.begin_night(shares, "auto")
        self.world.finish_night(0, None)

    @rule(shares=sales, approval=st.sampled_from(["auto", "auto", "needs_approval"]), step=ends)
    def a_night(self, shares: list[int], approval: str, step: int | None) -> None:
        """Today's book is planned, perhaps for the second time today; it may end on the way."""
        self.world.begin_night(shares, approval)
        self.world.finish_night(-1, step)

    @precondition(lambda self: self.world.begun)
    @rule(which=some, step=ends)
    def a_night_is_resumed(self, which: int, step: int | None) -> None:
        """Later, when others may have left; it may end once more."""
        self.world.finish_night(which, step)

    @precondition(lambda self: self.world.runs)
    @rule(run=some, name=names, decision=st.sampled_from(["approved", "approved", "rejected"]))
    def a_person_decides(self, run: int, name: str, decision: str) -> None:
        """Approve or reject a plan of any run."""
        self.world.decide(run, name, decision)

    @precondition(lambda self: self.world.runs)
    @rule(run=some, step=ends, again=st.sampled_from([False, False, True]))
    def a_run_is_exported(self, run: int, step: int | None, again: bool) -> None:
        """Any run, however old, as often as somebody likes; it may end anywhere."""
        self.world.export(run, step, again)

    @precondition(lambda self: self.world.runs)
    @rule(run=some, acts=acts_of_the_broker)
    def a_run_goes_to_market(self, run: int, acts: list[tuple[int, float]]) -> None:
        """Exported, fetched, and worked on; what the market says of it is still on its way."""
        self.world.go_to_market(run, acts)

    @rule(shares=sales, acts=acts_of_the_broker, told=st.booleans())
    def a_whole_day(self, shares: list[int], acts: list[tuple[int, float]], told: bool) -> None:
        """A night, its export, the market, perhaps its answers, and the end of the day."""
        self.world.begin_night(shares, "auto")
        self.world.finish_night(-1, None)
        self.world.go_to_market(-1, acts)
        if told:
            self.world.answer_all()
        self.world.next_day()

    @precondition(lambda self: self.world.runs)
    @rule(runs=st.lists(some, min_size=2, max_size=3))
    def runs_are_exported_at_once(self, runs: list[int]) -> None:
        """Two or three in the same moment."""
        self.world.export_at_once(runs)

    @precondition(lambda self: self.world.runs)
    @rule(run=some, name=names, step=ends)
    def orders_are_asked_back(self, run: int, name: str, step: int | None) -> None:
        """A cancel, which the market may be too late for."""
        self.world.cancel(run, name, step)

    @precondition(lambda self: self.world.parcels_to_fetch())
    @rule(take_away=st.booleans())
    def the_broker_fetches(self, take_away: bool) -> None:
        """Files in place, which it may take away."""
        self.world.fetch(take_away)

    @precondition(lambda self: self.world.broker.working())
    @rule(which=some, share=st.floats(0.0, 1.0))
    def the_broker_acts(self, which: int, share: float) -> None:
        """Acknowledge, trade, cancel."""
        self.world.act(which, share)

    @precondition(lambda self: self.world.inbox)
    @rule(count=st.integers(1, 4), twice=st.booleans(), step=ends)
    def answers_are_booked(self, count: int, twice: bool, step: int | None) -> None:
        """The next few of the market's answers, perhaps twice."""
        self.world.answer(count, twice, step)

    @precondition(lambda self: self.world.bank.waiting())
    @rule(which=some, how=st.sampled_from(["acknowledged", "moved", "refused", "cancelled"]))
    def the_bank_acts(self, which: int, how: str) -> None:
        """Acknowledge, pay, refuse; leave what was asked back."""
        self.world.pay(which, how)

    @precondition(lambda self: self.world.letters)
    @rule(step=ends)
    def letters_are_read(self, step: int | None) -> None:
        """What the bank says of money; the same letter may be read twice, after a crash."""
        self.world.read_letters(step)

    @precondition(lambda self: self.world.traded != self.world.posted)
    @rule()
    def the_custodian_posts(self) -> None:
        """The book shows what was traded."""
        self.world.post()

    @precondition(lambda self: self.world.runs)
    @rule(share=st.floats(0.0, 1.0))
    def the_register_is_put_back(self, share: float) -> None:
        """From a copy of any age; what is lost is booked again and told again."""
        self.world.put_back(share)

    @rule()
    def a_day_passes(self) -> None:
        """What was for the day expires."""
        self.world.next_day()

    @invariant()
    def nothing_is_sent_twice_or_sold_that_is_not_there(self) -> None:
        """At every moment."""
        self.world.check()

    def teardown(self) -> None:
        """In the end everything arrives, and register and broker agree."""
        try:
            self.world.settle()
            self.world.check()
            self.world.agree()
        finally:
            shutil.rmtree(self.place)


def test_a_plan_that_does_not_know_of_other_orders_stays_behind(tmp_path: Path) -> None:
    """Planned first, exported last: in between another night sold, and the market is not done."""
    world = World(tmp_path)
    world.begin_night([HELD, HELD, 1], "auto")
    world.finish_night(-1, None)
    world.begin_night([70, 1, 1], "needs_approval")
    world.finish_night(-1, None)
    world.next_day()
    world.begin_night([HELD, HELD, 1], "auto")
    world.finish_night(-1, None)
    world.go_to_market(-1, [])
    for run in (0, 1):
        world.decide(run, HOUSEHOLDS[0], "approved")
        world.go_to_market(run, [])
    world.check()
    assert len(world.broker.orders) == len(HOUSEHOLDS)
    world.settle()
    world.agree()


@pytest.mark.parametrize("nights_between", [0, 1, 10])
@pytest.mark.parametrize("planned_again", [False, True])
def test_a_run_that_leaves_late_is_under_way_from_then_on(
    tmp_path: Path, nights_between: int, planned_again: bool
) -> None:
    """Planned ten days ago, sent today: whoever plans today sells no share of it again.

    However many nights were planned in between, whose runs were taken away since, and where its own
    date is planned once more.
    """
    world = World(tmp_path)
    world.begin_night([1, 1, 1], "auto")
    world.finish_night(0, None)
    for number in range(10):
        world.next_day()
        if number < nights_between:
            world.begin_night([1, 1, 1], "needs_approval")
            world.finish_night(-1, None)
    last = date.fromisoformat(world.runs[-1].manifest()["asof"])
    while len(world.runs) > 1:
        shutil.rmtree(world.runs.pop().path)
    world.go_to_market(0, [])
    if planned_again:
        today = world.day
        world.day = last
        world.begin_night([1, 1, 1], "needs_approval")
        world.finish_night(-1, None)
        world.day = today
    world.begin_night([1, 1, HELD], "auto")
    world.finish_night(-1, None)
    world.go_to_market(-1, [])
    world.check()
    world.settle()
    world.agree()


def walked(sequences: int) -> None:
    """Walk so many lives; what is forced to disk is left to the disk, as no power is cut here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        _walk(sequences)


def _walk(sequences: int) -> None:
    run_state_machine_as_test(
        OrderLife,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=STEPS_IN_A_LIFE,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_lives_of_orders() -> None:
    """Twenty."""
    walked(SEQUENCES)


@pytest.mark.full
def test_many_lives_of_orders() -> None:
    """Two thousand."""
    walked(FULL_SEQUENCES)
