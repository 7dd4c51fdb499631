"""The contract, by a rule and a max-affine term that nothing in the optimizer names.

They are put into every kind of household. What a new part states, bounds, proofs, prices, rounding
and conflicts must take from its rows alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from models.household import Household
from models.order import Flow, Order
from models.plan import Breach
from optimizer.explain.binding import binding_rules
from optimizer.explain.conflict import explain_conflict
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame, frame
from optimizer.judge.bench import Bench
from optimizer.judge.verify import Verdict, judged
from optimizer.program.build import program_of
from optimizer.rounding import candidate
from optimizer.rounding.candidate import Candidate, candidate_of
from optimizer.search.branch_and_bound import certified
from optimizer.search.model import Search
from scenarios.four_funds import drawn
from tests.optimizer.nobody import RULE, maximum_of_nobody, rule_of_nobody, searched
from tests.optimizer.test_directions import KINDS, best_of_all

SEEDS = range(3)

NOISE_BPS = 1e-4
"""Basis points: two solvers' optima of one program."""

NOISE_USD = 0.01
"""Dollars: what a solver may be off in a household of $300,000."""

TIGHT = 0.6
"""Room of the rule, as a part of what a plan without it would use."""

GIVEN_USD = 10.0
"""Dollars by which the rule gives way: little beside its room, much beside a solver's noise."""

WEIGHTS = np.array([1.0, 0.5, 0.8, 0.2])
"""What a dollar traded of each of the four funds counts in the rule."""


def used_usd(of: Household, orders: Sequence[Order]) -> float:
    """Return what orders use of the rule's room, dollars."""
    names = of.market.securities.security_id.tolist()
    return sum(
        float(WEIGHTS[names.index(order.security_id)]) * float(order.amount) for order in orders
    )


@dataclass
class Judge:
    """The judge, who reads the rule of nobody too."""

    room_usd: float = np.inf

    def judged(self, known: Bench, orders: Sequence[Order], flows: Sequence[Flow] = ()) -> Verdict:
        """Say what orders break."""
        verdict, over = judged(known, orders, flows), used_usd(known.household, orders)
        over -= self.room_usd
        broken = (Breach(RULE, "everywhere", over),) if over > NOISE_USD else ()
        return replace(verdict, breaches=(*verdict.breaches, *broken))


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Let candidates be judged by one who knows the rule."""
    knowing = Judge()
    monkeypatch.setattr(candidate, "judge", knowing)
    return knowing


def planned(found: Search) -> Candidate | None:
    """Return the rounded plan of a search, if there is one."""
    return None if found.incumbent is None else candidate_of(found.model, found.incumbent)


def squeezed(kind: str) -> Iterator[tuple[Frame, float, Search]]:
    """Yield households with term and rule, where a plan that knows no rule would break it."""
    policy, how = KINDS[kind]
    for seed in SEEDS:
        on = frame(drawn(seed, **how), policy)
        term = maximum_of_nobody(program_of(on), seed)
        free = planned(searched(on, term))
        used = 0.0 if free is None else used_usd(on.household, free.orders)
        if used > 1_000.0:
            room = TIGHT * used
            yield on, room, searched(on, term, rule_of_nobody(on, WEIGHTS, room))


@pytest.mark.parametrize("kind", KINDS)
def test_no_side_in_no_case_is_below_the_bound(kind: str) -> None:
    """The bound, branched on or not, is at most the exact optimum, and the plan is not below it."""
    for _, _, found in squeezed(kind):
        exact = best_of_all(found)
        assert found.incumbent is not None
        assert found.bounds.least <= exact + NOISE_BPS
        assert found.bounds.least <= certified(found, 20).bounds.least <= exact + NOISE_BPS
        assert found.incumbent.solution.objective >= exact - NOISE_BPS


@pytest.mark.parametrize("kind", KINDS)
def test_rounding_keeps_a_rule_and_a_price_is_in_dollars(kind: str, judge: Judge) -> None:
    """Orders stay inside; ten dollars more of room are worth ten times the price of one."""
    priced = 0
    for on, room, found in squeezed(kind):
        judge.room_usd = room
        candidate = planned(found)
        judge.room_usd = np.inf
        assert candidate is not None
        assert candidate.kept, candidate.verdict.breaches
        assert used_usd(on.household, candidate.orders) <= room + NOISE_USD
        prices = {each.rule: each.shadow_price for each in binding_rules(found.model, candidate)}
        branch, arrays = candidate.supported.settled.branch, found.model.arrays
        high = arrays.row_high.copy()
        high[arrays.rows[RULE]] += GIVEN_USD / on.percent_usd
        wider = replace(found.model, arrays=replace(arrays, row_high=high))
        fell = found.model.solve(branch).objective - wider.solve(branch).objective
        worth = fell * on.percent_usd / BPS_PER_PERCENT / GIVEN_USD
        assert prices.get(RULE, 0.0) == pytest.approx(worth, rel=0.05, abs=1e-4)
        priced += worth > 1e-4
    assert priced


@pytest.mark.parametrize("kind", KINDS)
def test_a_conflict_names_it_and_what_would_do(kind: str) -> None:
    """Nothing may be traded and $40,000 must leave: it is named, and what it gives suffices."""
    policy, how = KINDS[kind]
    of = drawn(1, **how)
    on = frame(replace(of, net_flow=-40_000.0 - float(of.accounts.cash.sum())), policy)
    none = searched(on, rule_of_nobody(on, WEIGHTS, 0.0))
    assert none.bounds.proven_infeasible
    told = explain_conflict(none.model, none.bounds.regimes).reason
    gives = re.search(RULE + r" would have to give \$([\d,.]+\d)", told)
    assert gives, told
    needed = float(gives.group(1).replace(",", ""))
    assert needed > 0.2 * 40_000.0
    enough = searched(on, rule_of_nobody(on, WEIGHTS, needed + NOISE_USD))
    assert not enough.bounds.proven_infeasible
    assert searched(on, rule_of_nobody(on, WEIGHTS, needed - 5.0)).bounds.proven_infeasible
