"""Decisions on plans: who approved or rejected what, when and why; added, never changed.

The last decision on a plan holds until its orders are sent; what was sent is not rejected any more,
it is asked back. Each decision carries the digest of the orders it is about, and these must still
be the ones that were proposed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from models.errors import HearthError, UnknownHouseholdError
from nightly.register.digests import PlanDigest, digests
from nightly.register.dollars import dollars_of_plans
from nightly.register.lines import RegisterError
from nightly.register.proposals import taken_in
from nightly.register.records import Decision
from nightly.register.register import Held, Writable, beside
from nightly.register.roles import Rights, RoleError
from nightly.register.standing import APPROVED, REJECTED, PlanStanding
from nightly.register.superseded import answered_since
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_table

ACT: Final = {APPROVED: "approve", REJECTED: "reject"}
"""Decision → what a role must be allowed."""


class DecisionError(HearthError):
    """A decision that cannot be: nothing to decide, or nobody named who decides."""


class MeanwhileError(DecisionError):
    """Somebody else decided after this was looked at: look again."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says: the decision, why, and what it goes beyond on purpose.

    `seen` is the register's line of the last decision on a plan that the person has seen, 0 for
    none, by household; a plan that was decided on since is refused.
    """

    decision: str
    why: str
    override: tuple[str, ...] = ()

    seen: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise `DecisionError` on a reason that a page would not show as it is."""
        if not " ".join(self.why.split()).isprintable():
            raise DecisionError(f"the reason {self.why!r} has characters that are not shown")


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, and of whom not, with the reason."""

    made: tuple[Decision, ...]
    refused: Mapping[str, str] = field(default_factory=dict)


def decide(
    folder: RunFolder,
    household_id: str,
    word: Word,
    rights: Rights,
    register: Writable | None = None,
) -> Decision:
    """Write down a decision on one household's plan, in the register and in the log.

    `register` is the one beside the run where it is followed, None to read it here.

    Raises
    ------
    DecisionError
        If nobody or no reason is named, or the household's plan has no orders to decide on.
    RoleError
        If the person may not.
    UnknownHouseholdError
        If the run has no plan of the household.
    RegisterError
        If the orders are not those that were proposed.
    TransitionError
        If orders of the plan were sent.
    """
    decided = decide_all(folder, [household_id], word, rights, register, one=True)
    return decided.made[0]


def decide_all(
    folder: RunFolder,
    households: Sequence[str],
    word: Word,
    rights: Rights,
    register: Writable | None = None,
    *,
    one: bool = False,
) -> Decided:
    """Write down one decision on many plans, in one line; with `one`, what is refused is raised."""
    folder.manifest()
    if not rights.person or not word.why.strip():
        raise DecisionError("name who decides with --by and why with --why; neither may be blank")
    rights.must(ACT[word.decision])
    if word.override:
        rights.must("override")
    plans = plan_rows(folder, households)
    now = digests(folder.path, households)
    refused: dict[str, str] = {}
    with (register or beside(folder.path)).held() as held:
        taken_in(held, folder)
        over = answered_since(folder, held.registered) if word.decision == APPROVED else {}
        rows = []
        for name in dict.fromkeys(households):
            try:
                plan = _standing(held, folder, name, plans)
                _not_meanwhile(plan, word.seen.get(name))
                _not_answered(name, over.get(name))
                rows.append(_row(plan, now.get(name), plans[name], word, rights))
            except (DecisionError, RoleError, UnknownHouseholdError, RegisterError) as error:
                if one:
                    raise
                refused[name] = str(error)
        if not rows:
            return Decided((), refused)
        entry = held.add("decision", rights.person, word.why.strip(), {"decisions": rows})
        made = tuple(
            held.registered.plans[folder.run_id, row["household_id"]].decisions[-1] for row in rows
        )
    folder.note(
        {
            "event": "decision",
            "clock": entry.clock,
            "by": entry.by,
            "why": entry.why,
            **{name: row[name] for name in ("household_id", "decision", "orders_sha256")},
        }
        for row in rows
    )
    return Decided(made, refused)


def _standing(held: Held, folder: RunFolder, name: str, plans: Mapping[str, Any]) -> PlanStanding:
    """Return the standing of a plan that may be decided on."""
    if name not in plans:
        raise UnknownHouseholdError(f"{folder.run_id} has no plan of household {name!r}")
    plan = held.registered.plans.get((folder.run_id, name))
    if plan is None:
        raise DecisionError(
            f"{name} is {plans[name]['status']} in {folder.run_id} with {plans[name]['orders']} "
            "orders: there is nothing to decide"
        )
    sent = held.registered.plan_sent(folder.run_id, name)
    if sent:
        raise DecisionError(
            f"{len(sent)} orders of {name} were sent, the first is {sent[0].state}: they cannot be "
            f"decided on any more; hearth cancel {folder.path} {name} asks for them back"
        )
    if held.registered.money_sent(folder.run_id, name):
        raise DecisionError(
            f"the money of {name} is on its way: it cannot be decided on any more; ask its "
            "custodian for it back, and book the answer with hearth fills"
        )
    return plan


def last_line(plan: PlanStanding | None) -> int:
    """Return the register's line of the last decision on a plan, 0 where there is none."""
    return plan.decisions[-1].number if plan is not None and plan.decisions else 0


