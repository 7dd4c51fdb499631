"""How far an answer may lie from what was sent before a person looks at it.

By itself, because the command line names the default in its help before anything is read.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

FAR_OFF: Final = Decimal("0.10")
"""Share of the book's price that a fill may lie from it: a limit order of one day, whose limit is
half a percent away, is filled a tenth away only where somebody mistyped."""
