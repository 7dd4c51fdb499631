"""What was asked of one household becomes a proposal: a run of its own, in the same register.

A plan that somebody asked for takes the way of a night's: planned again from the book, judged,
written down with its request, and proposed. Nothing of it leaves before a person has approved it,
whatever its policy lets leave by itself. Refused: adding it to the night's run, which is complete.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from models.answer import Answer
from models.errors import HearthError
from models.plan import Status
from nightly.register.digests import digests
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.triage.asked import AskedTonight
from nightly.workers.engines import InProcess
from nightly.workers.messages import Imported

DECIDES: Final = Imported("optimizer.rebalance", "rebalance", screened=True)
"""What plans, as in every run."""


class ProposalError(HearthError):
    """There is nothing to propose, or nobody who says why: the message says which."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal: its run, and the digest of its orders as the register has it."""

    run_id: str
    household_id: str
    orders: int
    orders_sha256: str

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "run_id": self.run_id,
            "household_id": self.household_id,
            "orders": self.orders,
            "orders_sha256": self.orders_sha256,
            "state": "proposed",
        }


def proposed(night: Request, found: Answer, rights: Rights, why: str) -> Proposed:
    """Propose the plan of an answer, in a run beside the night's.

    `night` says book, date and place of runs, and what its command changes in every policy.

    Raises
    ------
    RoleError
        If the role may not.
    ProposalError
        If the plan has no orders, or no reason is given, or tonight plans otherwise.
    """
    rights.must("propose")
    if not why.strip():
        raise ProposalError("say why: whoever approves will ask")
    plan, asked = found.plan, found.household.asked
    if asked is None or plan.status is not Status.PLANNED or not plan.orders:
        raise ProposalError(f"nothing to propose: the answer is {plan.status.value}")
    name = plan.household_id
    tonight = AskedTonight(name, found.request, asked.set_aside_usd, rights.person, why.strip())
    request = replace(night, households=(name,), asked=tonight)
    folder, _ = start_run(request, DECIDES, InProcess())
    return _registered(folder, found)


def _registered(folder: RunFolder, found: Answer) -> Proposed:
    name = found.plan.household_id
    digest = digests(folder.path, [name]).get(name)
    if digest is None or set(digest.orders) != {order.order_id for order in found.plan.orders}:
        raise ProposalError(
            f"{folder.run_id} plans {name} otherwise than was answered: something is under way, or "
            "the book has changed; ask again"
        )
    return Proposed(folder.run_id, name, len(digest.orders), digest.sha256)
