"""One household hunted: our plans and bounds, and the best legal plan that anybody met.

What counts: a legal plan below a bound (the proof is wrong), a legal plan below ours (something was
missed), no plan where a legal one was met, an answer that must never be (refused, failed, a crash).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TypeAlias

import numpy as np

from benchmarks.hunt.finds.row import Row, plans_of, row_of
from benchmarks.hunt.local_search.descent import Descent
from benchmarks.hunt.local_search.legs import board_of
from benchmarks.hunt.local_search.probes import Prober, barred_legs
from benchmarks.hunt.plans.court import Court, Judged
from benchmarks.hunt.plans.point import point_of
from benchmarks.hunt.starts.questions import flowed, otherwise, turned
from benchmarks.hunt.starts.start import Start, answers_to, heuristics
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from optimizer.rebalance import rebalance

Source: TypeAlias = Callable[[Household, Policy], Iterator[Start]]
"""Where further plans come from."""

Planner: TypeAlias = Callable[[Household, Policy, int], Plan]
"""Who is hunted."""

CERTIFIED = (0, 40)
"""Solves on branching of the answers whose bounds are doubted; the first answer is ours."""

NEAR_BPS = 10.0
"""Starts worse than the best by more than this are not descended from."""

DESCENDED = 3
"""Starts that are descended from beside ours."""

OURS_SHARE = 0.5
"""Share of the plans judged that the descent from our plan may use."""


def ours(household: Household, policy: Policy, certify: int) -> Plan:
    """Ask the optimizer; 0 solves is what the policy says."""
    return rebalance(household, policy, certify=certify or None)


@dataclass(frozen=True, slots=True)
class Hunted:
    """A row, and the best legal plan behind it (None if none was met)."""

    row: Row
    best: Judged | None = field(repr=False)
    plans: tuple[Plan, ...] = field(repr=False, default=())


def hunt(
    household: Household,
    policy: Policy,
    *,
    plans: int,
    seed: int,
    book: str = "",
    extra: Sequence[Source] = (),
    others: int = 40,
    planner: Planner = ours,
) -> Hunted:
    """Hunt one household.

    Parameters
    ----------
    plans
        Plans that may be judged.
    seed
        Of what is drawn (which buys are probed, in large markets).
    extra
        Sources of further plans, to hold against the bounds and to start from.
    others
        Answers of our own to other questions that may be asked for.
    planner
        Who is hunted: a household, its policy and the solves on branching, in; a plan out.
    """
    court = Court(household, policy)
    answers = [_answer(planner, household, policy, certify) for certify in CERTIFIED]
    first = answers[0]
    mine = _own(court, answers)
    if isinstance(first, Plan) and _worthless(first):
        return Hunted(row_of(book, court, answers, mine), None)
    rng = np.random.default_rng(seed)
    board = board_of(household, policy)
    descent = Descent(court, board, rng, Prober(court, board, barred_legs(court, board)))
    if mine is not None:
        court.by = "descent"
        descent.run(mine, court.spent + int(OURS_SHARE * plans))
    starts = [Start("idle", court.idle().point)]
    for source in (*extra, heuristics):
        starts += source(household, policy)
    questions = chain(flowed(household, policy), otherwise(household, policy))
    noted: list[str] = []
    starts += answers_to(household, islice(questions, others), noted)
    met = _judged(court, starts)
    if court.best is not None and others:
        forced = islice(turned(household, policy, court.best.point, rng), others)
        met += _judged(court, list(answers_to(household, forced, noted)))
    _descend(court, descent, met, plans)
    row = replace(row_of(book, court, answers, mine), noted=" | ".join(noted))
    return Hunted(row, court.best, plans_of(answers))


def _judged(court: Court, starts: Sequence[Start]) -> list[tuple[str, Judged]]:
    found = []
    for start in starts:
        court.by = start.name
        found.append((start.name, court.judge(start.point)))
    return found


def _descend(court: Court, descent: Descent, met: Sequence[tuple[str, Judged]], plans: int) -> None:
    """Go down from the best legal starts, in equal shares of what is left."""
    legal = {each.point.key: (name, each) for name, each in met if each.kept}
    ranked = sorted(legal.values(), key=lambda pair: pair[1].bps)[:DESCENDED]
    for left, (name, start) in zip(range(len(ranked), 0, -1), ranked, strict=True):
        best = court.best
        if best is not None and start.bps > best.bps + NEAR_BPS:
            continue
        court.by = f"{name}, descent"
        descent.run(start, court.spent + max(plans - court.spent, 0) // left)


def _answer(
    planner: Planner, household: Household, policy: Policy, certify: int
) -> Plan | Exception:
    try:
        return planner(household, policy, certify)
    except Exception as error:  # a crash is what is looked for: it is told
        return error


def _own(court: Court, answers: Sequence[Plan | Exception]) -> Judged | None:
    """Judge our answers; return the first, None where it is no plan."""
    first = None
    for k, answer in enumerate(answers):
        if isinstance(answer, Plan) and answer.status in (Status.PLANNED, Status.NO_ACTION):
            court.by = "ours" if k == 0 else f"certify {CERTIFIED[k]}"
            judged = court.judge(point_of(court.household, answer.orders, answer.flows))
            first = judged if k == 0 else first
    return first


def _worthless(plan: Plan) -> bool:
    return plan.figures is not None and plan.figures.objective_after_bps is None
