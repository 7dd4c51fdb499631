"""Where a plan is on its way out, in a word for a tile: from nothing to do to ended."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

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
    ANSWERED = 6
    NONE = 7

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
    Stage.ANSWERED: "answered anew",
    Stage.NONE: "nothing to send",
}


DECIDABLE: Final = (Stage.WAITING, Stage.READY, Stage.APPROVED, Stage.REJECTED)
"""Stages in which a plan may still be decided on: where a newer run has answered its household it
is answered anew instead. What was sent stays so whatever came since."""


def stage_of(now: Registered, run_id: str, household_id: str) -> Stage:
    """Return the stage of a household's plan in a run, whatever newer ones say of it."""
    plan = now.plans.get((run_id, household_id))
    live = [each.live for each in now.plan_sent(run_id, household_id)]
    live += [each.live for each in now.money_sent(run_id, household_id)]
    if live:
        return Stage.SENT if any(live) else Stage.ENDED
    if plan is None:
        return Stage.NONE
    if plan.state is State.PROPOSED:
        return Stage.WAITING if plan.waits else Stage.READY
    return Stage.APPROVED if plan.state is State.APPROVED else Stage.REJECTED
