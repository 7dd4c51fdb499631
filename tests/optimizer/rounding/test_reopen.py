"""Descents over whole tickets that are far above the best after moves of one ticket end there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.plan import Breach
from models.policy import Policy, TradeRules
from optimizer.inputs.frame import frame
from optimizer.rounding.candidate import Candidate, amounts_of, candidate_of, cash_after
from optimizer.rounding.move_pairs import MovePairs
from optimizer.rounding.reopen import _opened
from optimizer.rounding.tickets import tickets_of
from optimizer.search.model import Incumbent, Model
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.chain import chain_of
from tests.households import BOND, account, household, lot, security

SHARE = 212.0
"""Dollars a share, of an account of $2,335: nothing can be bought before something is sold."""


def rounded() -> tuple[Model, Incumbent, Candidate]:
    """Return a small account's search and its rounded plan."""
    of = household(
        [account("IRA", "roth_ira", cash=3.0)],
        [lot("A", "IRA", "VTI", 11.0)],
        [
            security("VTI", SHARE, half_spread_bps=1.0),
            security("ITOT", 97.0, specific_vol=0.01, half_spread_bps=1.0),
            security("BND", 71.0, BOND, half_spread_bps=1.0),
        ],
    )
    policy = Policy(trades=TradeRules(min_usd=0.0))
    found = search_within_limits(frame(of, policy), chain_of(policy))
    assert found.incumbent is not None
    candidate = candidate_of(found.model, found.incumbent)
    assert candidate is not None
    assert candidate.kept
    return found.model, found.incumbent, candidate


def test_a_descent_far_above_the_best_takes_no_moves_of_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beginning with no orders: pairs are priced where they may lead below the best, else not."""
    model, incumbent, candidate = rounded()
    tickets, cash = tickets_of(model.frame), cash_after(model, candidate.flows)
    stands = _opened(model, incumbent, candidate, tickets, incumbent.sides, cash)
    amounts, nothing = amounts_of(model, candidate, tickets), np.zeros(tickets.size)
    best = stands.better(None, amounts)
    assert best is not None
    priced = []
    before = MovePairs.taxed

    def counted(self: MovePairs, gains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        priced.append(gains)
        return before(self, gains)

    monkeypatch.setattr(MovePairs, "taxed", counted)
    assert replace(stands, patience=np.inf).better(best, nothing) is not None
    assert priced
    priced.clear()
    assert replace(stands, patience=0.0).better(best, nothing) is best
    assert not priced


def test_patience_grows_with_what_rounding_lost() -> None:
    """Two basis points, and three for each that is lost; a plan that is not legal says nothing."""
    model, incumbent, candidate = rounded()
    lost = candidate.objective - candidate.settled_objective
    assert lost > 1.0
    verdict = replace(candidate.verdict, breaches=(Breach("turnover", "", 0.1),))
    for of, patience in (
        (candidate, 2.0 + 3.0 * lost),
        (replace(candidate, verdict=verdict), np.inf),
    ):
        tickets, cash = tickets_of(model.frame), cash_after(model, candidate.flows)
        stands = _opened(model, incumbent, of, tickets, incumbent.sides, cash)
        assert stands.patience == pytest.approx(patience)
