"""Where a hunt starts beside our plan: answers to other questions, heuristics, doing nothing.

Each is judged as it stands under the true policy; one that is illegal there is merely no start. An
answer that must never be (a crash, a refusal, a failure) is noted, whatever was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from benchmarks.heuristics import HEURISTICS
from benchmarks.hunt.plans.point import ZERO, Point, point_of
from benchmarks.hunt.starts.questions import Question
from models.household import Household
from models.plan import Status
from models.policy import Policy
from optimizer.rebalance import rebalance

NEVER = frozenset({Status.REFUSED, Status.FAILED})
"""Answers that must never be."""


class Start(NamedTuple):
    """A plan to start from and what it came from."""

    name: str
    point: Point


def answers_to(
    household: Household, questions: Iterable[Question], noted: list[str]
) -> Iterator[Start]:
    """Yield our own answers to questions about (nearly) a household; note what must never be."""
    for question in questions:
        try:
            plan = rebalance(question.household, question.policy)
        except Exception as error:  # a crash is what is looked for: it is told
            noted.append(f"{question.name}: {type(error).__name__} {error}")
            continue
        if plan.status in NEVER:
            noted.append(f"{question.name}: {plan.status.value}, {plan.reason}")
        elif plan.orders or plan.flows:
            point = point_of(household, plan.orders, plan.flows)
            moved = dict(point.flows)
            for account, usd in question.moved.items():
                moved[account] = moved.get(account, ZERO) + usd
            yield Start(question.name, Point(point.sold, point.bought, moved))


def heuristics(household: Household, policy: Policy) -> Iterator[Start]:
    """Yield what heuristic rebalancers do; one that breaks down is no start."""
    for name, rebalancer in HEURISTICS.items():
        try:
            proposal = rebalancer(household, policy)
        except Exception:  # noqa: S112 - a method that fails gives nothing to start from
            continue
        yield Start(name, point_of(household, proposal.orders, proposal.flows))
