"""What a ticket costs, whole: the program charges it in part, by amount.

Where the policy's gate asks a worth of every order, that counts like a price when tickets are
chosen, though it is none: nobody pays it, and the judge's objective does not know it.

A descent over whole tickets counts them itself; its slopes must not charge them again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame
from optimizer.program.terms import trading_cost
from optimizer.rounding.minimum_trade import Supported
from optimizer.rounding.tickets import Tickets
from optimizer.settings import TOUCH


def ticket_price(frame: Frame, amounts: Floats) -> Floats:
    """What tickets of given amounts in percents must bring, bps each; nothing where none is.

    That is their price and what the gate asks of them, which is more of a small one.
    """
    policy = frame.policy
    paid = frame.bps_of_usd(policy.trades.ticket_usd * policy.weights.trading_cost)
    return np.where(amounts > 0.0, paid + asked_of(frame, amounts), 0.0)


def small_ticket(frame: Frame) -> float:
    """What a ticket must move for the gate to ask no more of it than of a large one, percents."""
    gate = frame.policy.gate
    dearer = gate.min_order_usd > 0.0 and gate.small_order_times > 1.0
    return frame.whole * gate.small_order_weight if dearer else 0.0


def charged_by_amount(frame: Frame, tickets: Tickets) -> Floats:
    """What the program charges for tickets by a percent of each, bps, `(n_tickets,)`."""
    charged = np.zeros(tickets.size)
    if frame.policy.trades.ticket_usd <= 0.0:
        return charged
    trades = replace(frame.policy.trades, ticket_usd=0.0)
    free = replace(frame, policy=replace(frame.policy, trades=trades))
    of_block = {"sale": tickets.of_sale, "buy": tickets.of_buy}
    for with_price, without in zip(
        trading_cost.state(frame).linear, trading_cost.state(free).linear, strict=True
    ):
        part = with_price.coefficients - without.coefficients
        charged[of_block[with_price.block]] = part
    return charged


def not_charged(frame: Frame, tickets: Tickets, amounts: Floats) -> Floats:
    """What the program does not charge of the prices of tickets in use, bps, `(n_tickets,)`."""
    trades = frame.policy.trades
    if trades.ticket_usd <= 0.0:
        return np.zeros(tickets.size)
    price = frame.bps_of_usd(trades.ticket_usd * frame.policy.weights.trading_cost)
    return price * (amounts > TOUCH) - charged_by_amount(frame, tickets) * amounts


def with_tickets_whole(frame: Frame, supported: Supported) -> float:
    """Objective of a solution, bps, with each ticket in use at its whole price."""
    tickets = supported.tickets
    amounts = tickets.amounts(supported.sale, supported.buy)
    return supported.solution.objective + float(not_charged(frame, tickets, amounts).sum())


def with_orders_worth(frame: Frame, supported: Supported) -> float:
    """The same with what the gate asks of each ticket in use."""
    amounts = supported.tickets.amounts(supported.sale, supported.buy)
    asked = float(asked_of(frame, amounts)[amounts > TOUCH].sum())
    return with_tickets_whole(frame, supported) + asked


def asked_of(frame: Frame, amounts: Floats) -> Floats:
    """What the gate asks of tickets of given amounts in percents, bps."""
    gate, usd = frame.policy.gate, frame.percent_usd
    return gate.asked_usd(amounts * usd, frame.household.value_usd) * frame.bps_of_usd(1.0)
