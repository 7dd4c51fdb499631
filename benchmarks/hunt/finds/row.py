"""One household's row: what was answered, what was met, and what must never be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.hunt.plans.court import Court, Judged
from models.plan import Plan, Status
from models.tolerances import BPS

CRASH = "crash"
"""The status of a household whose answer was an exception."""

UNWEIGHED = ("inside", "pays enough", "mode is hold")
"""Words of a `no_action` that no objective decided."""


@dataclass(frozen=True, slots=True)
class Row:
    """One household: what was answered and what was met; bps of its value and dollars.

    `missed_bps` is by how much the best legal plan met is better than ours, 0 where none is;
    `false_bps` by how much the highest bound is above the best legal plan, 0 where it holds
    (the gate's plans count here).
    `rounding_bps` is by how much floats say a bound above its exact value, where that was asked;
    `wrong` is what must never be, `noted` the same of answers to other questions beside this one.
    `weighed` says that the answer was decided by the objective.
    """

    book: str
    household_id: str
    policy_id: str
    value_usd: float
    status: str
    reason: str
    ours_bps: float
    bound_bps: float
    best_bps: float
    missed_bps: float
    missed_usd: float
    false_bps: float
    bounds: str
    weighed: bool
    found_by: str
    judged: int
    wrong: str = ""
    rounding_bps: float = 0.0
    noted: str = ""
    tickets: int = 0
    best_tickets: int = 0


def plans_of(answers: Sequence[Plan | Exception]) -> tuple[Plan, ...]:
    """Answers that are no crash."""
    return tuple(answer for answer in answers if isinstance(answer, Plan))


def _bounds(answers: Sequence[Plan | Exception]) -> list[float]:
    return [
        answer.certificate.bound_bps if answer.certificate is not None else -math.inf
        for answer in plans_of(answers)
    ]


def row_of(
    book: str, court: Court, answers: Sequence[Plan | Exception], mine: Judged | None
) -> Row:
    """Weigh what was met against what was answered; `mine` is our first answer judged."""
    ours, best, bounds = answers[0], court.best, _bounds(answers)
    highest = max(bounds, default=-math.inf)
    status = ours.status.value if isinstance(ours, Plan) else CRASH
    reason = ours.reason if isinstance(ours, Plan) else f"{type(ours).__name__}: {ours}"
    own = mine.bps if mine is not None and mine.kept else math.inf
    least = court.lowest_bps
    lowest = math.inf if best is None else best.bps
    value = 0.0 if best is None else best.figures.value_usd
    missed = own - lowest if math.isfinite(own) and math.isfinite(lowest) else 0.0
    weighed = status in (Status.PLANNED, Status.NO_ACTION) and not any(
        words in reason for words in UNWEIGHED
    )
    return Row(
        book=book,
        household_id=court.household.household_id,
        policy_id=court.policy.policy_id,
        value_usd=value,
        status=status,
        reason=reason,
        ours_bps=own,
        bound_bps=bounds[0] if bounds else -math.inf,
        best_bps=lowest,
        missed_bps=max(missed, 0.0) if weighed else 0.0,
        missed_usd=max(missed, 0.0) * value / 1e4 if weighed else 0.0,
        false_bps=highest - least if highest > least + BPS else 0.0,
        bounds=" ".join(f"{bound:.6f}" for bound in bounds),
        weighed=weighed,
        found_by=court.found_by,
        judged=court.spent,
        wrong=_wrong(status, reason, answers, mine, math.isfinite(least)),
        tickets=0 if mine is None else len(mine.point.tickets),
        best_tickets=0 if best is None else len(best.point.tickets),
    )


def _wrong(
    status: str,
    reason: str,
    answers: Sequence[Plan | Exception],
    mine: Judged | None,
    possible: bool,
) -> str:
    """What must never be, by name; empty where nothing is."""
    others = {answer.status for answer in plans_of(answers)}
    if len(plans_of(answers)) < len(answers):
        return CRASH
    if status == Status.REFUSED:
        return status
    if mine is not None and not mine.kept:
        return f"breaks {', '.join(sorted(mine.broken))}"
    if Status.INFEASIBLE in others and possible:
        return "infeasible, and a legal plan exists"
    if status == Status.FAILED:
        met = ", and a legal plan exists" if possible else ""
        return ("failed" if reason else "failed without reason") + met
    if others & {Status.REFUSED, Status.FAILED}:
        return "refused or failed when more is certified"
    return ""


def cells(row: Row) -> dict[str, object]:
    """The row as a line of a table."""
    return asdict(row)
