"""Solvers: how near each comes to the optimum, and that the one door tells who answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cvxpy as cp
import numpy as np
import piqp
import pytest

from models.household import Household
from models.policy import Policy, SolverChoice
from optimizer.program.arrays import Arrays
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.compile_cvxpy import compile_cvxpy
from optimizer.program.language import Branch, Program, assemble
from optimizer.rebalance import rebalance
from optimizer.search.tax_regimes import tax_regimes
from optimizer.solvers import adapters as solvers
from optimizer.solvers import through_cvxpy
from optimizer.solvers.adapters import IMPOSSIBLE, NO_ANSWER, RawAnswer
from optimizer.solvers.chain import Door, door
from optimizer.solvers.presolve import Reduced
from optimizer.solvers.solution import SolveStatus
from optimizer.solvers.through_cvxpy import solve_through_cvxpy
from tests.optimizer.situations import SITUATIONS
from tests.optimizer.solver_table import TABLE, TIGHT
from tests.optimizer.statements import arrays_of

SCENES = (
    *("plain", "budgets", "withdrawal", "required distribution", "hard bands", "two units"),
    *("price mode", "turnover", "buy only", "after tax"),
)


def first_program(of: Household, scene: str) -> tuple[Program, Arrays, Branch]:
    """Return a household's program in the first netting case."""
    frame = SITUATIONS[scene].frame(of)
    program = program_of(frame)
    return program, compile_arrays(program), tax_regimes(program, frame.ranges)[0].branch


@pytest.mark.parametrize("scene", SCENES)
def test_every_solver_is_within_its_tolerance(
    scene: str, plain_households: tuple[Household, ...]
) -> None:
    """Objective and residual of every solver, measured here, against the tight reference."""
    assert within(plain_households[SCENES.index(scene)], scene) is SolveStatus.SOLVED


@pytest.mark.full
@pytest.mark.parametrize("scene", SITUATIONS)
def test_every_solver_is_within_its_tolerance_everywhere(
    scene: str, plain_households: tuple[Household, ...]
) -> None:
    """The same in every situation, for three more households."""
    for household in plain_households[12:15]:
        within(household, scene)


def within(of: Household, scene: str) -> SolveStatus:
    """Hold every solver's answer against the reference, and return the reference's."""
    program, arrays, branch = first_program(of, scene)
    problem = compile_cvxpy(program, branch).problem
    problem.solve(solver="CLARABEL", **TIGHT)
    if problem.status == cp.INFEASIBLE:
        answers = {each.door.solve(program, arrays, branch).status for each in TABLE.values()}
        assert answers == {SolveStatus.INFEASIBLE}
        return SolveStatus.INFEASIBLE
    assert problem.status == cp.OPTIMAL
    for name, allowed in TABLE.items():
        found = allowed.door.solve(program, arrays, branch)
        assert found.status is SolveStatus.SOLVED, name
        assert found.objective == pytest.approx(problem.value, abs=allowed.objective_bps), name
        assert found.residual <= allowed.residual_units, name
        assert found.bound <= problem.value + 1e-6, name
        if allowed.must_solve:
            assert found.solver == name if "/" in name else found.solver.endswith(name)
    return SolveStatus.SOLVED


@pytest.fixture
def small(plain_households: tuple[Household, ...]) -> tuple[Program, Arrays, Branch]:
    """Return one program."""
    return first_program(plain_households[0], "plain")


