"""How many of the plans that are approved would leave now, and why the others stay behind.

An export decides that anew, household by household. A page of a night of a million has no time for
it: where more are approved than `MOST`, it says that so many are, and who stays behind is said as
they leave. What was sorted out is kept until the register moves or a run is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from models.errors import HearthError
from nightly.export.leaving import sorted_out
from nightly.register.fold import Registered
from nightly.register.roles import Rights
from nightly.register.superseded import must_be_young
from nightly.results import moment
from nightly.results.run_folder import RunFolder
from nightly.web.queue import Queue
from nightly.web.stages import Stage

MOST: Final = 5_000
"""Plans that a page sorts out."""

NAMED: Final = 3
"""Households that stay behind which the line names."""


SENDABLE: Final = (Stage.READY, Stage.APPROVED)
"""Stages of a plan that is approved and has not left."""


def ready_to_leave(queue: Queue, now: Registered) -> list[str]:
    """Return the households whose plans are approved and have not left, answered anew or not."""
    return queue.decided(SENDABLE, now)


@dataclass(frozen=True, slots=True)
class Ready:
    """How many plans would leave now, `sure` where each was asked, and why the rest stay behind.

    `nothing` says why none of the run leaves, whatever is approved.
    """

    leaves: int
    stays: Mapping[str, str] = field(default_factory=dict)
    sure: bool = True
    nothing: str = ""

    @property
    def line(self) -> str:
        """Why the others stay behind, the first of them by name."""
        told = [f"{name}: {why}" for name, why in sorted(self.stays.items())[:NAMED]]
        rest = len(self.stays) - len(told)
        return "; ".join([*told, *([f"and {rest} more"] if rest else [])])


class ReadyOf:
    """What of a run would leave; a class because it is kept until the register moves."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._known: tuple[object, Ready] | None = None

    def as_of(self, now: Registered, rights: Rights, approved: Queue, runs: Sequence[str]) -> Ready:
        """Return what of the plans that are approved would leave by now, beside some runs."""
        sender = rights.person if rights.sender_apart else ""
        key = now.identity, now.heads[-1], tuple(runs), sender, moment.today()
        if self._known is None or self._known[0] != key:
            self._known = key, self._sorted(now, rights, approved)
        return self._known[1]

    def _sorted(self, now: Registered, rights: Rights, approved: Queue) -> Ready:
        count = approved.at(SENDABLE, now).count
        if not count:
            return Ready(0)
        try:
            must_be_young(now.runs[self.folder.run_id], moment.today(), None)
            if count > MOST:
                return Ready(count, sure=False)
            found = sorted_out(self.folder, now, rights, ready_to_leave(approved, now))
        except HearthError as error:
            return Ready(0, nothing=str(error))
        return Ready(len(found.approved), found.left_out)
