"""Small households: a rounded plan improved by opening and closing tickets, as whole shares.

The solution in real amounts says what a small account would like, not what it can hold. Its
rounded plan, and doing nothing, are the starts of a descent in which every ticket that the sides
allow may open (see `opening`); the judge decides which is best.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Floats, Ints, sum_by
from models.order import Side
from optimizer.attempt import Attempt, cash_after, judged
from optimizer.local_model import local_model
from optimizer.opening import Opening
from optimizer.orders import orders_of
from optimizer.reasons import reasons
from optimizer.search import Search
from optimizer.shares import HALF_A_CENT_USD, Rounded
from optimizer.support import SAME, Supported
from optimizer.tax_state import TaxState
from optimizer.ticket_gains import lot_pieces, lot_rank, ticket_gains
from optimizer.ticket_rows import ticket_rows
from optimizer.tickets import Tickets, emptiable, least_ticket


def reopened(search: Search, found: Attempt, tickets: Tickets) -> list[Attempt]:
    """Plans that the descent reaches from the rounded plan and from doing nothing."""
    if search.best is None:
        return []
    opened = _opened(search, found.found)
    cash = cash_after(search, found.flows)
    model = local_model(search, opened, tickets)
    pieces = lot_pieces(search, opened, lot_rank(search, opened))
    attempts = []
    for start in (_amounts(search, found, tickets), np.zeros(tickets.size)):
        descent = _descent(search, opened, tickets, start, cash, found)
        if descent is None:
            continue
        descent.improve()
        amount = descent.amount
        final = Rounded(amount, descent.emptiable & (amount >= tickets.held * (1.0 - SAME)))
        why = reasons(search, opened, tickets, model, amount, cash)
        orders = orders_of(search, tickets, final, why, pieces)
        trial = judged(search, opened, found.settled_objective, orders, found.flows)
        attempts.append(replace(trial, supported_objective=found.supported_objective))
    return attempts


def _opened(search: Search, found: Supported) -> Supported:
    """The solution with every ticket open that its sides allow."""
    columns = search.arrays.columns
    branch = found.settled.branch if search.best is None else search.best.branch
    *_, low, high = search.arrays.branched(branch)
    return replace(
        found,
        sale_low=low[columns["sale"]],
        sale_high=high[columns["sale"]],
        buy_high=high[columns["buy"]],
    )


def _amounts(search: Search, found: Attempt, tickets: Tickets) -> Floats:
    """Amounts of a plan's orders by ticket, units."""
    securities = search.frame.household.market.securities
    account = {str(name): place for place, name in enumerate(search.frame.labels)}
    security = {str(name): place for place, name in enumerate(securities.security_id)}
    place = {
        (int(a), int(s), bool(sale)): ticket
        for ticket, (a, s, sale) in enumerate(
            zip(tickets.account, tickets.security, tickets.is_sale, strict=True)
        )
    }
    amounts = np.zeros(tickets.size)
    for order in found.orders:
        key = (account[order.account_id], security[order.security_id], order.side is Side.SELL)
        amounts[place[key]] = float(order.amount) / search.frame.unit_usd
    return amounts


def _descent(
    search: Search,
    opened: Supported,
    tickets: Tickets,
    start: Floats,
    cash: Floats,
    found: Attempt,
) -> Opening | None:
    """A descent at a start; None where the start itself leaves an account under its floor."""
    frame = search.frame
    model = local_model(search, opened, tickets)
    pieces = lot_pieces(search, opened, lot_rank(search, opened))
    wanted = tickets.amounts(opened.sale, opened.buy)
    sellable = np.minimum(opened.sale_high, frame.sales.value) * ~frame.sales.disallowed
    most = np.minimum(sum_by(tickets.of_sale, sellable, tickets.size), tickets.held)
    most += sum_by(tickets.of_buy, np.minimum(opened.buy_high, frame.buys.most), tickets.size)
    least = np.maximum(least_ticket(frame), sum_by(tickets.of_sale, opened.sale_low, tickets.size))
    floor = frame.accounts.floor - HALF_A_CENT_USD / frame.unit_usd
    descent = Opening(
        model=model,
        tax=TaxState(search, opened.solution),
        gains=ticket_gains(search, tickets, pieces),
        tickets=tickets,
        play=np.flatnonzero(most > 0.0),
        low=np.maximum(np.ceil(least / tickets.step - SAME), 1.0) * tickets.step,
        high=np.floor(most / tickets.step + SAME) * tickets.step,
        cash=cash,
        floor=floor,
        start=start,
        solution=wanted,
        rows=ticket_rows(search, tickets, start, opened.solution.x[search.arrays.columns["cash"]]),
    )
    descent.allow(emptiable(frame, tickets, opened.sale_high), _opposites(tickets))
    return None if (descent.cash < floor).any() else descent


def _opposites(tickets: Tickets) -> Ints:
    """The ticket of the other side in the same account and security, −1 where there is none."""
    width = int(tickets.security.max(initial=0)) + 1
    key = tickets.account * width + tickets.security
    sales = {int(key[t]): int(t) for t in np.flatnonzero(tickets.is_sale)}
    other = np.full(tickets.size, -1, np.int64)
    for ticket in np.flatnonzero(~tickets.is_sale).tolist():
        sale = sales.get(int(key[ticket]), -1)
        other[ticket] = sale
        if sale >= 0:
            other[sale] = ticket
    return other