def _not_meanwhile(plan: PlanStanding, seen: int | None) -> None:
    if seen is not None and seen != last_line(plan):
        last = plan.decisions[-1]
        raise MeanwhileError(
            f"{plan.proposal.household_id} was {last.decision} by {last.by} meanwhile "
            f"({last.clock}: {last.why}): look again, then decide"
        )


def _not_answered(name: str, since: str | None) -> None:
    """Raise where a newer run has answered a household: no approval lets its older plan leave."""
    if since is not None:
        raise DecisionError(
            f"{name} is answered anew, and its older plan leaves no more, whoever approves it: "
            f"{since}. Where something else is meant, hearth propose asks for it by name"
        )


def _row(
    plan: PlanStanding, now: PlanDigest | None, row: Mapping[str, Any], word: Word, rights: Rights
) -> dict[str, Any]:
    name = plan.proposal.household_id
    if now is None or now.sha256 != plan.proposal.sha256:
        raise RegisterError(
            f"orders of {name} are not those that {plan.proposal.run_id} proposed: the tables were "
            "changed; nothing of this run is decided or leaves until they are as they were"
        )
    if word.decision == APPROVED:
        if rights.role and plan.steps[0].by == rights.person:
            raise RoleError(f"{rights.person} asked for the plan of {name}: somebody else approves")
        beyond = rights.beyond(figures_of(row))
        rest = [said for limit, said in beyond.items() if limit not in word.override]
        if rest:
            raise RoleError(
                f"{name} is beyond what {rights.person} ({rights.role}) may approve: "
                f"{'; '.join(rest)}; a role that may, or --override by one that may override"
            )
    return {
        "run_id": plan.proposal.run_id,
        "household_id": name,
        "decision": word.decision,
        "orders_sha256": now.sha256,
        "role": rights.role,
        "needed": rights.approvals,
        "override": list(word.override),
    }


def plan_rows(
    folder: RunFolder, households: Collection[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Return the rows of a run's plans by household, with the dollars each trades and moves."""
    told = {
        row["household_id"]: row for row in dollars_of_plans(folder.path, households).to_pylist()
    }
    none = {"traded_usd": 0.0, "moved_usd": 0.0}
    return {
        row["household_id"]: {**row, **told.get(row["household_id"], none)}
        for row in run_table(folder.path, "plans", households).to_pylist()
    }


def figures_of(plan: Mapping[str, Any]) -> dict[str, float]:
    """Return what limits are set on: dollars traded or moved, tax and orders of a plan's row."""
    return {
        "max_usd": max(plan["traded_usd"], plan["moved_usd"]),
        "max_tax_usd": (plan["tax_usd"] or 0.0) + (plan["distribution_tax_usd"] or 0.0),
        "max_orders": plan["orders"],
    }
