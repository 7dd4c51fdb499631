"""Every tolerance, once, with its unit and its reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

CENT_USD: Final = Decimal("0.01")
"""Dollars. What is printed is rounded to the cent, so a judge can ask no more than that."""

RELATIVE: Final = 1e-9
"""Of a figure. Double precision keeps 1e-16; 1e-9 leaves room for sums over 1e6 rows."""

SHARES: Final = 1e-9
"""Shares. Custodians report at most six decimals; three more are rounding noise."""

WEIGHT: Final = 1e-9
"""Fraction of a household: a cent in ten million dollars."""

BPS: Final = 1e-4
"""Basis points of objective: a cent in a million dollars; also the floor under a certified gap."""

LOSS_USD: Final = Decimal("0.005")
"""Dollars. A lot is a loss lot when it would lose more than half a cent at today's price."""

WEIGHT_SUM: Final = 1e-6
"""Target weights must sum to 1 within this (a rounded table of percentages keeps it)."""

DUST: Final = 1e-8
"""Fraction of a household. Lots below it are left out of the program: they are what makes interior
point solvers fail, and ignoring them costs at most 1.4e-5 bps. A bound owes what selling them could
bring: the rows they would stand in let their value and their gain pass."""
