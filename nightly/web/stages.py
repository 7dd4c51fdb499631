"""Where a plan is on its way out, in a word for a tile: from nothing to do to ended."""

from __future__ import annotations

from enum import IntEnum

from models.triggers import NEEDS_APPROVAL
from nightly.register.fold import Registered
from nightly.register.states import State


class Stage(IntEnum):
    """The closed list of stages; the order is that of the tiles."""

    WAITING = 0
    READY = 1
    APPROVED = 2
    REJECTED = 3
    SENT = 4
    ENDED = 5
    NONE = 6

    @property
    def word(self) -> str:
        """What a tile says."""
        return _WORDS[self]


_WORDS = {
    Stage.WAITING: "waits for a person",
    Stage.READY: "approved by policy",
    Stage.APPROVED: "approved",
    Stage.REJECTED: "rejected",
    Stage.SENT: "under way",
    Stage.ENDED: "ended",
    Stage.NONE: "nothing to send",
}


def stage_of(now: Registered, run_id: str, household_id: str, approval: str) -> Stage:
    """Return the stage of a household's plan in a run."""
    plan = now.plans.get((run_id, household_id))
    live = [each.live for each in now.plan_sent(run_id, household_id)]
    live += [each.live for each in now.money_sent(run_id, household_id)]
    if live:
        return Stage.SENT if any(live) else Stage.ENDED
    if plan is None:
        return Stage.NONE
    if plan.state is State.PROPOSED:
        return Stage.WAITING if approval == NEEDS_APPROVAL else Stage.READY
    return Stage.APPROVED if plan.state is State.APPROVED else Stage.REJECTED
