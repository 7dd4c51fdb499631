"""One wrong book per kind of fault: those of households and those of the market."""

from __future__ import annotations

from tests.models.book.checks.happened_faults import HAPPENED
from tests.models.book.checks.household_faults import (
    ACCOUNTS,
    CELLS,
    DOUBLES,
    HOUSEHOLDS,
    LOTS,
    TRADING,
)
from tests.models.book.checks.market_faults import RISK, SECURITIES, SUBSTITUTES, TARGETS
from tests.models.book.checks.plausible_faults import PLAUSIBLE

CASES = (
    *CELLS,
    *DOUBLES,
    *HOUSEHOLDS,
    *ACCOUNTS,
    *LOTS,
    *TRADING,
    *SECURITIES,
    *SUBSTITUTES,
    *TARGETS,
    *RISK,
    *PLAUSIBLE,
    *HAPPENED,
)
