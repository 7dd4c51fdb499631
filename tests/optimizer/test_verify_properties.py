"""What holds for every verdict, whatever the household: scale, rows, and doing nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.household import Household
from models.order import Order, OrderLot
from models.policy import Policy, TradeRules
from optimizer.judge.verify import verify
from tests.models.ledger.test_ledger_properties import Run, draw_run

FREE = Policy(trades=TradeRules(min_usd=0.0))

runs = st.integers(0, 10**9).map(draw_run)
some = settings(deadline=None, max_examples=25)


@some
@given(runs)
def test_the_terms_add_up_to_the_objective(run: Run) -> None:
    """J in dollars is the sum of its terms, and in bps 1e4·J/W."""
    verdict = verify(run.household, FREE, run.orders)
    figures = verdict.figures
    assert verdict.objective_usd == pytest.approx(sum(figures.terms_usd.values()))
    if figures.value_usd >= 1:
        expected = 1e4 * verdict.objective_usd / figures.value_usd
        assert figures.objective_after_bps == pytest.approx(expected)


@some
@given(runs)
def test_doing_nothing_changes_nothing(run: Run) -> None:
    """Without orders, after is before."""
    verdict = verify(run.household, FREE, [])
    figures = verdict.figures
    assert figures.terms_usd == figures.terms_before_usd
    assert (figures.te_after, figures.drag_after_usd) == (
        figures.te_before,
        figures.drag_before_usd,
    )
    assert (figures.tax_usd, figures.cost_usd, figures.orders) == (0, 0, 0)
    assert (verdict.lockouts, verdict.ledger.sales) == ((), ())


@some
@given(runs)
def test_splitting_every_share_in_two_changes_no_dollar(run: Run) -> None:
    """Twice the shares at half the price: the same figures."""
    one, two = verify(run.household, FREE, run.orders), verify(*_split(run))
    for name in (
        "tax_usd",
        "cost_usd",
        "realized_st",
        "realized_lt",
        "disallowed_loss",
        "te_after",
    ):
        assert getattr(two.figures, name) == pytest.approx(getattr(one.figures, name), abs=1e-9)
    # A share step of one share is finer after the split, so sizes may be kept that were not.
    sizes = {"share_step"}
    assert {b.rule for b in two.breaches} - sizes == {b.rule for b in one.breaches} - sizes


@some
@given(runs)
def test_lot_ids_are_only_names(run: Run) -> None:
    """Renaming lots against the alphabet changes no figure."""
    of = run.household
    names = {old: f"{1000 - i}" for i, old in enumerate(sorted(of.lots.lot_id.tolist()))}
    ids = of.lots.lot_id.copy()
    ids[:] = [names[old] for old in of.lots.lot_id.tolist()]
    renamed = replace(of, lots=replace(of.lots, lot_id=ids))
    orders = [
        replace(o, lots=tuple(OrderLot(names[lot.lot_id], lot.shares) for lot in o.lots))
        for o in run.orders
    ]
    one, other = verify(of, FREE, run.orders), verify(renamed, FREE, orders)
    assert other.objective_usd == pytest.approx(one.objective_usd)
    assert [b.rule for b in other.breaches] == [b.rule for b in one.breaches]


def _split(run: Run) -> tuple[Household, Policy, list[Order]]:
    of = run.household
    securities = of.market.securities
    market = replace(of.market, securities=replace(securities, price=securities.price / 2))
    split = replace(of, market=market, lots=replace(of.lots, shares=of.lots.shares * 2))
    orders = [
        replace(
            order,
            shares=order.shares * 2,
            price=Decimal(repr(float(order.price) / 2)),
            lots=tuple(OrderLot(lot.lot_id, lot.shares * 2) for lot in order.lots),
        )
        for order in run.orders
    ]
    return split, FREE, orders