@pytest.mark.parametrize("word", [cp.OPTIMAL_INACCURATE, cp.INFEASIBLE_INACCURATE, cp.USER_LIMIT])
def test_an_inaccurate_word_is_never_solved(
    word: str, small: tuple[Program, Arrays, Branch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cvxpy calls inaccurate is at most INACCURATE here, however good its point."""
    program, arrays, branch = small
    monkeypatch.setattr(cp.Problem, "status", property(lambda problem: word))
    found = Door("ecos", solve_through_cvxpy).solve(program, arrays, branch)
    expected = {cp.OPTIMAL_INACCURATE: SolveStatus.INACCURATE}
    assert found.status is expected.get(word, SolveStatus.FAILED)
    assert found.solver in ("cvxpy/ecos", "cvxpy/clarabel")


def test_ecos_with_too_few_digits_says_so(
    small: tuple[Program, Arrays, Branch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ECOS asked for more digits than floats have has not solved: it or another says so by name."""
    program, arrays, branch = small
    digits = {"abstol": 1e-17, "reltol": 1e-17, "feastol": 1e-17}
    monkeypatch.setitem(through_cvxpy.SETTINGS, "ecos", digits)
    found = Door("ecos", solve_through_cvxpy).solve(program, arrays, branch)
    assert (found.status, found.solver) != (SolveStatus.SOLVED, "cvxpy/ecos")


def test_a_solver_that_raises_has_failed(
    small: tuple[Program, Arrays, Branch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No foreign exception leaves the door, whoever raises it."""
    program, arrays, branch = small

    def broken(*_: object, **__: object) -> None:
        raise cp.error.SolverError("no licence")

    monkeypatch.setattr(cp.Problem, "solve", broken)
    found = Door("ecos", solve_through_cvxpy).solve(program, arrays, branch)
    assert found.status is SolveStatus.FAILED
    assert found.solver in ("cvxpy/ecos", "cvxpy/clarabel")
    assert (found.objective, found.bound, found.residual) == (np.inf, -np.inf, np.inf)
    assert not found.usable


def answering(monkeypatch: pytest.MonkeyPatch, name: str, answer: RawAnswer) -> None:
    """Let a solver give one answer to everything."""
    monkeypatch.setattr(solvers, "ADAPTERS", {**solvers.ADAPTERS, name: lambda program: answer})


@pytest.mark.parametrize("asked", ["piqp", "osqp"])
@pytest.mark.parametrize("answer", [NO_ANSWER, IMPOSSIBLE], ids=["no answer", "infeasible"])
def test_when_the_first_does_not_solve_clarabel_answers_by_name(
    asked: str,
    answer: RawAnswer,
    small: tuple[Program, Arrays, Branch],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only Clarabel's word on infeasibility counts, and the answer carries its name."""
    program, arrays, branch = small
    answering(monkeypatch, asked, answer)
    found = door(asked).solve(program, arrays, branch)
    assert (found.status, found.solver) == (SolveStatus.SOLVED, "clarabel")


def test_piqp_answers_where_its_own_gap_stays_open(
    plain_households: tuple[Household, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for next to no gap it never ends; what it stops at then is the same point."""
    program, arrays, branch = first_program(plain_households[0], "required distribution")
    closed, opened = door("piqp").solve(program, arrays, branch), []
    fresh = piqp.SparseSolver

    def never_closes() -> Any:
        solver = fresh()
        solver.settings.eps_duality_gap_abs = solver.settings.eps_duality_gap_rel = 1e-30
        opened.append(solver)
        return solver

    monkeypatch.setattr(piqp, "SparseSolver", never_closes)
    found = door("piqp").solve(program, arrays, branch)
    assert (found.status, found.solver, len(opened)) == (SolveStatus.SOLVED, "piqp", 1)
    assert found.objective == pytest.approx(closed.objective, abs=1e-4)


def test_a_plan_names_who_answered(
    plain_households: tuple[Household, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piqp where PIQP answers, clarabel where it did not, and the backend where asked."""
    household = plain_households[0]
    assert rebalance(household, Policy()).solver.split("+")[0] == "piqp"
    ecos = Policy(solver=SolverChoice("ecos", "cvxpy"))
    assert rebalance(household, ecos).solver == "cvxpy/ecos"
    answering(monkeypatch, "piqp", NO_ANSWER)
    assert rebalance(household, Policy()).solver == "clarabel"


def test_nobody_answering_is_a_failure_with_a_reason(
    plain_households: tuple[Household, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any answer the household is failed, neither infeasible nor answered."""
    for name in ("piqp", "clarabel"):
        answering(monkeypatch, name, NO_ANSWER)
    plan = rebalance(plain_households[0], Policy())
    assert plan.status == "failed"
    assert "no proof" in plan.reason
    assert plan.orders == ()


def test_a_point_off_the_rules_is_not_solved(
    small: tuple[Program, Arrays, Branch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A solver that claims success for a point far from the rules is not believed."""
    program, arrays, branch = small
    true = solvers.ADAPTERS["clarabel"]

    def claims(reduced: Reduced) -> RawAnswer:
        answer = true(reduced)
        return replace(answer, x=answer.x + 0.5, status=SolveStatus.SOLVED)

    monkeypatch.setattr(solvers, "ADAPTERS", {"piqp": claims, "clarabel": claims})
    found = door("piqp").solve(program, arrays, branch)
    assert found.status is SolveStatus.FAILED


def test_a_proof_that_does_not_hold_is_no_proof(
    small: tuple[Program, Arrays, Branch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who calls a program that has solutions infeasible is not believed, whatever it shows."""
    program, arrays, branch = small

    def denies(reduced: Reduced) -> RawAnswer:
        rng = np.random.default_rng(len(reduced.free))
        equal, between = rng.normal(size=len(reduced.b)), rng.normal(size=len(reduced.low_in))
        return RawAnswer(SolveStatus.INFEASIBLE, np.zeros(0), equal, between)

    monkeypatch.setattr(solvers, "ADAPTERS", {"piqp": denies, "clarabel": denies})
    found = door("piqp").solve(program, arrays, branch)
    assert (found.status, found.bound) == (SolveStatus.FAILED, -np.inf)


def test_infeasible_is_said_by_clarabel_or_before_any_solver(
    plain_households: tuple[Household, ...],
) -> None:
    """A cash floor above all the household owns is proven infeasible under every solver asked."""
    household = plain_households[0]
    floor = household.accounts.cash_floor.copy()
    floor[0] = 1e9
    poor = replace(household, accounts=replace(household.accounts, cash_floor=floor))
    for name in ("piqp", "clarabel", "osqp"):
        plan = rebalance(poor, Policy(solver=SolverChoice(name)))
        assert plan.status == "infeasible"
        assert set(plan.solver.split("+")) <= {"clarabel", "presolve"}


def test_an_unknown_solver_is_named_with_those_there_are() -> None:
    """ECOS takes no arrays: the error says which solvers do, and what would do."""
    with pytest.raises(ValueError, match=r"'ecos'.*cvxpy.*clarabel.*osqp.*piqp"):
        door("ecos")


def test_adapters_return_multipliers_of_one_sign_convention() -> None:
    """Minimise (x − 3)² with x ≤ 1 as a row: λ = −4, since the upper side holds it.

    dJ/dx at 1 is −4; stationarity P·x + q − A'λ = 0 gives 2·1 − 6 = λ.
    """
    one = np.ones(1)
    row, box = (-np.inf * one, one), (-5.0 * one, 5.0 * one)
    arrays = arrays_of(np.array([[2.0]]), -6.0 * one, np.array([[1.0]]), row, box, 9.0)
    for name in solvers.ADAPTERS:
        found = door(name).solve(assemble(()), arrays, Branch())
        assert found.x == pytest.approx([1.0], abs=1e-5), name
        assert found.multipliers == pytest.approx([-4.0], abs=1e-4), name
        assert found.objective == pytest.approx(4.0, abs=1e-4), name
        assert found.bound == pytest.approx(4.0, abs=1e-3), name
