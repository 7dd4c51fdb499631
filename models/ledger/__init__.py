"""The exact ledger: orders replayed on lots and cash, in decimals, by the law's lot order.

What a book holds is given as floats; what trades is converted to the decimals that were meant, and
everything after that is exact. Nothing here knows an objective, a limit or a solver.
"""

from models.ledger.after import household_after
from models.ledger.booking import BookedOrder, Booking, book_orders
from models.ledger.exact import exact
from models.ledger.history import NO_HISTORY, History, read_history, recent_by_lot
from models.ledger.replacements import (
    FIXED,
    Effect,
    Replacement,
    purchases_of,
    replacements,
)
from models.ledger.replay import Ledger, UnitRun, replay
from models.ledger.reservations import NOTHING_RESERVED, Reservations, is_loss_lot, reserve
from models.ledger.sales import LotSale

__all__ = [
    "FIXED",
    "NOTHING_RESERVED",
    "NO_HISTORY",
    "BookedOrder",
    "Booking",
    "Effect",
    "History",
    "Ledger",
    "LotSale",
    "Replacement",
    "Reservations",
    "UnitRun",
    "book_orders",
    "exact",
    "household_after",
    "is_loss_lot",
    "purchases_of",
    "read_history",
    "recent_by_lot",
    "replacements",
    "replay",
    "reserve",
]
