"""One household of a book, answered: a plan whatever happens.

This is the seam between one household and the night: a function of the book and an id, free of
files and clocks but for its own stop-watch, so that any engine may call it anywhere. Refused:
letting one household's exception end the night, and an empty plan standing in for a failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeAlias

from models.book.faults import Fault, FaultyHouseholdError, in_one_line
from models.errors import HearthError, PolicyError
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy

Rebalance: TypeAlias = Callable[[Household, Policy], Plan]
"""What decides: a household and its policy in, a plan out."""

OnPolicy: TypeAlias = Callable[[Policy], Policy]
"""What the command line changes in every policy (the solver, the backend)."""


class Answerable(Protocol):
    """The part of a book that answering needs."""

    def faults_of(self, household_id: str, /) -> Sequence[Fault]:
        """Return every fault that reaches the household."""
        ...

    def household(self, household_id: str, /) -> Household:
        """Return the household as views into the book."""
        ...

    def policy(self, policy_id: str, /) -> Policy:
        """Return a policy of the book."""
        ...


def answer(
    book: Answerable,
    household_id: str,
    rebalance: Rebalance,
    on_policy: OnPolicy = lambda policy: policy,
) -> Plan:
    """Return the plan of one household: `invalid` for its data, `failed` for our own errors.

    `seconds` is the wall time of the whole household, its views into the book included.
    """
    started = time.perf_counter()
    plan = _answer(book, household_id, rebalance, on_policy)
    return replace(plan, seconds=time.perf_counter() - started)


def invalid(household_id: str, faults: Sequence[Fault]) -> Plan:
    """Return the answer for a household with faulty data, naming all of its faults at once."""
    reason = in_one_line(faults)
    return Plan(household_id=household_id, status=Status.INVALID, reason=reason)


def failed(household_id: str, error: Exception) -> Plan:
    """Return the answer for a household whose planning raised `error`."""
    said = str(error) or "no message"
    if not isinstance(error, HearthError):
        said = f"{type(error).__name__}: {said}{_raised_in(error.__traceback__)}"
    return Plan(household_id=household_id, status=Status.FAILED, reason=said)


def _answer(book: Answerable, household_id: str, rebalance: Rebalance, on_policy: OnPolicy) -> Plan:
    try:
        faults = book.faults_of(household_id)
        if faults:
            return invalid(household_id, faults)
        household = book.household(household_id)
        return rebalance(household, on_policy(book.policy(household.policy_id)))
    except FaultyHouseholdError as error:
        return invalid(household_id, error.faults)
    except PolicyError as error:
        return Plan(household_id=household_id, status=Status.INVALID, reason=f"policies: {error}")
    except Exception as error:  # one household's failure is its answer; the night goes on
        return failed(household_id, error)


def _raised_in(traceback: TracebackType | None) -> str:
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    place = Path(code.co_filename)
    return f" (in {code.co_qualname}, {place.parent.name}/{place.name} line {traceback.tb_lineno})"
