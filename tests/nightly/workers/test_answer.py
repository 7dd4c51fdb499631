"""One household is answered whatever happens, and the night goes on."""

from __future__ import annotations

from dataclasses import replace

from models.book.faults import Fault
from models.errors import SolverError
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy, SolverChoice
from nightly.workers.answer import answer
from tests.nightly.fakes import FakeBook


def unmoved(household: Household, policy: Policy) -> Plan:
    """Return a plan that says which solver it was asked to use."""
    return Plan(household.household_id, Status.NO_ACTION, "", solver=policy.solver.name)


def broken(household: Household, policy: Policy) -> Plan:
    """Raise what a bug raises."""
    raise ZeroDivisionError("division by zero")


def unsolved(household: Household, policy: Policy) -> Plan:
    """Raise what a solver's failure raises."""
    raise SolverError("piqp and clarabel both gave up")


def test_a_plan_comes_back_with_its_seconds() -> None:
    """The answer is the plan, timed."""
    plan = answer(FakeBook(), "smith", unmoved)
    assert (plan.household_id, plan.status) == ("smith", Status.NO_ACTION)
    assert plan.seconds > 0


def test_faulty_data_is_an_answer_that_names_every_fault() -> None:
    """Table, row, column, what and remedy of each fault are in the reason."""
    faults = (
        Fault("lots", 3, "shares", "shares is −5", "give a positive count"),
        Fault("accounts", 0, "cash", "cash is 'x'", "give dollars"),
    )
    plan = answer(FakeBook({"smith": faults}), "smith", broken)
    assert plan.status is Status.INVALID
    for fault in faults:
        assert str(fault) in plan.reason
        assert f"row {fault.sheet_row}" in plan.reason


def test_a_bug_fails_one_household_and_says_where() -> None:
    """The reason holds the error's type, message and place."""
    plan = answer(FakeBook(), "smith", broken)
    assert plan.status is Status.FAILED
    assert "ZeroDivisionError: division by zero" in plan.reason
    assert "test_answer.py" in plan.reason
    assert plan.orders == ()


def test_a_solvers_failure_speaks_for_itself() -> None:
    """An error raised on purpose is told in its own words."""
    plan = answer(FakeBook(), "smith", unsolved)
    assert (plan.status, plan.reason) == (Status.FAILED, "piqp and clarabel both gave up")


def test_a_policy_that_is_none_makes_invalid() -> None:
    """A household whose policy cannot be read is invalid, not failed."""
    plan = answer(FakeBook(policies={}), "smith", unmoved)
    assert plan.status is Status.INVALID
    assert "no policy 'standard'" in plan.reason


def test_the_command_lines_choice_reaches_the_policy() -> None:
    """What is chosen outside overrides the book's policy."""

    def chosen(policy: Policy) -> Policy:
        return replace(policy, solver=SolverChoice(name="osqp"))

    assert answer(FakeBook(), "smith", unmoved, chosen).solver == "osqp"
