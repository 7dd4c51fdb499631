"""Rules: what must hold, one file each. To add one: a file, a line here, a test by hand."""

from __future__ import annotations

from optimizer.program.rules import (
    asked,
    bands,
    cash_balance,
    class_limit,
    cost_limit,
    gain_budget,
    gain_share,
    household_flow,
    long_term_guard,
    lot_supply,
    mode,
    open_orders,
    participation,
    required_distribution,
    restrictions,
    short_gain_limit,
    taken_gains,
    tax_budget,
    turnover,
    wash_windows,
)

RULES = (
    lot_supply.state,
    cash_balance.state,
    household_flow.state,
    required_distribution.state,
    restrictions.state,
    open_orders.state,
    mode.state,
    asked.state,
    long_term_guard.state,
    wash_windows.state,
    tax_budget.state,
    gain_budget.state,
    gain_share.state,
    short_gain_limit.state,
    taken_gains.state,
    cost_limit.state,
    turnover.state,
    participation.state,
    class_limit.state,
    bands.state,
)
"""Every rule, in the order in which a conflict is explained."""
