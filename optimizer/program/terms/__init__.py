"""Terms: what a plan costs, one file each. To add one: a file, a line here, a test by hand."""

from __future__ import annotations

from optimizer.program.terms import (
    basis_change,
    realized_tax,
    tax_drag,
    tracking_error,
    trading_cost,
    withdrawal,
)

TERMS = (
    tracking_error.state,
    realized_tax.state,
    basis_change.state,
    trading_cost.state,
    tax_drag.state,
    withdrawal.state,
)
"""Every term of the objective."""
