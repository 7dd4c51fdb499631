"""On which days an order can have traded: from its night on, and not after today."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """Return the day, UTC: no market here is a day ahead of it."""
    return datetime.now(UTC).date()


def why_not(what: str, day: date, night: date, latest: date) -> str:
    """Return what is wrong with a day of what left on a night; nothing where nothing is."""
    if day < night:
        return f"{what} {day} is before it left, on {night}"
    if day > max(latest, night):  # a night may be of a day that is still to come
        return f"{what} {day} is after today, {latest}"
    return ""
