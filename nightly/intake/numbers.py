"""Exact decimals as the cells of a book."""

from __future__ import annotations

from decimal import Decimal


def plain(value: Decimal) -> str:
    """Return a number without exponent and without idle zeros."""
    return f"{value.normalize():f}" if value else "0"
