"""The time now, as it is written in logs, and the day, by which one thing is decided: an export."""

from __future__ import annotations

from datetime import UTC, date, datetime


def clock() -> str:
    """Return the time now, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def today() -> date:
    """Return the day now, UTC: only how old the prices are of what is about to leave goes by it."""
    return datetime.now(UTC).date()
