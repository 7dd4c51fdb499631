"""Terms: what a plan costs, one file each. To add one: a file, a line here, a test by hand."""

from __future__ import annotations

from optimizer.program.terms import (
    basis_change,
    harvest_option,
    market_impact,
    realized_tax,
    tax_drag,
    tracking_error,
    trading_cost,
    waiting,
    withdrawal,
)

_FILES = (
    tracking_error,
    realized_tax,
    basis_change,
    trading_cost,
    market_impact,
    tax_drag,
    waiting,
    harvest_option,
    withdrawal,
)

TERMS = tuple(term.state for term in _FILES)
"""Every term of the objective."""

WEIGHT_OF = {term.__name__.rpartition(".")[2]: term.WEIGHT for term in _FILES}
"""The policy's weight of each term, as its file says."""
