"""Flows to the cent: where household-level cash and required distributions go.

Real amounts from the program become cents by largest remainder, so that they add up exactly.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from models.arrays import Floats, sum_by
from models.order import Flow
from models.tolerances import CENT_USD
from optimizer.inputs.frame import Frame
from optimizer.search.model import Model
from optimizer.settings import EMPTIED_USD, TOUCH
from optimizer.solvers.solution import Solution


def flows_of(model: Model, solution: Solution) -> tuple[Flow, ...]:
    """Return signed flows by account, withdrawals and distributions negative."""
    frame, columns = model.frame, model.arrays.columns
    if not _moves_cash(frame):
        return ()
    total = abs(Decimal(repr(float(frame.household.net_flow))))
    amounts = [Decimal(0)] * len(frame.labels)
    for block, sign in (("withdrawal", -1), ("contribution", 1)):
        part = solution.x[columns[block]]
        if part.sum() > TOUCH:
            dollars = frame.percent_usd * (part if sign > 0 else _all_of_it(frame, part))
            for account, cents in enumerate(_shared(dollars, total)):
                amounts[account] += sign * cents
    _required(frame, solution.x[columns["transfer"]], solution.x[columns["receipt"]], amounts)
    names = frame.labels
    return tuple(Flow(str(names[a]), amount) for a, amount in enumerate(amounts) if amount)


def _all_of_it(frame: Frame, withdrawn: Floats) -> Floats:
    """Withdrawals, percents, with those that all but empty an account as all that it can pay.

    Real amounts leave a cent unsold here and ask one too many there; orders sell whole positions.
    """
    sales, accounts = frame.sales, frame.accounts
    proceeds = sales.value * (1.0 - frame.cost[sales.security])
    most = accounts.cash + sum_by(sales.account, proceeds, len(withdrawn)) - accounts.floor
    emptied = np.abs(withdrawn - most) * frame.percent_usd < EMPTIED_USD
    return np.where(emptied, most, withdrawn)


def _moves_cash(frame: Frame) -> bool:
    return frame.net_flow != 0.0 or bool(frame.accounts.required.any())


def _required(frame: Frame, transfer: Floats, receipt: Floats, amounts: list[Decimal]) -> None:
    """Move required distributions into accounts of the same unit, up to the cent that is due.

    What the household withdraws from the account counts for it. Where that covers it, more may
    still move, up to what is required: then it is what the program chose, to the nearest cent (a
    cent less than chosen is a cent under the floor of who was to receive it).
    """
    due = frame.household.accounts.rmd_due_usd
    own = frame.household.accounts.net_flow
    for unit in range(len(frame.taxes)):
        moved = Decimal(0)
        leaving = (frame.accounts.unit == unit) & (transfer > TOUCH)
        for account in np.flatnonzero(leaving).tolist():
            exact = Decimal(repr(float(due[account])))
            out = max(Decimal(0), -Decimal(repr(float(own[account])))) - amounts[account]
            due_still = max((exact - out).quantize(CENT_USD, ROUND_CEILING), Decimal(0))
            chosen = Decimal(repr(float(transfer[account] * frame.percent_usd)))
            most = exact.quantize(CENT_USD, ROUND_CEILING)
            cents = max(due_still, min(chosen.quantize(CENT_USD), most))
            amounts[account] -= cents
            moved += cents
        takers = np.where(frame.accounts.unit == unit, receipt, 0.0)
        if moved:
            for account, cents in enumerate(_shared(takers * frame.percent_usd, moved)):
                amounts[account] += cents


def _shared(dollars: Floats, total: Decimal) -> list[Decimal]:
    """Split an exact total as dollars do, to the cent, by largest remainder."""
    dollars = np.maximum(dollars, 0.0)
    dollars[dollars < 0.01] = 0.0
    if not dollars.sum():
        dollars = np.full(len(dollars), float(total) / len(dollars))
    wanted = [Decimal(repr(float(amount))) for amount in dollars]
    cents = [amount.quantize(CENT_USD, ROUND_FLOOR) for amount in wanted]
    rest = total - sum(cents, Decimal(0))
    order = sorted(range(len(cents)), key=lambda i: (cents[i] - wanted[i], i))
    for place in order:
        if rest <= 0:
            break
        if dollars[place] > 0.0:
            more = min(rest, CENT_USD)
            cents[place] += more
            rest -= more
    largest = int(np.argmax(dollars))
    cents[largest] += rest
    return cents
