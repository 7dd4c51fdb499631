"""What stops settling or comparing a book; what stops one household is told with it instead."""

from __future__ import annotations

from models.errors import HearthError


class SettleError(HearthError):
    """A book that cannot be settled or compared: the message says what would do."""
