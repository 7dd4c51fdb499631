"""How numbers and names are worded on a page: dollars, percents, changes, what is left blank.

A dot stands for nothing, so that what is there stands out; undefined is said, never shown as 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final
from unicodedata import category

NOTHING: Final = "·"
"""What a page shows where there is nothing."""

CENT: Final = 0.005
"""Dollars under which an amount is nothing on a page."""

POINT: Final = 0.0005
"""Weight (a twentieth of a percentage point) under which a weight is nothing on a page."""

HELD: Final = (
    "weights held are those of now, as hearth drift and Tonight say them; those before count money "
    "still to be raised as gone, and money to be invested as there"
)
"""What is said where the two differ."""


def money_waits(weights: Iterable[tuple[float, float]]) -> bool:
    """Whether money still to be raised or invested moves a weight: held now, and before a plan."""
    return any(abs(held - before) >= POINT for held, before in weights)


def plain(text: str) -> str:
    r"""Return a text with what a terminal would obey or not show written as an escape (`\x1b`).

    Names in a book are anybody's: U+202E turns what follows round, and an escape or a line break
    can say what nobody said. Blanks of any width stay as they are: names are written with them.
    """
    if text.isprintable():
        return text
    return "".join(
        each if is_shown(each) else each.encode("unicode_escape").decode() for each in text
    )


def plain_json(document: str) -> str:
    """Return a JSON document in which what a terminal would obey is JSON's own escape."""
    return "\n".join(map(_plain_line, document.split("\n")))


def _plain_line(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(each if is_shown(each) else json.dumps(each)[1:-1] for each in line)


def is_shown(character: str) -> bool:
    """Return whether a terminal shows a character and obeys nothing in it."""
    return character.isprintable() or category(character) == "Zs"


def usd(amount: float | None) -> str:
    """Return dollars and cents with a sign before the dollar: −$1,234.50."""
    if amount is None:
        return "undefined"
    return f"{'−' if amount <= -CENT else ''}${abs(amount):,.2f}"


def whole_usd(amount: float) -> str:
    """Return whole dollars."""
    return f"{'−' if amount <= -0.5 else ''}${abs(amount):,.0f}"


def money(amount: float | None) -> str:
    """Return whole dollars without the sign of the currency; a dot where there is nothing."""
    if amount is None:
        return ""
    if abs(amount) < CENT:
        return NOTHING
    if abs(amount) < 10:
        return f"{'−' if amount < 0 else ''}{abs(amount):,.2f}"
    return f"{'−' if amount < 0 else ''}{abs(amount):,.0f}"


def number(value: float | None, decimals: int) -> str:
    """Return a number with a real minus sign and no negative zero; undefined is said."""
    if value is None:
        return "undefined"
    text = f"{value:,.{decimals}f}"
    return text.replace("-", "−") if text.strip("-0.,") else text.removeprefix("-")


def arrow(before: float | None, after: float | None, decimals: int) -> str:
    """Return a change, ``35.20 → 4.31``; one figure where it does not move."""
    sides = number(before, decimals), number(after, decimals)
    return sides[0] if sides[0] == sides[1] else f"{sides[0]} → {sides[1]}"


def percent(fraction: float | None) -> float | None:
    """Return a fraction in percent."""
    return None if fraction is None else 100.0 * fraction


def weight(fraction: float) -> str:
    """Return a weight in percent with one decimal; a dot where there is nothing."""
    return NOTHING if abs(fraction) < POINT else number(100.0 * fraction, 1)


def weight_change(before: float, after: float) -> str:
    """Return a weight before and after; one figure where it does not move."""
    if abs(after - before) < POINT:
        return weight(after)
    return f"{weight(before)} → {weight(after)}"


def points(drift: float) -> str:
    """Return a drift in percentage points, signed; never a signed zero."""
    shown = f"{100.0 * drift:+.1f}".replace("-", "−")
    return "0.0" if shown in ("+0.0", "−0.0") else shown


def points_change(before: float, after: float) -> str:
    """Return a drift before and after; one figure where it does not move."""
    sides = points(before), points(after)
    return sides[0] if sides[0] == sides[1] else f"{sides[0]} → {sides[1]}"


def money_change(before: float, after: float) -> str:
    """Return dollars before and after; one figure where they do not move."""
    if abs(after - before) < CENT:
        return money(after)
    return f"{money(before)} → {money(after)}"


def shares(count: float) -> str:
    """Return shares without trailing zeros."""
    text = f"{count:,.6f}".rstrip("0").rstrip(".")
    return text or "0"


def counted(count: int, noun: str) -> str:
    """Return ``1 order``, ``3 orders``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
