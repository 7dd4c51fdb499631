"""The time now, as it is written in logs: nothing is ever decided by it."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> str:
    """Return the time now, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
