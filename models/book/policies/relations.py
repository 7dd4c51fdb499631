"""What sections of a policy must be to each other: keys that are each fine and together senseless.

Only keys of different meaning are compared here; ranges of one key are in `policy_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from models.book.policies.rules import THROUGH_CVXPY
from models.policy import Policy


def contradictions(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield the key, what is wrong, and what would do."""
    triggers, regime, aim = policy.triggers, policy.regime, policy.aim
    dated = triggers.calendar == "dates"
    if dated != bool(triggers.dates):
        what = "calendar is not dates" if triggers.dates else "calendar is dates and none is given"
        yield "triggers.dates", what, 'give calendar = "dates" and the dates, or neither'
    if triggers.calendar == "annual" and not _is_day(triggers.month, triggers.day):
        what = f"no year has a day {triggers.day} of month {triggers.month}"
        yield "triggers.day", what, "give a day that the month has"
    if regime.least > regime.most:
        what = f"least {regime.least:g} is above most {regime.most:g}"
        yield "regime.least", what, "give a least of at most most"
    if regime.recent_days > regime.long_days:
        what = f"recent_days {regime.recent_days} is above long_days {regime.long_days}"
        yield "regime.recent_days", what, "give recent_days of at most long_days"
    solver = policy.solver
    if solver.name in THROUGH_CVXPY and solver.backend != "cvxpy":
        what = f"{solver.name} takes no arrays"
        yield "solver.backend", what, 'give backend = "cvxpy", or leave backend out'
    if aim.how_far == "full":
        return
    if policy.limits.te_max is not None:
        what = f"te_max limits the distance to a target that {aim.how_far!r} does not trade to"
        yield "aim.how_far", what, 'give how_far = "full", or no te_max'
    if policy.limits.bands == "hard":
        what = f"hard bands lie about a target that {aim.how_far!r} does not trade to"
        yield "aim.how_far", what, 'give bands = "trigger", or how_far = "full"'


def _is_day(month: int, day: int) -> bool:
    try:
        date(2028, month, day)  # a leap year has every day that any year has
    except ValueError:
        return False
    return True
