"""What may become of a sale under the minimum: whoever lifts it takes no share twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.arrays import Bools, Floats, sum_by
from models.policy import Policy, TradeRules, WashSales
from optimizer.inputs.frame import frame
from optimizer.rounding.small_tickets import Decided, Wishes, decisions, possible
from optimizer.rounding.tickets import Tickets, tickets_of
from optimizer.search.model import Model
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.chain import chain_of
from tests.households import BOND, account, household, lot, security

LOSS = lot("LOSS", "TX", "X", 3, 1_500.0, "2020-01-02")
NEW = lot("NEW", "TX", "X", 10, 2_000.0, "2026-11-10")
GAIN = lot("GAIN", "TX", "X", 10, 1_000.0, "2019-01-02")
LEAST_USD = 1_000.0


def small(*lots: dict[str, object]) -> tuple[Model, Tickets, Wishes]:
    """Return one share of LOSS sold with its loss and one without, $500 of a $1,000 minimum."""
    funds = [security("X", 250.0), security("BND", 75.0, BOND)]
    of = household([account("TX", cash=20_000.0)], lots, funds)
    priced = Policy(wash_sale=WashSales(mode="price"), trades=TradeRules(min_usd=LEAST_USD))
    model = search_within_limits(frame(of, priced), chain_of(priced)).model
    sales, tickets = model.frame.sales, tickets_of(model.frame)
    share = 250.0 / model.frame.percent_usd
    sale = np.where(sales.lot == of.lots.lot_id.tolist().index("LOSS"), share, 0.0)
    assert np.count_nonzero(sale) == 2
    amounts = tickets.amounts(sale, np.zeros(len(model.frame.buys.most)))
    none: Bools = np.zeros(tickets.size, bool)
    free = np.zeros(len(sale))
    wishes = Wishes(sale, free, amounts, amounts > 0.0, none, *possible(model, tickets, none))
    return model, tickets, wishes


def lifted(model: Model, tickets: Tickets, wishes: Wishes) -> list[Floats]:
    """Return least shares sold by lot, for every decision that lifts the sale."""
    found = []
    for trial in decisions(model, Decided.nothing(model.frame), tickets, wishes, late=False):
        if trial.sale_low.any():
            lots = model.frame.household.lots
            by_lot = sum_by(model.frame.sales.lot, trial.sale_low, len(lots.lot_id))
            found.append(by_lot * model.frame.percent_usd / 250.0)
    return found


def test_a_lot_of_two_columns_is_lifted_by_no_more_shares_than_it_has() -> None:
    """LOSS has three shares, $750 in all: the fourth is another lot's."""
    model, tickets, wishes = small(LOSS, NEW)
    found = lifted(model, tickets, wishes)
    assert len(found) == 6
    held = model.frame.household.lots.shares
    for shares in found:
        assert (shares <= held + 1e-9).all()
        assert shares.sum() == pytest.approx(LEAST_USD / 250.0)


def test_a_sale_is_lifted_by_a_lot_that_losses_do_not_meet_where_one_is_there() -> None:
    """The last ways to lift leave alone what recent purchases and losses are to each other."""
    model, tickets, wishes = small(LOSS, NEW, GAIN)
    names = model.frame.household.lots.lot_id.tolist()
    by_lot = dict(zip(names, lifted(model, tickets, wishes)[-1], strict=True))
    assert by_lot["NEW"] == 0.0
    assert by_lot["GAIN"] + by_lot["LOSS"] == pytest.approx(LEAST_USD / 250.0)


@pytest.mark.parametrize(("dear", "cheap"), [("GAIN", "NEW"), ("NEW", "GAIN")])
def test_a_sale_is_lifted_by_the_lots_that_cost_least(dear: str, cheap: str) -> None:
    """A lot of a gain of two thirds was sold to bring a small loss to the minimum."""
    model, tickets, wishes = small(LOSS, NEW, GAIN)
    sales, names = model.frame.sales, model.frame.household.lots.lot_id.tolist()
    free = np.where(sales.lot == names.index(dear), 5.0, 0.0)
    free[sales.lot == names.index(cheap)] = 0.01
    wishes = replace(wishes, dearer=free)
    first = dict(zip(names, lifted(model, tickets, wishes)[0], strict=True))
    assert first[dear] == 0.0
    assert first[cheap] > 0.0
    assert sum(first.values()) == pytest.approx(LEAST_USD / 250.0)


def test_a_position_that_cannot_reach_the_minimum_is_not_said_to_reach_it() -> None:
    """Three shares of one lot are $750, in however many columns."""
    _, tickets, wishes = small(LOSS, lot("NEW", "TX", "X", 0.5, 100.0, "2026-11-10"))
    assert not wishes.reach[tickets.is_sale].any()
