"""Keys of a policy that are given and do nothing, because another key that they need is not.

They are warnings and no faults: an override may switch a trigger off that its policy sets up, and
what is left over then does no harm. But a calendar that no drift rule looks at is mostly a slip.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from models.policy import Policy

_STANDARD: Final = Policy()


def without_effect(given: Mapping[str, Any], policy: Policy) -> Iterator[str]:
    """Yield a sentence for each key that a file gives without effect; defaults are no slips."""
    for section, key, idle, remedy in _conditions(policy):
        usual = getattr(getattr(_STANDARD, section), key)
        changed = given.get(section, {}).get(key, usual) != usual
        if idle and changed:
            yield f"{section}.{key} has no effect: {remedy}"


def _conditions(policy: Policy) -> Iterator[tuple[str, str, bool, str]]:
    """Yield section, key, whether it would do nothing, and what it needs."""
    triggers, bands, aim = policy.triggers, policy.bands, policy.aim
    kind = triggers.calendar
    asks = 'only drift = "calendar", "hybrid" or "either" looks at a calendar'
    yield "triggers", "calendar", triggers.drift in ("bands", "never"), asks
    yield "triggers", "weekday", kind != "weekly", 'it is for calendar = "weekly"'
    months = 'it is for calendar = "monthly", "quarterly" or "annual"'
    yield "triggers", "day", kind not in ("monthly", "quarterly", "annual"), months
    years = 'it is for calendar = "quarterly" or "annual"'
    yield "triggers", "month", kind not in ("quarterly", "annual"), years
    losses = "give harvest_usd too, which turns the trigger on"
    yield "triggers", "harvest_fraction", triggers.harvest_usd is None, losses
    yield "triggers", "long_term_usd", not triggers.long_term_days, "give long_term_days too"
    wide = bands.absolute is None and bands.relative is None
    yield "bands", "risk_scaled", bands.risk_scaled and wide, "give absolute or relative too"
    weighed = "give weights.tax_drag above 0"
    yield "tax", "drag_reference", not policy.weights.tax_drag, weighed
    part = 'it is for how_far = "fraction"'
    yield "aim", "fraction", aim.how_far != "fraction", part
    for key in ("recent_days", "long_days", "least", "most"):
        yield "regime", key, not policy.regime.follow, "give follow = true too"
    yield "season", "days", not policy.season.tighten, "give tighten too"
